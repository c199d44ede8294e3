"""What a short run still has to bring, and which of the cases that it left out may bring that."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from click.testing import CliRunner

from tests.unit.test_verify_checks import HELD, SUBJECT, WORLD
from tollbridge.cli.verify import verify as command
from tollbridge.simulator import Fault
from tollbridge.verify import CHECKS, PROFILES
from tollbridge.verify.cases import CaseContext, cases, is_thinned_out
from tollbridge.verify.coverage.promises import PAIR, SUCCESS, anything_awaited, awaited, brings, promised
from tollbridge.verify.evaluator import Evaluator
from tollbridge.verify.model.oracle import Oracle
from tollbridge.verify.model.steps import UNKNOWN, Break, Case, Mend, Together
from tollbridge.verify.model.stripe_routes import CREATE, UPDATE
from tollbridge.verify.model.tokens import Tokens
from tollbridge.verify.run import Run

DOCS = Path(__file__).parents[2] / "docs"
CARDS = {m.stripe: {} for o in WORLD.organizations.values() for m in o.payment_methods.values()}
CONTEXT = CaseContext(SUBJECT, WORLD, Tokens({3: "t"}, {}), HELD, CARDS, two_sided=True)
CHARGE = CONTEXT.call(confirm=True)


def run(*told: tuple[str, str], pairs: int = 1) -> Run:
    """A run in which the target has told some problems, and succeeded."""
    evaluator = Evaluator(CHECKS)
    evaluator.tally.codes.update(told)
    evaluator.tally.successes[SUBJECT.operation.operation_id] = 1
    evaluator.tally.held["indistinguishable"] = pairs
    oracle = Oracle(SUBJECT, WORLD, HELD, CARDS)
    runner = SimpleNamespace(expected=lambda _context, call: oracle.expected(call))
    return cast("Run", SimpleNamespace(evaluator=evaluator, runner=runner, contexts=[CONTEXT]))


def broken(kind: str, path: str | None, method: str = "POST") -> Case:
    """A charge while Stripe fails."""
    return Case("x", (Break(Fault(method, path, kind, times=None)), CHARGE, Mend()))


@pytest.mark.parametrize(
    ("case", "told"),
    [
        (Case("x", (CONTEXT.call(),)), SUCCESS),
        (Case("x", (Together((CONTEXT.call(amount=0),)),)), ("400", "invalid-request")),
        (Case("x", (CHARGE.but(account=3, token=UNKNOWN),)), ("401", "invalid-token")),
        (Case("x", (CONTEXT.call(),) * 2, same=True), PAIR),
        (broken("500", CREATE), ("502", "payment-outcome-unknown")),
        (broken("429", CREATE), ("503", "provider-unavailable")),
        (broken("500", UPDATE), ("502", "subscription-not-updated")),
        (broken("400", CREATE), ("409", "provider-refused")),
        (broken("401", None, "GET"), ("502", "provider-misconfigured")),
        (broken("garbage", UPDATE.replace("subscriptions", "x")), ("502", "provider-invalid-response")),
    ],
)
def test_a_case_promises_what_a_right_target_answers(case: Case, told: tuple[str, str]) -> None:
    """By the oracle, and by the table of what the contract has for each fault."""
    assert told in promised(run(), CONTEXT, case)


def test_a_case_is_played_for_what_it_promises_only() -> None:
    """One that brings nothing new is left out; what was told, or succeeded, is not awaited any more."""
    fresh = run(pairs=0)
    fresh.evaluator.tally.successes.clear()
    assert awaited(fresh, CONTEXT)[0] == SUCCESS
    assert brings(fresh, CONTEXT, Case("x", (CONTEXT.call(),)))
    assert brings(fresh, CONTEXT, Case("x", (CONTEXT.call(amount=0),) * 2, same=True))
    some = run(("400", "invalid-request"))
    assert not brings(some, CONTEXT, Case("x", (CONTEXT.call(amount=0),) * 2, same=True))
    assert brings(some, CONTEXT, broken("429", CREATE))
    everything = run(*SUBJECT.codes)
    assert not anything_awaited(everything)
    assert anything_awaited(run(*SUBJECT.codes, pairs=0))


@pytest.mark.parametrize("every", [4, 16, 64])
def test_what_is_left_out_can_be_reached_by_a_case_that_promises_it(every: int) -> None:
    """However far the tables are thinned, a case is there for each problem that has to come."""
    context = replace(CONTEXT, tokens=Tokens(dict.fromkeys(WORLD.accounts, "t"), {3: "x"}))
    whole = run(pairs=0)
    nothing_yet = set(awaited(whole, context))
    found = {told for _, _, case in cases(context) for told in promised(whole, context, case)}
    played = [planned for planned in cases(context) if not is_thinned_out(planned, every)]
    assert len(played) < len(cases(context))
    missing = {told for told in nothing_yet - found if told[0] not in ("402", "405")}
    assert missing == set()


def test_the_profiles_are_printed_and_documented() -> None:
    """`--list-profiles` says how long each takes, and what it leaves out; docs/verify.md says the same."""
    printed = CliRunner().invoke(command, ["--list-profiles"]).output
    page = (DOCS / "verify.md").read_text("utf-8")
    for name, told in PROFILES.items():
        assert f"{name}  about {told.takes}, {told.max_time:g} s at most\n  {told.says}" in printed
        assert f"| {told.takes} | {told.max_time:g} s | {told.says} |" in page
    assert [told.every for told in PROFILES.values()] == [16, 4, 1]
