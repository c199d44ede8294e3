"""What every store has to do with events: they are kept with what caused them, and thrown away when they are old."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tests.consumer import an_endpoint
from tests.unit.stripe_calls import NOW, call, create, event_types, on
from tollbridge.simulator import Simulator, Store
from tollbridge.simulator.model.rows import Attempt

DAY = 24 * 3600
ROUNDS = 40
"""Of two servers that take at once: of a few they would now and then meet."""


def attempt(status: int) -> Attempt:
    """What came of a try."""
    return Attempt(at=NOW, status=status, error=None, milliseconds=1, answer="")


class EventRules:
    """The suite of events, for the fixtures `store` and `again`."""

    def test_events_are_kept_with_what_caused_them(self, store: Store, again: Store) -> None:
        """Whoever shares the state sees them, and pages through them; what was refused left none."""
        stripe = on(store)
        create(stripe, confirm="true", payment_method="pm_card_visa")
        assert create(stripe, amount=1).status == 400
        call(stripe, "POST", "/v1/customers", {})
        other = on(again) if not store.alone else stripe
        expected = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "customer.created"]
        assert event_types(other) == expected
        [newest, *_] = call(other, "GET", "/v1/events", {"limit": 1}).document["data"]
        assert event_types(other, starting_after=newest["id"]) == expected[:3]
        assert call(other, "GET", f"/v1/events/{newest['id']}").document == newest

    def test_events_are_thrown_away_when_both_clocks_are_thirty_days_beyond_them(self, store: Store) -> None:
        """One of the clocks alone throws nothing away; younger ones stay."""
        now = [NOW]
        stripe = on(store, lambda: now[0])
        create(stripe)
        now[0] += DAY
        call(stripe, "POST", "/v1/customers", {})
        store.prune(stripe.clock() + 31 * DAY, now[0])
        store.prune(stripe.clock(), now[0] + 31 * DAY)
        assert store.counts()["Event"] == 2
        store.prune(stripe.clock() + 29 * DAY, now[0] + 29 * DAY)
        assert store.counts()["Event"] == 2
        store.prune(stripe.clock() + 29 * DAY + 1, now[0] + 29 * DAY + 1)
        assert store.counts()["Event"] == 1
        assert event_types(stripe) == ["customer.created"]

    def test_a_delivery_is_kept_with_its_event_and_taken_by_one(self, store: Store, again: Store) -> None:
        """Of two servers one takes it, an endpoint's in their order; one that died leaves it to the other."""
        now = [NOW]
        stripe = on(store, lambda: now[0])
        other = on(again, lambda: now[0]) if not store.alone else stripe
        endpoint = an_endpoint(stripe, "http://127.0.0.1:1/")["id"]
        create(other, confirm="true", payment_method="pm_card_visa")
        assert create(other, amount=1).status == 400
        assert (stripe.outbox.waiting(), stripe.outbox.ready()) == (4, [endpoint])
        first = stripe.outbox.take(endpoint, 20)
        assert first is not None
        assert (other.outbox.take(endpoint, 20), other.outbox.ready()) == (None, [])
        now[0] += 20
        assert other.outbox.take(endpoint, 20) == first
        other.outbox.settle(first, attempt(200))
        second = stripe.outbox.take(endpoint, 20)
        assert second not in (None, first)
        stripe.outbox.settle(str(second), attempt(500))
        third = other.outbox.take(endpoint, 20)
        assert third not in (None, first, second)
        other.outbox.settle(str(third), attempt(200))
        stripe.outbox.settle(str(stripe.outbox.take(endpoint, 20)), attempt(200))  # charge.updated
        assert (stripe.outbox.ready(), other.outbox.waiting()) == ([], 1)
        stripe.clock.advance(60)
        assert other.outbox.take(endpoint, 20) == second
        newest = stripe.outbox.newest(5)
        assert [one["status"] for one in newest] == ["delivered", "delivered", "waiting", "delivered"]

    def test_deliveries_go_with_a_snapshot_and_a_reset(self, store: Store, again: Store) -> None:
        """What waits waits again; whoever shares the state delivers to the endpoints of the new one."""
        stripe = on(store)
        endpoint = an_endpoint(stripe, "http://127.0.0.1:1/", "charge.succeeded")["id"]
        create(stripe, confirm="true", payment_method="pm_card_visa")
        lines = list(stripe.snapshot())
        stripe.reset()
        other = on(again) if not store.alone else stripe
        assert (other.outbox.waiting(), other.outbox.ready()) == (0, [])
        create(other, confirm="true", payment_method="pm_card_visa")
        assert other.outbox.waiting() == 0
        stripe.restore(lines)
        assert (other.outbox.waiting(), other.outbox.ready()) == (1, [endpoint])
        create(other, confirm="true", payment_method="pm_card_visa")
        assert stripe.outbox.waiting() == 2
        stripe.outbox._most = 1
        assert (stripe.outbox.ready(), stripe.outbox.waiting()) == ([endpoint], 1)

    def test_an_endpoint_has_one_delivery_under_way_whoever_takes_at_once(self, store: Store, again: Store) -> None:
        """Of two servers that take at the same moment one gets the next in order, and the other nothing."""
        both = (one := on(store)), (on(again) if not store.alone else one)
        endpoint = an_endpoint(one, "http://127.0.0.1:1/", "customer.created")["id"]
        for _ in range(ROUNDS + 1):
            call(one, "POST", "/v1/customers", {})
        in_order = [shown["id"] for shown in reversed(one.outbox.newest(100))]
        ready = Barrier(2)

        def take(server: Simulator) -> str | None:
            ready.wait(60)
            return server.outbox.take(endpoint, 20)

        with ThreadPoolExecutor(2) as threads:
            for expected in in_order[:ROUNDS]:
                [taken] = filter(None, threads.map(take, both))
                assert taken == expected
                one.outbox.settle(taken, attempt(200))
