"""Contracts in several files: put together as one document, from one folder, within bounds."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.test_contract_load import DOCUMENT
from tollbridge.contract import Contract, ContractError, load_contract, unserved_lines
from tollbridge.contracts import checked_contract

OK = {"200": {"description": "ok"}}


def written(folder: Path, files: dict[str, Any]) -> Path:
    """Write files below a folder; return the contract among them."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))
    return folder / "openapi.yaml"


def loaded(folder: Path, files: dict[str, Any]) -> Contract:
    """Load a contract in several files."""
    return load_contract(written(folder, files))


def taking(schema: Any, **more: Any) -> dict[str, Any]:
    """Return an operation that takes JSON of a schema."""
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": OK, **more}


def of(paths: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a contract of some paths."""
    return {**DOCUMENT, "paths": paths, **more}


PETS = {"type": "array", "items": {"$ref": "#/Pet"}}
ROOT = of(
    {
        "/pets": {"$ref": "paths/pets.yaml"},
        "/pets/{id}": {"$ref": "./paths/pets.yaml#/x-items/one", "summary": "One"},
        "/own": {"post": taking({"$ref": "#/components/schemas/Own"})},
    },
    components={"schemas": {"Own": {"$ref": "schemas/pet.yaml#/Owner"}, "Pet": {"type": "integer"}}},
)
FILES: dict[str, Any] = {
    "openapi.yaml": ROOT,
    "paths/pets.yaml": {
        "parameters": [{"$ref": "../parts.json#/parameters/page"}],
        "post": {
            "operationId": "add",
            "requestBody": {"$ref": "../parts.json#/bodies/pet"},
            "responses": {"200": {"$ref": "../parts.json#/answers/ok"}},
        },
        "x-items": {
            "one": {
                "get": {
                    "operationId": "see",
                    "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                    "responses": OK,
                }
            }
        },
    },
    "parts.json": json.dumps(
        {
            "parameters": {"page": {"name": "page", "in": "query", "schema": {"$ref": "#/number"}}},
            "number": {"type": "integer", "minimum": 1},
            "bodies": {"pet": {"content": {"application/json": {"schema": {"$ref": "schemas/pet.yaml#/Pet"}}}}},
            "answers": {
                "ok": {
                    "description": "ok",
                    "headers": {"X-Count": {"schema": {"$ref": "#/number"}}},
                    "content": {"application/json": {"schema": {"$ref": "openapi.yaml#/components/schemas/Own"}}},
                }
            },
        }
    ),
    "schemas/pet.yaml": {
        "Pet": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string"}, "owner": {"$ref": "#/Owner"}, "kind": {"$ref": "kind.yaml"}},
        },
        "Owner": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "pets": PETS}},
    },
    "schemas/kind.yaml": {"enum": ["cat", "dog"], "example": {"$ref": "data.yaml"}},
}


def test_parts_of_other_files_are_part_of_the_contract(tmp_path: Path) -> None:
    """Path items, parameters, bodies, answers and schemas, each relative to its own file, cycles among them too."""
    contract = loaded(tmp_path, FILES)
    assert [(one.method, one.path, one.unserved) for one in contract.operations] == [
        ("post", "/pets", None),
        ("get", "/pets/{id}", None),
        ("post", "/own", None),
    ]
    add, see, own = contract.operations
    assert add.body
    assert own.body
    pet = {"name": "Rex", "owner": {"id": 1, "pets": [{"name": "Tom", "kind": "cat"}]}}
    assert add.body.violations(pet) == []
    pet["owner"]["pets"][0]["kind"] = "cow"  # type: ignore[index]
    assert [one.pointer for one in add.body.violations(pet)] == ["#/owner/pets/0/kind"]
    assert [(one.name, one.check.is_valid(0)) for one in add.parameters] == [("page", False)]
    assert add.responses["200"].media["application/json"].is_valid({"id": 1})
    assert [one.name for one in see.parameters] == ["id"]
    assert own.body.is_valid({"id": 1})


def test_what_is_served_is_one_document(tmp_path: Path) -> None:
    """It names no file: what was in another one is a component, under a name that none has, and data stays data."""
    contract = loaded(tmp_path, FILES)
    text = json.dumps(contract.document)
    references = {one for one in re.findall(r'"\$ref": "([^"]*)"', text) if one != "data.yaml"}
    assert references
    assert all(one.startswith("#/components/") for one in references)
    assert json.loads(contract.content) == contract.document
    components = contract.document["components"]
    assert {*components["schemas"]} == {"Own", "Pet", "Owner", "Pet_2", "number", "kind"}
    assert components["schemas"]["Pet"] == {"type": "integer"}
    assert components["schemas"]["kind"]["example"] == {"$ref": "data.yaml"}
    copy = tmp_path / "copy.json"
    copy.write_bytes(contract.content)
    assert [one.path for one in load_contract(copy).operations] == [one.path for one in contract.operations]


def test_a_contract_of_one_file_stays_as_it_is(tmp_path: Path) -> None:
    """Its content is the file, byte by byte."""
    contract = loaded(tmp_path, {"openapi.yaml": of({"/p": {"post": taking({"type": "object"})}})})
    assert contract.content == (tmp_path / "openapi.yaml").read_bytes()
    assert contract.sources.is_one_file


def test_a_discriminator_names_files(tmp_path: Path) -> None:
    """By its mapping, or by what a file is called."""
    card = {"required": ["number"], "properties": {"kind": {"type": "string"}}}
    source = {
        "oneOf": [{"$ref": "Card.yaml"}, {"$ref": "Bank.yaml"}],
        "discriminator": {"propertyName": "kind", "mapping": {"bank": "./Bank.yaml"}},
    }
    files = {"schemas/Source.yaml": source, "schemas/Card.yaml": card, "schemas/Bank.yaml": {"required": ["iban"]}}
    contract = loaded(
        tmp_path, {"openapi.yaml": of({"/p": {"post": taking({"$ref": "schemas/Source.yaml"})}}), **files}
    )
    [operation] = contract.operations
    assert operation.body, operation.unserved
    places = [[one.pointer for one in operation.body.violations({"kind": kind})] for kind in ("Card", "bank", "Bank")]
    assert places == [["#/number"], ["#/iban"], ["#/kind"]]


def refused(folder: Path, files: dict[str, Any], below: Path | None = None) -> str:
    """Return what is said of a contract, its folder left out."""
    with pytest.raises(ContractError) as caught:
        load_contract(written(folder, files), below)
    return str(caught.value).replace(f"{folder}/", "")


def naming(reference: str) -> dict[str, Any]:
    """Return a contract whose third line from the end names a reference."""
    return of({"/p": {"post": taking({"$ref": reference})}})


WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "not there": ("gone.yaml", {}, "openapi.yaml:LINE: the reference 'gone.yaml' names a file that is not there."),
    "nothing in it": ("a.yaml#/b", {"a.yaml": {"c": 1}}, "openapi.yaml:LINE: the reference 'a.yaml#/b' names nothing."),
    "an anchor": ("a.yaml#b", {"a.yaml": {"b": 1}}, "openapi.yaml:LINE: the reference 'a.yaml#b' names nothing."),
    "a URL": (
        "https://example.com/a.yaml",
        {},
        "openapi.yaml:LINE: the reference 'https://example.com/a.yaml' leads to a URL; only files are read.",
    ),
    "a file URL": (
        "file:///etc/passwd",
        {},
        "openapi.yaml:LINE: the reference 'file:///etc/passwd' leads to a URL; only files are read.",
    ),
    "a host": ("//h/a", {}, "openapi.yaml:LINE: the reference '//h/a' leads to a URL; only files are read."),
    "a folder": (
        "schemas.yaml",
        {"schemas.yaml/a.yaml": {}},
        "openapi.yaml:LINE: the reference 'schemas.yaml' cannot be followed:\nschemas.yaml: is a folder",
    ),
    "not YAML": (
        "a.yaml",
        {"a.yaml": "a: b\nc: [\n"},
        "openapi.yaml:LINE: the reference 'a.yaml' cannot be followed:\na.yaml:3: is not YAML",
    ),
    "wrong in another file": (
        "a.yaml",
        {"a.yaml": "type: object\nproperties:\n  n:\n    type: 5\n"},
        "a.yaml:4: components.schemas.a.properties.n.type: is a number; it has to be text.",
    ),
    "a reference in another file": (
        "a.yaml",
        {"a.yaml": "type: object\nproperties:\n  n:\n    $ref: '#/b'\n"},
        "a.yaml:4: the reference 'a.yaml#/b' names nothing.",
    ),
    "another kind": ("a.env", {"a.env": "b: 1"}, "names a file that is not read; name a .yaml, .yml or .json."),
    "a hidden one": (".a/b.json", {".a/b.json": "{}"}, "names a file that is not read; name a .yaml, .yml or .json."),
    "to itself": ("a.yaml", {"a.yaml": {"$ref": "a.yaml"}}, "more than 100 references name each other"),
}  # fmt: skip


@pytest.mark.parametrize(("reference", "files", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_by_the_right_file(
    tmp_path: Path, reference: str, files: dict[str, Any], said: str
) -> None:
    """With its line, and what to do."""
    told = refused(tmp_path, {"openapi.yaml": naming(reference), **files})
    lines = (tmp_path / "openapi.yaml").read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "$ref" in text)
    pattern = re.escape(said).replace("LINE", f"({line}|{line - 1})")
    assert re.search(pattern, told), told


def test_files_are_below_one_folder_wherever_links_lead(tmp_path: Path) -> None:
    """The contract's own, unless a wider one is named; a link out of it is refused, one within it is followed."""
    (tmp_path / "api").mkdir()
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "a.yaml").write_text("type: integer\n")
    (tmp_path / "api" / "within.yaml").write_text("type: string\n")
    (tmp_path / "api" / "out.yaml").symlink_to(tmp_path / "shared" / "a.yaml")
    (tmp_path / "api" / "link.yaml").symlink_to("within.yaml")
    out = "put the file there, or name a wider one by --refs-below."
    for reference in ("../shared/a.yaml", "out.yaml", "%2e%2e/shared/a.yaml", str(tmp_path / "shared" / "a.yaml")):
        assert out in refused(tmp_path / "api", {"openapi.yaml": naming(reference)})
        path = written(tmp_path / "api", {"openapi.yaml": naming(reference)})
        [operation] = load_contract(path, tmp_path).operations
        assert operation.body
        assert [operation.body.is_valid(value) for value in (1, "x")] == [True, False]
    [operation] = loaded(tmp_path / "api", {"openapi.yaml": naming("link.yaml")}).operations
    assert operation.body
    assert operation.body.is_valid("x")


