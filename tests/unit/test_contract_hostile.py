"""Contracts that are made to break whoever reads them, and contracts that are wrong somewhere."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.test_contract_load import DOCUMENT, OPERATION, POST, SCHEMA, changed, read
from tollbridge.contract import ContractError, Sample, load_contract, sample_of, type_of
from tollbridge.contract.references import MAX_HEIGHT
from tollbridge.documents import fits
from tollbridge.server.routes import routes_of

INTRICATE = "its references name each other so often that a value would be judged without an end."
BODY = "paths./p.post.requestBody.content.application/json.schema"
NO_MEMBER = "there is no such member here; leave it out, or let its name begin with x-"


def refused(folder: Path, document: object) -> list[str]:
    """Return what is said of a document, without the file's name and the lines."""
    with pytest.raises(ContractError) as caught:
        read(folder, document)
    found = [re.fullmatch(r".*?/openapi\.yaml(?::\d+)?: (.*)", line) for line in str(caught.value).splitlines()]
    return [one[1] for one in found if one]


def named(index: int) -> dict[str, str]:
    """Return a reference to a numbered schema."""
    return {"$ref": f"#/components/schemas/S{index}"}


def with_schemas(schemas: dict[str, Any], used: Any) -> dict[str, Any]:
    """Return a document with schemas, of which its body uses one."""
    return changed("components", to={"schemas": schemas}) | {"paths": changed(*SCHEMA, to=used)["paths"]}


def twice(index: int) -> dict[str, Any]:
    """Return a schema that names the next one twice."""
    return {"type": "object", "properties": {"a": named(index + 1), "b": named(index + 1)}}


def both(index: int) -> dict[str, Any]:
    """Return a schema that holds the next one twice against the same value."""
    return {"anyOf": [named(index + 1), named(index + 1)]}


CHAINS: dict[str, dict[str, Any]] = {
    "thirty that double": {f"S{n}": twice(n) for n in range(30)} | {"S30": {"type": "integer"}},
    "three hundred that double": {f"S{n}": twice(n) for n in range(300)} | {"S300": {}},
    "high ones": {f"S{n}": {"not": {"not": {"not": {"not": named(n + 1)}}}} for n in range(60)}
    | {"S60": {"type": "object"}},
    "much text": {"S0": {"properties": {f"a{n}": named(1) for n in range(70)}}, "S1": {"description": "x" * 1_000_000}},
    "to what holds it": {"S0": {"properties": {"a": named(0), "b": {"type": "integer"}}}},
    "through another": {"S0": {"properties": {"a": named(1)}}, "S1": {"properties": {"b": named(0)}}},
}


@pytest.mark.parametrize("schemas", CHAINS.values(), ids=CHAINS)
def test_references_that_cannot_be_copied_are_followed(tmp_path: Path, schemas: dict[str, Any]) -> None:
    """However often they name each other, they are compiled once, and values are judged by them."""
    [operation] = read(tmp_path, with_schemas(schemas, named(0))).operations
    assert operation.body
    assert operation.unserved is None
    assert operation.body.is_valid({})
    assert not fits(schemas, nodes=1, depth=1)


def test_a_wrong_value_of_a_long_chain_is_told_with_its_place(tmp_path: Path) -> None:
    """Thirty schemas that each name the next one twice: a billion copies, and one way to what is wrong."""
    [operation] = read(tmp_path, with_schemas(CHAINS["thirty that double"], named(0))).operations
    value: Any = "wrong"
    for _ in range(30):
        value = {"a": value}
    assert operation.body
    assert [violation.pointer for violation in operation.body.violations(value)] == ["#" + "/a" * 30]


@pytest.mark.parametrize(
    "schemas",
    [
        {"S0": {"not": named(1)}, "S1": {"not": named(0)}},
        {f"S{n}": both(n) for n in range(30)} | {"S30": {}},
    ],
    ids=["each other", "thirty that double"],
)
def test_references_that_judge_one_value_without_an_end_are_not_served(tmp_path: Path, schemas: dict[str, Any]) -> None:
    """No request is needed to tell: the schemas that are held against any value are counted when it is read."""
    [operation] = read(tmp_path, with_schemas(schemas, named(0))).operations
    assert operation.unserved
    assert operation.unserved.reason == INTRICATE


