"""What OpenAPI says of schemas, honoured: discriminators, readOnly and writeOnly, nullable."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.test_contract_load import DOCUMENT, OPERATION, read
from tollbridge.contract import Operation, SchemaCheck, sample_of

KIND = {"type": "string"}
CARD = {"type": "object", "required": ["kind", "number"], "properties": {"kind": KIND, "number": {"minLength": 4}}}
BANK = {"type": "object", "required": ["kind", "iban"], "properties": {"kind": KIND, "iban": {"type": "string"}}}


def ref(name: str) -> dict[str, str]:
    """Return a reference to a schema of the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def operation(
    folder: Path, body: Any, schemas: dict[str, Any], *, answer: Any = None, version: str = "3.0.3"
) -> Operation:
    """Return an operation that takes a body, and answers one where that is said."""
    content = {"content": {"application/json": {"schema": body}}}
    answered = {"200": {"description": "ok", "content": {"application/json": {"schema": answer}}}}
    post = {**OPERATION, "requestBody": content, **({"responses": answered} if answer is not None else {})}
    document = {**DOCUMENT, "openapi": version, "paths": {"/p": {"post": post}}, "components": {"schemas": schemas}}
    return read(folder, document).operations[0]


def body_of(folder: Path, body: Any, schemas: dict[str, Any], version: str = "3.0.3") -> SchemaCheck:
    """Return the compiled schema of a body."""
    found = operation(folder, body, schemas, version=version)
    assert found.body, found.unserved
    return found.body


def blamed(check: SchemaCheck, value: object) -> list[str | None]:
    """Return the places that are wrong in a value; none where it is right."""
    places = [violation.pointer for violation in check.violations(value)]
    assert check.is_valid(value) is (not places)
    return places


BRANCHES = [ref("Card"), ref("Bank")]
MAPPING = {"card": "#/components/schemas/Card", "bank": "Bank"}
MAPPED = {"propertyName": "kind", "mapping": MAPPING}
BY_NAME = {"propertyName": "kind"}
BASE = {"type": "object", "required": ["kind"], "properties": {"kind": KIND, "note": {"maxLength": 3}}}
EXTENDING = {
    "Base": {**BASE, "discriminator": {"propertyName": "kind", "mapping": {"card": "CardOf", "base": "Base"}}},
    "CardOf": {"allOf": [ref("Base"), {"required": ["number"], "properties": {"number": {"minLength": 4}}}]},
    "BankOf": {"allOf": [ref("Base"), {"required": ["iban"]}]},
}
TREE = {
    "Node": {**BASE, "discriminator": BY_NAME},
    "List": {"allOf": [ref("Node"), {"properties": {"items": {"type": "array", "items": ref("Node")}}}]},
    "Leaf": {"allOf": [ref("Node"), {"required": ["value"]}]},
}
CHOSEN: list[tuple[str, Any, dict[str, Any], list[tuple[Any, list[str]]]]] = [
    (
        "oneOf with a mapping",
        {"oneOf": BRANCHES, "discriminator": MAPPED},
        {},
        [
            ({"kind": "card", "number": "4242"}, []),
            ({"kind": "card", "number": "42"}, ["#/number"]),
            ({"kind": "bank", "number": "4242"}, ["#/iban"]),
            ({"kind": "Card", "number": "4242"}, ["#/kind"]),
            ({"number": "4242"}, ["#/kind"]),
        ],
    ),
    (
        "anyOf by the schemas' names",
        {"anyOf": BRANCHES, "discriminator": BY_NAME},
        {},
        [({"kind": "Card", "number": "42"}, ["#/number"]), ({"kind": "Bank", "iban": "x"}, []), ([], ["#"])],
    ),
    (
        "branches that would both fit",
        {"oneOf": [ref("Card"), ref("Loose")], "discriminator": BY_NAME},
        {"Loose": {"type": "object"}},
        [({"kind": "Card", "number": "4242"}, []), ({"kind": "Loose"}, []), ({"kind": "Card"}, ["#/number"])],
    ),
    (
        "a branch that enumerates",
        {
            "oneOf": [ref("Card"), {"required": ["x"], "properties": {"kind": {"enum": ["x"]}}}],
            "discriminator": BY_NAME,
        },
        {},
        [({"kind": "x", "x": 1}, []), ({"kind": "x"}, ["#/x"])],
    ),
    (
        "within a member, and in a list",
        {"properties": {"from": {"type": "array", "items": {"oneOf": BRANCHES, "discriminator": MAPPED}}}},
        {},
        [({"from": [{"kind": "bank", "iban": "x"}, {"kind": "bank"}]}, ["#/from/1/iban"])],
    ),
    (
        "that may be null",
        {"nullable": True, "oneOf": BRANCHES, "discriminator": MAPPED},
        {},
        [(None, []), ({"kind": "card"}, ["#/number"])],
    ),
    (
        "a schema that others extend",
        ref("Base"),
        EXTENDING,
        [
            ({"kind": "card", "number": "4242"}, []),
            ({"kind": "card"}, ["#/number"]),
            ({"kind": "BankOf", "note": "long"}, ["#/note", "#/iban"]),
            ({"kind": "base"}, []),
            ({"kind": "CardOf", "number": "4242"}, ["#/kind"]),
        ],
    ),
    (
        "one that leads back to itself",
        ref("Node"),
        TREE,
        [
            ({"kind": "List", "items": [{"kind": "Leaf", "value": 1}]}, []),
            ({"kind": "List", "items": [{"kind": "List", "items": [{"kind": "Leaf"}]}]}, ["#/items/0/items/0/value"]),
            ({"kind": "Tree"}, ["#/kind"]),
        ],
    ),
]


