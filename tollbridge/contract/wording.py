"""The sentences of violations: what was sent, what was expected, what to do.

Numbers come from the contract. What a client wrote is shown only where it cannot be private: integers and
booleans where the contract has no free text, and text of at most a word where it enumerates. What stands in
the place of free text is told by its kind or its length.
"""

from collections.abc import Callable, Sequence

from tollbridge.contract.extensions import FORM, UNKNOWN_MEMBERS, WRITTEN
from tollbridge.contract.failures import Failure
from tollbridge.documents import printable

WHOLE = "The body"
"""The name of the instance itself in a sentence; for a parameter, the caller puts its name there."""

NAME_SHOWN = 40
WORD_SHOWN = 12
DIGITS_SHOWN = 24
DIGITS_COUNTED = 1000
VALUES_LISTED = 12

EXPECTED = {
    "integer": "an integer, digits only",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "object": "a JSON object",
    "array": "a list",
}

KINDS: dict[type, str] = {int: "an integer", bool: "a boolean"}
"""Where free text belongs, a number may be what somebody wanted to keep private: a card's, a telephone's."""


def sentence(failure: Failure) -> str:
    """Return the sentence of a failed keyword."""
    words = WORDS.get(failure.keyword)
    name = _name(failure.place)
    return words(name, failure) if words else f"{name} breaks the contract's {failure.keyword}."


def _name(place: tuple[str | int, ...]) -> str:
    return printable(".".join(str(step) for step in place), NAME_SHOWN) if place else WHOLE


def _shown(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return _digits(value)
    if isinstance(value, str):
        return f"text of {_characters(value)}"
    kinds: dict[type, str] = {float: "a number with a fraction or an exponent", list: "a list", dict: "an object"}
    return kinds.get(type(value), "something else")


def _characters(text: object) -> str:
    count = len(str(text))
    return f"{count} character{'' if count == 1 else 's'}"


def _digits(value: int) -> str:
    digits = str(value)
    if len(digits) <= DIGITS_SHOWN:
        return digits
    count = len(digits.lstrip("-"))
    return f"an integer of {'more than 1,000' if count > DIGITS_COUNTED else count} digits"


def _type(name: str, failure: Failure) -> str:
    allowed = failure.schema["type"]
    kinds = allowed if isinstance(allowed, list) else [allowed]
    private = "string" in kinds and "enum" not in failure.schema
    sent = KINDS.get(type(failure.value)) if private else None
    said = sent or _shown(failure.value)
    return f"{name} is {said}; send {' or '.join(EXPECTED.get(kind, str(kind)) for kind in kinds)}."


def _for_case(failure: Failure) -> str:
    return f" for {failure.case}" if failure.case else ""


def _minimum(name: str, failure: Failure) -> str:
    least = failure.schema["minimum"]
    return f"{name} is {_shown(failure.value)}; the minimum{_for_case(failure)} is {least}. Send at least {least}."


def _maximum(name: str, failure: Failure) -> str:
    most = failure.schema["maximum"]
    return f"{name} is {_shown(failure.value)}; the maximum{_for_case(failure)} is {most}. Send at most {most}."


def _multiple(name: str, failure: Failure) -> str:
    step = failure.schema["multipleOf"]
    said = f"{name} is {_shown(failure.value)}; it has to be a multiple of {step}{_for_case(failure)}."
    if not isinstance(failure.value, int):
        return said
    below = failure.value // step * step
    least, most = failure.schema.get("minimum", below), failure.schema.get("maximum", below + step)
    near = [str(value) for value in (below, below + step) if least <= value <= most]
    return f"{said} Send {' or '.join(near)}." if near else said


def _enum(name: str, failure: Failure) -> str:
    values = [str(value) for value in failure.schema["enum"]]
    sent = failure.value
    short = isinstance(sent, str) and len(sent) <= WORD_SHOWN
    said = f"{name} is {printable(repr(sent), NAME_SHOWN) if short else _shown(sent)}"
    if isinstance(sent, str) and sent.strip().lower() in values:
        return f"{said}; send {sent.strip().lower()!r}."
    return f"{said}; send {_listed(values)}."


def _listed(values: Sequence[object]) -> str:
    listed = ", ".join(str(value) for value in values[:VALUES_LISTED]) + (", …" if len(values) > VALUES_LISTED else "")
    return f"one of the contract's {len(values)} values: {listed}"


def _required(name: str, failure: Failure) -> str:
    member = failure.schema.get("properties", {}).get(failure.place[-1])
    expected = member if isinstance(member, dict) else {}  # in OpenAPI 3.1 a schema may be true
    if "enum" in expected:
        return f"{name} is missing; send {_listed(expected['enum'])}."
    kinds = expected.get("type")
    named = kinds if isinstance(kinds, list) else [kinds]
    return f"{name} is missing; send {next((EXPECTED[kind] for kind in named if kind in EXPECTED), 'it')}."


def _unknown(name: str, failure: Failure) -> str:
    told = failure.schema.get(UNKNOWN_MEMBERS)
    hint = told.get(str(failure.place[-1])) if isinstance(told, dict) else None
    return " ".join(str(hint).split()) if hint else f"{name} is not a member that the contract has; leave it out."


def _too_short(name: str, failure: Failure) -> str:
    least = failure.schema["minLength"]
    return f"{name} has {_characters(failure.value)}; the least is {least}."


def _too_long(name: str, failure: Failure) -> str:
    most = failure.schema["maxLength"]
    return f"{name} has {_characters(failure.value)}; the most is {most}."


def _pattern(name: str, failure: Failure) -> str:
    written = failure.schema.get(WRITTEN, failure.schema["pattern"])
    expected = failure.schema.get(FORM, f"text that matches {written}")
    return f"{name} is {_shown(failure.value)} of another form; send {expected}."


WORDS: dict[str, Callable[[str, Failure], str]] = {
    "type": _type,
    "minimum": _minimum,
    "maximum": _maximum,
    "multipleOf": _multiple,
    "enum": _enum,
    "required": _required,
    "additionalProperties": _unknown,
    "minLength": _too_short,
    "maxLength": _too_long,
    "pattern": _pattern,
}
"""The words for each keyword."""