@pytest.mark.parametrize(
    "schemas", [{"S0": named(0)}, {f"S{n}": named(n + 1) for n in range(5000)} | {"S5000": {}}], ids=["itself", "long"]
)
def test_references_to_references_end(tmp_path: Path, schemas: dict[str, Any]) -> None:
    """One that names itself, or the next of thousands, is a fault of the document."""
    assert refused(tmp_path, with_schemas(schemas, named(0))) == [
        "more than 100 references name each other, one after the other."
    ]


def test_references_to_each_other_have_an_end_below_a_member(tmp_path: Path) -> None:
    """In OpenAPI 3.1, where a reference is a schema: no value fits the member, and its type is told all the same."""
    schemas = {"S0": named(1), "S1": named(0)}
    document = with_schemas(schemas, {"type": "object", "properties": {"a": named(0)}}) | {"openapi": "3.1.0"}
    [operation] = read(tmp_path, document).operations
    assert operation.body
    assert type_of(operation.body, ("properties", "a")) == "string"
    assert not operation.body.is_valid({"a": "x"})
    assert sample_of(operation.body, "seed") == Sample({})


def test_a_value_that_takes_too_long_to_be_judged_is_refused(tmp_path: Path) -> None:
    """With each level there are twice as many ways to judge it: where it is wrong is told of the small ones only."""
    schema = {
        "properties": {"a": {"anyOf": [named(0), {"required": ["z"], "allOf": [named(0)]}]}, "b": {"type": "integer"}}
    }
    [operation] = read(tmp_path, with_schemas({"S0": schema}, named(0))).operations
    assert operation.body
    values: list[Any] = [{"b": "wrong"}]
    for _ in range(40):
        values.append({"a": values[-1]})
    for level, where in ((0, "#/b"), (5, "#/a"), (12, "#"), (40, "#")):
        assert not operation.body.is_valid(values[level])
        [told] = operation.body.broken(values[level], 100).listed
        assert told.pointer == where
        assert (told.detail == "The value breaks the contract; it has too many parts to say where.") is (where == "#")


def test_a_large_value_that_is_wrong_in_each_branch_is_not_told_part_by_part(tmp_path: Path) -> None:
    """An error for each item and branch would take gigabytes; of a small value it is told where it is wrong."""
    branches = [{"type": "object", "required": [f"a{number}"]} for number in range(20)]
    [operation] = read(tmp_path, changed(*SCHEMA, to={"type": "array", "items": {"anyOf": branches}})).operations
    assert operation.body
    assert [one.pointer for one in operation.body.violations([1, 1])] == ["#/0", "#/1"]
    [told] = operation.body.violations([1] * 32_000)
    assert told.detail == "The value breaks the contract; it has too many parts to say where."
    assert operation.body.broken([{"a0": 1}] * 32_000, 1).count == 0


def test_schemas_that_say_the_same_are_compiled_once(tmp_path: Path) -> None:
    """By their words: in each operation that answers the same problem, it is one schema."""
    document = changed(*SCHEMA, to={"type": "object"})
    document["paths"]["/two"] = {"post": {**deepcopy(document["paths"]["/p"]["post"]), "operationId": "two"}}
    first, second = read(tmp_path, document).operations
    assert first.body is second.body


