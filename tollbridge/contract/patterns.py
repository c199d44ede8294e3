"""The patterns of a contract: whether each can be compiled, and what all of them cost.

A pattern of 20 characters may need megabytes, and every one that a contract has is kept compiled while it is served.
"""

import jsonschema_rs

from tollbridge.contract.ecma import PatternError, translated
from tollbridge.contract.errors import Unserved
from tollbridge.documents import Place, printable

SIZES = (8 * 1024, 64 * 1024, 1024 * 1024, 10 * 1024 * 1024)
"""Bytes that a compiled pattern may have; the last is jsonschema-rs' own bound. Of the patterns of eight public
contracts all but three are within 64 kB; `^.{1,300}$` is not."""

MAX_TOTAL = 256 * 1024 * 1024
"""Bytes of all of them, each counted as the size that it fits."""

SHOWN = 80


class Patterns:
    """The patterns of a contract, counted together."""

    def __init__(self) -> None:
        """Begin with none."""
        self._sizes: dict[str, int | None] = {}
        self._total = 0

    def require(self, pattern: str, place: Place) -> None:
        """Compile a pattern, once.

        Raises:
            Unserved: it is not one that can be compiled, or all of them together need too much.
        """
        shown = printable(pattern, SHOWN)
        if pattern not in self._sizes:
            try:
                self._sizes[pattern] = _size(translated(pattern))
            except PatternError as error:
                raise Unserved(f"the pattern {shown!r} is not one that can be compiled: {error}.", place) from None
            self._total += self._sizes[pattern] or 0
        if self._sizes[pattern] is None:
            raise Unserved(f"the pattern {shown!r} is not one that can be compiled.", place)
        if self._total > MAX_TOTAL:
            raise Unserved(f"the patterns need more than {MAX_TOTAL:,} bytes when they are compiled.", place)


def _size(pattern: str) -> int | None:
    """Return the size that a pattern fits; None where it can not be compiled."""
    return next((size for size in SIZES if _fits(pattern, size)), None)


def _fits(pattern: str, size: int) -> bool:
    try:
        options = jsonschema_rs.FancyRegexOptions(size_limit=size)
        jsonschema_rs.Draft4Validator({"pattern": pattern}, pattern_options=options, offline=True)
    except ValueError:
        return False
    return True
