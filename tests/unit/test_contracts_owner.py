"""The ledger, the types and the difference of contracts, as their owner asks for them."""

import json
import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from markdown_it import MarkdownIt

from scripts import generate_ledger_page
from tests.hostile import payload
from tests.unit.test_contract_load import DOCUMENT
from tollbridge.cli import main
from tollbridge.contract import load_contract
from tollbridge.contract.flat import flat
from tollbridge.contracts import ledger_page
from tollbridge.contracts.difference import OASDIFF, change_of, rule_changes

ROOT = Path(__file__).resolve().parents[2]
RULE: dict[str, Any] = {
    "id": "amount.minimum",
    "statement": "At least 50.",
    "origin": "documented",
    "enforced_by": [{"schema": "minimum"}, {"check": "one-intent"}],
}


def contract(minimum: int = 50, **changes: Any) -> dict[str, Any]:
    """Return a small contract whose amount has a minimum and a rule."""
    amount = {"type": "integer", "minimum": minimum, "x-rules": [RULE | changes]}
    made = deepcopy(DOCUMENT)
    schema = {"type": "object", "properties": {"amount": amount, "description": {"type": "string"}}}
    made["paths"]["/p"]["post"]["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    return made


def saved(tmp_path: Path, value: object, name: str = "openapi.json") -> Path:
    """Write a contract."""
    path = tmp_path / name
    path.write_text(json.dumps(value, indent=1))
    return path


def run(*arguments: str | Path) -> Result:
    """Run `tollbridge contract`."""
    return CliRunner().invoke(main, ["contract", *map(str, arguments)])


def program(folder: Path, name: str, script: str) -> None:
    """Write a program of the PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_commands_that_judge_nothing_load_no_harness() -> None:
    """It takes longer to load than they do; those that need it load it when they run."""
    look = "import sys, tollbridge.cli; print(*[name for name in sys.modules if name.startswith('tollbridge.verify')])"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_ledgers_page_is_current() -> None:
    """docs/ledger.md is what the bundled contract says."""
    assert generate_ledger_page.main(["--check"]) == 0


def test_the_ledger_has_statement_origin_enforcement_and_waiver(tmp_path: Path) -> None:
    """Each rule is a row; a decision is another, with its rival and reason."""
    waived = {"id": "w", "statement": "Advice.", "origin": "choice", "waiver": "Nothing breaks it."}
    decided = {**RULE, "id": "d", "decision": "So.", "rival": "Not so.", "reason": "Because."}
    path = saved(tmp_path, {**contract(), "x-rules": [waived, decided]})
    page = ledger_page(load_contract(path))
    assert "| amount.minimum | At least 50. | documented | schema `minimum`, check `one-intent` |" in page
    assert "| w | Advice. | choice | waived: Nothing breaks it. |" in page
    assert "| d | So. | Not so. | Because. |" in page
    assert "Statements: 3. Choice: 1, documented: 2. Judged of any server by `tollbridge verify`: 2. Waived: 1." in page
    assert run("ledger", path).output == page
    rows = json.loads(run("ledger", path, "--json").output)
    assert [row["id"] for row in rows] == ["w", "d", "amount.minimum"]
    assert run("ledger", path, "--out", tmp_path / "ledger.md").output == ""
    assert (tmp_path / "ledger.md").read_text() == page


def test_what_a_ledger_says_is_text_on_its_page(tmp_path: Path) -> None:
    """No word of a rule is a heading, a cell, a link or a tag."""
    text = payload(tmp_path / "canary")
    fields = dict.fromkeys(("id", "statement", "origin", "waiver", "decision", "rival", "reason"), text)
    made = {**contract(), "info": {"title": text, "version": "1"}, "x-rules": [fields]}
    page = ledger_page(load_contract(saved(tmp_path, made)))
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(page)
    kinds = [token.type for token in tokens] + [inner.type for token in tokens for inner in token.children or ()]
    assert not {"html_block", "html_inline", "link_open", "image", "fence", "code_block"} & set(kinds)
    assert (kinds.count("tr_open"), kinds.count("heading_open")) == (5, 2)


NARROWING = {
    "required": ["a"],
    "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
    "anyOf": [{"oneOf": [{"type": "object", "required": ["a"], "properties": {"a": {"minimum": 1}}}]}],
}


def test_a_flat_contract_has_no_branches_that_only_narrow() -> None:
    """They are left out at every level; what adds a member, requires one, or is data stays."""
    without = {name: part for name, part in NARROWING.items() if name != "anyOf"}
    assert flat({"schemas": {"S": NARROWING}}) == {"schemas": {"S": without}}
    for branch in ({"properties": {"c": {}}}, {"required": ["b"]}, {"$ref": "#/x"}, {"minProperties": 1}):
        kept = {**without, "oneOf": [branch]}
        assert flat(kept) == kept
    assert flat({"example": NARROWING}) == {"example": NARROWING}
    assert flat({"oneOf": [NARROWING]}) == {"oneOf": [without]}


@pytest.mark.parametrize(
    "odd", [5, "a", [5], [{"properties": 5}], [{"required": 5}], [{"anyOf": 5}], [{"required": [[]]}]]
)
def test_branches_that_are_none_are_left_alone(odd: object) -> None:
    """A value that is no list of schemas is no traceback: a contract's unused parts may hold anything."""
    assert flat({**NARROWING, "anyOf": odd})["anyOf"] == odd


def test_the_bundled_contract_is_flat_on_request() -> None:
    """The 47 branches of money go, and nothing else that a type has."""
    made = flat(load_contract(ROOT / "openapi.yaml").document)
    request = made["components"]["schemas"]["PaymentIntentRequest"]
    assert "anyOf" not in request
    assert list(request["properties"])[-1] == "receipt_email"


def test_types_are_made_by_openapi_typescript(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given the contract, flat where that is asked for, and its answer is handed over."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    program(tmp_path / "bin", "node", "")
    program(tmp_path / "bin", "openapi-typescript", 'echo "// $(grep -c anyOf "$1")"; echo "export type A = 1;"')
    monkeypatch.chdir(tmp_path)
    path = saved(tmp_path, {**deepcopy(DOCUMENT), "components": {"schemas": {"S": {"type": "object", **NARROWING}}}})
    assert run("types", path).output == "// 1\nexport type A = 1;\n"
    assert run("types", path, "--flat").output == "// 0\nexport type A = 1;\n"
    program(tmp_path / "bin", "openapi-typescript", "echo cannot >&2; exit 3")
    done = run("types", path)
    assert (done.exit_code, "openapi-typescript ended with code 3: cannot" in done.output) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["types"], 1, "openapi-typescript is not here: npm install --save-dev openapi-typescript typescript"),
        (["diff", str(ROOT / "openapi.yaml")], 2, f"go install github.com/oasdiff/oasdiff@{OASDIFF}"),
    ],
)
def test_a_missing_program_is_a_clear_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, told: str
) -> None:
    """How to get it, and an exit code that no verdict has."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert done.exit_code == code
    assert told in done.output


CHANGES = [
    {"id": "request-property-min-increased", "text": "the `amount` request property's min was increased to `100.00`",
     "level": 3, "operation": "POST", "path": "/p", "section": "paths", "baseSource": {"line": 8},
     "revisionSource": {"line": 9}},
    {"id": "response-non-success-status-removed", "text": "removed the non-success response with the status `404`",
     "level": 1, "operation": "POST", "path": "/p", "section": "paths", "baseSource": {"line": 7}},
    {"id": "api-tag-added", "text": "added a tag", "level": 1, "section": "paths", "path": "/p"},
]  # fmt: skip
"""As oasdiff tells them."""


@pytest.fixture
def contracts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """An old and a new contract, and an oasdiff that tells the changes of a file."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    (tmp_path / "told.json").write_text(json.dumps(CHANGES))
    program(
        tmp_path / "bin", "oasdiff", f"echo $@ > {tmp_path}/arguments; ls > {tmp_path}/files; cat {tmp_path}/told.json"
    )
    return saved(tmp_path, contract(50), "old.json"), saved(tmp_path, contract(100), "new.json")


