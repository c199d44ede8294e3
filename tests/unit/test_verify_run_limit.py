"""The time of a run: a part is kept for scripts, and whatever ends the random search, what was found is kept."""

import itertools
import time
from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from tests.unit.test_verify_checks import HELD, SUBJECT, WORLD
from tollbridge.verify.cases import CaseContext, cases, is_thinned_out
from tollbridge.verify.cases.random_sequences import Search, search
from tollbridge.verify.errors import Enough, TimeOver, VerifyError
from tollbridge.verify.model.steps import Call, Case
from tollbridge.verify.model.tokens import Tokens
from tollbridge.verify.run_limit import KEPT_A_FINDING, MAX_KEPT, RunLimit

CALL = Call(SUBJECT.operation, {"amount": 4200, "currency": "usd"})
CASES = st.integers(1, 50).map(lambda count: Case("x", (CALL,) * count))


def test_time_is_kept_for_scripts() -> None:
    """Playing ends earlier by what scripts may take, up to a part of the run; making a finding small may go on."""
    limit = RunLimit(100, time.monotonic() - 59)
    limit.keep(0)
    assert not limit.over
    limit.keep(10)
    assert not limit.over
    limit.keep(1_000)
    assert MAX_KEPT * 100 == 40
    limit.require()
    late = RunLimit(100, time.monotonic() - 61)
    late.keep(1_000)
    assert late.over
    assert late.left > 10 * KEPT_A_FINDING
    with late.into_kept():
        late.require()
    with pytest.raises(TimeOver, match="--max-time 100 s was over"):
        late.require()


def test_a_stop_is_not_a_matter_of_time() -> None:
    """A run that was stopped says why, and does not say that its time was over."""
    limit = RunLimit(100, time.monotonic())
    limit.stop("flood")
    with pytest.raises(Enough, match="flood") as stopped:
        limit.require()
    assert not isinstance(stopped.value, TimeOver)


DRAWN = itertools.count()


def drawn(case: Case) -> Case:
    """Count a case that Hypothesis draws."""
    next(DRAWN)
    return case


def searched(shows: Callable[[Case], str | None], limit: RunLimit) -> list[tuple[str, Case]]:
    """What a search finds."""
    return [*search(CASES.map(drawn), shows, Search(seed=1, examples=50), limit)]


@pytest.mark.parametrize("after", [1, 2, 3, 5, 8, 13, 30])
@pytest.mark.parametrize("fails", [lambda n: True, lambda n: n % 2, lambda n: n == 4, lambda n: False])
def test_a_limit_within_the_random_search_raises_nothing(after: int, fails: Callable[[int], bool]) -> None:
    """Wherever the time ends, in drawing, replaying or shrinking, the search ends with what it has found."""
    limit = RunLimit(100, time.monotonic())
    played = 0

    def shows(case: Case) -> str | None:
        nonlocal played
        played += 1
        if played == after:
            limit.stop("over")
        return "found" if fails(played) else None

    before = next(DRAWN)
    found = searched(shows, limit)
    if not found:
        assert next(DRAWN) - before - 1 <= played + 1, "Hypothesis drew again after the end"
    assert played == after or fails(1)
    assert {name for name, _ in found} <= {"found"}
    assert bool(found) == any(fails(number) for number in range(1, played + 1))


def test_what_was_found_is_kept_when_the_target_can_be_judged_no_further() -> None:
    """The error of a call that nobody can judge is raised behind what was found, as it is."""
    seen = iter(["found"])

    def shows(case: Case) -> str | None:
        if name := next(seen, None):
            return name
        raise VerifyError("The target asked Stripe for something.")

    found = search(CASES, shows, Search(seed=1, examples=50), RunLimit(100, time.monotonic()))
    assert next(found)[0] == "found"
    with pytest.raises(VerifyError, match="asked Stripe"):
        next(found)


def test_a_short_run_thins_what_is_alike() -> None:
    """It plays a part of the long tables and all of the others; what it leaves out can still be played."""
    context = CaseContext(SUBJECT, WORLD, Tokens({}, {}), HELD, {}, two_sided=True)
    whole = cases(context)
    assert not any(is_thinned_out(planned, 1) for planned in whole)
    played = [planned for planned in whole if not is_thinned_out(planned, 16)]
    assert len(played) * 3 < len(whole)
    assert {table for table, _, _ in played} == {table for table, _, _ in whole}
