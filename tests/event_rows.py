"""What every store has to do with events: they are kept with what caused them, and thrown away when they are old."""

from typing import Any

from tests.unit.stripe_calls import NOW, call, create, on
from tollbridge.simulator import Simulator, Store

DAY = 24 * 3600


def types(stripe: Simulator, **form: Any) -> list[str]:
    """The types of all events, the oldest first."""
    return [one["type"] for one in reversed(call(stripe, "GET", "/v1/events", {"limit": 100} | form).document["data"])]


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
        assert types(other) == expected
        [newest, *_] = call(other, "GET", "/v1/events", {"limit": 1}).document["data"]
        assert types(other, starting_after=newest["id"]) == expected[:3]
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
        assert types(stripe) == ["customer.created"]
