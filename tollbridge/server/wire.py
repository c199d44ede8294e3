"""Strict JSON (RFC 8259, and I-JSON's ban on doubled names) before any schema sees it.

The standard library's parser does the reading. Its hooks refuse what it would let through: NaN, numbers
out of range, names given twice; lone surrogates are looked for where the text escapes one. The quick
decoder stops at the first such fault; only then a second reading collects all, each with its place.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from tollbridge.contract import Violation, shown_pointer
from tollbridge.problems import MalformedJson

INT64_DIGITS = 19
"""The digits of 2^63 - 1: an integer with more is beyond int64 whatever its value."""

MAX_DEPTH = 64
TOO_DEEP = f"The body is nested deeper than {MAX_DEPTH} levels."

SURROGATE = re.compile("[\ud800-\udfff]")
ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
DIGITS_SHOWN = 24

MAX_LISTED = 100
"""Faults that a problem lists; of the others it says how many they are."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A body that is JSON.

    Args:
        document: the value; members that were refused are left out of it.
        refusals: what the wire layer refused, in the order of the text: the first of it.
        left_out: how much more it refused.
        bytes_given: what a handler gets where that is not the value: bytes are judged as text.
    """

    document: object
    refusals: tuple[Violation, ...]
    left_out: int = 0
    bytes_given: object = None

    @property
    def given(self) -> object:
        """What a handler gets."""
        return self.document if self.bytes_given is None else self.bytes_given


class _FaultFound(Exception):
    """The quick reading met something that the careful reading has to place."""


@dataclass(frozen=True, slots=True)
class _Refused:
    """Stands in the document for a value that JSON or int64 does not have."""

    reason: str


class _Doubled(dict[str, Any]):
    """An object in which names were given more than once."""

    names: tuple[str, ...] = ()


def parse_json(body: bytes) -> Parsed:
    """Read a request body.

    Args:
        body: the bytes, as they came.

    Returns:
        The document and what was refused in it: NaN and Infinity, a number that no double and no int64
        holds, a name given twice, lone surrogates in strings and names.

    Raises:
        MalformedJson: 400, for what has no structure at all: not UTF-8, a BOM, not JSON, nested too deep.

    Source: RFC 8259 §8.1, RFC 7493 §2.
    """
    text = _text(body)
    try:
        document = _read(_QUICK, text)
    except _FaultFound:
        return _careful(text)
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _require_shallow(document)
    if ESCAPED_SURROGATE.search(text):
        return _careful(text)
    return Parsed(document, ())


def _text(body: bytes) -> str:
    if not body.strip():
        raise _malformed("The body is empty; a JSON object was expected.")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed(f"The body is not UTF-8 (byte {error.start}). Send JSON encoded in UTF-8.") from None
    if text.startswith("\ufeff"):
        raise _malformed("The body begins with a byte order mark, which JSON must not have. Leave it out.")
    return text


def _read(decoder: json.JSONDecoder, text: str) -> object:
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _malformed(f"The body is not JSON: {error.msg} at {place}.") from None
    except RecursionError:
        raise _malformed(TOO_DEEP) from None


def _malformed(detail: str) -> MalformedJson:
    return MalformedJson(detail, [{"pointer": "#", "detail": detail, "rule": "body.json"}])


def _careful(text: str) -> Parsed:
    document = _read(_CAREFUL, text)
    _require_shallow(document)
    reason = _reason("", document)
    if reason:
        return Parsed(None, (_refusal((), reason),))
    faults = [*_faults(document)]
    listed = tuple(_refusal(*fault) for fault in faults[:MAX_LISTED])
    return Parsed(document, listed, len(faults) - len(listed))


def _require_shallow(document: object) -> None:
    """Refuse what is nested so deep that readers with a stack would fail on it."""
    level, depth = [document], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise _malformed(TOO_DEEP)
        level = [child for value in level for _, child in _members(value) if isinstance(child, dict | list)]


def _faults(document: object) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Walk the document, yield the place and the reason of each fault, and take the faulty members out."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), document)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, _Doubled):
            yield from (((*place, name), "is given more than once; send it once") for name in value.names)
        for step, child in _members(value):
            reason = _reason(step, child)
            if reason:
                yield (*place, step), reason
                _take_out(value, step)
            elif isinstance(child, dict | list):
                waiting.append(((*place, step), child))


def _members(value: object) -> list[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _reason(step: str | int, child: object) -> str | None:
    """Return why a member cannot be; None where it can."""
    if isinstance(step, str) and SURROGATE.search(step):
        return "has a lone surrogate in its name, which is no character"
    if isinstance(child, _Refused):
        return child.reason
    if isinstance(child, str) and SURROGATE.search(child):
        return "holds a lone surrogate, which is no character"
    return None


def _take_out(value: dict[str, Any] | list[Any], step: str | int) -> None:
    if isinstance(value, dict):
        del value[str(step)]
    else:
        value[int(step)] = None


def _refusal(place: tuple[str | int, ...], reason: str) -> Violation:
    here = shown_pointer(*place)
    return Violation(detail=f"{here} {reason}.", rule="body.json", pointer=here)


def _quick_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _FaultFound
    return members


def _quick_integer(digits: str) -> int:
    if len(digits) >= INT64_DIGITS:
        raise _FaultFound
    return int(digits)


def _quick_fraction(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise _FaultFound
    return value


def _quick_constant(_name: str) -> NoReturn:
    raise _FaultFound


def _careful_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    counts = Counter(name for name, _ in pairs)
    doubled = _Doubled(members)
    doubled.names = tuple(name for name in members if counts[name] > 1)
    return doubled


def _careful_integer(digits: str) -> int | _Refused:
    if len(digits.lstrip("-")) <= INT64_DIGITS and -(2**63) <= int(digits) < 2**63:
        return int(digits)
    shown = digits if len(digits) <= DIGITS_SHOWN else f"{digits[:DIGITS_SHOWN]}… ({len(digits)} digits)"
    return _Refused(f"is {shown}, which a 64-bit integer does not hold")


def _careful_fraction(text: str) -> float | _Refused:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        return _Refused("is a number too large for any JSON reader")
    return value


def _careful_constant(name: str) -> _Refused:
    return _Refused(f"is {name}, which JSON does not have")


_QUICK = json.JSONDecoder(
    object_pairs_hook=_quick_object,
    parse_int=_quick_integer,
    parse_float=_quick_fraction,
    parse_constant=_quick_constant,
)
_CAREFUL = json.JSONDecoder(
    object_pairs_hook=_careful_object,
    parse_int=_careful_integer,
    parse_float=_careful_fraction,
    parse_constant=_careful_constant,
)