def test_all_that_contracts_copy_is_counted(tmp_path: Path) -> None:
    """Schemas within the bound are copied, each once; what is beyond it keeps references, and judges the same."""
    schemas = {f"S{n}": twice(n) for n in range(14)} | {"S14": {"type": "string"}}
    document = with_schemas(schemas, named(0))
    for name in ("two", "three", "four"):
        document["paths"][f"/{name}"] = deepcopy(document["paths"]["/p"])
        post = document["paths"][f"/{name}"]["post"]
        post["operationId"] = name
        post["requestBody"]["content"]["application/json"]["schema"] = {"allOf": [named(0)], "title": name}
    operations = read(tmp_path, document).operations
    sizes = [fits(one.body.schema, nodes=100, depth=MAX_HEIGHT) for one in operations if one.body]
    assert sizes == [False, False, True, True]
    value: Any = 5
    for _ in range(14):
        value = {"b": value}
    told = [one.body.violations(value) for one in operations if one.body]
    assert [[violation.pointer for violation in one] for one in told] == [["#" + "/b" * 14]] * 4


def test_a_reference_is_followed_only_within_the_folder(tmp_path: Path) -> None:
    """Wherever it stands, used or not, one that leads elsewhere or nowhere is told with its line; data is not one."""
    elsewhere = [
        "http://127.0.0.1:9/x.yaml",
        "file:///etc/passwd",
        "../x.yaml#/a",
        "#",
        "",
        "#/components/schemas/None",
    ]
    schemas = {f"S{n}": {"$ref": reference} for n, reference in enumerate(elsewhere)}
    with pytest.raises(ContractError) as caught:
        read(tmp_path, changed("components", to={"schemas": schemas}))
    lines = str(caught.value).splitlines()
    text = (tmp_path / "openapi.yaml").read_text().splitlines()
    for line, reference in zip(lines, elsewhere, strict=True):
        verdict = "names nothing." if reference.startswith("#/") else "leads "
        number = int(line.split(":")[1])
        assert line.startswith(f"{tmp_path}/openapi.yaml:{number}: the reference {reference!r} {verdict}")
        assert "$ref" in text[number - 1]
    data = {
        "example": {"$ref": "http://127.0.0.1:9/"},
        "default": {"$ref": ""},
        "enum": [{"$ref": "x"}],
        "x-a": {"$ref": "y"},
    }
    document = changed(*SCHEMA, to=data)
    document["paths"]["/p"]["post"]["responses"] = {"default": {"$ref": "#/components/responses/default"}}
    document["components"] = {"responses": {"default": {"description": "a response whose name is a keyword's"}}}
    [operation] = read(tmp_path, document).operations
    assert operation.body
    assert operation.body.schema == data
    assert list(operation.responses) == ["default"]


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("paths",), [], "paths: is a list; it has to be an object."),
        (("paths", "p"), {}, "paths: p: NO_MEMBER."),
        (("paths", "/p"), 5, "paths./p: is a number; it has to be an object."),
        ((*POST, "operationId"), 5, "paths./p.post.operationId: is a number; it has to be text."),
        ((*POST, "x-openapi-router-controller"), ["a"], "POST /p: `x-openapi-router-controller` has to be text."),
        ((*POST, "parameters"), {}, "paths./p.post.parameters: is an object; it has to be a list."),
        ((*POST, "parameters"), [5], "paths./p.post.parameters[0]: is a number; it has to be an object."),
        (
            (*POST, "parameters"),
            [{"name": "a", "in": "body", "schema": {}}],
            "paths./p.post.parameters[0].in: is body; it has to be path or query or header or cookie.",
        ),
        (
            (*POST, "parameters"),
            [{"name": "a", "in": "query", "schema": {"type": "strin"}}],
            "paths./p.post.parameters[0].schema.type: is strin; it has to be array or boolean or integer or number or "
            "object or string.",
        ),
        ((*SCHEMA, "properties"), {"a": {"type": 5}}, "BODY.properties.a.type: is a number; it has to be text."),
        ((*SCHEMA, "properties"), [], "BODY.properties: is a list; it has to be an object."),
        ((*SCHEMA, "required"), "a", "BODY.required: is text; it has to be a list."),
        ((*SCHEMA, "minimum"), "1", "BODY.minimum: is text; it has to be a number."),
        ((*SCHEMA, "maxLength"), -1, "BODY.maxLength: it breaks 'minimum' of the schema of its kind."),
        ((*SCHEMA, "const"), 1, "BODY: const: NO_MEMBER."),
        ((*SCHEMA, "$ref"), 5, "BODY.$ref: is a number; it has to be text."),
        ((*POST, "responses"), {"600": {}}, "paths./p.post.responses: 600: NO_MEMBER."),
        ((*POST, "responses"), {"200": {}}, "paths./p.post.responses.200: description is missing."),
        (("servers",), [{}], "servers[0]: url is missing."),
        (("servers",), [{"url": "http://[::1"}], "servers[0].url: is not a URL (Invalid IPv6 URL)."),
        (("servers",), [{"url": "/{a}"}], "servers[0].url: the variable 'a' has no default."),
        (("servers",), [{"url": "/{a.__class__}", "variables": {"a": {"default": "b"}}}], "servers[0].url: the "
         "variable 'a.__class__' has no default."),
        (("servers",), [{"url": "/{"}], "servers[0].url: its path '/{' is not one to serve below."),
        (("servers",), [{"url": "v2"}], "servers[0].url: its path 'v2' is not one to serve below."),
        (("info",), {"title": 5, "version": "1"}, "info.title: is a number; it has to be text."),
        (("components",), {"schemas": {"A": {"type": 5}}}, "components.schemas.A.type: is a number; it has to be "
         "text."),
        (("security",), {}, "security: is an object; it has to be a list."),
        ((*POST, "x-rules"), {}, "paths./p.post.x-rules: is an object; it has to be a list."),
        ((*POST, "x-rules"), [5], "paths./p.post.x-rules[0]: is a number; it has to be an object."),
        (
            (*POST, "x-rules"),
            [{"id": 1, "statement": "s", "origin": "choice", "enforced_by": [{"code": 5}]}],
            "paths./p.post.x-rules[0].enforced_by[0].code: is a number; it has to be text.\n"
            "paths./p.post.x-rules[0].id: is a number; it has to be text.",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, place: tuple[str, ...], value: object, said: str) -> None:
    """Every place that has another type, name or value than OpenAPI 3.0 gives it is a sentence."""
    assert "\n".join(refused(tmp_path, changed(*place, to=value))) == said.replace("BODY", BODY).replace(
        "NO_MEMBER", NO_MEMBER
    )


