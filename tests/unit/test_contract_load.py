"""Reading contracts: ours, odd ones, and ones that cannot be used."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tollbridge.contract import Contract, ContractError, load_contract, unserved_lines

ROOT = Path(__file__).resolve().parents[2]

OPERATION: dict[str, Any] = {
    "operationId": "pay",
    "x-openapi-router-controller": "pays",
    "responses": {200: {"description": "ok"}},
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "t", "version": "1"},
    "paths": {"/p": {"post": OPERATION}},
}


def read(tmp_path: Path, document: object) -> Contract:
    """Load a document from a file."""
    path = tmp_path / "openapi.yaml"
    path.write_text(document if isinstance(document, str) else yaml.safe_dump(document))
    return load_contract(path)


def changed(*steps: str | int, to: object) -> dict[str, Any]:
    """Return the small document with one member set, or taken out where it is set to None."""
    document = deepcopy(DOCUMENT)
    here: Any = document
    for step in steps[:-1]:
        here = here.setdefault(step, {})
    here[steps[-1]] = to
    if to is None:
        del here[steps[-1]]
    return document


POST = ("paths", "/p", "post")


def test_the_document_stays_as_it_was_read() -> None:
    """What goes to Connexion and to `/openapi.json` is the file, references and all."""
    contract = load_contract(ROOT / "openapi.yaml")
    assert contract.document == yaml.safe_load((ROOT / "openapi.yaml").read_text())


def test_what_a_server_needs_of_ours_is_there() -> None:
    """The operation, its header with the mark, its body, its token rule and what it is for at Stripe."""
    [operation] = load_contract(ROOT / "openapi.yaml").operations
    [header] = operation.parameters
    assert (operation.operation_id, operation.controller) == ("create_payment_intent", "payment_intents")
    assert (header.name, header.location, header.required, header.type) == (
        "organization_id",
        "header",
        False,
        "integer",
    )
    assert header.extensions["x-effective-organization"] is True
    assert header.rule == "organization.header"
    assert [header.check.is_valid(value) for value in (0, 1, 2**63 - 1, 2**63)] == [False, True, True, False]
    assert operation.body_required
    assert not operation.requires_token
    assert operation.stripe is not None
    assert operation.stripe["creates"] == "payment_intent"
    assert sorted(operation.responses) == sorted(
        ["200", "400", "401", "402", "403", "404", "405", "406", "408", "409", "413", "415", "500", "502", "503"]
    )


@pytest.mark.parametrize(
    ("servers", "path"),
    [
        (None, "/p"),
        ([], "/p"),
        ([{"url": "/"}], "/p"),
        ([{"url": "http://localhost:8080"}], "/p"),
        ([{"url": "https://example.com/api/v2/"}, {"url": "/other"}], "/api/v2/p"),
    ],
)
def test_the_servers_base_path_is_part_of_the_path(tmp_path: Path, servers: object, path: str) -> None:
    """That of the first server comes first."""
    [operation] = read(tmp_path, changed("servers", to=servers) if servers is not None else DOCUMENT).operations
    assert operation.path == path


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("/a b/é", "/a%20b/%C3%A9"),
        ("/{id}/$(touch x)`'\"", "/{id}/$(touch%20x)%60'%22"),
        ("/{a b}/c", "/{a%20b}/c"),
        ("/a?b#c", "/a%3Fb%23c"),
        ("/a%20b/100%", "/a%20b/100%25"),
        ("/a\r\nX-Evil: 1", "/a%0D%0AX-Evil:%201"),
    ],
)
def test_a_path_is_one_that_clients_can_send(tmp_path: Path, written: str, sent: str) -> None:
    """What a URL cannot hold is percent-encoded; what is encoded already stays."""
    [operation] = read(tmp_path, DOCUMENT | {"paths": {written: {"post": OPERATION}}}).operations
    assert (operation.path, operation.target) == (written, sent)


@pytest.mark.parametrize(
    ("document_security", "security", "required"),
    [
        (None, None, False),
        (None, [], False),
        (None, [{}], False),
        (None, [{}, {"bearer": []}], False),
        (None, [{"bearer": []}], True),
        ([{"bearer": []}], None, True),
        ([{"bearer": []}], [], False),
        ([{"bearer": []}], [{}], False),
    ],
)
def test_a_token_is_required_where_every_alternative_asks_for_one(
    tmp_path: Path, document_security: object, security: object, required: bool
) -> None:
    """An operation's own `security` replaces the document's, also when it is empty."""
    document = deepcopy(DOCUMENT)
    if document_security is not None:
        document["security"] = document_security
    if security is not None:
        document["paths"]["/p"]["post"]["security"] = security
    [operation] = read(tmp_path, document).operations
    assert operation.requires_token is required


def test_references_are_followed_wherever_they_stand(tmp_path: Path) -> None:
    """Parameters, bodies, responses and schemas may be references, with escaped names and through each other."""
    document = changed(
        "components",
        to={
            "parameters": {"Gate": {"name": "gate", "in": "query", "schema": {"$ref": "#/components/schemas/a~1b~0c"}}},
            "requestBodies": {
                "Body": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Two"}}}}
            },
            "responses": {"Ok": {"description": "ok", "headers": {"X-A": {"schema": {}}}}},
            "schemas": {"a/b~c": {"type": "integer", "maximum": 5}, "Two": {"$ref": "#/components/schemas/a~1b~0c"}},
        },
    )
    document["paths"]["/p"]["parameters"] = [{"$ref": "#/components/parameters/Gate"}]
    post = document["paths"]["/p"]["post"]
    post["requestBody"] = {"$ref": "#/components/requestBodies/Body"}
    post["responses"] = {200: {"$ref": "#/components/responses/Ok"}}
    [operation] = read(tmp_path, document).operations
    assert operation.body is not None
    assert [operation.body.is_valid(value) for value in (5, 6)] == [True, False]
    assert [operation.parameters[0].check.is_valid(value) for value in (5, 6)] == [True, False]
    assert operation.responses["200"].headers == {"X-A": None}
    assert not operation.body_required


def test_a_member_named_like_a_reference_is_a_member(tmp_path: Path) -> None:
    """`$ref` as the name of a property is no reference."""
    schema = {"type": "object", "properties": {"$ref": {"type": "string"}}}
    document = changed(*POST, "requestBody", to={"content": {"application/json": {"schema": schema}}})
    [operation] = read(tmp_path, document).operations
    assert operation.body is not None
    assert [operation.body.is_valid({"$ref": value}) for value in ("x", 1)] == [True, False]


def test_a_reference_is_unescaped(tmp_path: Path) -> None:
    """A name with a space, a slash or a percent sign is found by its escaped reference (RFC 6901, §4 and §6)."""
    document = changed(*SCHEMA, to={"$ref": "#/components/schemas/a%20b~1c%25"})
    document["components"] = {"schemas": {"a b/c%": {"type": "integer"}}}
    [operation] = read(tmp_path, document).operations
    assert operation.body is not None
    assert [operation.body.is_valid(value) for value in (1, "x")] == [True, False]


SCHEMA = (*POST, "requestBody", "content", "application/json", "schema")
UNUSABLE: list[tuple[str, object, str]] = [
    ("empty", "", "OpenAPI 3.0.x or 3.1.x is needed; `openapi` is None."),
    ("a list", "[]", "OpenAPI 3.0.x or 3.1.x is needed; `openapi` is None."),
    ("no YAML", "a: [", "is not YAML: while parsing a flow node, did not find expected node content."),
    ("OpenAPI 3.2", changed("openapi", to="3.2.0"), "OpenAPI 3.0.x or 3.1.x is needed; `openapi` is '3.2.0'."),
    ("Swagger", {"swagger": "2.0"}, "OpenAPI 3.0.x or 3.1.x is needed; `openapi` is None."),
    ("a number for a version", changed("openapi", to=3.0), "OpenAPI 3.0.x or 3.1.x is needed; `openapi` is 3.0."),
    ("no paths", changed("paths", to=None), "the document: paths is missing."),
    ("no responses", changed(*POST, "responses", to=None), "paths./p.post: responses is missing."),
    ("a doubled operationId", changed("paths", "/q", to={"get": OPERATION}), "the operationId 'pay' is given twice."),
    (
        "a dead reference",
        changed(*SCHEMA, to={"$ref": "#/components/x"}),
        "the reference '#/components/x' names nothing.",
    ),
    (
        "a reference elsewhere",
        changed(*SCHEMA, to={"$ref": "other.yaml#/x"}),
        "the reference 'other.yaml#/x' names a file that is not there.",
    ),
    (
        "a bad rule",
        changed(*SCHEMA, to={"x-rules": [{"id": "a", "origin": "choice"}]}),
        "paths./p.post.requestBody.content.application/json.schema.x-rules[0]: statement is missing.",
    ),
]


@pytest.mark.parametrize(("document", "sentence"), [row[1:] for row in UNUSABLE], ids=[row[0] for row in UNUSABLE])
def test_an_unusable_contract_is_one_sentence(tmp_path: Path, document: object, sentence: str) -> None:
    """The sentence names the file and what is wrong, on one line."""
    with pytest.raises(ContractError) as caught:
        read(tmp_path, document)
    file, said = re.fullmatch(r"(.*?)(?::\d+)?: (.*)", str(caught.value)).groups()
    assert (file, said) == (str(tmp_path / "openapi.yaml"), sentence)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    """A file that cannot be opened is named, with the system's reason."""
    with pytest.raises(ContractError, match=r"none\.yaml: cannot be read \(No such file or directory\)\."):
        load_contract(tmp_path / "none.yaml")


