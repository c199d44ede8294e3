"""Contracts of our own in the style of public ones, each with requests that are right and requests that are wrong.

Twilio's forms, a recursive document as of a forum, a discriminator as of Adyen's and Train Travel's payments, OpenAPI
3.1 as of Museum, what is easily forgotten (readOnly, 2XX, cookies, text, PATCH), and 600 operations, of which Stripe's
contract has about as many.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
RESOURCES = 200
"""Of three operations each."""

Document = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """A request.

    Args:
        method: of HTTP.
        path: with its query.
        body: as it is sent; None for none.
        content_type: of the body.
        headers: further ones.
        answers: the documented statuses of a right request; none for a wrong one, which has to be refused by a 4xx.
    """

    method: str
    path: str
    body: bytes | None = None
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    answers: tuple[int, ...] = ()


@dataclass(frozen=True)
class Style:
    """A contract in a style.

    Args:
        name: of the style.
        document: the contract.
        operations: how many it has.
        right: a right request of each operation that is asked: the contract's own example, where it has one.
        wrong: requests that the contract does not allow.
    """

    name: str
    document: Document
    operations: int
    right: tuple[Call, ...]
    wrong: tuple[Call, ...]


def styles() -> tuple[Style, ...]:
    """Return every style."""
    return forms(), recursion(), discriminators(), openapi_31(), forgotten(), many()


def forms() -> Style:
    """Bodies as forms, and a page of a list."""
    schema = {
        "type": "object",
        "required": ["To", "Body"],
        "properties": {"To": {"type": "string", "pattern": r"^\+[0-9]{5,15}$"}, "Body": TEXT, "MaxPrice": NUMBER},
    }
    message = {"type": "object", "required": ["sid"], "properties": {"sid": TEXT, "to": TEXT}}
    made = answer(201, message, {"sid": "SM1", "to": "+15551234567"})
    listed = answer(200, {"type": "array", "items": message}, [{"sid": "SM1"}])
    paths = {
        "/v1/messages": {
            "post": operation("create_message", made, body=content(FORM, schema)),
            "get": operation("list_messages", listed, query("PageSize", {"type": "integer", "minimum": 1})),
        }
    }
    right = {"To": "+15551234567", "Body": "Dock 4", "MaxPrice": "0.5"}
    return Style(
        "forms",
        document(paths),
        2,
        (form("/v1/messages", right, 201), Call("GET", "/v1/messages?PageSize=2", answers=(200,))),
        (
            form("/v1/messages", {"To": "nobody", "Body": "x"}),
            form("/v1/messages", {"To": "+15551234567"}),
            form("/v1/messages", right | {"MaxPrice": "much"}),
            Call("POST", "/v1/messages", json.dumps(right).encode()),
            Call("GET", "/v1/messages?PageSize=0"),
        ),
    )


def recursion() -> Style:
    """A comment with comments, and a list that ends in itself."""
    comment = {
        "type": "object",
        "required": ["text"],
        "properties": {"text": TEXT, "replies": {"type": "array", "items": {"$ref": "#/components/schemas/Comment"}}},
    }
    shown = {"text": "a", "replies": [{"text": "b"}]}
    named = {"$ref": "#/components/schemas/Comment"}
    paths = {"/comments": {"post": operation("comment", answer(201, named, shown), body=content(JSON, named))}}
    deep = {"text": "a", "replies": [{"text": "b", "replies": [{"text": 5}]}]}
    return Style(
        "recursion",
        document(paths, schemas={"Comment": comment}),
        1,
        (post("/comments", shown, 201),),
        (post("/comments", {"replies": []}), post("/comments", deep), post("/comments", [])),
    )


def discriminators() -> Style:
    """A payment by card or by bank, told apart by one member."""
    card = {"allOf": [KIND, {"required": ["number"], "properties": {"number": {"type": "string", "minLength": 12}}}]}
    bank = {"allOf": [KIND, {"required": ["iban"], "properties": {"iban": {"type": "string", "minLength": 15}}}]}
    source = {
        "oneOf": [{"$ref": "#/components/schemas/Card"}, {"$ref": "#/components/schemas/Bank"}],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {"card": "#/components/schemas/Card", "bank": "#/components/schemas/Bank"},
        },
    }
    body = {"type": "object", "required": ["source"], "properties": {"source": source}}
    made = answer(200, {"type": "object", "required": ["id"], "properties": {"id": TEXT}}, {"id": "pay_1"})
    paths = {"/payments": {"post": operation("pay", made, body=content(JSON, body))}}
    return Style(
        "discriminators",
        document(paths, schemas={"Card": card, "Bank": bank}),
        1,
        (
            post("/payments", {"source": {"kind": "card", "number": "4242424242424242"}}, 200),
            post("/payments", {"source": {"kind": "bank", "iban": "DE02120300000000202051"}}, 200),
        ),
        (
            post("/payments", {"source": {"kind": "card", "number": "42"}}),
            post("/payments", {"source": {"kind": "bank"}}),
            post("/payments", {}),
        ),
    )


def openapi_31() -> Style:
    """OpenAPI 3.1: types in lists, `const`, a token, an array and a deep object in the query."""
    ticket = {
        "type": "object",
        "required": ["kind", "note"],
        "properties": {"kind": {"const": "entry"}, "note": {"type": ["string", "null"]}, "day": TEXT},
        "unevaluatedProperties": False,
    }
    made = answer(201, {"type": "object", "required": ["id"], "properties": {"id": TEXT}}, {"id": "t1"})
    array = {"name": "day", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}}
    deep = {"type": "object", "properties": {"least": {"type": "integer"}}}
    filtered = {"name": "price", "in": "query", "style": "deepObject", "explode": True, "schema": deep}
    listed = answer(200, {"type": "array", "items": {"type": "object"}}, [{"id": "t1"}])
    paths = {
        "/tickets": {
            "post": operation("buy", made, body=content(JSON, ticket)),
            "get": operation("tickets", listed, array, filtered),
        }
    }
    made_of = document(paths) | {"openapi": "3.1.0", "webhooks": {}}
    return Style(
        "OpenAPI 3.1",
        made_of,
        2,
        (
            post("/tickets", {"kind": "entry", "note": None}, 201),
            Call("GET", "/tickets?day=1&day=2&price%5Bleast%5D=5", answers=(200,)),
        ),
        (
            post("/tickets", {"kind": "exit", "note": None}),
            post("/tickets", {"kind": "entry", "note": 5}),
            post("/tickets", {"kind": "entry", "note": None, "more": 1}),
            Call("GET", "/tickets?day=today"),
        ),
    )


def forgotten() -> Style:
    """`readOnly` with `required`, `2XX`, a cookie, plain text, PATCH and a vendor's JSON."""
    gate = {
        "type": "object",
        "required": ["id", "name"],
        "properties": {"id": {"type": "integer", "readOnly": True}, "name": TEXT},
    }
    vendor = "application/vnd.gate+json"
    cookie = {"name": "session", "in": "cookie", "required": True, "schema": {"type": "string", "minLength": 3}}
    identity = {"name": "gate-id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
    shown = answer("2XX", gate, {"id": 1, "name": "North"})
    note = {"204": {"description": "noted"}}
    paths = {
        "/gates": {"post": operation("add_gate", shown, body=content(JSON, gate))},
        "/gates/{gate-id}": {
            "patch": operation("change_gate", shown, identity, body=content(vendor, {"type": "object"})),
            "get": operation("see_gate", shown, identity, cookie),
        },
        "/notes": {"post": operation("note", note, body=content("text/plain", TEXT))},
    }
    session = {"Cookie": "session=abc"}
    return Style(
        "forgotten",
        document(paths),
        4,
        (
            post("/gates", {"name": "North"}, 200, 201),
            Call("PATCH", "/gates/1", b"{}", vendor, answers=(200,)),
            Call("GET", "/gates/1", headers=session, answers=(200,)),
            Call("POST", "/notes", b"North is shut.", "text/plain", answers=(204,)),
        ),
        (
            post("/gates", {}),
            Call("PATCH", "/gates/0", b"{}", vendor),
            Call("GET", "/gates/1"),
            Call("GET", "/gates/north", headers=session),
            Call("POST", "/notes", b"{}", "application/xml"),
        ),
    )


def many() -> Style:
    """Two hundred resources: made, seen and deleted."""
    paths: Document = {}
    right: list[Call] = []
    wrong: list[Call] = []
    for number in range(RESOURCES):
        members = {"name": TEXT, "count": {"type": "integer", "minimum": 0}}
        schema = {"type": "object", "required": ["name"], "properties": members}
        shown = answer(200, {"allOf": [schema, {"properties": {"id": TEXT}}]}, {"id": "x1", "name": "one", "count": 1})
        identity = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "maxLength": 9}}
        paths[f"/r{number}"] = {"post": operation(f"make_{number}", shown, body=content(JSON, schema))}
        paths[f"/r{number}/{{id}}"] = {
            "get": operation(f"see_{number}", shown, identity),
            "delete": operation(f"drop_{number}", {"204": {"description": "gone"}}, identity),
        }
        right += [
            post(f"/r{number}", {"name": "one"}, 200),
            Call("GET", f"/r{number}/x1", answers=(200,)),
            Call("DELETE", f"/r{number}/x1", answers=(204,)),
        ]
        wrong += [post(f"/r{number}", {"name": 1}), Call("GET", f"/r{number}/far-too-long")]
    return Style(f"{3 * RESOURCES} operations", document(paths), 3 * RESOURCES, tuple(right), tuple(wrong))


