"""What a clean run says nothing against is named: calls that our choices alone refuse, and the target served."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.test_verify_checks import FOREIGN, exchange, expected, problem, sending
from tests.unit.test_verify_findings import report
from tollbridge.verify.checks import CHECKS
from tollbridge.verify.evaluator import Evaluator, let_pass
from tollbridge.verify.model.exchange import Exchange
from tollbridge.verify.reports.text import text

NOTED = sending(note="a name twice")
TWICE = expected("wire", 400, codes=("malformed-json",), terms=FOREIGN, waived=["body.json"])
NULL = expected("free", terms=FOREIGN, places=["#/description"], waived=["body.null"])


def passed(x: Exchange) -> list[str]:
    """What a run says that it let pass."""
    evaluator = Evaluator(CHECKS)
    evaluator.judge([x])
    run: dict[str, Any] = report(tally=evaluator.tally).document()
    said = text(run)
    for one in run["let_pass"]:
        group, _, call = one.partition(": ")
        assert f"--hold {group} judges it" in said
        assert call in said
    found: list[str] = run["let_pass"]
    return found


@pytest.mark.parametrize(
    ("right", "group"),
    [(TWICE, "wire"), (NULL, "members")],
    ids=["a row of the wire table", "null that may be left out"],
)
def test_what_is_served_against_our_choice_alone_is_named(right: Any, group: str) -> None:
    """It is in the report by what is special about it; where it was refused, or is right, there is nothing to say."""
    assert passed(exchange(right, sent=NOTED)) == [f"{group}: a name twice"]
    assert passed(exchange(right, sent=NOTED, answer=problem(400, "invalid-request"))) == []
    assert passed(exchange(replace(right, kind="accepted", statuses=[200], waived=[]), sent=NOTED)) == []


def test_what_is_free_for_another_reason_is_not_named() -> None:
    """A call that the contract takes, and a target may refuse, is right where it is served."""
    assert passed(exchange(replace(NULL, places=[], waived=[]), sent=NOTED)) == []


def test_a_charge_that_was_let_pass_is_said() -> None:
    """An undocumented member with which the card is charged is more than one that is ignored."""
    confirm = replace(NULL, waived=["body.members"])
    paid = [{"id": "pi_1", "status": "succeeded", "client_secret": "pi_1_secret_1"}]
    said = let_pass(exchange(confirm, sent=sending(note="unknown member confirm"), intents=paid))
    assert said == "members: unknown member confirm (and the card was charged)"