def test_bytes_that_are_no_text_are_one_sentence(tmp_path: Path) -> None:
    """A file in another encoding is refused, with the line."""
    path = tmp_path / "openapi.yaml"
    path.write_bytes(b"a: \xff\xfe\x00")
    with pytest.raises(ContractError, match=r"openapi\.yaml:1: is not text in UTF-8: "):
        load_contract(path)


UNSERVED: list[tuple[str, dict[str, Any], str]] = [
    (
        "a body that is not read",
        changed(*POST, "requestBody", to={"content": {"application/x-thing": {"schema": {"type": "object"}}}}),
        "a body of application/x-thing is not read; JSON, forms, text and bytes are.",
    ),
    (
        "a bad pattern",
        changed(*SCHEMA, to={"pattern": "("}),
        "the pattern '(' is not one that can be compiled: a ( has no ).",
    ),
    (
        "a header that cannot be sent",
        changed(*POST, "parameters", to=[{"name": "X: 1\r\nY", "in": "header", "schema": {"type": "string"}}]),
        "no header can be called 'X: 1\\r\\nY'.",
    ),
    (
        "a schema that leads to itself without a member between",
        changed(*SCHEMA, to={"allOf": [{"$ref": "#/paths/~1p/post/requestBody/content/application~1json/schema"}]}),
        "its references name each other so often that a value would be judged without an end.",
    ),
]


