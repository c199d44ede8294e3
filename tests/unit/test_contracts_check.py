"""`tollbridge contract check`: everything that is wrong with a contract, each with its line."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.unit.test_contract_load import DOCUMENT
from tollbridge.cli import main
from tollbridge.contracts import checked_contract
from tollbridge.documents import printable

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ("components", "schemas", "S")


def document(schema: object, **more: Any) -> dict[str, Any]:
    """Return a small contract with one named schema."""
    return {**deepcopy(DOCUMENT), "components": {"schemas": {"S": schema, **more}}}


def saved(tmp_path: Path, value: object) -> Path:
    """Write a contract, a member a line."""
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(value, indent=0))
    return path


def said(tmp_path: Path, value: object) -> list[tuple[str, str, str | None, str]]:
    """Return the complaints about a contract, without its lines."""
    verdict = checked_contract(saved(tmp_path, value), None, with_lints=False)
    return [(one.severity, one.rule, one.place, one.said) for one in verdict.complaints]


def checked(*arguments: str | Path) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["contract", "check", "--no-lints", *map(str, arguments)])


OBJECT = {"type": "object", "properties": {"a": {"type": "string"}}}
CLOSED = {**OBJECT, "additionalProperties": False}
CANNOT = "b is required and cannot be sent: additionalProperties is false without it."


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ({**CLOSED, "required": ["a", "b"]}, "#/components/schemas/S"),
        ({"type": "object", "additionalProperties": False, "required": ["b"]}, "#/components/schemas/S"),
        ({"allOf": [CLOSED, {"required": ["b"]}]}, "#/components/schemas/S"),
        ({"allOf": [{"allOf": [CLOSED]}], "required": ["b"]}, "#/components/schemas/S"),
        ({"allOf": [{"$ref": "#/components/schemas/T"}], "required": ["b"]}, "#/components/schemas/S"),
        ({**CLOSED, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, "#/components/schemas/S/oneOf/1"),
        ({**OBJECT, "properties": {"inner": {**CLOSED, "required": ["b"]}}}, "#/components/schemas/S/properties/inner"),
    ],
)
def test_a_required_member_that_cannot_be_sent_is_wrong(tmp_path: Path, schema: dict[str, Any], place: str) -> None:
    """A closed schema, or a closed part of it, refuses what is required; the place is that of the requirement."""
    found = said(tmp_path, document(schema, T=CLOSED))
    assert found == [("error", "required", place, CANNOT)]


@pytest.mark.parametrize(
    "schema",
    [
        {**CLOSED, "required": ["a"]},
        {"allOf": [OBJECT, {"properties": {"b": {}}}], "required": ["a", "b"]},
        {"type": "object", "required": ["b"]},
        {"allOf": [{"$ref": "#/components/schemas/S"}]},
    ],
)
def test_what_can_be_sent_is_not_complained_of(tmp_path: Path, schema: dict[str, Any]) -> None:
    """Open schemas, described members and circles of allOf are left in peace."""
    assert said(tmp_path, document(schema)) == []


def test_a_required_member_without_a_description_is_doubtful(tmp_path: Path) -> None:
    """It may be a slip of the pen: a warning, not an error."""
    [found] = said(tmp_path, document({**OBJECT, "required": ["aa"]}))
    assert found[:2] == ("warning", "required")
    assert found[3] == "aa is required, and properties does not describe it."


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"type": "integer", "minimum": 5, "maximum": 4}, "minimum is 5 and maximum is 4: nothing is between them."),
        ({"type": "string", "minLength": 5, "maxLength": 4}, "minLength is 5 and maxLength is 4"),
        ({"type": "array", "items": {}, "minItems": 5, "maxItems": 4}, "minItems is 5 and maxItems is 4"),
        ({"type": "object", "minProperties": 5, "maxProperties": 4}, "minProperties is 5 and maxProperties is 4"),
    ],
)
def test_bounds_that_cross_are_wrong(tmp_path: Path, schema: dict[str, Any], told: str) -> None:
    """Nothing fits such a schema."""
    [found] = said(tmp_path, document(schema))
    assert found[:2] == ("error", "bounds")
    assert found[3].startswith(told)


MEDIA = {"schema": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "maximum": 9}}}}


def with_media(**shown: Any) -> dict[str, Any]:
    """Return a contract whose request body shows examples."""
    made = deepcopy(DOCUMENT)
    made["paths"]["/p"]["post"]["requestBody"] = {"content": {"application/json": {**MEDIA, **shown}}}
    return made


@pytest.mark.parametrize(
    ("made", "name", "place"),
    [
        (with_media(example={"n": 10}), "the example breaks", "/example"),
        (
            with_media(examples={"ok": {"value": {"n": 1}}, "no": {"value": {"n": 10}}}),
            "the example no breaks",
            "/no/value",
        ),
        (document({"type": "integer", "maximum": 9, "example": 10}), "the example breaks", "/S/example"),
        (document({"type": "integer", "maximum": 9, "default": 10}), "the default breaks", "/S/default"),
        (
            document({"type": "object", "properties": {"n": {"type": "string", "example": 1}}}),
            "the example",
            "/n/example",
        ),
    ],
)
def test_an_example_that_breaks_its_schema_is_wrong(
    tmp_path: Path, made: dict[str, Any], name: str, place: str
) -> None:
    """Of bodies, by name, and of schemas, defaults too: with the place, and what is wrong."""
    [found] = said(tmp_path, made)
    assert found[:2] == ("error", "example")
    assert found[2] is not None
    assert found[2].endswith(place)
    assert found[3].startswith(name)


def test_examples_that_fit_are_good(tmp_path: Path) -> None:
    """The same places with values that fit yield nothing."""
    assert said(tmp_path, with_media(example={"n": 9})) == []
    assert said(tmp_path, document({"type": "integer", "example": 1, "default": 2})) == []


def test_an_example_with_many_faults_is_cut(tmp_path: Path) -> None:
    """Three places are told, and how many more there are."""
    schema = {"type": "array", "items": {"type": "integer"}, "example": ["x"] * 9}
    found = said(tmp_path, document(schema))
    assert len(found) == 4
    assert [one[3] for one in found if "more" in one[3]] == ["the example breaks its schema at 6 more places."]


def test_the_bundled_contract_is_good() -> None:
    """It has no error; its warnings are the rules that no other server is held to."""
    done = checked()
    assert done.exit_code == 0, done.output
    assert ": good. Errors: 0, warnings: 3, operations: 1, rules: 76." in done.output
    assert "prefer.steers" in done.output


def test_a_complaint_names_its_line(tmp_path: Path) -> None:
    """File, line, severity, the sentence and the rule; exit 1."""
    path = saved(tmp_path, document({**CLOSED, "required": ["b"]}))
    line = 1 + next(number for number, text in enumerate(path.read_text().splitlines()) if '"S"' in text)
    done = checked(path)
    assert done.exit_code == 1
    assert done.output.splitlines()[0] == f"{path}:{line}: error: {CANNOT}  [required]"
    assert f"{path}: not good. Errors: 1, warnings: 0, operations: 1, rules: 0." in done.output
    assert "Handlers were not looked for" in done.output


def test_a_contract_that_cannot_be_read_is_told_line_by_line(tmp_path: Path) -> None:
    """What OpenAPI itself refuses, and what is no document at all."""
    done = checked(saved(tmp_path, {**DOCUMENT, "paths": 5}))
    assert done.exit_code == 1
    assert "paths: is a number; it has to be an object." in done.output
    for content, said in (('{"a": \n', "openapi.json:"), ("[" * 200_000, ":1: error: has more than 100 lists")):
        (tmp_path / "openapi.json").write_text(content)
        done = checked(tmp_path / "openapi.json")
        assert (done.exit_code, said in done.output, done.exception.__class__) == (1, True, SystemExit)


def test_the_verdict_is_json_on_request(tmp_path: Path) -> None:
    """For programs: the same complaints, with their pointers."""
    done = checked(saved(tmp_path, document({**CLOSED, "required": ["b"]})), "--json")
    assert done.exit_code == 1
    verdict = json.loads(done.output)
    assert (verdict["good"], verdict["operations"], len(verdict["not_run"])) == (False, 1, 1)
    [complaint] = verdict["complaints"]
    assert complaint | {"line": 0} == {
        "line": 0,
        "place": "#/components/schemas/S",
        "rule": "required",
        "severity": "error",
        "said": CANNOT,
        "file": str(tmp_path / "openapi.json"),
    }


def test_wrong_usage_is_another_exit_code(tmp_path: Path) -> None:
    """Exit 2 for a file that is not there, as the help says."""
    assert checked(tmp_path / "gone.yaml").exit_code == 2
    assert "Exit codes: 0" in checked("--help").output


def test_an_operation_that_is_not_served_is_doubtful(tmp_path: Path) -> None:
    """The contract may be right, and this server answers 501: each such operation with why."""
    made = deepcopy(DOCUMENT)
    made["paths"]["/p"]["post"]["requestBody"] = {"content": {"application/xml": {"schema": {"type": "object"}}}}
    [found] = said(tmp_path, made)
    assert found[:2] == ("warning", "not-served")
    assert found[3].startswith("POST /p is not served by this server: ")


def test_an_operation_without_handler_is_wrong(tmp_path: Path) -> None:
    """Each one at its own line, where a folder of handlers was given."""
    made = deepcopy(DOCUMENT)
    made["paths"]["/q"] = {"get": {**made["paths"]["/p"]["post"], "operationId": "look"}}
    (tmp_path / "pays.py").write_text("async def pay():\n    return 200, {}\n")
    done = checked(saved(tmp_path, made), "--handlers", tmp_path)
    assert done.exit_code == 1
    assert "The contract names the operation 'look', and" in done.output
    assert "'pay'" not in done.output
    (tmp_path / "pays.py").write_text("async def pay():\n    return 200, {}\n\nasync def look():\n    return 200, {}\n")
    assert checked(tmp_path / "openapi.json", "--handlers", tmp_path).exit_code == 0


RULE = {"id": "a.b", "statement": "It is so.", "origin": "choice"}


def with_rules(*rules: dict[str, Any]) -> dict[str, Any]:
    """Return a contract with a ledger."""
    return {**deepcopy(DOCUMENT), "x-rules": list(rules)}


def test_an_unsound_rule_is_wrong(tmp_path: Path) -> None:
    """Nothing enforces it; what enforces it is not there; its id is another's."""
    found = said(tmp_path, with_rules(RULE, {**RULE, "enforced_by": [{"check": "gone"}]}))
    assert {one[3] for one in found} == {
        "a.b: the id is given 2 times.",
        "a.b: nothing enforces it, and no waiver says why.",
        "a.b: the check 'gone' does not exist.",
    }


