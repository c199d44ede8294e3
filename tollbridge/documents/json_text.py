"""JSON: read by the standard library, and event by event where that finds something, for the line of it."""

import json
import re
from collections.abc import Iterator
from typing import Any, Never

from tollbridge.documents.bounds import MAX_DEPTH, MAX_NODES
from tollbridge.documents.errors import TOO_MANY, Fault
from tollbridge.documents.events import Event, Kind
from tollbridge.documents.numbers import decimal, integer
from tollbridge.documents.size import fits

BETWEEN = re.compile(r"[ \t\r\n,:]*")
SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
OPENING = {"[": Kind.LIST, "{": Kind.OBJECT}


class Unclear(Exception):
    """The text has to be looked at event by event: it may be too large, or say something twice."""


def value_of(text: str) -> Any:
    """Return the value of a JSON text.

    Raises:
        ValueError: it is not JSON.
        Fault: it has too many values.
        Unclear: it is, or begins so, and has something that only `events` can judge.
    """
    if text.count(",") + text.count("[") + text.count("{") > MAX_NODES:
        raise Unclear
    try:
        value = QUICK.decode(text)
    except (Fault, RecursionError):
        raise Unclear from None
    if not fits(value, nodes=MAX_NODES, depth=len(text)):
        raise Fault(TOO_MANY)
    if not fits(value, nodes=MAX_NODES, depth=MAX_DEPTH):
        raise Unclear
    if SURROGATE.search(text) and not _is_unicode(json.dumps(value, ensure_ascii=False)):
        raise Unclear
    return value


def require_syntax(text: str) -> None:
    """Refuse what is not JSON, of a text whose events are good.

    Raises:
        ValueError: it is not JSON.
    """
    json.loads(text, parse_constant=_not_json)


def events(text: str) -> Iterator[Event]:
    """Yield what a JSON text is made of. What stands between values is not judged: `value_of` does.

    Raises:
        ValueError: it is not JSON.
        Fault: a number is not one that can be read, or a text is not Unicode.
    """
    line, at, end = 1, 0, len(text)
    while True:
        begin = BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # it matches everywhere
        line += text.count("\n", at, begin)
        if begin == end:
            return
        if text[begin] in "[{":
            yield Event(OPENING[text[begin]], line)
            at = begin + 1
        elif text[begin] in "]}":
            yield Event(Kind.END, line)
            at = begin + 1
        else:
            event, at = _value(text, begin, line)
            yield event


def _value(text: str, begin: int, line: int) -> tuple[Event, int]:
    try:
        value, end = QUICK.raw_decode(text, begin)
    except Fault as fault:
        raise Fault(str(fault), line) from None
    if isinstance(value, str) and not _is_unicode(value):
        raise Fault("a text has half of a surrogate pair, which is no character; write both halves, or none.", line)
    return Event(Kind.VALUE, line, value if isinstance(value, str) else text[begin:end], value), end


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise Fault("a name is given twice.")
    return made


def _not_json(constant: str) -> Never:
    raise ValueError(f"{constant} is not JSON")


QUICK = json.JSONDecoder(object_pairs_hook=_members, parse_int=integer, parse_float=decimal, parse_constant=_not_json)
