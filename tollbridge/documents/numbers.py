"""Numbers of a document: those that JSON has, and that every reader takes for the same."""

import math

from tollbridge.documents.bounds import MAX_DIGITS
from tollbridge.documents.errors import Fault, printable

SHOWN = 24


def integer(text: str, base: int = 10) -> int:
    """Return the integer that a text spells.

    Raises:
        Fault: it has too many digits.
    """
    _require_short(text)
    return int(text, base)


def decimal(text: str) -> float:
    """Return the number that a text with a fraction or an exponent spells.

    Raises:
        Fault: it has too many digits, or is too large.
    """
    _require_short(text)
    value = float(text)
    if not math.isfinite(value):
        raise Fault(f"{printable(text, SHOWN)} is larger than a number can be (about 1.8e308); write a smaller one.")
    return value


def _require_short(text: str) -> None:
    if len(text) > MAX_DIGITS:
        raise Fault(
            f"{printable(text, SHOWN)} is a number of {len(text):,} characters; {MAX_DIGITS} are the most that is read."
        )