def test_pipes_and_names_that_no_file_has_are_refused(tmp_path: Path) -> None:
    """Nobody waits for a pipe, and a NUL is in no name."""
    os.mkfifo(tmp_path / "pipe.yaml")
    assert "is a pipe; give a regular file." in refused(tmp_path, {"openapi.yaml": naming("pipe.yaml")})
    assert "names no file (" in refused(tmp_path, {"openapi.yaml": naming("a%00b")})


def test_files_are_bounded_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In number, in bytes, and in the values that they make, each counted as often as it is taken in."""
    chain = {f"{n}.yaml": {"properties": {"a": {"$ref": f"{n + 1}.yaml"}}} for n in range(501)}
    assert "there are more than 500 files" in refused(tmp_path, {"openapi.yaml": naming("0.yaml"), **chain})
    monkeypatch.setattr("tollbridge.contract.bundle.MAX_BYTES", 3_000)
    wide = {name: {"description": "x" * 1_200} for name in ("a.yaml", "b.yaml")}
    both = naming("a.yaml") | {"components": {"schemas": {"b": {"$ref": "b.yaml"}}}}
    assert load_contract(written(tmp_path, {"openapi.yaml": both, **wide})).operations
    wide["c.yaml"] = wide["a.yaml"]
    both["components"]["schemas"]["c"] = {"$ref": "c.yaml"}
    assert "its files have more than 3,000 bytes together" in refused(tmp_path, {"openapi.yaml": both, **wide})
    monkeypatch.setattr("tollbridge.contract.bundle.MAX_BYTES", 1_000_000)
    monkeypatch.setattr("tollbridge.contract.bundle.MAX_NODES", 5_000)
    item = {"get": {"responses": OK, "parameters": [{"name": f"n{n}", "in": "query"} for n in range(20)]}}
    many = of({f"/p{n}": {"$ref": "item.yaml"} for n in range(100)})
    assert "with what its files have it has more than" in refused(tmp_path, {"openapi.yaml": many, "item.yaml": item})


def test_what_is_not_served_is_named_in_its_own_file(tmp_path: Path) -> None:
    """The line of the pattern's file, and so by `contract check`."""
    files = {"openapi.yaml": naming("a.yaml"), "a.yaml": "type: string\nrequired: []\npattern: '('\n"}
    contract = loaded(tmp_path, files | {"a.yaml": "type: string\npattern: '('\n"})
    [(_, reason, place)] = unserved_lines(contract)
    assert reason.startswith("the pattern '(' is not one that can be compiled")
    assert place.startswith(str(tmp_path / "openapi.yaml"))
    bad = {"type": "object", "properties": {"a": {"minimum": 5, "maximum": 1}}}
    verdict = checked_contract(written(tmp_path, {**files, "a.yaml": bad}), None)
    [crossed] = [one for one in verdict.complaints if one.rule == "bounds"]
    assert (crossed.file, crossed.line) == (tmp_path / "a.yaml", 4)
    assert "The lints of Redocly and Spectral were not run: the contract is in several files." in verdict.not_run
    (tmp_path / "a.yaml").write_text("type: 5\n")
    [complaint] = checked_contract(tmp_path / "openapi.yaml", None).complaints
    assert (complaint.file, complaint.line) == (tmp_path / "a.yaml", 1)


def test_every_reference_that_is_not_followed_is_told(tmp_path: Path) -> None:
    """Those to files that are not there, those out of the folder, and those within the document."""
    references = ("gone.yaml", "gone.yaml", "../x.yaml", "http://x/y", "#/components/schemas/None")
    schemas = {f"S{number}": {"$ref": reference} for number, reference in enumerate(references)}
    told = refused(tmp_path, {"openapi.yaml": of({}, components={"schemas": schemas})}).splitlines()
    assert [next(one for one in references if repr(one) in line) for line in told] == [*references]


def test_a_mapping_to_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """As a reference to it is, with its line."""
    source = {
        "oneOf": [{"$ref": "a.yaml"}],
        "discriminator": {"propertyName": "kind", "mapping": {"a": "../gone.yaml"}},
    }
    told = refused(tmp_path, {"openapi.yaml": of({"/p": {"post": taking(source)}}), "a.yaml": {}})
    assert told.startswith("openapi.yaml:")
    assert "the reference '../gone.yaml' leads out of the folder" in told
