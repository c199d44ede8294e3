"""Rows that the strict-wire table does not have."""

import re
from typing import Any

from mutants.patch import around, mutant
from tollbridge.contract import Violation
from tollbridge.problems import MalformedJson, NotAcceptable, UnsupportedMediaType
from tollbridge.server import body, edge, negotiation, operations
from tollbridge.server.wire import Parsed


def _calling(change: Any) -> None:
    def make(call: Any) -> Any:
        async def called(self: Any, scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http" and scope["path"].startswith("/api"):
                scope = change(dict(scope)) or scope
            await call(self, scope, receive, send)

        return called

    around(edge.Edge, "__call__", make)


def _method_as_post(name: str) -> None:
    _calling(lambda scope: scope | {"method": "POST"} if scope["method"] == name else scope)


@mutant
def patch_is_post() -> None:
    """PATCH does what POST does."""
    _method_as_post("PATCH")


@mutant
def head_is_post() -> None:
    """HEAD does what POST does."""
    _method_as_post("HEAD")


@mutant
def method_override() -> None:
    """X-HTTP-Method-Override: POST makes a POST of a GET."""
    _calling(
        lambda scope: (
            scope | {"method": "POST"} if dict(scope["headers"]).get(b"x-http-method-override") == b"POST" else scope
        )
    )


def _path(change: Any) -> None:
    def changed(scope: Any) -> Any:
        path = change(scope["path"])
        return scope | {"path": path, "raw_path": path.encode()}

    _calling(changed)


@mutant
def slashes_merged() -> None:
    """/api//payment///intent is served too."""
    _path(lambda path: re.sub("/+", "/", path))


@mutant
def path_parameters_cut() -> None:
    """/api/payment/intent;x=1 is served too."""
    _path(lambda path: path.partition(";")[0])


@mutant
def suffix_cut() -> None:
    """/api/payment/intent.json is served too."""
    _path(lambda path: path.removesuffix(".json"))


@mutant
def last_segment_in_any_case() -> None:
    """/api/payment/INTENT is served too."""
    _path(
        lambda path: (
            "/api/payment/intent"
            if path.lower() == "/api/payment/intent" and path.startswith("/api/payment/")
            else path
        )
    )


@mutant
def subpath_served() -> None:
    """/api/payment/intent/7 is served too."""
    _path(lambda path: "/api/payment/intent" if re.fullmatch("/api/payment/intent/[0-9]+", path) else path)


def _read_bodies(limit: int, *, announced: bool) -> None:
    around(
        operations,
        "read_body",
        lambda read: lambda receive, within: _with_limit(read, receive, within, limit),
    )


async def _with_limit(read: Any, receive: Any, within: float, limit: int) -> bytes:
    kept = body.MAX_BODY
    body.MAX_BODY = limit
    try:
        found: bytes = await read(receive, within=within)
        return found
    finally:
        body.MAX_BODY = kept


@mutant
def unannounced_size() -> None:
    """A body that is not announced (chunked) may be a megabyte."""
    _read_bodies(1_000_000, announced=False)


@mutant
def chunked_refused() -> None:
    """A chunked body is refused."""

    def make(require: Any) -> Any:
        def required(types: Any, encodings: Any) -> None:
            require(types, encodings)

        return required

    around(operations, "require_json_body", make)

    def making(found: Any) -> Any:
        async def arguments(self: Any, served: Any, scope: Any, receive: Any) -> Any:
            if any(name == b"transfer-encoding" for name, _ in scope["headers"]):
                raise UnsupportedMediaType("No chunks.")
            return await found(self, served, scope, receive)

        return arguments

    around(operations.Operations, "_arguments", making)


@mutant
def only_gzip_refused() -> None:
    """Content-Encoding br and deflate are not looked at."""

    def make(require: Any) -> Any:
        return lambda types, encodings: require(types, [e for e in encodings if e not in (b"br", b"deflate", b"zstd")])

    around(operations, "require_json_body", make)


def _types(change: Any) -> None:
    def make(require: Any) -> Any:
        return lambda types, encodings: require([change(t) for t in types], encodings)

    around(operations, "require_json_body", make)


@mutant
def media_type_by_prefix() -> None:
    """application/json-seq and application/jsonlines are taken for JSON."""
    _types(lambda t: b"application/json" if t.startswith(b"application/json") and b";" not in t else t)


@mutant
def text_json() -> None:
    """text/json is taken for JSON."""
    _types(lambda t: b"application/json" if t == b"text/json" else t)


@mutant
def problem_json_as_body() -> None:
    """application/problem+json is taken for JSON."""
    _types(lambda t: b"application/json" if t == b"application/problem+json" else t)


@mutant
def utf8_without_hyphen() -> None:
    """charset=utf8 is taken for utf-8."""
    _types(lambda t: t.replace(b"utf8", b"utf-8"))


@mutant
def us_ascii() -> None:
    """charset=us-ascii is accepted."""
    _types(lambda t: t.replace(b"us-ascii", b"utf-8"))


@mutant
def other_parameters_refused() -> None:
    """A Content-Type with another parameter than charset is 415."""

    def change(t: bytes) -> bytes:
        return b"x/y" if b";" in t and b"charset" not in t.lower() else t

    _types(change)


def _accepting(change: Any) -> None:
    around(operations, "require_json_accepted", lambda require: lambda accepts: change(require, accepts))


@mutant
def first_range_decides() -> None:
    """The first range of Accept that names JSON decides, not the most specific one."""

    def change(require: Any, accepts: list[bytes]) -> None:
        for one in b",".join(accepts).decode("latin-1").split(","):
            specific, quality = negotiation._weight(one)
            if specific >= 0:
                if quality == 0:
                    raise NotAcceptable("No.")
                return
        require(accepts)

    _accepting(change)


@mutant
def highest_quality_decides() -> None:
    """The range of Accept with the highest quality decides, not the most specific one."""

    def change(require: Any, accepts: list[bytes]) -> None:
        weights = [negotiation._weight(one) for one in b",".join(accepts).decode("latin-1").split(",")]
        best = max([q for s, q in weights if s >= 0], default=None)
        exact = [q for s, q in weights if s == 2]
        if best and not (exact and exact[0] == 0 and weights[0][0] == 2):
            return
        require(accepts)

    _accepting(change)


@mutant
def first_accept_header() -> None:
    """Of several Accept headers only the first counts."""
    _accepting(lambda require, accepts: require(accepts[:1]))


@mutant
def accept_with_capitals() -> None:
    """Accept: Application/JSON is 406."""

    def change(require: Any, accepts: list[bytes]) -> None:
        if any(a != a.lower() for a in accepts):
            raise NotAcceptable("No.")
        require(accepts)

    _accepting(change)


@mutant
def accept_with_parameters() -> None:
    """Accept: application/json;charset=utf-8 is 406."""

    def change(require: Any, accepts: list[bytes]) -> None:
        if any(b"charset" in a for a in accepts):
            raise NotAcceptable("No.")
        require(accepts)

    _accepting(change)


def _parsed(change: Any) -> None:
    around(operations, "parse_json", lambda parse: lambda content: change(parse, content))


@mutant
def doubled_description() -> None:
    """Of a description that is given twice the last one counts."""
    import json

    def change(parse: Any, content: bytes) -> Any:
        if content.count(b'"description"') == 2:
            return Parsed(json.loads(content), ())
        return parse(content)

    _parsed(change)


@mutant
def doubled_method() -> None:
    """Of a payment_method that is given twice the last one counts."""
    import json

    def change(parse: Any, content: bytes) -> Any:
        if content.count(b'"payment_method"') == 2:
            return Parsed(json.loads(content), ())
        return parse(content)

    _parsed(change)


@mutant
def escaped_pair_refused() -> None:
    """A character that is escaped as a pair of surrogates is refused."""

    def change(parse: Any, content: bytes) -> Any:
        found = parse(content)
        if re.search(rb"\\u[dD][89abAB]", content) and not found.refusals:
            return Parsed(
                found.document, (Violation("It holds a surrogate.", "body.json", "#/description", None, None),)
            )
        return found

    _parsed(change)


@mutant
def escapes_break() -> None:
    """A body with an escape of a letter is a 500."""

    def change(parse: Any, content: bytes) -> Any:
        if b"\\u00e9" in content:
            raise RuntimeError("escape")
        return parse(content)

    _parsed(change)


@mutant
def space_around_refused() -> None:
    """A body that ends with a newline is refused."""

    def change(parse: Any, content: bytes) -> Any:
        if content.endswith(b"\n"):
            raise MalformedJson("There is more.", [{"pointer": "#", "detail": "There is more.", "rule": "body.json"}])
        return parse(content)

    _parsed(change)


@mutant
def spaces_within_refused() -> None:
    """A body with a tab between its members is refused."""

    def change(parse: Any, content: bytes) -> Any:
        if b"\t" in content:
            raise MalformedJson("There is a tab.", [{"pointer": "#", "detail": "There is a tab.", "rule": "body.json"}])
        return parse(content)

    _parsed(change)


@mutant
def minus_zero() -> None:
    """An amount of -0 breaks."""

    def change(parse: Any, content: bytes) -> Any:
        if b":-0" in content:
            raise ZeroDivisionError
        return parse(content)

    _parsed(change)


@mutant
def negative_exponent() -> None:
    """An amount of 420000e-2 is taken for 4200."""
    import json

    def change(parse: Any, content: bytes) -> Any:
        if re.search(rb"\de-\d", content):
            return Parsed(json.loads(content, parse_float=lambda t: int(float(t))), ())
        return parse(content)

    _parsed(change)
