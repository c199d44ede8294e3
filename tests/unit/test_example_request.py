"""The request that the banner shows to be pasted."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.test_contract_load import DOCUMENT
from tollbridge.cli.serve import _curl
from tollbridge.compose import Options
from tollbridge.contract import Operation, load_contract
from tollbridge.server.example_request import ExampleRequest, example_request

RESPONSES = {"200": {"description": "ok"}}


def operation(tmp_path: Path, path: str, method: str, **spec: Any) -> Operation:
    """Return an operation of a contract that has no other."""
    named = {"operationId": "a", "x-openapi-router-controller": "a", "responses": RESPONSES}
    document = {**DOCUMENT, "paths": {path: {method: {**named, **spec}}}}
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    return load_contract(tmp_path / "openapi.json").operations[0]


def parameter(name: str, location: str, *, required: bool = True, **schema: Any) -> dict[str, Any]:
    """Return a parameter."""
    return {"name": name, "in": location, "required": required, "schema": {"type": "string", **schema}}


def test_the_bundled_contracts_request_has_its_example() -> None:
    """A POST with the body that the contract shows first; what may be left out is left out."""
    request = example_request(load_contract(Options().contract).operations[0])
    assert (request.method, request.target) == ("POST", "/api/payment/intent")
    assert request.headers == ("Content-Type: application/json",)
    assert json.loads(request.body or "") == {"amount": 4200, "currency": "usd"}


def test_a_get_has_no_body(tmp_path: Path) -> None:
    """Neither a body nor a media type."""
    assert example_request(operation(tmp_path, "/p", "get")) == ExampleRequest("GET", "/p", (), None)


def test_what_has_to_be_sent_is_in_it(tmp_path: Path) -> None:
    """Path, query and headers, each with what its schema shows, as a URL can hold it; optional ones are not."""
    parameters = [
        parameter("gate-id", "path", type="integer", minimum=7),
        parameter("name", "path", example="a/b c"),
        parameter("page", "query", type="integer", default=3),
        parameter("kind", "query", enum=["x&y", "z"]),
        parameter("X-Key", "header"),
        parameter("X-Dry", "header", type="boolean"),
        parameter("X-Odd", "header", example="a\0\n"),
        parameter("more", "query", required=False),
        parameter("X-More", "header", required=False),
    ]
    request = example_request(operation(tmp_path, "/gates/{gate-id}/n/{name}", "delete", parameters=parameters))
    assert request.target == "/gates/7/n/a%2Fb%20c?page=3&kind=x%26y"
    assert request.headers == ("X-Key: text", "X-Dry: true", "X-Odd: text")


def test_a_body_without_an_example_is_made(tmp_path: Path) -> None:
    """It fits the schema."""
    schema = {"type": "object", "required": ["gate"], "properties": {"gate": {"type": "integer", "minimum": 7}}}
    body = {"content": {"application/json": {"schema": schema}}}
    request = example_request(operation(tmp_path, "/p", "post", requestBody=body))
    assert json.loads(request.body or "")["gate"] >= 7


@pytest.mark.parametrize(
    ("request_", "lines"),
    [
        (ExampleRequest("GET", "/p", (), None), ["  curl -X GET http://h/p"]),
        (ExampleRequest("GET", "/p?a=1", ("X: 1",), None), ["  curl -X GET 'http://h/p?a=1' \\", "    -H 'X: 1'"]),
        (
            ExampleRequest("POST", "/p", ("Content-Type: application/json",), "{}"),
            ["  curl -X POST http://h/p \\", "    -H 'Content-Type: application/json' -d '{}'"],
        ),
        (
            ExampleRequest("POST", "/p", ("X: '; id",), None),
            ["  curl -X POST http://h/p \\", "    -H 'X: '\"'\"'; id'"],
        ),
    ],
)
def test_it_is_shown_as_a_command(request_: ExampleRequest, lines: list[str]) -> None:
    """With what it has, quoted for a shell."""
    assert _curl(request_, "http://h") == lines


OF_A_FORM = {"a": "x y", "n": 5, "list": ["p", "q"]}
KINDS: list[tuple[str, Any, str, str]] = [
    ("application/vnd.pet+json", {"a": 1}, "application/vnd.pet+json", '{"a": 1}'),
    ("application/x-www-form-urlencoded", OF_A_FORM, "application/x-www-form-urlencoded", "a=x+y&n=5&list=p&list=q"),
    (
        "multipart/form-data",
        {"a": "x", "o": {"b": 1}},
        "multipart/form-data; boundary=part",
        '--part\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'
        '--part\r\nContent-Disposition: form-data; name="o"\r\nContent-Type: application/json\r\n\r\n{"b": 1}\r\n'
        "--part--\r\n",
    ),
    ("text/plain", "Dock 4", "text/plain", "Dock 4"),
    ("text/*", "Dock 4", "text/plain", "Dock 4"),
    ("*/*", "Dock 4", "application/json", '"Dock 4"'),
    ("image/*", "GIF", "image/x", "GIF"),
]


@pytest.mark.parametrize(("named", "example", "sent_as", "sent"), KINDS, ids=[row[0] for row in KINDS])
def test_a_body_is_shown_as_its_media_type_is_sent(
    tmp_path: Path, named: str, example: Any, sent_as: str, sent: str
) -> None:
    """JSON by any name, a form, parts and text, with the type that says so."""
    body = {"content": {named: {"example": example}}}
    request = example_request(operation(tmp_path, "/p", "post", requestBody=body))
    assert (request.headers[0], request.body) == (f"Content-Type: {sent_as}", sent)


def test_a_pasted_text_never_names_a_file() -> None:
    """curl sends a file where what follows `-d` begins with an @."""
    commands = [str(_curl(ExampleRequest("POST", "/p", (), text), "http://x")) for text in ("@/etc/passwd", "x@y")]
    assert ["--data-raw" in command for command in commands] == [True, False]
