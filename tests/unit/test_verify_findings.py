"""Findings: made small, masked, told; and a run that saw nothing is no success."""

from typing import Any

import pytest

from tests.unit.test_masking import SECRETS
from tests.unit.test_verify_checks import CONTRACT, HELD, SUBJECT, exchange, problem, reply
from tollbridge.cli.progress import Progress
from tollbridge.simulator import Fault
from tollbridge.verify.checks import CHECKS
from tollbridge.verify.evaluator import Evaluator, Tally
from tollbridge.verify.findings.shrink import reduced
from tollbridge.verify.model.evidence import NO_TOKEN_OF_ANYBODY, TOKEN, Known
from tollbridge.verify.model.finding import came_back, fingerprint, masked
from tollbridge.verify.model.steps import Break, Call, Case, Mend, Step
from tollbridge.verify.reports.report import Report
from tollbridge.verify.reports.text import text

CALL = Call(SUBJECT.operation, {"amount": 4200, "currency": "usd", "description": "x" * 40, "payment_method": 4242})


def report(**changes: Any) -> Report:
    """A clean run."""
    plain: dict[str, Any] = {
        "url": "http://127.0.0.1:1",
        "contract": CONTRACT,
        "held": HELD,
        "two_sided": True,
        "seed": 1,
        "seconds": 1.0,
        "calls": 1,
        "tally": Tally(),
        "findings": [],
        "known": [],
        "aside": {},
        "unexercised": [],
        "unprovoked": {},
        "unfinished": None,
        "generated": 0,
    }
    return Report(**(plain | changes))


def test_secrets_are_masked() -> None:
    """Client secrets, API keys and tokens do not reach a report."""
    text = "pi_1_secret_abc sk_test_abcdef Authorization: Bearer eyJ.abc-d_e.f Basic dXNlcjpwYXNz"
    assert masked(text) == "pi_1_secret_*** sk_test_*** Authorization: Bearer *** Basic ***"
    assert "secret_abc" not in came_back(exchange())
    for secret, hidden in SECRETS.values():
        assert hidden not in masked(f"a {secret} b")


@pytest.mark.parametrize("text", ['Bearer realm="yard"', "Bearer sk_test_script", f"Bearer {NO_TOKEN_OF_ANYBODY}"])
def test_what_is_no_secret_is_shown(text: str) -> None:
    """A challenge, and the key and the token that everybody knows, are as they were."""
    assert masked(text) == text


def test_known_secrets_are_masked_wherever_they_stand() -> None:
    """A token without a scheme, and the secret part of a client secret, are found by their value."""
    known = Known(canaries={"opaque-token-of-account-7": TOKEN}, secrets=["pi_1_secret_S3cretTail99"])
    answer = reply(401, '{"detail":"token opaque-token-of-account-7 and S3cretTail99"}')
    x = exchange(answer=answer, known=known)
    assert "opaque" not in came_back(x)
    assert "S3cret" not in came_back(x)


def test_an_answer_does_not_move_the_cursor() -> None:
    """Control characters of an answer are shown as what they are."""
    told = came_back(exchange(answer=reply(200, "\x1b[2J\x07", ["x-evil", "\x1b]0;x\x07"])))
    assert "\x1b" not in told
    assert "\\x1b[2J" in told


def test_what_is_known_is_no_failure_and_is_named() -> None:
    """A baseline's finding is named with its fingerprint; what it hides, and what is gone, are said."""
    evaluator = Evaluator(CHECKS)
    evaluator.keep(Case("first", (CALL,)), evaluator.judge([exchange(answer=problem(409, "provider-refused"))]))
    [finding] = evaluator.findings.values()
    run = report(known=[finding], tally=evaluator.tally, unexercised=["the check recovers"], stale=["0123456789ab"])
    assert run.exit_code == 0
    for said in (finding.fingerprint, "not exercised: the check recovers", "0123456789ab"):
        assert said in text(run.document())
    assert "broken" in {rule["verdict"] for rule in run.document()["rules"]}


def test_a_fingerprint_is_the_same_in_every_run() -> None:
    """It depends on operation, check and cause, and on nothing of the run."""
    assert fingerprint("create_payment_intent", "one-intent", "several") == "129be7bec231"