def test_a_difference_says_what_breaks_for_whom(tmp_path: Path, contracts: tuple[Path, Path]) -> None:
    """Each change with its line in the file that has it, the rules that it touches, and their checks; exit 1."""
    old, new = contracts
    done = run("diff", old, new)
    assert done.exit_code == 1, done.output
    assert done.output.splitlines() == [
        f"{new}:9: breaks clients and breaks servers: POST /p: the `amount` request property's min was increased to"
        " `100.00`  [request-property-min-increased]",
        f"{old}:7: breaks servers: POST /p: removed the non-success response with the status `404`"
        "  [response-non-success-status-removed]",
        "breaks nothing: /p: added a tag  [api-tag-added]",
        "rules, place changed: amount.minimum (#/paths/~1p/post/requestBody/content/application~1json/schema/"
        "properties/amount). Checks: one-intent, blames-the-right-field.",
        "Changes: 3, that break clients: 1, that may: 0, that break servers: 2, rules touched: 1.",
    ]
    assert "--allow-external-refs=false" in (tmp_path / "arguments").read_text()
    assert (tmp_path / "files").read_text().split() == ["new.yaml", "old.yaml"]


def test_a_difference_is_json_on_request(contracts: tuple[Path, Path]) -> None:
    """The same for programs."""
    document = json.loads(run("diff", *contracts, "--json").output)
    assert (document["breaks_clients"], document["breaks_servers"]) == (True, True)
    assert [change["rule"] for change in document["changes"]] == [change["id"] for change in CHANGES]
    assert [(rule["id"], rule["what"]) for rule in document["rules"]] == [("amount.minimum", "place changed")]