def test_a_rule_that_no_check_judges_is_doubtful(tmp_path: Path) -> None:
    """Code of ours holds our server to it, and no other."""
    rule = {**RULE, "enforced_by": [{"code": "tollbridge.contract:SchemaCheck.violations"}]}
    [found] = said(tmp_path, with_rules(rule))
    assert found[:2] == ("warning", "ledger")
    assert "no other server is held to it" in found[3]


def test_tests_that_are_not_there_are_said_to_be_not_looked_for(tmp_path: Path) -> None:
    """A contract is handed on without its tests; beside a folder of tests each one has to exist."""
    rule = {**RULE, "enforced_by": [{"check": "one-intent"}, {"test": "tests/t.py::test_gone"}]}
    path = saved(tmp_path, with_rules(rule))
    assert "there is no folder `tests` beside the contract" in checked(path).output
    (tmp_path / "tests").mkdir()
    assert "the test 'tests/t.py::test_gone' does not exist." in checked(path).output


def test_code_that_a_contract_names_is_read_and_never_run(tmp_path: Path) -> None:
    """A module beside the contract is looked into, and leaves no trace of having run."""
    (tmp_path / "mine.py").write_text("from pathlib import Path\nPath('ran').touch()\n\n\ndef guard():\n    pass\n")
    rules = [{**RULE, "id": name, "enforced_by": [{"code": f"mine:{name}"}]} for name in ("guard", "gone")]
    found = said(tmp_path, with_rules(*rules))
    assert [one[3] for one in found if one[0] == "error"] == ["gone: the code 'mine:gone' does not exist."]
    assert not Path("ran").exists()