TEXT: Document = {"type": "string"}
NUMBER: Document = {"type": "number"}
KIND: Document = {"type": "object", "required": ["kind"], "properties": {"kind": TEXT}}


def document(paths: Document, **components: Any) -> Document:
    """Return a contract; every operation documents its refusals."""
    refusals = {"type": "object", "properties": {"title": TEXT}}
    problem = {"description": "A refusal.", "content": {"application/problem+json": {"schema": refusals}}}
    for item in paths.values():
        for one in item.values():
            one["responses"] |= {"400": problem, "422": problem}
    return {
        "openapi": "3.0.3",
        "info": {"title": "A style", "version": "1"},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": components,
    }


def operation(identity: str, responses: Document, *parameters: Document, body: Document | None = None) -> Document:
    """Return an operation."""
    more = {"requestBody": {"required": True, "content": body}} if body else {}
    return {"operationId": identity, "parameters": [*parameters], "responses": {**responses}, **more}


def answer(status: int | str, schema: Document, example: object) -> Document:
    """Return the responses of an operation that has one, with an example."""
    return {str(status): {"description": "Done.", "content": {JSON: {"schema": schema, "example": example}}}}


def content(media: str, schema: Document) -> Document:
    """Return a body's content."""
    return {media: {"schema": schema}}


def query(name: str, schema: Document) -> Document:
    """Return a parameter of the query."""
    return {"name": name, "in": "query", "schema": schema}


def post(path: str, body: object, *answers: int) -> Call:
    """Return a POST of JSON."""
    return Call("POST", path, json.dumps(body).encode(), answers=answers)


def form(path: str, body: dict[str, str], *answers: int) -> Call:
    """Return a POST of a form."""
    return Call("POST", path, urlencode(body).encode(), FORM, answers=answers)