@pytest.mark.parametrize(("document", "sentence"), [row[1:] for row in UNSERVED], ids=[row[0] for row in UNSERVED])
def test_what_one_operation_needs_is_a_reason_not_to_serve_that_one(
    tmp_path: Path, document: dict[str, Any], sentence: str
) -> None:
    """The document is read, its other operations are there, and the reason has its line."""
    document["paths"]["/q"] = {"get": {"responses": {"200": {"description": "ok"}}}}
    contract = read(tmp_path, document)
    assert [(one.operation_id, bool(one.unserved)) for one in contract.operations] == [("pay", True), ("get_q", False)]
    [(operation, reason, place)] = unserved_lines(contract)
    assert (operation.operation_id, reason) == ("pay", sentence)
    file, _, line = place.rpartition(":")
    assert file == str(tmp_path / "openapi.yaml")
    assert 1 < int(line) < len((tmp_path / "openapi.yaml").read_text().splitlines())


def test_a_document_without_operations_is_read(tmp_path: Path) -> None:
    """OpenAPI lets `paths` be empty; 3.1 lets it be absent."""
    assert read(tmp_path, changed("paths", to={})).operations == ()
    later = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "webhooks": {}}
    assert read(tmp_path, later).operations == ()


def test_an_operation_without_a_name_gets_one(tmp_path: Path) -> None:
    """It is made of method and path, could be a function's, and is no other operation's."""
    bare = {"responses": {"200": {"description": "ok"}}}
    paths = {
        "/pets/{pet-id}": {"get": bare, "put": {**bare, "operationId": "get_pets_pet_id_2"}},
        "/pets/{pet_id}/": {"get": bare},
    }
    contract = read(tmp_path, DOCUMENT | {"paths": paths})
    assert [(one.operation_id, one.controller) for one in contract.operations] == [
        ("get_pets_pet_id", None),
        ("get_pets_pet_id_2", None),
        ("get_pets_pet_id_3", None),
    ]


def test_a_schema_of_openapi_3_1_is_json_schema(tmp_path: Path) -> None:
    """Types in a list, `const`, bounds that are numbers, what stands beside a reference, true and false."""
    schema = {
        "type": ["object", "null"],
        "properties": {
            "kind": {"const": "a"},
            "size": {"type": "number", "exclusiveMinimum": 0},
            "more": {"$ref": "#/components/schemas/Text", "maxLength": 3},
            "never": False,
            "any": True,
        },
    }
    document = changed(*SCHEMA, to=schema) | {"openapi": "3.1.0"}
    document["components"] = {"schemas": {"Text": {"type": "string"}}}
    [operation] = read(tmp_path, document).operations
    assert operation.body
    good = [None, {}, {"kind": "a", "size": 0.5, "more": "abc", "any": [1]}]
    assert [operation.body.is_valid(value) for value in good] == [True, True, True]
    told = operation.body.violations({"kind": "b", "size": 0, "more": "abcd", "never": 1})
    assert [violation.pointer for violation in told] == ["#/kind", "#/more", "#/never", "#/size"]


RECURSIVE = {
    "Tree": {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string"},
            "branches": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
        },
    }
}


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_a_schema_may_lead_back_to_itself(tmp_path: Path, version: str) -> None:
    """Its references are followed as far as a value goes, and a violation has its place, its words and its rule."""
    document = changed(*SCHEMA, to={"$ref": "#/components/schemas/Tree"})
    rule = {"id": "tree.name", "statement": "s", "origin": "choice", "enforced_by": [{"schema": "type"}]}
    tree = deepcopy(RECURSIVE)
    tree["Tree"]["properties"]["name"]["x-rules"] = [rule]
    [operation] = read(tmp_path, document | {"openapi": version, "components": {"schemas": tree}}).operations
    assert operation.body
    assert operation.body.is_valid({"name": "a", "branches": [{"name": "b", "branches": []}]})
    told = operation.body.violations({"name": "a", "branches": [{"name": 5}, {"branches": [{}]}]})
    assert {(violation.pointer, violation.rule) for violation in told} == {
        ("#/branches/0/name", "tree.name"),
        ("#/branches/1/name", None),
        ("#/branches/1/branches/0/name", None),
    }
    assert operation.body.violations([])[0].detail == "The body is a list; send a JSON object."
