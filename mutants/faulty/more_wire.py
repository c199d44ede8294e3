"""Rows that the strict-wire table does not have."""

import re
from typing import Any

from mutants.faulty.wire import calling, method_as_post, path_read_as
from mutants.patch import instead, mutant
from tollbridge.contract import Violation
from tollbridge.problems import MalformedJson, NotAcceptable, UnsupportedMediaType
from tollbridge.server import body, negotiation, operations
from tollbridge.server.wire import Parsed


@mutant
def patch_is_post() -> None:
    """PATCH does what POST does."""
    method_as_post("PATCH")


@mutant
def head_is_post() -> None:
    """HEAD does what POST does."""
    method_as_post("HEAD")


@mutant
def method_override() -> None:
    """X-HTTP-Method-Override: POST makes a POST of a GET."""
    calling(
        lambda scope: (
            scope | {"method": "POST"} if dict(scope["headers"]).get(b"x-http-method-override") == b"POST" else scope
        )
    )


@mutant
def slashes_merged() -> None:
    """/api//payment///intent is served too."""
    path_read_as(lambda path: re.sub("/+", "/", path))


@mutant
def path_parameters_cut() -> None:
    """/api/payment/intent;x=1 is served too."""
    path_read_as(lambda path: path.partition(";")[0])


@mutant
def suffix_cut() -> None:
    """/api/payment/intent.json is served too."""
    path_read_as(lambda path: path.removesuffix(".json"))


@mutant
def last_segment_in_any_case() -> None:
    """/api/payment/INTENT is served too."""
    path_read_as(
        lambda path: (
            "/api/payment/intent"
            if path.lower() == "/api/payment/intent" and path.startswith("/api/payment/")
            else path
        )
    )


@mutant
def subpath_served() -> None:
    """/api/payment/intent/7 is served too."""
    path_read_as(lambda path: "/api/payment/intent" if re.fullmatch("/api/payment/intent/[0-9]+", path) else path)


@mutant
def unannounced_size() -> None:
    """A body that is not announced (chunked) may be a megabyte."""

    async def found(read: Any, receive: Any, within: float) -> bytes:
        kept = body.MAX_BODY
        body.MAX_BODY = 1_000_000
        try:
            content: bytes = await read(receive, within=within)
            return content
        finally:
            body.MAX_BODY = kept

    instead(operations, "read_body", found)


@mutant
def chunked_refused() -> None:
    """A chunked body is refused."""

    async def arguments(found: Any, self: Any, served: Any, scope: Any, receive: Any) -> Any:
        if any(name == b"transfer-encoding" for name, _ in scope["headers"]):
            raise UnsupportedMediaType("No chunks.")
        return await found(self, served, scope, receive)

    instead(operations.Operations, "_arguments", arguments)


@mutant
def only_gzip_refused() -> None:
    """Content-Encoding br and deflate are not looked at."""

    def required(require: Any, types: Any, encodings: Any) -> None:
        require(types, [e for e in encodings if e not in (b"br", b"deflate", b"zstd")])

    instead(operations, "require_json_body", required)


def _types(change: Any) -> None:
    def required(require: Any, types: Any, encodings: Any) -> None:
        require([change(t) for t in types], encodings)

    instead(operations, "require_json_body", required)


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

    instead(operations, "require_json_accepted", change)


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

    instead(operations, "require_json_accepted", change)


@mutant
def first_accept_header() -> None:
    """Of several Accept headers only the first counts."""
    instead(operations, "require_json_accepted", lambda require, accepts: require(accepts[:1]))


@mutant
def accept_with_capitals() -> None:
    """Accept: Application/JSON is 406."""

    def change(require: Any, accepts: list[bytes]) -> None:
        if any(a != a.lower() for a in accepts):
            raise NotAcceptable("No.")
        require(accepts)

    instead(operations, "require_json_accepted", change)


@mutant
def accept_with_parameters() -> None:
    """Accept: application/json;charset=utf-8 is 406."""

    def change(require: Any, accepts: list[bytes]) -> None:
        if any(b"charset" in a for a in accepts):
            raise NotAcceptable("No.")
        require(accepts)

    instead(operations, "require_json_accepted", change)


@mutant
def doubled_description() -> None:
    """Of a description that is given twice the last one counts."""
    import json

    def change(parse: Any, content: bytes) -> Any:
        if content.count(b'"description"') == 2:
            return Parsed(json.loads(content), ())
        return parse(content)

    instead(operations, "parse_json", change)


@mutant
def doubled_method() -> None:
    """Of a payment_method that is given twice the last one counts."""
    import json

    def change(parse: Any, content: bytes) -> Any:
        if content.count(b'"payment_method"') == 2:
            return Parsed(json.loads(content), ())
        return parse(content)

    instead(operations, "parse_json", change)


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

    instead(operations, "parse_json", change)


@mutant
def escapes_break() -> None:
    """A body with an escape of a letter is a 500."""

    def change(parse: Any, content: bytes) -> Any:
        if b"\\u00e9" in content:
            raise RuntimeError("escape")
        return parse(content)

    instead(operations, "parse_json", change)


@mutant
def space_around_refused() -> None:
    """A body that ends with a newline is refused."""

    def change(parse: Any, content: bytes) -> Any:
        if content.endswith(b"\n"):
            raise MalformedJson("There is more.", [{"pointer": "#", "detail": "There is more.", "rule": "body.json"}])
        return parse(content)

    instead(operations, "parse_json", change)


@mutant
def spaces_within_refused() -> None:
    """A body with a tab between its members is refused."""

    def change(parse: Any, content: bytes) -> Any:
        if b"\t" in content:
            raise MalformedJson("There is a tab.", [{"pointer": "#", "detail": "There is a tab.", "rule": "body.json"}])
        return parse(content)

    instead(operations, "parse_json", change)


@mutant
def minus_zero() -> None:
    """An amount of -0 breaks."""

    def change(parse: Any, content: bytes) -> Any:
        if b":-0" in content:
            raise ZeroDivisionError
        return parse(content)

    instead(operations, "parse_json", change)


@mutant
def negative_exponent() -> None:
    """An amount of 420000e-2 is taken for 4200."""
    import json

    def change(parse: Any, content: bytes) -> Any:
        if re.search(rb"\de-\d", content):
            return Parsed(json.loads(content, parse_float=lambda t: int(float(t))), ())
        return parse(content)

    instead(operations, "parse_json", change)
