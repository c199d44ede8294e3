"""What every store has to do: one suite, run on each of them."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from tests.event_rows import EventRules
from tests.keys import KeyRules
from tests.refunding import RefundRules
from tests.sharing import SharingRules
from tests.unit.stripe_calls import ANN, ANNS, BOB, FORM, INTENTS, KEY, LOOSE, NOW, SUBSCRIPTION, call, create, on
from tests.wholes import WholeRules
from tollbridge.simulator import Fault, Reply, Request, Simulator, Store
from tollbridge.simulator.model.rows import Customer, PaymentMethod
from tollbridge.simulator.state.sql import state_url
from tollbridge.simulator.state.sql.tables import METADATA
from tollbridge.simulator.state.unit_of_work import UnitOfWork

PAID = {"amount": 1000, "currency": "usd", "payment_method_types[]": "card", "payment_method": "pm_card_visa"}
BARE = b"amount=1000&currency=usd"
T = TypeVar("T")


def customer(number: int) -> Customer:
    """A customer to store."""
    return Customer(f"cus_{number:014}", None, f"Customer {number}", None, NOW)


def kept(store: Store, *rows: Any) -> None:
    """Write rows in a unit of work."""

    def job() -> None:
        with store.work() as work:
            for row in rows:
                work.put(row)

    store.run(job)


def asked(store: Store, question: Callable[[UnitOfWork], T]) -> T:
    """Return the answer to a question in a unit of work of its own."""

    def job() -> T:
        with store.work() as work:
            return question(work)

    return store.run(job)


def abandoned(store: Store, row: Customer) -> None:
    """Write in a unit that fails."""

    def job() -> None:
        with store.work() as work:
            work.put(row)
            assert work.get(Customer, row.id) == row
            raise ZeroDivisionError

    store.run(job)


class StoreRules(EventRules, KeyRules, RefundRules, SharingRules, WholeRules):
    """The suite, for two fixtures: `store` is an empty store, `again` is another one on the same state."""

    def test_a_unit_of_work_is_kept_whole_or_not_at_all(self, store: Store) -> None:
        """It sees its own writes; others see them once it ended well."""
        first = customer(1)
        with pytest.raises(ZeroDivisionError):
            abandoned(store, first)
        assert asked(store, lambda work: work.get(Customer, first.id)) is None
        kept(store, first)
        assert asked(store, lambda work: work.get(Customer, first.id)) == first
        kept(store, first._replace(name="Another"))
        assert asked(store, lambda work: work.get(Customer, first.id)) == first._replace(name="Another")
        assert store.counts() == {"Customer": 1}

    def test_lists_go_by_the_order_of_creation_and_by_owner(self, store: Store) -> None:
        """Newest first or last, from a cursor on, more than a page of them, and an owner that changes."""
        kept(store, *(customer(number) for number in range(250)))
        ids = [customer(number).id for number in range(250)]

        def listed(*owner: Any, cls: Any = Customer, **how: Any) -> list[str]:
            return asked(store, lambda work: [row.id for row in work.listed(cls, *owner, **how)])

        assert listed() == ids[::-1]
        assert listed(newest_first=False) == ids
        assert listed(beyond=ids[3]) == ids[:3][::-1]
        assert listed(beyond=ids[247], newest_first=False) == ids[248:]
        kept(store, *(PaymentMethod(f"pm_{number}", "4242424242424242", ids[0], NOW) for number in (1, 2)))
        kept(store, PaymentMethod("pm_1", "4242424242424242", ids[1], NOW))
        assert listed(("customer", ids[0]), cls=PaymentMethod) == ["pm_2"]
        assert listed(("customer", ids[1]), cls=PaymentMethod) == ["pm_1"]

    def test_units_of_one_job_see_each_other_and_are_kept_together(self, store: Store) -> None:
        """What one wrote the next one reads, lists included; a failing one leaves the others as they were."""

        def job() -> list[str]:
            for number in (1, 2):
                with store.work() as work:
                    work.put(customer(number))
            with pytest.raises(ZeroDivisionError):
                abandoned(store, customer(3))
            with store.work() as work:
                work.put(customer(1)._replace(name="Another"))
                return [row.id for row in work.listed(Customer)]

        assert store.run(job) == [customer(2).id, customer(1).id]
        assert asked(store, lambda work: [row.name for row in work.listed(Customer)]) == ["Customer 2", "Another"]

    def test_the_seed_is_planted_once(self, store: Store) -> None:
        """A second simulator on the same state changes nothing that happened since."""
        first = on(store)
        call(first, "POST", f"/v1/subscriptions/{SUBSCRIPTION}", {"default_payment_method": ""})
        second = on(store)
        shown = call(second, "GET", f"/v1/subscriptions/{SUBSCRIPTION}").document
        assert shown["default_payment_method"] is None
        assert second.counts() == first.counts()

    def test_what_one_did_the_other_sees(self, store: Store, again: Store) -> None:
        """Objects, keys, record, faults and clock are one for all who share a state."""
        one, other = on(store), on(again)
        made = call(one, "POST", INTENTS, {**PAID, "customer": ANN, "payment_method": ANNS}, idempotency_key="k")
        replayed = call(other, "POST", INTENTS, {**PAID, "customer": ANN, "payment_method": ANNS}, idempotency_key="k")
        assert (replayed.document, replayed.headers["idempotent-replayed"]) == (made.document, "true")
        other.inject(Fault("POST", INTENTS, "500"))
        assert [create(one).status, create(one).status, create(other).status] == [500, 200, 200]
        one.clock.set(NOW + 5)
        assert other.clock() == NOW + 5
        other.clock.advance(2)
        assert create(one).document["created"] == NOW + 7
        told = [(number, told.status) for number, told in other.record.after(0)]
        assert told == list(enumerate([200, 200, 500, 200, 200, 200], 1))
        assert (one.record.total, other.record.after(5, 1)[0][0]) == (6, 6)
        assert one.secret("tokens", b"1") == other.secret("tokens", b"2")

    def test_the_record_is_bounded_and_holds_no_secret(self, store: Store) -> None:
        """Ten calls are kept; numbers go on; clearing forgets; what is no text at all is told too."""
        stripe = on(store)
        for _ in range(12):
            made = create(stripe)
        call(stripe, "GET", f"{INTENTS}/{made.document['id']}", {"client_secret": made.document["client_secret"]})
        kept = stripe.record.after(0)
        assert [number for number, _ in kept] == list(range(4, 14))
        assert made.document["client_secret"] not in str(kept)
        assert kept[0][1].effects[0][0] == "payment_intent.created"
        call(stripe, "GET", "/v1/customers/a\x00b\ud800")
        call(stripe, "POST", INTENTS, {**PAID, "description": "a\u0000b"}, idempotency_key="nul\x00\ud800")
        assert [told.status for _, told in stripe.record.after(13)] == [404, 200]
        stripe.record.clear()
        assert (len(stripe.record), stripe.record.total) == (0, 15)
        create(stripe)
        assert [number for number, _ in stripe.record.after(0)] == [16]

    def test_a_snapshot_moves_between_stores(self, store: Store, again: Store) -> None:
        """Out of one, into memory, and back: byte for byte; what is no snapshot changes nothing."""
        stripe = on(store)
        call(stripe, "POST", INTENTS, {**PAID, "confirm": "true"}, idempotency_key="k")
        lines = list(stripe.snapshot())
        elsewhere = Simulator({}, clock=lambda: NOW)
        elsewhere.restore(lines)
        assert sorted(elsewhere.snapshot())[1:] == sorted(lines)[1:]
        create(stripe)
        with pytest.raises(ValueError, match="Line 2"):
            stripe.restore([lines[0], b'["Nothing",[1]]'])
        assert stripe.counts()["PaymentIntent"] == 2
        stripe.restore(lines)
        assert list(stripe.snapshot()) == lines
        assert create(on(again)).status == 200
        assert call(stripe, "POST", INTENTS, {**PAID, "confirm": "true"}, idempotency_key="k").headers[
            "idempotent-replayed"
        ]

    def test_a_reset_goes_back_to_the_seed(self, store: Store) -> None:
        """Objects, keys, record, clock and faults."""
        stripe = on(store)
        planted = stripe.counts()
        call(stripe, "POST", INTENTS, PAID, idempotency_key="k")
        stripe.inject(Fault(None, None, "500"))
        stripe.clock.set(5)
        stripe.reset()
        assert (stripe.counts(), stripe.faults(), len(stripe.record), stripe.clock()) == (planted, [], 0, NOW)
        assert "idempotent-replayed" not in call(stripe, "POST", INTENTS, PAID, idempotency_key="k").headers

    def test_one_key_makes_one_object_whoever_is_first(self, store: Store, again: Store) -> None:
        """Forty calls at once with one key, at two simulators on one state: one intent, one charge."""
        simulators = on(store), on(again)
        ready = threading.Barrier(8)

        def pay(number: int) -> Any:
            if number < 8:
                ready.wait(10)
            form = {**PAID, "confirm": "true"}
            return call(simulators[number % 2], "POST", INTENTS, form, idempotency_key="one")

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(pay, range(40)))
        assert {answer.status for answer in answers} == {200}
        assert len({answer.document["id"] for answer in answers}) == 1
        assert simulators[0].counts()["PaymentIntent"] == simulators[1].counts()["Charge"] == 1

    def test_a_card_without_a_customer_pays_once_whoever_is_first(self, store: Store, again: Store) -> None:
        """Of many who charge it at once, one succeeds; the others are told that it was used."""
        simulators = on(store), on(again)

        def pay(number: int) -> int:
            form = {**PAID, "payment_method": LOOSE, "confirm": "true"}
            return call(simulators[number % 2], "POST", INTENTS, form).status

        with ThreadPoolExecutor(8) as threads:
            statuses = sorted(threads.map(pay, range(16)))
        assert statuses == [200] + [400] * 15

    def test_a_lookup_key_is_one_prices_whoever_is_first(self, store: Store, again: Store) -> None:
        """Of eight prices made at once with one key, one has it."""
        both = on(store), on(again)
        form = {"currency": "usd", "unit_amount": 1, "product": "prod_TollbridgeYard", "lookup_key": "gate"}
        with ThreadPoolExecutor(8) as threads:
            statuses = list(threads.map(lambda n: call(both[n % 2], "POST", "/v1/prices", form).status, range(8)))
        assert sorted(statuses) == [200] + [400] * 7

    def test_changes_at_once_are_not_lost(self, store: Store, again: Store) -> None:
        """Each of many changes of one object's metadata is there in the end."""
        simulators = on(store), on(again)

        def change(number: int) -> int:
            return call(simulators[number % 2], "POST", f"/v1/customers/{BOB}", {f"metadata[k{number}]": "v"}).status

        with ThreadPoolExecutor(8) as threads:
            assert set(threads.map(change, range(32))) == {200}
        shown = call(simulators[0], "GET", f"/v1/customers/{BOB}").document
        assert shown["metadata"] == {f"k{number}": "v" for number in range(32)}

    def test_changes_from_event_loops_are_not_lost(self, store: Store, again: Store) -> None:
        """The same where many calls of one loop wait at the same time, at two simulators."""
        simulators = on(store), on(again)
        headers = {"authorization": f"Bearer {KEY}", "content-type": FORM}

        def change(number: int) -> Awaitable[Reply]:
            body = f"metadata[k{number}]=v".encode()
            return simulators[number % 2].answer(Request("POST", f"/v1/customers/{BOB}", "", headers, body))

        async def changed() -> list[Reply]:
            return await asyncio.gather(*(change(number) for number in range(32)))

        assert {reply.status for reply in asyncio.run(changed())} == {200}
        shown = call(simulators[0], "GET", f"/v1/customers/{BOB}").document
        assert shown["metadata"] == {f"k{number}": "v" for number in range(32)}

    def test_a_busy_event_loop_keeps_nobody_waiting(self, store: Store) -> None:
        """A call that keeps the loop from turning is answered, and so is the one that the loop was to answer."""
        stripe = on(store)
        paid = Request("POST", INTENTS, "", {"authorization": f"Bearer {KEY}", "content-type": FORM}, BARE)

        async def both() -> tuple[Reply, Reply]:
            first = asyncio.ensure_future(stripe.answer(paid))
            await asyncio.sleep(0)
            second = stripe.handle(paid)
            return await first, second

        assert [reply.status for reply in asyncio.run(both())] == [200, 200]
        assert len(stripe.intents()) == 2

    def test_faults_are_taken_once_whoever_is_first(self, store: Store, again: Store) -> None:
        """Five faults meet five of twenty calls at once."""
        simulators = on(store), on(again)
        simulators[0].inject(Fault("POST", INTENTS, "500", times=5))
        with ThreadPoolExecutor(8) as threads:
            statuses = sorted(threads.map(lambda number: create(simulators[number % 2]).status, range(20)))
        assert statuses == [200] * 15 + [500] * 5


def differences(url: str) -> list[Any]:
    """What the migrations made otherwise than the tables say."""
    engine = create_engine(state_url(url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, METADATA)
    engine.dispose()
    return found