def test_a_case_is_made_small() -> None:
    """Steps and members that the finding does not need go; what it needs stays."""
    steps: tuple[Step, ...] = (CALL, Break(Fault("POST", None, "500")), CALL, Mend(), CALL)

    def fails(case: Case) -> bool:
        calls = [step for step in case.steps if isinstance(step, Call)]
        return any("payment_method" in call.document for call in calls)

    small = reduced(Case("all of it", steps), fails)
    assert [step.document for step in small.steps if isinstance(step, Call)] == [
        {"amount": 4200, "currency": "usd", "payment_method": 4242}
    ]
    assert not any(isinstance(step, Break) for step in small.steps)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 0),
        ({"unexercised": ["the check one-intent: its precondition never held"]}, 2),
        ({"unfinished": "the target is gone"}, 2),
        ({"not_reached": "--max-time 1 s was over: 3 of 9 cases were played"}, 0),
    ],
)
def test_a_run_that_saw_too_little_is_no_success(changes: dict[str, Any], code: int) -> None:
    """What was not exercised, or not reached, is said, and is exit code 2."""
    run = report(**changes)
    assert run.exit_code == code
    for told in changes.values():
        assert (told if isinstance(told, str) else told[0]) in text(run.document())


def test_findings_are_one_for_each_cause() -> None:
    """The second exchange with the same cause is counted, not told again; a finding is exit code 1."""
    evaluator = Evaluator(CHECKS)
    wrong = exchange(answer=problem(409, "provider-refused"))
    for name in ("first", "second"):
        evaluator.keep(Case(name, (CALL,)), evaluator.judge([wrong]))
    [finding] = evaluator.findings.values()
    assert (finding.check.name, finding.count, finding.seen) == ("accepts-valid", 2, ["first", "second"])
    told = report(findings=[finding], tally=evaluator.tally)
    assert told.exit_code == 1
    assert "accepts-valid" in text(told.document())
    assert told.document()["findings"][0]["fingerprint"] == finding.fingerprint
    rules = {rule["id"]: rule["verdict"] for rule in told.document()["rules"]}
    assert rules["success.status"] == "broken"


def test_titles_stand_before_findings() -> None:
    """Several findings are listed first, a line each, the worst first; then each is whole; the verdict is last."""
    evaluator = Evaluator(CHECKS)
    evaluator.keep(Case("x", (CALL,)), evaluator.judge([exchange(answer=reply(400, "{}"))]))
    document = report(findings=[*evaluator.findings.values()], tally=evaluator.tally).document()
    lines = text(document).split("\n")
    count = len(document["findings"])
    assert count > 1
    for number, (line, finding) in enumerate(zip(lines, document["findings"], strict=False), 1):
        assert line.startswith(f"{number:>3}. {finding['severity']:<8}  {finding['check']}: ")
    assert lines[count : count + 2] == [
        "",
        f"1. {document['findings'][0]['check']}  [high]  {document['findings'][0]['fingerprint']}",
    ]
    assert lines[-1].startswith(f"{count} findings")


def test_a_finding_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """One line on stderr, in which nothing is an order to a terminal or to GitHub Actions; none where all is quiet."""
    Progress(shown=False, quiet=True).found("high", "x: y")
    assert capsys.readouterr().err == ""
    Progress(shown=False).found("high", "one-intent: \x1b[2J##[error]two")
    told = capsys.readouterr().err
    assert told.startswith("found ")
    assert told.endswith("s  high      one-intent: \\x1b[2J## [error]two\n")


def test_a_baseline_names_only_what_was_judged() -> None:
    """What is gone is said where its check judged something; of a check that was left out nothing is known."""
    evaluator = Evaluator([name for name in CHECKS if name != "one-intent"])
    evaluator.judge([exchange(answer=problem(409, "provider-refused"))])
    judged = next(iter(evaluator.tally.held))
    baseline = {"000000000001": judged, "000000000002": "one-intent", "000000000003": "a check that is gone"}
    assert evaluator.unseen(baseline) == ["000000000001"]
