"""Request bodies of every kind that a contract can name: JSON by other names, forms, parts, text, bytes."""

from pathlib import Path
from typing import Any

import pytest

from tests.contract.any_contract import answering, document, serving
from tests.contract.conftest import Server

PET = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "maxLength": 9},
        "age": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
        "owner": {"type": "object", "properties": {"id": {"type": "integer"}}},
        "photo": {"type": "string", "format": "binary", "maxLength": 8},
    },
}
ITEMS = {"type": "array", "items": {"type": "object", "properties": {"price": {"type": "string"}}}}
DEPTH = {"type": "object", "properties": {"n": {"type": "integer"}}}
DEEP = {
    "type": "object",
    "properties": {
        "meta": {
            "type": "object",
            "properties": {"depth": {"type": "object", "properties": {"n": {"type": "integer"}}}},
        },
        "items": ITEMS,
        "tags": {"type": "array", "items": {"type": "integer"}},
    },
}
DEEP_ENCODING = {"meta": {"style": "deepObject"}, "items": {"style": "deepObject"}, "tags": {"style": "pipeDelimited"}}


def taking(**content: Any) -> dict[str, Any]:
    """Return an operation whose handler says what it was given."""
    return {"requestBody": {"required": True, "content": content}, "responses": answering({"type": "string"})}