@pytest.mark.parametrize(("body", "schemas", "rows"), [row[1:] for row in CHOSEN], ids=[row[0] for row in CHOSEN])
def test_a_discriminator_chooses_the_branch(
    tmp_path: Path, body: Any, schemas: dict[str, Any], rows: list[tuple[Any, list[str]]]
) -> None:
    """A value is held against the one branch that it names, and what is wrong is told by that branch's members."""
    check = body_of(tmp_path, body, {"Card": CARD, "Bank": BANK} | schemas)
    assert [(value, blamed(check, value)) for value, _ in rows] == rows


def test_a_discriminator_may_stand_beside_null_in_openapi_31(tmp_path: Path) -> None:
    """Null is a branch that no value names."""
    check = body_of(
        tmp_path,
        {"oneOf": [*BRANCHES, {"type": "null"}], "discriminator": MAPPED},
        {"Card": CARD, "Bank": BANK},
        "3.1.0",
    )
    assert [blamed(check, value) for value in (None, {"kind": "card"}, 5)] == [[], ["#/number"], ["#"]]


def test_a_branch_that_no_value_chooses_is_not_served(tmp_path: Path) -> None:
    """A discriminator that cannot be honoured is a reason, and is not ignored."""
    found = operation(tmp_path, {"oneOf": [ref("Card"), {}], "discriminator": BY_NAME}, {"Card": CARD})
    assert found.unserved
    assert found.unserved.reason == (
        "its discriminator has a branch that no value chooses; give it a name, or a mapping."
    )


def test_what_a_discriminator_needs_is_made_for_a_sample(tmp_path: Path) -> None:
    """A value that is made names a branch, and fits it."""
    check = body_of(tmp_path, {"oneOf": BRANCHES, "discriminator": MAPPED}, {"Card": CARD, "Bank": BANK})
    sample = sample_of(check, "seed", answered=False)
    assert sample
    assert isinstance(sample.value, dict)
    assert sample.value["kind"] in MAPPING


def test_the_document_that_is_shown_keeps_its_discriminators(tmp_path: Path) -> None:
    """What is written anew is for the compiler alone."""
    post = {**OPERATION, "requestBody": {"content": {"application/json": {"schema": ref("Base")}}}}
    document = {**DOCUMENT, "paths": {"/p": {"post": post}}, "components": {"schemas": EXTENDING}}
    assert read(tmp_path, document).document["components"]["schemas"] == EXTENDING