def test_each_fault_has_the_line_of_its_value(tmp_path: Path) -> None:
    """Several at once, each on its own line, in JSON as in YAML."""
    document = changed(*SCHEMA, to={"properties": {"a": {"type": 5}, "b": {"minimum": "1"}}})
    for text in (yaml.safe_dump(document), yaml.safe_dump(document, default_flow_style=True, width=1)):
        (tmp_path / "openapi.yaml").write_text(text)
        with pytest.raises(ContractError) as caught:
            load_contract(tmp_path / "openapi.yaml")
        numbers = [int(line.split(":")[1]) for line in str(caught.value).splitlines()]
        lines = text.splitlines()
        assert ["5" in lines[numbers[0] - 1], "1" in lines[numbers[1] - 1]] == [True, True]


def test_of_a_large_part_it_is_told_that_something_is_wrong(tmp_path: Path) -> None:
    """All errors of a schema with 10,000 wrong members would take gigabytes; those of its neighbours are told."""
    large = {"properties": {f"a{n}": {"type": 5} for n in range(10_000)}}
    assert refused(tmp_path, changed("components", to={"schemas": {"A": large, "B": {"type": 5}}})) == [
        "components.schemas.A: something in it does not have the shape that OpenAPI 3.0 gives it.",
        "components.schemas.B.type: is a number; it has to be text.",
    ]