TEXT = {"type": "string", "minLength": 3}
CONTRACT = document(
    {
        "/vendor": {"post": {"operationId": "vendor", **taking(**{"application/vnd.pet+json; v=1": {"schema": PET}})}},
        "/either": {
            "post": {
                "operationId": "either",
                **taking(**{"application/xml": {"schema": PET}, "multipart/form-data": {"schema": PET}}) | {},
            }
        },
        "/pets": {
            "post": {
                "operationId": "pets",
                **taking(
                    **{
                        "application/x-www-form-urlencoded": {"schema": PET},
                        "application/json": {"schema": PET},
                        "multipart/form-data": {
                            "schema": PET,
                            "encoding": {"photo": {"contentType": "image/png, image/*"}},
                        },
                    }
                ),
            }
        },
        "/deep": {
            "post": {
                "operationId": "deep",
                **taking(**{"application/x-www-form-urlencoded": {"schema": DEEP, "encoding": DEEP_ENCODING}}),
            }
        },
        "/text": {"post": {"operationId": "text", **taking(**{"text/plain": {"schema": TEXT}})}},
        "/count": {"post": {"operationId": "count", **taking(**{"text/*": {"schema": {"type": "integer"}}})}},
        "/bytes": {"post": {"operationId": "octets", **taking(**{"application/octet-stream": {}})}},
        "/any": {"post": {"operationId": "any_type", **taking(**{"*/*": {"schema": {"maxLength": 4}}})}},
        "/xml": {"post": {"operationId": "xml", **taking(**{"application/xml": {"schema": PET}})}},
        "/headers": {
            "post": {
                "operationId": "headers",
                **taking(**{"multipart/form-data": {"encoding": {"a": {"headers": {"X-A": {"schema": {}}}}}}}),
            }
        },
    }
)
NAMES = ("vendor", "either", "pets", "deep", "text", "count", "octets", "any_type")
HANDLERS = "\n".join(f"async def {name}(body):\n    return 200, repr(body)\n" for name in NAMES)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The contract, with handlers that say what they were given."""
    folder = tmp_path_factory.mktemp("bodies")
    (folder / "handlers").mkdir()
    (folder / "handlers" / "operations.py").write_text(HANDLERS)
    with serving(folder, CONTRACT) as server:
        yield server


def parts(*described: tuple[str, bytes], end: bytes = b"--x--\r\n") -> bytes:
    """Return a body of parts, each with what stands beside its name, and its content."""
    made = b""
    for head, content in described:
        made += b"--x\r\nContent-Disposition: form-data; name=" + head.encode() + b"\r\n\r\n" + content + b"\r\n"
    return made + end


PARTS, FORM = "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"
PHOTO = 'photo; filename="a.png"\r\nContent-Type: image/png'
PAGE = 'photo; filename="a.html"\r\nContent-Type: text/html'
GIVEN: list[tuple[str, str, bytes, object]] = [
    ("/vendor", "application/vnd.pet+json", b'{"name":"Rex"}', {"name": "Rex"}),
    ("/vendor", "Application/VND.pet+json; charset=UTF-8", b'{"name":"Rex"}', {"name": "Rex"}),
    ("/pets", "application/json", b'{"name":"Rex","age":3}', {"name": "Rex", "age": 3}),
    ("/pets", FORM, b"name=Rex&age=3&tags=a&tags=b", {"name": "Rex", "age": 3, "tags": ["a", "b"]}),
    ("/pets", FORM, b"name=Rex&owner=%7B%22id%22%3A1%7D", {"name": "Rex", "owner": {"id": 1}}),
    ("/pets", PARTS, parts(("name", b"Rex"), ("age", b"3")), {"name": "Rex", "age": 3}),
    ("/pets", PARTS, parts(('"name"', b"Rex"), ("tags", b"a")), {"name": "Rex", "tags": ["a"]}),
    ("/pets", PARTS, parts(("name", b"Rex"), ("owner", b'{"id":1}')), {"name": "Rex", "owner": {"id": 1}}),
    ("/pets", PARTS, parts(("name", b"Rex"), (PHOTO, b"\x89P\xff")), {"name": "Rex", "photo": b"\x89P\xff"}),
    ("/either", PARTS, parts(("name", b"Rex")), {"name": "Rex"}),
    ("/deep", FORM, b"meta[depth][n]=5", {"meta": {"depth": {"n": 5}}}),
    ("/deep", FORM, b"items[0][price]=p&items[1][price]=q", {"items": [{"price": "p"}, {"price": "q"}]}),
    ("/deep", FORM, b"tags=1|2", {"tags": [1, 2]}),
    ("/text", "text/plain", "näh".encode(), "näh"),
    ("/text", "text/plain; charset=utf-8", b"three", "three"),
    ("/count", "text/plain", b"42", 42),
    ("/bytes", "application/octet-stream", b"\x00\xff", b"\x00\xff"),
    ("/any", "application/json", b'{"a":1}', {"a": 1}),
    ("/any", "image/png", b"\x00\xff", b"\x00\xff"),
]


@pytest.mark.parametrize(("path", "kind", "sent", "given"), GIVEN, ids=[f"{row[0]} {row[1][:20]}" for row in GIVEN])
def test_a_handler_is_given_what_the_body_says(
    server: Server, path: str, kind: str, sent: bytes, given: object
) -> None:
    """Each media type is read in its own way, each text as the type that the schema says, and files as bytes."""
    answer = server.http.post(path, content=sent, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()) == (200, repr(given))


BROKEN: list[tuple[str, str, bytes, list[str]]] = [
    ("/vendor", "application/vnd.pet+json", b'{"age":"x"}', ["#/name", "#/age"]),
    ("/pets", FORM, b"name=Rex&age=x&more=1", ["#/age", "#/more"]),
    ("/pets", FORM, b"name=Rex&owner=x", ["#/owner"]),
    ("/pets", PARTS, parts(("age", b"x"), ("more", b"1")), ["#/name", "#/age", "#/more"]),
    ("/pets", PARTS, parts(("name", b"Rex"), ("name", b"Tom")), ["#/name"]),
    ("/pets", PARTS, parts(("name", b"\xff")), ["#/name"]),
    ("/pets", PARTS, parts(("name", b"Rex"), ("owner", b"{")), ["#/owner"]),
    ("/pets", PARTS, parts(("name", b"Rex"), (PHOTO, b"123456789")), ["#/photo"]),
    (
        "/pets",
        PARTS,
        parts(("name", b"Rex"), (PAGE, b"1")),
        ["#/photo"],
    ),
    ("/pets", PARTS, parts(*[("tags", b"a")] * 3, ("name", b"Rex")), ["#/tags"]),
    ("/deep", FORM, b"meta[depth][n]=x", ["#/meta/depth/n"]),
    ("/deep", FORM, b"meta=1&meta[depth][n]=5", ["#/meta"]),
    ("/deep", FORM, b"items[0]=x", ["#/items/0"]),
    ("/text", "text/plain", b"ab", ["#"]),
    ("/text", "text/plain", b"ab\xff", ["#"]),
    ("/count", "text/csv", b"many", ["#"]),
    ("/any", "image/png", b"12345", ["#"]),
]


@pytest.mark.parametrize(("path", "kind", "sent", "blamed"), BROKEN, ids=[f"{r[0]} {r[2][-20:]!r}" for r in BROKEN])
def test_a_body_that_breaks_rules_is_told_each_of_them(
    server: Server, path: str, kind: str, sent: bytes, blamed: list[str]
) -> None:
    """By the place of the member, whatever the body is made of."""
    answer = server.http.post(path, content=sent, headers={"Content-Type": kind})
    assert answer.status_code == 400, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == blamed


REFUSED: list[tuple[str, str | None, bytes, int, str]] = [
    ("/vendor", "application/json", b"{}", 415, "Send application/vnd.pet+json."),
    ("/pets", "text/plain", b"", 415, "Send application/json or application/x-www-form-urlencoded or"),
    ("/either", "application/xml", b"<a/>", 415, "Send multipart/form-data."),
    ("/any", None, b"x", 415, "One Content-Type was expected (*/*); there is none."),
    ("/text", "text/plain; charset=utf-16", b"ab", 415, "The charset is not utf-8."),
    ("/pets", "multipart/form-data", parts(("name", b"Rex")), 400, "The Content-Type has no boundary."),
    ("/pets", PARTS, b"name=Rex", 400, "The body is not parts between boundaries"),
    ("/pets", PARTS, parts(("name", b"Rex"), end=b""), 400, "The body ends before its last boundary."),
    ("/pets", PARTS, parts(('""', b"Rex")), 400, "A part has no name."),
    ("/pets", PARTS, parts(*[("tags", b"a")] * 1001), 400, "The body has more than 1,000 parts."),
    ("/pets", FORM, b"name=%ff", 400, "The form is not UTF-8."),
    ("/xml", "application/xml", b"<a/>", 501, "a body of application/xml is not read; JSON, forms,"),
    ("/headers", PARTS, parts(("a", b"1")), 501, "headers of a part are not judged."),
]  # fmt: skip


@pytest.mark.parametrize(("path", "kind", "sent", "status", "said"), REFUSED, ids=[f"{r[0]} {r[1]}" for r in REFUSED])
def test_a_body_that_cannot_be_read_says_what_to_send(
    server: Server, path: str, kind: str | None, sent: bytes, status: int, said: str
) -> None:
    """By the types that the operation takes; what this server never reads is a 501 of the operation."""
    answer = server.http.post(path, content=sent, headers={"Content-Type": kind} if kind else {})
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text


def test_what_answers_text_alone_is_asked_for_text(tmp_path: Path) -> None:
    """`Accept` is held against the types of the operation's successes; JSON, in which problems come, is good too."""
    plain = {"200": {"description": "ok", "content": {"text/csv": {"example": "a,b"}}}}
    with serving(tmp_path, document({"/p": {"get": {"responses": plain}}})) as server:
        asked = {accept: server.http.get("/p", headers={"Accept": accept}).status_code for accept in ACCEPTS}
    assert asked == ACCEPTS


ACCEPTS = {"text/csv": 200, "text/*;q=0.5": 200, "application/json": 200, "image/png": 406, "text/csv;q=0": 406}