REDOCLY = {
    "problems": [
        {"ruleId": "info-license", "severity": "warn", "message": "no license", "location": [{"pointer": "#/info"}]},
        {"ruleId": "struct", "severity": "error", "message": "odd\n\x1b[31m", "location": [{"pointer": "#/paths/~1p"}]},
    ]
}
ODD = printable("odd\n\x1b[31m", 99)
SPECTRAL = [{"code": "tag", "path": ["paths", "/p", "post", "tags", "0"], "message": "no tag", "severity": 1}]


@pytest.fixture
def lints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of Node programs in the working folder: what they say is in files."""
    programs = tmp_path / "node_modules/.bin"
    programs.mkdir(parents=True)
    for name, answer in (("redocly", REDOCLY), ("spectral", SPECTRAL)):
        (tmp_path / f"{name}.json").write_text(json.dumps(answer))
        (programs / name).write_text(
            f'#!/bin/sh\necho "$@" > {tmp_path}/{name}.arguments\ncat {tmp_path}/{name}.json\n'
        )
        (programs / name).chmod(0o755)
    (programs / "node").write_text("#!/bin/sh\n")
    (programs / "node").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_lints_of_others_are_told_with_our_lines(lints: Path) -> None:
    """Redocly's error is one of ours, its warnings and Spectral's are warnings; texts are one clean line."""
    path = saved(lints, DOCUMENT)
    found = checked_contract(path, None).complaints
    assert {(one.rule, one.severity, one.place, one.said) for one in found} == {
        ("redocly:info-license", "warning", "#/info", "no license"),
        ("redocly:struct", "error", "#/paths/~1p", ODD),
        ("spectral:tag", "warning", "#/paths/~1p/post", "no tag"),
    }
    assert str(path) in (lints / "redocly.arguments").read_text()
    assert str(path) in (lints / "spectral.arguments").read_text()


@pytest.mark.parametrize(
    ("script", "told"),
    [("echo broken >&2; exit 3", "redocly ended with code 3: broken"), ("exit 0", "redocly ended with code 0")],
)
def test_a_lint_that_fails_is_told_and_is_no_verdict(lints: Path, script: str, told: str) -> None:
    """The other judgements stand; a sentence says what the program said."""
    (lints / "node_modules/.bin/redocly").write_text(f"#!/bin/sh\n{script}\n")
    verdict = checked_contract(saved(lints, DOCUMENT), None)
    assert verdict.is_good
    assert any(told in reason for reason in verdict.not_run)


def test_a_lint_that_is_missing_is_a_clear_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How to get it; nothing is downloaded."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    verdict = checked_contract(saved(tmp_path, DOCUMENT), None)
    assert verdict.is_good
    assert "Redocly's lint was not run: redocly is not here: npm install --save-dev @redocly/cli" in verdict.not_run
    assert any("@stoplight/spectral-cli" in reason for reason in verdict.not_run)


def test_programs_beside_a_contract_are_not_run(lints: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the working folder and the PATH are asked: a contract from elsewhere brings no code with it."""
    elsewhere = lints / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("PATH", str(elsewhere))
    monkeypatch.chdir("/")
    verdict = checked_contract(saved(lints, DOCUMENT), None)
    assert len([reason for reason in verdict.not_run if "is not here" in reason]) == 2


@pytest.mark.parametrize("odd", [{"properties": [1]}, {"properties": {"a": 5}}, 5, ["a"], {"allOf": 5, "required": 5}])
def test_a_reference_that_leads_to_something_else_is_no_traceback(tmp_path: Path, odd: object) -> None:
    """A part that no operation uses may refer to anything in the document."""
    made = document({"allOf": [{"$ref": "#/x-odd"}], "required": ["a"], "example": {"a": 1}})
    verdict = checked_contract(saved(tmp_path, {**made, "x-odd": odd}), None, with_lints=False)
    assert verdict.operations == 1