@pytest.mark.parametrize(
    ("place", "target", "said"),
    [
        ((*POST, "parameters"), "info", "paths./p.post.parameters[0]: name is missing."),
        ((*POST, "requestBody"), "info/title", "paths./p.post.requestBody: is text; it has to be an object."),
        ((*POST, "responses", "201"), "info", "paths./p.post.responses.201: description is missing."),
        (SCHEMA, "servers", "BODY: is a list; it has to be an object."),
        (("paths", "/p"), "info", "paths./p: title, version: NO_MEMBER."),
    ],
)  # fmt: skip
def test_a_reference_to_what_does_not_belong_there_is_told(
    tmp_path: Path, place: tuple[str, ...], target: str, said: str
) -> None:
    """A reference may name anything in the document; what it names has to be what stands there."""
    reference: object = {"$ref": f"#/{target}"}
    document = changed(*place, to=[reference] if place[-1] == "parameters" else reference)
    document.setdefault("servers", [])
    assert said.replace("BODY", BODY).replace("NO_MEMBER", NO_MEMBER) in refused(tmp_path, document)


def test_a_path_item_may_be_a_reference(tmp_path: Path) -> None:
    """Its operations are the path's."""
    document = {**DOCUMENT, "paths": {"/p": {"$ref": "#/x-items/p"}}, "x-items": {"p": {"post": OPERATION}}}
    assert [(o.method, o.path) for o in read(tmp_path, document).operations] == [("post", "/p")]


PATTERNS: dict[str, tuple[list[str], str]] = {
    "not one": (["("], "the pattern '(' is not one that can be compiled: a ( has no )."),
    "a million": (["(a{1000}){1000}"], "the pattern '(a{1000}){1000}' is not one that can be compiled."),
    "ten thousand groups": (
        ["(" * 10_000 + ")" * 10_000], f"the pattern '{'(' * 80}…' is not one that can be compiled."
    ),
    "a thousand of a megabyte": (
        [f"a{{50000}}{n}" for n in range(1000)], "the patterns need more than 268,435,456 bytes when they are compiled."
    ),
}  # fmt: skip


@pytest.mark.parametrize(("patterns", "said"), PATTERNS.values(), ids=PATTERNS)
def test_patterns_are_compiled_within_bounds(tmp_path: Path, patterns: list[str], said: str) -> None:
    """One that is none, one that is too large, and many that are too large together."""
    properties = {f"a{n}": {"type": "string", "pattern": pattern} for n, pattern in enumerate(patterns)}
    [operation] = read(tmp_path, changed(*SCHEMA, to={"properties": properties})).operations
    assert operation.unserved
    assert operation.unserved.reason == said


def test_a_pattern_that_tries_forever_gives_up(tmp_path: Path) -> None:
    """A pattern of a contract ends on every text: as a rule that is broken, and not as a failure."""
    [operation] = read(tmp_path, changed(*SCHEMA, to={"type": "string", "pattern": r"^(?:a(?!b)|aa)+$"})).operations
    assert operation.body
    text = "a" * 60 + "c"
    assert not operation.body.is_valid(text)
    assert [violation.pointer for violation in operation.body.violations(text)] == ["#"]


PATHS = {
    "/{}": "paths./{}: each parameter in a path needs a name of its own between braces.",
    "/{a}/{a}": "paths./{a}/{a}: each parameter in a path needs a name of its own between braces.",
    "/{a": "paths./{a: each parameter in a path needs a name of its own between braces.",
    "/a}": "paths./a}: each parameter in a path needs a name of its own between braces.",
    "/{{a}}": "paths./{{a}}: each parameter in a path needs a name of its own between braces.",
}


@pytest.mark.parametrize(("path", "said"), PATHS.items())
def test_a_path_that_cannot_be_routed_by_is_told(tmp_path: Path, path: str, said: str) -> None:
    """Braces in pairs, names that differ, and no pattern that takes the cube of a path's length."""
    assert refused(tmp_path, changed("paths", to={path: {"get": OPERATION}})) == [said]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/{a}{b}{c}", "more than 2 parameters stand between two slashes."),
        ("/{a}.{b}/{c}.{d}/x", "two parameters stand between two slashes at more than one place."),
    ],
)
def test_a_path_that_takes_too_long_to_be_matched_is_not_served(tmp_path: Path, path: str, reason: str) -> None:
    """It would take the cube of a path's length, so requests are not even held against it."""
    contract = read(tmp_path, changed("paths", to={path: {"get": OPERATION}}))
    [operation] = contract.operations
    assert operation.unserved
    assert operation.unserved.reason == reason
    assert routes_of(contract)["paths"] == {}


