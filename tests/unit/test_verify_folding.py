"""Folding: one fault is one finding, and hides only what is the same answer to a call with more about it."""

from typing import Any

import pytest

from tests.unit.test_verify_checks import RIGHT, exchange, expected, intent, problem, sending
from tests.unit.test_verify_findings import CALL, report
from tollbridge.verify.checks import CHECKS
from tollbridge.verify.evaluator import Evaluator
from tollbridge.verify.findings.folding import VERDICTS, fold
from tollbridge.verify.model.evidence import Answer
from tollbridge.verify.model.exchange import Exchange
from tollbridge.verify.model.finding import Finding
from tollbridge.verify.model.steps import Case
from tollbridge.verify.reports.report import Report
from tollbridge.verify.reports.text import text

BROKEN = problem(500, "internal-error")
PLAIN = {"amount": 100_000, "currency": "usd"}
NOTHING: dict[str, Any] = {"calls": [], "intents": [], "after": {}, "before": {}}
REFUSED = expected("violations", 400, codes=("invalid-request",), places=["#/amount"])
TOKEN_REFUSED = expected("token", 401, codes=("invalid-token",))


def asked(right: Any = RIGHT, document: Any = None, answer: Answer | None = BROKEN, **sent: Any) -> Exchange:
    """An exchange with a wrong answer."""
    return exchange(right, sent=sending(document or PLAIN, **sent), answer=answer, **NOTHING)


def folded(*exchanges: Exchange) -> list[Finding]:
    """The findings of some exchanges, after they were folded."""
    evaluator = Evaluator(CHECKS)
    for x in exchanges:
        evaluator.keep(Case("x", (CALL,)), evaluator.judge([x]))
    findings = [*evaluator.findings.values()]
    fold(findings, default_account=3)
    return findings


def test_checks_of_verdicts_are_checks() -> None:
    """Each name is known: a check that is renamed would be folded no more."""
    assert CHECKS.keys() >= VERDICTS


@pytest.mark.parametrize("first", ["plain", "special"])
def test_one_fault_that_breaks_every_call_is_one_finding(first: str) -> None:
    """Whatever is found first, the finding of the plainest call is the root, and says how many it hides."""
    plain, special = asked(account=3), asked(TOKEN_REFUSED, PLAIN | {"payment_method": 5}, account=7, token="unknown")
    findings = folded(*([plain, special] if first == "plain" else [special, plain]))
    roots = [finding for finding in findings if finding.follows is None]
    [root] = roots
    assert root.exchange.evidence.sent.account == 3
    assert len(findings) > 1
    run = report(findings=findings).document()
    by_name = {one["fingerprint"]: one for one in run["findings"]}
    assert by_name[root.fingerprint]["hides"] == len(findings) - 1
    told = text(run)
    assert told.count("   found     ") == 1
    assert f"1 finding (and {len(findings) - 1} that follow" in told.split("\n")[-1]
    assert all(one.fingerprint in told for one in findings)


@pytest.mark.parametrize(
    "other",
    [
        asked(REFUSED, answer=problem(409, "provider-refused")),
        exchange(intents=[intent(amount=420_000)]),
    ],
    ids=["another answer", "what Stripe was told"],
)
def test_another_fault_is_a_finding_of_its_own(other: Exchange) -> None:
    """What differs in its answer, or is not a matter of which answer came, is told whole."""
    findings = folded(asked(), other)
    assert len([finding for finding in findings if finding.follows is None]) == 2


def test_two_faults_of_two_calls_do_not_hide_each_other() -> None:
    """The same answer to two calls, of which none is the other with more, is two findings."""
    findings = folded(
        asked(TOKEN_REFUSED, account=7, token="unknown"),
        asked(REFUSED, PLAIN | {"description": "x"}),
    )
    assert [finding.follows for finding in findings if finding.check.name in VERDICTS] == [None] * len(findings)


def test_a_run_that_was_cut_says_so_last() -> None:
    """Behind the findings stand what was not exercised, what the time did not suffice for, and the verdict."""
    run: Report = report(not_reached="--max-time 1 s was over", unexercised=["the check x: never"])
    lines = text(run.document()).split("\n")
    cut = "cut after 1.0 s: not reached: --max-time 1 s was over"
    assert lines[-3:-1] == ["not exercised: the check x: never", cut]