PET = {
    "type": "object",
    "required": ["id", "name", "password"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string"},
        "password": {"type": "string", "writeOnly": True},
    },
}
ONLY_ID = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer", "readOnly": True}}}
SIDES: dict[str, tuple[Any, dict[str, Any]]] = {
    "as it is": (PET, {}),
    "by reference": (ref("Pet"), {"Pet": PET}),
    "by a part": (
        {"allOf": [{"properties": PET["properties"]}, {"required": PET["required"]}]},
        {},
    ),
    "by a member's reference": (
        {**PET, "properties": {**PET["properties"], "id": ref("Id")}},
        {"Id": {"type": "integer", "readOnly": True}},
    ),
    "in what leads back to itself": (
        ref("Pet"),
        {"Pet": {**PET, "properties": {**PET["properties"], "parent": ref("Pet")}}},
    ),
}


@pytest.mark.parametrize(("schema", "schemas"), SIDES.values(), ids=SIDES)
def test_required_holds_for_the_side_that_a_member_is_of(tmp_path: Path, schema: Any, schemas: dict[str, Any]) -> None:
    """A request may leave out what is only read, and an answer what is only written; that it is there is no fault."""
    found = operation(tmp_path, schema, schemas, answer=schema)
    assert found.body, found.unserved
    answered = found.responses["200"].media["application/json"]
    assert blamed(found.body, {"name": "Rex", "password": "x"}) == []
    assert blamed(found.body, {"id": 1, "name": "Rex", "password": "x"}) == []
    assert blamed(found.body, {"name": "Rex"}) == ["#/password"]
    assert blamed(answered, {"id": 1, "name": "Rex"}) == []
    assert blamed(answered, {"name": "Rex"}) == ["#/id"]
    assert blamed(answered, {"id": 1, "name": "Rex", "password": "x"}) == []


def test_a_schema_without_such_members_is_compiled_once(tmp_path: Path) -> None:
    """For both sides; and one whose only required member is read alone, for a request, requires nothing."""
    found = operation(tmp_path, ref("Card"), {"Card": CARD}, answer=ref("Card"))
    assert found.responses["200"].media["application/json"] is not None
    check = body_of(tmp_path, ONLY_ID, {})
    assert blamed(check, {}) == []


NULLABLE: dict[str, tuple[Any, Any, Any]] = {
    "no type": ({"nullable": True, "enum": ["a"]}, "a", "b"),
    "a reference": ({"nullable": True, "allOf": [ref("Card")]}, {"kind": "c", "number": "4242"}, {"kind": "c"}),
    "a type and a reference": (
        {"nullable": True, "type": "object", "allOf": [ref("Card")]},
        {"kind": "", "number": "4242"},
        {},
    ),
    "a type": ({"nullable": True, "type": "string", "maxLength": 1}, "a", "ab"),
    "a type and values": ({"nullable": True, "type": "string", "enum": ["a"]}, "a", "b"),
}


@pytest.mark.parametrize(("schema", "right", "wrong"), NULLABLE.values(), ids=NULLABLE)
def test_what_is_nullable_takes_null(tmp_path: Path, schema: Any, right: Any, wrong: Any) -> None:
    """Whatever stands beside it; what else is wrong is told by its own place."""
    check = body_of(tmp_path, {"properties": {"a": schema}}, {"Card": CARD})
    assert [blamed(check, {"a": value}) for value in (None, right)] == [[], []]
    told = [violation.pointer for violation in check.violations({"a": wrong})]
    assert told
    assert "#/a/number" in told if isinstance(wrong, dict) else told == ["#/a"]


def test_what_is_not_nullable_does_not_take_null(tmp_path: Path) -> None:
    """`nullable: false`, and nothing said."""
    for schema in ({"type": "string", "nullable": False}, {"type": "string"}):
        assert blamed(body_of(tmp_path, {"properties": {"a": schema}}, {}), {"a": None}) == ["#/a"]
