"""Changes of how a request is read: its path and method, its headers, its body."""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from starlette.types import Receive, Scope

from mutants import seams
from mutants.seams import Parsed
from tollbridge.contract import Violation

API = "/api"
JSON = b"application/json"

Parse = Callable[[bytes], Parsed]
Body = dict[str, Any]
"""The members of a body."""

ParametersRead = tuple[dict[str, Any], list[Violation]]
"""The values of the parameters by name, and the violations."""

ReadParameters = Callable[[Scope], ParametersRead]
Accepts = list[bytes]
"""Every `Accept` value of a request."""

RequireAccept = Callable[[Accepts], None]


@dataclass(frozen=True)
class Arrival:
    """A request that has been routed, before it is read.

    Args:
        scope: of ASGI; a mutant may change it.
        receive: of ASGI.
        go_on: reads the request and returns the handler's arguments.
    """

    scope: Scope
    receive: Receive
    go_on: Callable[[Scope, Receive], Awaitable[dict[str, Any]]]

    def sent(self, name: bytes) -> list[bytes]:
        """Return every value of a header."""
        return [value for key, value in self.scope["headers"] if key == name]

    async def read(self, receive: Receive | None = None) -> dict[str, Any]:
        """Read it, from another channel where one is given."""
        return await self.go_on(self.scope, receive or self.receive)


def replace_arguments(change: Callable[[Arrival], Awaitable[dict[str, Any]]]) -> None:
    """Let a function read a request and return the handler's arguments."""

    def found(arguments: Any, operations: Any, served: Any, scope: Scope, receive: Receive) -> Any:
        return change(Arrival(scope, receive, partial(arguments, operations, served)))

    seams.READ_ARGUMENTS.wrap(found)


def change_scope(change: Callable[[Scope], Scope]) -> None:
    """Let a function change the ASGI scope of a request to the API."""

    def called(call: Any, edge: Any, scope: Scope, receive: Any, send: Any) -> Any:
        if scope["type"] == "http" and scope["path"].startswith(API):
            scope = change(dict(scope))
        return call(edge, scope, receive, send)

    seams.SERVE_REQUEST.wrap(called)


def change_path(change: Callable[[str], str]) -> None:
    """Let a function change the path of a request to the API."""

    def changed(scope: Scope) -> Scope:
        path = change(scope["path"])
        return {**scope, "path": path, "raw_path": path.encode()}

    change_scope(changed)


def take_for_post(method: str) -> None:
    """Let another method do what POST does."""
    change_scope(lambda scope: {**scope, "method": "POST"} if scope["method"] == method else scope)


def change_content_type(change: Callable[[bytes], bytes]) -> None:
    """Let a function change each Content-Type before it is looked at."""
    seams.REQUIRE_JSON_BODY.wrap(lambda require, types, encodings: require([change(t) for t in types], encodings))


def take_for_json(is_json: Callable[[bytes], bool]) -> None:
    """Let the media types that meet a condition be taken for JSON."""
    change_content_type(lambda sent: JSON if is_json(sent) else sent)


def change_encodings(change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Let a function change the Content-Encoding values before they are looked at."""
    seams.REQUIRE_JSON_BODY.wrap(lambda require, types, encodings: require(types, change(encodings)))


def replace_accept(change: Callable[[RequireAccept, Accepts], None]) -> None:
    """Let a function refuse the Accept headers that exclude JSON."""
    seams.REQUIRE_JSON_ACCEPTED.wrap(change)


def weights(accepts: Accepts) -> list[tuple[int, float]]:
    """Return for each range of Accept how specifically it names JSON (-1: not at all), and its quality."""
    weight = seams.ACCEPT_WEIGHT.current
    return [weight(one) for one in b",".join(accepts).decode("latin-1").split(",")]


def look_at_nothing(seam: seams.Seam) -> None:
    """Let a check of the headers pass everything."""
    seam.wrap(lambda *_given: None)


def every_request(_scope: Scope) -> bool:
    """Every request."""
    return True


def unannounced(scope: Scope) -> bool:
    """The size of the body is not announced: it is sent in chunks."""
    return all(name != b"content-length" for name, _ in scope["headers"])


def largest_body(when: Callable[[Scope], bool], size: int) -> None:
    """Let bodies of up to so many bytes be read, of the requests that meet a condition."""

    def read_within(read: Any, scope: Scope, receive: Receive, bounds: Any) -> Any:
        return read(scope, receive, replace(bounds, most=size) if when(scope) else bounds)

    seams.READ_BODY.wrap(read_within)


def integers_like(pattern: str) -> None:
    """Let a parameter be an integer where it matches a pattern."""
    seams.INTEGER.put(re.compile(pattern))


def replace_parameters(change: Callable[[ReadParameters, Scope], ParametersRead]) -> None:
    """Let a function read the parameters of a request; it may call the usual one with another scope."""
    seams.READ_PARAMETERS.wrap(lambda read, operation, scope: change(partial(read, operation), scope))


def change_parameter(change: Callable[[list[str]], list[str]]) -> None:
    """Let a function change the list of values that were sent for each parameter."""
    seams.SENT_VALUES.wrap(lambda sent, *given: change(list(sent(*given))))


def replace_parse(change: Callable[[Parse, bytes], Parsed]) -> None:
    """Let a function read the body as JSON."""
    seams.PARSE_JSON.wrap(change)


def parse_where(when: Callable[[bytes], bool], parse: Parse) -> None:
    """Let the bodies that meet a condition be read by another function; what that raises is a bug of the server's."""
    replace_parse(lambda usual, content: parse(content) if when(content) else usual(content))


def change_body(change: Callable[[Body], Body | None]) -> None:
    """Let a function change bodies that are objects; where it returns None, the server's own reading counts."""

    def read(content: bytes) -> Body | None:
        document = json.loads(content)
        return change(document) if isinstance(document, dict) else None

    also_read(read)


def also_read(read: Callable[[bytes], Any]) -> None:
    """Let a function read bodies, where it returns an object; elsewhere the server's own reading counts."""

    def parsed(parse: Parse, content: bytes) -> Parsed:
        try:
            found = read(content)
        except (ValueError, RecursionError):
            return parse(content)
        return Parsed(found, ()) if isinstance(found, dict) else parse(content)

    replace_parse(parsed)
