"""Two servers on one state: what is promised to be shared, asked of one after it was done at the other."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.unit.stripe_calls import INTENTS, create, on
from tollbridge.simulator import Fault, Simulator, Store

CALLS = 160


def statuses(both: tuple[Simulator, Simulator]) -> list[int]:
    """The statuses of many calls at once, by turns at one server and at the other."""
    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(lambda number: create(both[number % 2]).status, range(CALLS)))


class SharingRules:
    """The suite, for two fixtures: `store` is an empty store, `again` is another one on the same state."""

    @pytest.fixture
    def both(self, store: Store, again: Store) -> tuple[Simulator, Simulator]:
        """Two servers on the state, which make ids of their own."""
        return on(store, randomness=random.Random(1)), on(again, randomness=random.Random(2))

    def test_a_share_of_the_calls_is_hit_wherever_they_arrive(self, both: tuple[Simulator, Simulator]) -> None:
        """A quarter of them, give or take five standard deviations, at each of two servers."""
        both[0].inject(Fault("POST", INTENTS, "429", times=None, share=0.25))
        met = statuses(both)
        assert set(met) == {200, 429}
        assert 13 <= met.count(429) <= 67
        assert 3 <= met[::2].count(429) <= 37
        assert 3 <= met[1::2].count(429) <= 37

    def test_a_share_with_times_is_used_up_wherever_the_calls_arrive(self, both: tuple[Simulator, Simulator]) -> None:
        """Calls are hit until the number is reached, none after it."""
        both[1].inject(Fault("POST", INTENTS, "429", times=9, share=0.5))
        met = statuses(both)
        assert (met.count(429), met.count(200)) == (9, CALLS - 9)
        assert both[0].faults() == both[1].faults() == []
