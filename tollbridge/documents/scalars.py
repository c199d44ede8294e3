"""Values of plain YAML scalars: the core schema of YAML 1.2, whose values are JSON's.

OpenAPI asks for it, and PyYAML has 1.1 only, in which `no` is false, `1:30` is 90, `010` is 8, and a date is an object
that no JSON has. Here these are text, text, 10 and text.

Source: YAML 1.2.2 §10.3.2; OpenAPI 3.0.4, "Format".
"""

import re

from tollbridge.documents.errors import Fault
from tollbridge.documents.numbers import decimal, integer

CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
INTEGER = re.compile(r"[-+]?[0-9]+", re.ASCII)
DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
PREFIXED = {"0o": re.compile(r"0o[0-7]+", re.ASCII), "0x": re.compile(r"0x[0-9a-fA-F]+", re.ASCII)}
NOT_JSON = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", re.ASCII)
NUMERIC = frozenset("+-.0123456789")


def meaning(text: str) -> object:
    """Return the value that a plain scalar has.

    Raises:
        Fault: it is a number that JSON has not, or one that is too long.
    """
    if text in CONSTANTS:
        return CONSTANTS[text]
    return _number(text) if text[0] in NUMERIC else text


def _number(text: str) -> object:
    """Return the number that a text spells, or the text where it spells none."""
    if INTEGER.fullmatch(text):
        return integer(text)
    if DECIMAL.fullmatch(text):
        return decimal(text)
    if NOT_JSON.fullmatch(text):
        raise Fault(f"{text} is a number that JSON does not have; put it in quotes to mean text.")
    form = PREFIXED.get(text[:2])
    return integer(text, 0) if form and form.fullmatch(text) else text
