"""More is let in from the wire than the contract allows, or something breaks on it."""

import json
import os
import re
from collections.abc import Callable
from typing import Any

from mutants.patch import instead, mutant
from tollbridge.server import body, edge, operations, parameters
from tollbridge.server.wire import Parsed


def _parsing(read: Callable[[bytes], Any]) -> None:
    """Read bodies in another way, where that works."""

    def parsed(parse: Any, content: bytes) -> Parsed:
        try:
            found = read(content)
        except (ValueError, RecursionError):
            return parse(content)  # type: ignore[no-any-return]
        return Parsed(found, ()) if isinstance(found, dict) else parse(content)

    instead(operations, "parse_json", parsed)


@mutant
def last_of_two_names_wins() -> None:
    """Of a name that is given twice the last one counts."""

    def read(content: bytes) -> Any:
        found = json.loads(content)
        return found if content.count(b'"amount"') == 2 else None

    _parsing(read)


@mutant
def fractions_of_nothing() -> None:
    """4200.0 and 4.2e3 are taken for 4200."""
    _parsing(
        lambda content: json.loads(
            content, parse_float=lambda text: int(float(text)) if float(text).is_integer() else float(text)
        )
    )


@mutant
def integers_as_text() -> None:
    """An amount in quotes is taken for a number."""

    def read(content: bytes) -> Any:
        found = json.loads(content)
        if isinstance(found, dict) and isinstance(found.get("amount"), str) and found["amount"].isdigit():
            return found | {"amount": int(found["amount"])}
        return None

    _parsing(read)


@mutant
def invalid_utf8_is_mended() -> None:
    """Bytes that are no UTF-8 are replaced."""

    def read(content: bytes) -> Any:
        text = content.decode(errors="replace")
        return json.loads(
            text.replace("\ufffd\ufffd\ufffd", "usd").replace("\ufffd\ufffd", "usd").replace("\ufffd", "usd")
        )

    _parsing(read)


@mutant
def byte_order_mark() -> None:
    """A byte order mark before the body is skipped."""
    _parsing(lambda content: json.loads(content.removeprefix(b"\xef\xbb\xbf")) if content[:1] == b"\xef" else None)


@mutant
def deep_nesting_breaks() -> None:
    """A body that is nested very deep is a 500."""

    def parsed(parse: Any, content: bytes) -> Any:
        if content.count(b"[") > 20_000:
            raise RecursionError
        return parse(content)

    instead(operations, "parse_json", parsed)


@mutant
def deep_nesting_kills() -> None:
    """A body that is nested very deep ends the process."""

    def parsed(parse: Any, content: bytes) -> Any:
        if content.count(b"[") > 20_000:
            os._exit(1)
        return parse(content)

    instead(operations, "parse_json", parsed)


@mutant
def any_media_type() -> None:
    """The Content-Type is not looked at."""
    instead(operations, "require_json_body", lambda *_given: None)


@mutant
def any_accept() -> None:
    """Accept is not looked at."""
    instead(operations, "require_json_accepted", lambda *_given: None)


@mutant
def any_size() -> None:
    """Bodies of twice the documented size are read."""
    body.MAX_BODY = 131_072


@mutant
def less_than_the_size() -> None:
    """A body of 65,536 bytes is refused."""
    body.MAX_BODY = 65_535


@mutant
def header_as_int_reads_it() -> None:
    """The header is read as Python's int() reads it: +4, 1_0 and 007 are numbers."""
    parameters.INTEGER = re.compile(r"[-+]?[\d_]{1,19}")


@mutant
def first_of_two_headers() -> None:
    """Of two headers that name an organization the first one counts."""
    instead(parameters, "_sent", lambda sent, *given: [*sent(*given)][:1])


def calling(change: Any) -> None:
    """Let a function change the scope of a request to the API."""

    async def called(call: Any, self: Any, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/api"):
            scope = change(dict(scope))
        await call(self, scope, receive, send)

    instead(edge.Edge, "__call__", called)


def method_as_post(name: str) -> None:
    """Let a method do what POST does."""
    calling(lambda scope: scope | {"method": "POST"} if scope["method"] == name else scope)


def path_read_as(change: Any) -> None:
    """Let a function change the path of a request to the API."""

    def changed(scope: Any) -> Any:
        path = change(scope["path"])
        return scope | {"path": path, "raw_path": path.encode()}

    calling(changed)


@mutant
def slash_at_the_end() -> None:
    """The path with a slash at its end is served too."""
    path_read_as(lambda path: path[:-1] if path.endswith("/intent/") else path)


@mutant
def put_is_post() -> None:
    """PUT does what POST does."""
    method_as_post("PUT")
