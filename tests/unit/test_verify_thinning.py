"""What a run plays is planned by the target's first answers, so that it ends within its time."""

import pytest

from tests.unit.test_verify_checks import HELD, SUBJECT, WORLD
from tollbridge.simulator import Fault
from tollbridge.verify.cases import ORDINARY_TABLES, TABLES, THINNED, CaseContext, is_thinned_out
from tollbridge.verify.cases.thinning import FOR_TABLES, MOST, Plan, calls_of, plan, waits_of
from tollbridge.verify.model.steps import Break, Call, Case, Mend, Together
from tollbridge.verify.model.tokens import Tokens

CONTEXT = CaseContext(SUBJECT, WORLD, Tokens({}, {}), HELD, {}, two_sided=True)
CALL = Call(SUBJECT.operation, {"amount": 4200, "currency": "usd"})


def planned(answer_in: float, time: float, every: int = 1) -> Plan:
    """What is played of a target that answers in some seconds."""
    return plan([CONTEXT], every, answer_in, time)


def test_a_quick_target_is_played_whole() -> None:
    """Nothing is left out where there is time, and what was asked to be thinned stays so."""
    whole = planned(0.004, 300)
    assert (whole.every, whole.left) == (1, [])
    assert planned(0.004, 300, every=16).every == 16


@pytest.mark.parametrize("answer_in", [0.15, 0.2, 0.3])
def test_a_slow_target_gets_fewer_cases_in_the_same_time(answer_in: float) -> None:
    """The tables fit into their part of the time, each of them is still played, and nothing is lost."""
    whole, slow = planned(0.004, 300), planned(answer_in, 300)
    assert slow.every > 1
    assert slow.seconds <= FOR_TABLES * 300 or slow.every == MOST
    assert {table for _, table, _ in slow.played} == {table for _, table, _ in whole.played} <= TABLES.keys()
    assert len(slow.played) + len(slow.left) == len(whole.played)


def test_a_target_that_is_too_slow_for_all_is_not_thinned_to_nothing() -> None:
    """There is a bound: the run's time ends it then."""
    assert planned(30, 15).every == MOST


def test_tables_are_thinned_by_how_alike_their_cases_are() -> None:
    """Each table keeps some cases however short the run, and those that are thinned less keep the larger part."""
    kept: dict[str, float] = {}
    for name in TABLES:
        numbers = range(320)
        kept[name] = sum(not is_thinned_out((name, number, Case("x", ())), 16) for number in numbers) / len(numbers)
    assert kept["currencies"] == kept["methods"] == 1 / 16
    assert (kept["roles"], kept["wire"], kept["faults"]) == (1 / 8, 1 / 4, 1 / 4)
    assert kept["sequences"] == kept["together"] == 1
    assert THINNED.keys() < TABLES.keys() | ORDINARY_TABLES.keys()
    assert not any(is_thinned_out((name, number, Case("x", ())), 1) for name in TABLES for number in range(20))


def test_a_plan_knows_how_long_a_target_waits_at_failing_stripes() -> None:
    """A silence takes longer than a refusal, and what only takes its time is waited for by nobody."""
    waits = [waits_of(Case("x", (Break(Fault(None, None, kind)), CALL))) for kind in ("silence", "500", "slow")]
    assert waits[0] > waits[1] > waits[2] == waits_of(Case("x", (CALL,))) == 0
    failing = Case("x", (Break(Fault(None, None, "silence")), CALL))
    assert Plan([(CONTEXT, "faults", failing)], [], 1, 0.004).seconds > waits[0]


def test_the_tables_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However far they have to be thinned, each table is made one time: that is a second for thousands of cases."""
    made: list[str] = []
    for name, table in TABLES.items():
        monkeypatch.setitem(TABLES, name, lambda context, n=name, t=table: made.append(n) or t(context))
    assert planned(30, 15).every == MOST
    assert made == [*TABLES]


def test_calls_are_counted_and_not_steps() -> None:
    """Those that are under way together count each; what is done at Stripe counts nothing."""
    assert calls_of(Case("x", (CALL, Together((CALL, CALL)), Mend()))) == 3