@pytest.mark.parametrize(
    ("told", "fail_on", "code"),
    [
        (CHANGES, "clients", 1),
        (CHANGES, "nothing", 0),
        (CHANGES[1:], "clients", 0),
        (CHANGES[1:], "servers", 1),
        (CHANGES[2:], "servers", 0),
        ([], "clients", 0),
        (None, "clients", 0),
    ],
)
def test_the_exit_code_is_whom_it_breaks(
    tmp_path: Path, contracts: tuple[Path, Path], told: object, fail_on: str, code: int
) -> None:
    """Clients, unless another side is named; oasdiff says null where nothing changed."""
    (tmp_path / "told.json").write_text(json.dumps(told))
    assert run("diff", *contracts, "--fail-on", fail_on).exit_code == code


@pytest.mark.parametrize("script", ["exit 4", "echo not json", "echo '[{}]'", "echo '[5]'"])
def test_an_oasdiff_that_fails_is_no_verdict(tmp_path: Path, contracts: tuple[Path, Path], script: str) -> None:
    """Exit 2 and a sentence, whatever it says."""
    program(tmp_path / "bin", "oasdiff", script)
    done = run("diff", *contracts)
    assert done.exit_code == 2
    assert done.output.startswith("Error: oasdiff")


def test_a_contract_that_cannot_be_read_is_not_compared(tmp_path: Path, contracts: tuple[Path, Path]) -> None:
    """Exit 2, with the line of what is wrong."""
    old, new = contracts
    new.write_text('{"openapi": "3.0.3"}')
    done = run("diff", old, new)
    assert (done.exit_code, f"{new}:1: " in done.output) == (2, True)


@pytest.mark.parametrize(
    ("rule", "level", "clients", "servers"),
    [
        ("response-property-became-optional", 3, "yes", False),
        ("response-property-became-required", 1, "no", True),
        ("response-property-enum-value-added", 3, "yes", False),
        ("response-property-enum-value-removed", 1, "no", True),
        ("response-property-max-decreased", 1, "no", True),
        ("response-property-max-increased", 3, "yes", False),
        ("request-property-min-decreased", 1, "no", True),
        ("request-optional-property-became-read-only", 2, "perhaps", True),
        ("endpoint-added", 1, "no", True),
        ("api-operation-id-removed", 1, "no", False),
        ("api-version-not-bumped", 1, "no", False),
    ],
)
def test_whom_a_change_breaks(rule: str, level: int, clients: str, servers: bool) -> None:
    """Clients by oasdiff's level; servers where more is asked of them, or less may be answered."""
    change = change_of({"id": rule, "level": level, "text": "", "section": "paths"})
    assert (change.breaks_clients, change.breaks_servers) == (clients, servers)


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (contract(100), "place changed"),
        (contract(statement="At least 51."), "reworded"),
        (contract(id="other"), "removed"),
        (contract(), None),
    ],
)
def test_the_rules_that_a_change_touches(tmp_path: Path, made: dict[str, Any], what: str | None) -> None:
    """A rule is touched by its own words and by what it constrains, and by words for people it is not."""
    made["paths"]["/p"]["post"]["description"] = "Other words."
    before = load_contract(saved(tmp_path, contract(), "old.json"))
    after = load_contract(saved(tmp_path, made, "new.json"))
    found = {change.id: change.what for change in rule_changes(before.rules, after.rules)}
    assert found.get("amount.minimum") == what
    assert len(found) == {"removed": 2, None: 0}.get(what, 1)


@pytest.mark.skipif(
    not (ROOT / ".tools/bin/oasdiff").exists() and not shutil.which("oasdiff"),
    reason="oasdiff is not here (scripts/oasdiff --install-only); its recorded words are tested above",
)
def test_the_real_oasdiff_speaks_so(tmp_path: Path) -> None:
    """A raised minimum breaks both sides, by the pinned oasdiff itself."""
    old, new = saved(tmp_path, contract(50), "old.json"), saved(tmp_path, contract(100), "new.json")
    told = subprocess.run(
        [ROOT / "scripts/oasdiff", "changelog", old, new, "--format", "json"], capture_output=True, check=True
    )
    [change] = map(change_of, json.loads(told.stdout))
    assert (change.rule, change.breaks_clients, change.breaks_servers) == (
        "request-property-min-increased", "yes", True,
    )  # fmt: skip
