"""The pytest plugin, without a target: what it loads, what it takes, and what it makes of a run's document."""

import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.hostile import obeyed, payload
from tests.unit.test_verify_findings import report
from tests.unit.test_verify_reports import run as findings
from tollbridge.cli.verify import verify
from tollbridge.contract import load_contract
from tollbridge.pytest_plugin.harness import Harness
from tollbridge.pytest_plugin.items import TargetTest, failure_text
from tollbridge.pytest_plugin.options import OPTIONS
from tollbridge.pytest_plugin.outcome import Failed, Known, Skipped, outcome_of_check, outcome_of_run
from tollbridge.verify import CHECKS
from tollbridge.verify.evaluator import Tally

OPERATION = "create_payment_intent"
JUDGED = "one-intent"


def clean(**changes: Any) -> dict[str, Any]:
    """The document of a run without findings, in which one check judged."""
    tally = Tally()
    tally.held[JUDGED] = tally.held_at[JUDGED, OPERATION] = 3
    return report(**({"tally": tally, "aside_at": {OPERATION: {}}} | changes)).document()


def found(**changes: Any) -> dict[str, Any]:
    """The document of a run with findings."""
    counted = {"not_applicable": None, "held": 1}
    document = findings()
    checks = [check | {"operations": {OPERATION: counted | {"held": check["held"]}}} for check in document["checks"]]
    return {**document, "checks": checks, **changes}


def test_a_plugin_that_is_not_used_loads_nothing() -> None:
    """What pytest loads at its start is the plugin's own two files: no library, and no other room of ours."""
    look = (
        "import pytest, sys; before = {*sys.modules}; import tollbridge.pytest_plugin; print(*{*sys.modules} - before)"
    )
    loaded = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout.split()
    assert {*loaded} == {"tollbridge", "tollbridge.pytest_plugin", "tollbridge.pytest_plugin.options"}


def test_the_options_are_the_harnesss() -> None:
    """Each is an option of `tollbridge verify`, takes a value where that does, and has a sentence."""
    options = {name: option for option in verify.params for name in option.opts}
    for option in OPTIONS[1:]:
        assert options[f"--{option.name}"].is_flag == (option.metavar is None), option.name  # type: ignore[attr-defined]
        assert options[f"--{option.name}"].multiple == option.many, option.name  # type: ignore[attr-defined]
        assert option.help.endswith((".", "]")), option.name
    assert (OPTIONS[0].name, verify.params[0].name) == ("url", "url")