def test_a_parameter_in_a_path_has_no_slashes_whatever_its_format(tmp_path: Path) -> None:
    """Connexion, which would let one of the format `path` have them, is not told of any."""
    described = {"name": "a", "in": "path", "required": True, "schema": {"type": "string", "format": "path"}}
    document = changed("paths", to={"/{a}": {"get": OPERATION | {"parameters": [described]}}})
    [item] = routes_of(read(tmp_path, document))["paths"].values()
    assert "parameters" not in item["get"]


def test_paths_that_differ_in_names_only_are_one_path(tmp_path: Path) -> None:
    """No request could tell them apart."""
    other = {"get": OPERATION | {"operationId": "other"}}
    assert refused(tmp_path, changed("paths", to={"/{a}/b": {"get": OPERATION}, "/{c}/b": other})) == [
        "paths./{c}/b: the path /{a}/b is the same; leave one of them out."
    ]


def test_an_operation_without_a_schema_and_one_with_an_own_parameter_are_read(tmp_path: Path) -> None:
    """A body of any kind; a parameter of the operation in place of the path's with its name and location."""
    document = changed(*POST, "requestBody", to={"content": {"application/json": {}}})
    document["paths"]["/p"]["parameters"] = [{"name": "a", "in": "query", "schema": {"type": "string"}}]
    own = {"name": "a", "in": "query", "schema": {"type": "integer"}}
    document["paths"]["/p"]["post"]["parameters"] = [own, own | {"in": "header"}]
    [operation] = read(tmp_path, document).operations
    assert operation.body
    assert operation.body.is_valid(["anything"])
    assert [(p.name, p.location, p.type) for p in operation.parameters] == [
        ("a", "query", "integer"),
        ("a", "header", "integer"),
    ]


def test_branches_without_members_and_values_of_any_kind_are_compiled_or_told(tmp_path: Path) -> None:
    """Branches are told apart by texts only; what cannot be compiled is a sentence with the place."""
    values = {"properties": {"a": {"enum": [{}, [], 1, None]}}, "required": ["a"]}
    [operation] = read(tmp_path, changed(*SCHEMA, to={"oneOf": [values, values]})).operations
    assert operation.body
    assert "oneOf" in operation.body.schema
    assert not operation.body.is_valid({"a": 1})
    [operation] = read(tmp_path, changed(*SCHEMA, to={"oneOf": []})).operations
    assert operation.unserved
    assert operation.unserved.reason.startswith("the schema of the body cannot be compiled: ")


def test_a_rule_that_nothing_enforces_breaks_no_request(tmp_path: Path) -> None:
    """What a schema's extensions hold is looked at only where it is what is meant."""
    rule = {"id": "a", "statement": "s", "origin": "choice", "waiver": "w"}
    schema = {
        "type": "object",
        "additionalProperties": False,
        "x-rules": [rule],
        "x-unknown-members": [1],
        "x-form": {},
    }
    [operation] = read(tmp_path, changed(*SCHEMA, to=schema)).operations
    assert operation.body
    assert [violation.rule for violation in operation.body.violations({"b": 1})] == [None]
    properties = {"x-rules": {"type": "string"}}
    contract = read(tmp_path, changed(*SCHEMA, to={"type": "object", "properties": properties}))
    assert contract.rules == ()


def test_a_member_whose_name_is_digits_is_a_member(tmp_path: Path) -> None:
    """jsonschema-rs tells of it as of an index, without its zeros; it is blamed by its name."""
    schema = {"type": "object", "properties": {"007": {"type": "string"}, "1": {"items": {"type": "string"}}}}
    [operation] = read(tmp_path, changed(*SCHEMA, to=schema)).operations
    assert operation.body
    told = operation.body.violations({"007": 1, "1": [1]})
    assert [violation.pointer for violation in told] == ["#/007", "#/1/0"]
