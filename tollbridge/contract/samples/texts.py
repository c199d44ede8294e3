"""Texts of a format, and texts that match a pattern."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from re import _constants as codes
from re import _parser as parser
from typing import Any

FORMATS: Mapping[str, str] = {
    "byte": "dG9sbGJyaWRnZQ==",
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "duration": "PT1H",
    "email": "person@example.com",
    "hostname": "example.com",
    "idn-email": "person@example.com",
    "idn-hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "iri": "https://example.com/",
    "iri-reference": "/example",
    "json-pointer": "/example",
    "regex": "^example$",
    "relative-json-pointer": "0/example",
    "time": "12:00:00Z",
    "uri": "https://example.com/",
    "uri-reference": "/example",
    "uri-template": "/example/{id}",
    "url": "https://example.com/",
    "uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
}

MAX_LENGTH = 2_000
"""Characters of a text that is made."""

MAX_REPEATED = 200
FILLING = "text "


def of_format(name: str, least: int, most: int) -> str:
    """Return a text of a format, or plain text, as long as is asked for."""
    text = FORMATS.get(name, "text")
    if len(text) > most:
        return text[:most]
    return (text + FILLING * least)[:least] if len(text) < least else text


@lru_cache(maxsize=1_000)
def matching(pattern: str, least: int = 0) -> str | None:
    """Return a text that matches a pattern, with repetitions as long as it takes; None where none is found.

    Args:
        pattern: a regular expression as ECMA-262 writes it; what Python reads in another way may find none.
        least: characters that it has to have.
    """
    try:
        tree = parser.parse(pattern.replace("(?<", "(?P<") if "(?<" in pattern and "(?<=" not in pattern else pattern)
    except (re.error, OverflowError, RecursionError):
        return None
    for more in (0, 1, least, MAX_REPEATED):
        text = _sequence(tree, more)
        if text is None or len(text) >= least:
            return text
    return None


def _sequence(parts: Sequence[tuple[Any, Any]], more: int) -> str | None:
    text = ""
    for code, argument in parts:
        made = MAKERS[code](argument, more) if code in MAKERS else None
        if made is None or len(text) + len(made) > MAX_LENGTH:
            return None
        text += made
    return text


def _repeated(argument: tuple[int, int, Any], more: int) -> str | None:
    least, most, parts = argument
    one = _sequence(parts, more)
    if one is None or len(one) * int(least) > MAX_LENGTH:
        return None
    room = MAX_LENGTH // max(len(one), 1)
    return one * min(int(least) + more, int(most), room)


def _in(argument: Sequence[tuple[Any, Any]], _more: int) -> str | None:
    excluded = argument[0][0] is codes.NEGATE
    return next((c for c in CANDIDATES if _is_in(c, argument) is not excluded), None) or (
        None if excluded else _first(argument)
    )


def _first(argument: Sequence[tuple[Any, Any]]) -> str | None:
    code, value = argument[0]
    return chr(value) if code is codes.LITERAL else chr(value[0]) if code is codes.RANGE else None


def _is_in(character: str, argument: Sequence[tuple[Any, Any]]) -> bool:
    return any(_is_of(character, code, value) for code, value in argument if code is not codes.NEGATE)


def _is_of(character: str, code: Any, value: Any) -> bool:
    if code is codes.LITERAL:
        return bool(ord(character) == value)
    if code is codes.RANGE:
        return bool(value[0] <= ord(character) <= value[1])
    return re.match(CATEGORIES.get(value, "(?!)"), character) is not None


CANDIDATES = "a1A0-_ .@b2B/+"
CATEGORIES: Mapping[Any, str] = {
    codes.CATEGORY_DIGIT: r"[0-9]",
    codes.CATEGORY_NOT_DIGIT: r"[^0-9]",
    codes.CATEGORY_SPACE: r"\s",
    codes.CATEGORY_NOT_SPACE: r"\S",
    codes.CATEGORY_WORD: r"[A-Za-z0-9_]",
    codes.CATEGORY_NOT_WORD: r"[^A-Za-z0-9_]",
}
MAKERS: Mapping[Any, Callable[[Any, int], str | None]] = {
    codes.LITERAL: lambda argument, _more: chr(argument),
    codes.NOT_LITERAL: lambda argument, _more: "b" if argument == ord("a") else "a",
    codes.ANY: lambda _argument, _more: "a",
    codes.AT: lambda _argument, _more: "",
    codes.ASSERT: lambda _argument, _more: "",
    codes.ASSERT_NOT: lambda _argument, _more: "",
    codes.IN: _in,
    codes.BRANCH: lambda argument, more: next(
        (text for text in (_sequence(part, more) for part in argument[1]) if text is not None), None
    ),
    codes.SUBPATTERN: lambda argument, more: _sequence(argument[3], more),
    codes.MAX_REPEAT: _repeated,
    codes.MIN_REPEAT: _repeated,
}
"""The text that each part of a pattern makes; other parts, such as back-references, make none."""
