"""Right requests to ordinary operations: where their values come from, and how they are written."""

import json
from pathlib import Path
from typing import Any

import pytest

from tollbridge.contract import Operation, load_contract
from tollbridge.verify.model.requests import call_of, right_request

TEXT = {"type": "string"}
PAIR = {"type": "object", "required": ["name", "tags"], "properties": {"name": TEXT, "tags": {"type": "array"}}}


def operation(folder: Path, path: str = "/fees", **spec: Any) -> Operation:
    """The operation of a contract that has one."""
    method = "post" if "requestBody" in spec else "get"
    document = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {path: {method: spec}}}
    file = folder / "openapi.json"
    file.write_text(json.dumps(document))
    return load_contract(file).operations[0]


def parameter(location: str, schema: Any, **more: Any) -> dict[str, Any]:
    """A required parameter."""
    return {"name": "p", "in": location, "required": True, "schema": schema, **more}


SENT: dict[str, tuple[dict[str, Any], str, tuple[tuple[str, str], ...]]] = {
    "a text in the path": (parameter("path", TEXT, example="a/b"), "/fees/a%2Fb", ()),
    "a boolean in the query": (parameter("query", {"type": "boolean"}, example=False), "/fees/{p}?p=false", ()),
    "a list item by item": (parameter("query", {"type": "array"}, example=["a", "b"]), "/fees/{p}?p=a&p=b", ()),
    "a list in one": (
        parameter("query", {"type": "array"}, example=["a", "b"], explode=False),
        "/fees/{p}?p=a%2Cb",
        (),
    ),
    "an object": (
        parameter("query", {"type": "object"}, example={"a": 1}, style="deepObject"),
        "/fees/{p}?p%5Ba%5D=1",
        (),
    ),
    "a header": (parameter("header", {"type": "integer"}, example=7), "/fees/{p}", (("p", "7"),)),
    "a cookie": (parameter("cookie", TEXT, example="x"), "/fees/{p}", (("Cookie", "p=x"),)),
    "a header of HTTP's own": (parameter("header", TEXT, example="x") | {"name": "Accept"}, "/fees/{p}", ()),
}


@pytest.mark.parametrize("name", SENT)
def test_a_parameter_is_sent_at_its_place(name: str, tmp_path: Path) -> None:
    """Its example is sent in the style that the contract says; a header of HTTP's own is no parameter."""
    given, target, headers = SENT[name]
    call = call_of(one := operation(tmp_path, "/fees/{p}", parameters=[given]), right_request(one))
    assert (call.target, call.headers) == (target, headers)


BODIES = {
    "application/vnd.fees+json": ("application/vnd.fees+json", b'{"name": "n", "tags": ["a", "b"]}'),
    "application/x-www-form-urlencoded": ("application/x-www-form-urlencoded", b"name=n&tags=a&tags=b"),
    "multipart/form-data": ("multipart/form-data; boundary=part", b'\r\nContent-Disposition: form-data; name="name"'),
}


@pytest.mark.parametrize("media_type", BODIES)
def test_a_body_is_written_as_its_type_asks(media_type: str, tmp_path: Path) -> None:
    """The contract's example is sent, under the type that the operation takes."""
    content = {media_type: {"schema": PAIR, "example": {"name": "n", "tags": ["a", "b"]}}}
    one = operation(tmp_path, requestBody={"required": True, "content": content})
    request = right_request(one)
    call = call_of(one, request)
    assert request.shown
    assert call.content == (("Content-Type", BODIES[media_type][0]),)
    assert BODIES[media_type][1] in call.body


def test_what_the_contract_does_not_show_is_made(tmp_path: Path) -> None:
    """An example that breaks the schema is not sent; what is made fits, and is the same each time."""
    content = {"application/json": {"schema": PAIR, "example": {"name": 7}}}
    one = operation(tmp_path, requestBody={"required": True, "content": content})
    request = right_request(one)
    assert one.body
    assert (request.shown, one.body.is_valid(request.document)) == (False, True)
    assert request == right_request(one)