def test_a_report_is_written_where_pytest_was_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path of `--tollbridge-json` is read as those that the harness reads, wherever a test has gone to."""
    (called_in := tmp_path / "called").mkdir()
    (gone_to := tmp_path / "gone").mkdir()
    config = SimpleNamespace(
        getoption=lambda name: "run.json" if name == "tollbridge_json" else None,
        invocation_params=SimpleNamespace(dir=called_in),
        _tmp_path_factory=SimpleNamespace(getbasetemp=lambda: tmp_path),
    )
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.setattr(Harness, "_judged", lambda _self, _report: {"findings": []})
    monkeypatch.chdir(gone_to)
    Harness(cast("pytest.Config", config)).run()
    assert json.loads((called_in / "run.json").read_text("utf-8")) == {"findings": []}
    assert [*gone_to.iterdir()] == []


def test_a_check_that_judged_and_found_nothing_passes() -> None:
    """It passes where it judged at the operation."""
    assert outcome_of_check(clean(), JUDGED, OPERATION) is None


def test_a_finding_is_the_failures_text() -> None:
    """The test of its check fails with the whole of each finding, and the tests of other checks do not."""
    document = found()
    for one in document["findings"]:
        outcome = outcome_of_check(document, one["check"], OPERATION)
        assert isinstance(outcome, Failed)
        assert one["found"] in outcome.said
        assert one["expected"] in outcome.said
    others = CHECKS.keys() - {one["check"] for one in document["findings"]}
    assert not any(isinstance(outcome_of_check(document, name, OPERATION), Failed) for name in others)


def test_a_finding_belongs_to_its_operation() -> None:
    """The same check of another operation does not fail for it."""
    document = found()
    check = document["findings"][0]["check"]
    assert isinstance(outcome_of_check(document, check, OPERATION), Failed)
    elsewhere = {**document, "findings": [one | {"operation": "refund"} for one in document["findings"]]}
    assert not isinstance(outcome_of_check(elsewhere, check, OPERATION), Failed)


def test_what_the_baseline_knows_is_an_expected_failure() -> None:
    """The test of its check is an expected failure, with what was found."""
    document = found()
    first = document["findings"][0]
    known = {"fingerprint": first["fingerprint"], "check": first["check"], "operation": OPERATION, "found": "x"}
    document = {**document, "findings": [], "known": [known]}
    assert outcome_of_check(document, first["check"], OPERATION) == Known("known in the baseline: x")


def test_a_check_that_cannot_judge_is_skipped_with_the_reason() -> None:
    """It is skipped where it is not applicable in the whole run, or at the operation."""
    name = next(iter(CHECKS))
    for why in ({"aside": {name: "a reason"}}, {"aside_at": {OPERATION: {name: "a reason"}}}):
        assert outcome_of_check(clean(**why), name, OPERATION) == Skipped("not applicable: a reason")


def test_a_check_that_had_to_judge_and_did_not_fails() -> None:
    """It fails with a sentence, is skipped where a finding may be why, and where it judged at another operation."""
    idle = next(name for name in CHECKS if name != JUDGED)
    assert outcome_of_check(clean(), idle, OPERATION) == Failed("not exercised: its precondition never held")
    assert outcome_of_check(clean(unfinished="it is gone"), idle, OPERATION) == Failed("not exercised: it is gone")
    document = found()
    idle = next(check["name"] for check in document["checks"] if not check["held"])
    assert outcome_of_check(document, idle, OPERATION) == Skipped("not exercised: its precondition never held")
    elsewhere = clean(aside_at={OPERATION: {}, "refund": {}})
    assert outcome_of_check(elsewhere, JUDGED, "refund") == Skipped("the target gave no occasion at this operation")


def test_the_run_as_a_whole_fails_where_not_everything_was_exercised() -> None:
    """It passes where all was, fails with the sentences where not, and is skipped beside findings."""
    assert outcome_of_run(clean()) is None
    assert outcome_of_run(clean(unexercised=["the role X: nobody"])) == Failed("not exercised: the role X: nobody")
    assert outcome_of_run(clean(unfinished="it is gone")) == Failed("not finished: it is gone")
    assert outcome_of_run(found(not_exercised=["the role X"])) == Skipped("not exercised: the role X")


def test_what_a_target_says_tells_the_terminal_nothing(tmp_path: Path) -> None:
    """A failure's text obeys no terminal, and has no line that GitHub Actions would take for a command."""
    said = failure_text(payload(tmp_path / "canary") + "\n::error::x\n  ::set-env name=A::b\n##[error]x")
    assert "::error::x" in said
    assert obeyed(said) == []
    assert [line for line in said.split("\n") if line.lstrip().startswith("::") or "##[" in line] == []


@pytest.mark.parametrize("outcome", [Skipped("a\n::error::x ##[error]y"), Known("a\n::error::x ##[error]y")])
def test_a_reason_is_one_line_and_no_command(outcome: Skipped | Known) -> None:
    """pytest's summary prints it as it is: no line of it begins with what a target chose."""
    with pytest.raises((pytest.skip.Exception, pytest.xfail.Exception)) as ended:
        TargetTest.end_as(None, outcome)  # type: ignore[arg-type]  # of no test
    assert str(ended.value) == r"a\n::error::x ## [error]y"


def test_a_run_without_the_plugins_use_prints_nothing_of_it(pytester: pytest.Pytester) -> None:
    """Beside pytest's own list of plugins, the output is what it is without the plugin."""
    pytester.makepyfile("def test_own(): pass")
    used, unused = (
        pytester.runpytest("-v", "-p", "no:schemathesis", *plugins) for plugins in ((), ("-p", "no:tollbridge"))
    )
    changing = re.compile(r"in [\d.]+s|^plugins: .*", re.M)
    assert (used.ret, [*used.errlines]) == (0, [])
    assert changing.sub("", used.stdout.str()) == changing.sub("", unused.stdout.str())


def test_a_contract_with_faults_is_told_before_any_test(pytester: pytest.Pytester) -> None:
    """It is an error of usage with a sentence, as is a contract that is not there."""
    faulty = str(pytester.makefile(".yaml", "openapi: 2"))
    for contract in (faulty, "nowhere.yaml"):
        done = pytester.runpytest("-p", "no:schemathesis", "--tollbridge-url=x", "--tollbridge-contract", contract)
        assert done.ret == pytest.ExitCode.USAGE_ERROR
        done.stderr.fnmatch_lines("ERROR: --tollbridge-contract: *")
        done.stderr.no_fnmatch_line("*Traceback*")


def test_every_operation_with_a_body_has_each_check() -> None:
    """The bundled contract's one operation is what the tests are made for."""
    contract = load_contract(Path(__file__).parents[2] / "openapi.yaml")
    assert [operation.operation_id for operation in contract.operations if operation.body] == [OPERATION]


@pytest.mark.parametrize("option", [option.name for option in OPTIONS])
def test_the_page_lists_each_option(option: str) -> None:
    """docs/pytest.md names it."""
    assert f"--tollbridge-{option}" in (Path(__file__).parents[2] / "docs/pytest.md").read_text()
