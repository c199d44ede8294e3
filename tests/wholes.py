"""A whole state, read and replaced while it is in use: what every store owes whoever else is there."""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.unit.stripe_calls import INTENTS, NOW, call, create, on
from tollbridge.simulator import Simulator, Store

PAID = {"confirm": "true", "payment_method": "pm_card_visa"}
TURNS = 8


@contextmanager
def meanwhile(*works: Callable[[], object]) -> Iterator[None]:
    """Do some works again and again, each in a thread of its own; what one raises is raised here."""
    stop = threading.Event()

    def repeated(work: Callable[[], object]) -> int:
        turns = 0
        while not stop.is_set():
            work()
            turns += 1
        return turns

    with ThreadPoolExecutor(len(works)) as threads:
        under_way = [threads.submit(repeated, work) for work in works]
        try:
            yield
        finally:
            stop.set()
        assert all(one.result() for one in under_way)


def holds(lines: list[bytes]) -> None:
    """Put a snapshot back elsewhere, which looks for everything that a line names; each intent has its one charge."""
    elsewhere = Simulator({}, clock=lambda: NOW)
    elsewhere.restore(lines)
    counts = elsewhere.counts()
    assert counts.get("PaymentIntent", 0) == counts.get("Charge", 0)
    keys = sum(line.startswith(b'["IdempotencyKey"') for line in lines)
    assert keys == counts.get("PaymentIntent", 0)


def keyed(stripe: Simulator, numbers: Iterator[int]) -> Callable[[], None]:
    """What pays once, under a key of its own."""

    def paying() -> None:
        form = {"amount": 1000, "currency": "usd", "payment_method_types[]": "card", **PAID}
        assert call(stripe, "POST", INTENTS, form, idempotency_key=f"k{next(numbers)}").status == 200

    return paying


class WholeRules:
    """The suite, for two fixtures: `store` is an empty store, `again` is another one on the same state."""

    @pytest.fixture
    def one(self, store: Store) -> Simulator:
        """A server on the state."""
        return on(store, randomness=random.SystemRandom())

    @pytest.fixture
    def other(self, one: Simulator, again: Store) -> Simulator:
        """Another."""
        return on(again, randomness=random.SystemRandom())

    def test_a_state_is_read_as_it_was_at_one_moment(self, one: Simulator, other: Simulator, store: Store) -> None:
        """What is made, changed and set while it is read does not show in it."""
        create(one, **PAID)
        before = list(one.snapshot())
        with store.whole() as whole:
            rows = iter(whole.rows)
            first = next(rows)
            create(other, **PAID)
            call(other, "POST", INTENTS, {"amount": 1000, "currency": "usd"}, idempotency_key="k")
            other.clock.set(5)
            found = [first, *rows]
            assert (len(found), list(whole.keys), whole.shared.stopped_at) == (len(before) - 1, [], None)
            assert whole.lines == len(found)
        assert len(list(one.snapshot())) == len(before) + 7

    def test_a_snapshot_of_a_state_in_use_is_whole(self, one: Simulator, other: Simulator) -> None:
        """Every intent has its charge, its card and its key in it, while two servers make more."""
        with meanwhile(keyed(one, iter(range(10**6))), keyed(other, iter(range(10**6, 10**7)))):
            for _ in range(TURNS):
                holds(list(one.snapshot()))

    def test_whoever_reads_while_a_state_is_put_back_sees_the_old_or_the_new(
        self, one: Simulator, other: Simulator
    ) -> None:
        """Never a part of both, never nothing; the same of a reset and its seed."""
        states = []
        for name in ("old", "new"):
            one.reset()
            for _ in range(20):
                create(one, description=name)
            states.append(list(one.snapshot()))

        def looking() -> None:
            shown = call(other, "GET", INTENTS, {"limit": 100}).document["data"]
            assert len(shown) == 20
            assert len({row["description"] for row in shown}) == 1

        with meanwhile(looking):
            for turn in range(TURNS):
                one.restore(states[turn % 2])

        def counting() -> None:
            assert other.counts()["Customer"] == 3

        with meanwhile(counting):
            for _ in range(TURNS):
                one.reset()

    def test_a_state_is_put_back_while_others_pay(self, one: Simulator, other: Simulator) -> None:
        """What they pay is in the old state or in the new, whole; the record goes on."""
        kept = list(one.snapshot())
        with meanwhile(keyed(one, iter(range(10**6))), keyed(other, iter(range(10**6, 10**7)))):
            for _ in range(TURNS):
                one.restore(kept)
                holds(list(other.snapshot()))
        assert one.record.total > 0

    def test_a_snapshot_that_is_refused_at_its_last_line_changes_nothing(
        self, one: Simulator, other: Simulator
    ) -> None:
        """Objects, keys, clock, faults, and keys in use are as they were."""
        keyed(one, iter([1]))()
        one.clock.set(5)
        lines = list(one.snapshot())
        for broken in (b'["Customer",[9999,"cus_x",1,null,null,1]]', b'["Price",[9999,"price_x","prod_x","usd",1,1]]'):
            with pytest.raises(ValueError, match=f"Line {len(lines) + 1}"):
                other.restore([*lines, broken])
            assert list(one.snapshot()) == lines

    def test_three_thousand_lines_are_put_back_in_batches(self, one: Simulator, other: Simulator) -> None:
        """More than are written at once: each is there, in its order, and what is made next comes after them."""
        head, *rest = one.snapshot()
        customers = [f'["Customer",[{10_000 + n},"cus_{n}",null,"N{n}",null,1]]'.encode() for n in range(3_000)]
        other.restore([b'{"format":"tollbridge-simulator-1"}', *rest, *customers])
        made = call(one, "POST", "/v1/customers", {"name": "next"}).document["id"]
        shown = call(one, "GET", "/v1/customers", {"limit": 3}).document["data"]
        assert [row["id"] for row in shown] == [made, "cus_2999", "cus_2998"]
        assert one.counts()["Customer"] == 3_004
        assert next(iter(other.snapshot())) != head
