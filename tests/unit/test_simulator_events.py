"""Events: each call makes those that Stripe makes of it, and each is found and shown as Stripe shows it."""

from typing import Any

import pytest
from hypothesis import settings

from tests.unit.stripe_calls import ANN, ANNS, INTENTS, NOW, call, create, event_types, events, simulator
from tests.unit.test_simulator_machine import Intents
from tollbridge.simulator import Simulator
from tollbridge.simulator.engine import worked
from tollbridge.simulator.model.rows import ROW_TYPES, Refund
from tollbridge.simulator.resources import event_log
from tollbridge.simulator.resources import event_types as types_of_events
from tollbridge.simulator.resources.event_types import EVENT_TYPES, LOGICAL, WITHOUT_EVENTS

DAY = 24 * 3600
PAID = {"confirm": "true", "payment_method": "pm_card_visa"}
HELD = {**PAID, "capture_method": "manual"}
SETUP = {"payment_method_types[]": "card", "customer": ANN, "payment_method": ANNS}
MONTHLY = {"currency": "usd", "unit_amount": 100, "recurring[interval]": "month", "product_data[name]": "P"}
NOT_AT_STRIPE = {"payment_intent.updated", "setup_intent.updated"}
"""Effects that the record notes and that Stripe has no event for."""


def an_intent(stripe: Simulator, **form: Any) -> str:
    """Create an intent; its path."""
    return f"{INTENTS}/{create(stripe, **form).document['id']}"


def test_every_type_of_row_says_which_events_it_makes() -> None:
    """A resource that is added without events, and without a reason why, fails here; so does a type without a rank."""
    assert set(EVENT_TYPES) | set(WITHOUT_EVENTS) == set(ROW_TYPES)
    assert not set(EVENT_TYPES) & set(WITHOUT_EVENTS)
    names = [one.name for types in EVENT_TYPES.values() for one in types]
    assert sorted(names) == sorted(LOGICAL)


def test_what_several_types_of_events_ask_of_a_change_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refund that changes is shown as it was and as it is, once each, though two types of events tell of it."""
    stripe = simulator()
    paid = create(stripe, **PAID).document
    call(stripe, "POST", "/v1/refunds", {"payment_intent": paid["id"]})
    [before] = worked(stripe._store, lambda work: list(work.listed(Refund)))
    after = before._replace(metadata={"a": "1"})
    rendered: list[Any] = []
    monkeypatch.setattr(types_of_events.shapes, "shown", lambda row: rendered.append(row) or {"metadata": row.metadata})
    assert types_of_events.made_by("Refund", before, after) == ["refund.updated", "charge.refund.updated"]
    assert rendered == [before, after]


CASES: dict[str, tuple[list[tuple[str, str, dict[str, Any]]], list[str]]] = {
    "create without confirm": ([("POST", INTENTS, {})], ["payment_intent.created"]),
    "create and confirm": (
        [("POST", INTENTS, PAID)],
        ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"],
    ),
    "decline": (
        [("POST", INTENTS, PAID | {"payment_method": "pm_card_visa_chargeDeclined"})],
        ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"],
    ),
    "challenge": (
        [("POST", INTENTS, PAID | {"payment_method": "pm_card_threeDSecure2Required"})],
        ["payment_intent.created", "payment_intent.requires_action"],
    ),
    "hold": (
        [("POST", INTENTS, HELD)],
        ["payment_intent.created", "charge.succeeded", "payment_intent.amount_capturable_updated"],
    ),
    "setup": ([("POST", "/v1/setup_intents", SETUP)], ["setup_intent.created"]),
    "setup and confirm with a new card": (
        [("POST", "/v1/setup_intents", SETUP | {"payment_method": "pm_card_visa", "confirm": "true"})],
        ["setup_intent.created", "payment_method.attached", "setup_intent.succeeded"],
    ),
    "setup declined": (
        [("POST", "/v1/setup_intents", SETUP | {"payment_method": "pm_card_chargeDeclined", "confirm": "true"})],
        ["setup_intent.created", "setup_intent.setup_failed"],
    ),
    "customer": ([("POST", "/v1/customers", {"name": "New"})], ["customer.created"]),
    "customer with a card": (
        [("POST", "/v1/customers", {"payment_method": "pm_card_visa"})],
        ["payment_method.attached", "customer.created"],
    ),
    "customer updated": ([("POST", f"/v1/customers/{ANN}", {"name": "Anna"})], ["customer.updated"]),
    "an update that changes nothing": ([("POST", f"/v1/customers/{ANN}", {"name": "Ann"})], []),
    "attach": (
        [("POST", "/v1/payment_methods/pm_card_visa/attach", {"customer": ANN})],
        ["payment_method.attached"],
    ),
    "detach": ([("POST", f"/v1/payment_methods/{ANNS}/detach", {})], ["payment_method.detached"]),
    "method updated": (
        [("POST", f"/v1/payment_methods/{ANNS}", {"card[exp_year]": 2040})],
        ["payment_method.updated"],
    ),
    "product": ([("POST", "/v1/products", {"name": "Tea"})], ["product.created"]),
    "recurring price with a product": (
        [("POST", "/v1/prices", MONTHLY)],
        ["product.created", "plan.created", "price.created"],
    ),
    "intent updated": ([("POST", INTENTS, {}), ("POST", "{0}", {"description": "d"})], ["payment_intent.created"]),
    "capture": (
        [("POST", INTENTS, HELD), ("POST", "{0}/capture", {"amount_to_capture": 600})],
        [
            "payment_intent.created",
            "charge.succeeded",
            "payment_intent.amount_capturable_updated",
            "charge.captured",
            "payment_intent.succeeded",
        ],
    ),
    "cancel": (
        [("POST", INTENTS, {}), ("POST", "{0}/cancel", {})],
        ["payment_intent.created", "payment_intent.canceled"],
    ),
    "decline, then decline again": (
        [
            ("POST", INTENTS, {}),
            ("POST", "{0}/confirm", {"payment_method": "pm_card_visa_chargeDeclined"}),
            ("POST", "{0}/confirm", {"payment_method": "pm_card_visa_chargeDeclined"}),
        ],
        [
            "payment_intent.created",
            "charge.failed",
            "payment_intent.payment_failed",
            "charge.failed",
            "payment_intent.payment_failed",
        ],
    ),
}
"""Calls, and the events that they make, in Stripe's logical order."""


@pytest.mark.parametrize("name", CASES)
def test_a_call_makes_the_events_that_stripe_makes(name: str) -> None:
    """In the order in which they follow from each other."""
    stripe, made = simulator(), ""
    calls, expected = CASES[name]
    for method, path, form in calls:
        whole = {"amount": 1000, "currency": "usd", "payment_method_types[]": "card"} if path == INTENTS else {}
        answer = call(stripe, method, path.format(made), whole | form)
        assert answer.status in (200, 402)
        made = made or f"{path}/{answer.document.get('id')}"
    assert event_types(stripe) == expected


def test_a_refused_call_makes_no_event() -> None:
    """What changed nothing tells of nothing; a replay tells nothing again."""
    stripe = simulator()
    assert create(stripe, amount=1).status == 400
    assert event_types(stripe) == []
    for _ in range(2):
        call(stripe, "POST", INTENTS, {"amount": 1000, "currency": "usd"}, idempotency_key="k")
    assert event_types(stripe) == ["payment_intent.created"]


def test_an_event_is_shown_as_stripe_shows_it() -> None:
    """Its members in Stripe's order, its id of Stripe's form, the call that caused it with its key, and a snapshot."""
    stripe = simulator(alone=True)
    made = call(stripe, "POST", INTENTS, {"amount": 1000, "currency": "usd"}, idempotency_key="k")
    [shown] = events(stripe)
    assert list(shown) == [
        "id", "object", "api_version", "created", "data", "livemode", "pending_webhooks", "request", "type",
    ]  # fmt: skip
    assert (len(shown["id"]), shown["id"][:5], shown["object"], shown["created"]) == (28, "evt_3", "event", NOW)
    assert shown["api_version"] == made.headers["stripe-version"]
    assert shown["request"] == {"id": made.headers["request-id"], "idempotency_key": "k"}
    assert (shown["data"], shown["pending_webhooks"], shown["livemode"]) == ({"object": made.document}, 0, False)
    assert call(stripe, "GET", f"/v1/events/{shown['id']}").document == shown
    call(stripe, "POST", f"{INTENTS}/{made.document['id']}/cancel")
    assert call(stripe, "GET", f"/v1/events/{shown['id']}").document == shown
    for unknown in ("evt_nope", shown["id"][:-1] + "9", shown["id"][:-2], shown["id"] + "0"):
        error = call(stripe, "GET", f"/v1/events/{unknown}").error
        assert (error["code"], error["param"]) == ("resource_missing", "id")


def test_an_event_of_customers_has_the_other_first_digit() -> None:
    """Events about payments have ids that begin with evt_3, all others with evt_1."""
    stripe = simulator()
    call(stripe, "POST", "/v1/customers", {})
    assert events(stripe)[0]["id"].startswith("evt_1")


def test_an_intent_is_created_before_it_is_confirmed() -> None:
    """The snapshot in payment_intent.created of a call that confirms too has no method, no charge and no money."""
    stripe = simulator()
    paid = create(stripe, **PAID).document
    created, charged, succeeded = events(stripe)
    begun = created["data"]["object"]
    assert (begun["status"], begun["payment_method"], begun["latest_charge"]) == ("requires_payment_method", None, None)
    assert begun["amount_received"] == 0
    assert charged["data"]["object"]["id"] == paid["latest_charge"]
    assert succeeded["data"]["object"] == paid
    assert len({one["request"]["id"] for one in (created, charged, succeeded)}) == 1


def test_previous_attributes_are_what_changed_as_it_was() -> None:
    """Changed keys only, null for a new one, within metadata too; a detached method says whose it was."""
    stripe = simulator()
    call(stripe, "POST", f"/v1/customers/{ANN}", {"name": "Anna", "metadata[a]": "1"})
    call(stripe, "POST", f"/v1/customers/{ANN}", {"metadata[a]": "2", "address[city]": "Graz"})
    call(stripe, "POST", f"/v1/customers/{ANN}", {"address[city]": "Wien"})
    assert [one["data"]["previous_attributes"] for one in events(stripe)] == [
        {"name": "Ann", "metadata": {"a": None}},
        {"metadata": {"a": "1"}, "address": None},
        {"address": {"city": "Graz"}},
    ]
    call(stripe, "POST", f"/v1/payment_methods/{ANNS}/detach")
    assert events(stripe)[-1]["data"]["previous_attributes"] == {"customer": ANN}
    call(stripe, "POST", "/v1/payment_methods/pm_card_visa/attach", {"customer": ANN})
    assert "previous_attributes" not in events(stripe)[-1]["data"]


def test_a_deleted_customer_is_shown_whole() -> None:
    """Not as the stub that a retrieve answers; the call has no idempotency key."""
    stripe = simulator()
    before = call(stripe, "GET", f"/v1/customers/{ANN}").document
    call(stripe, "DELETE", f"/v1/customers/{ANN}")
    [deleted] = [one for one in events(stripe) if one["type"] == "customer.deleted"]
    assert deleted["data"]["object"] == before | {"default_source": deleted["data"]["object"]["default_source"]}
    assert deleted["request"]["idempotency_key"] is None


def test_what_no_call_asked_for_has_a_request_of_nulls() -> None:
    """A challenge that is ended from beside makes its events too."""
    stripe = simulator()
    intent = create(stripe, confirm="true", payment_method="pm_card_threeDSecure2Required").document["id"]
    stripe.authenticate(intent, passes=True)
    charged, succeeded = events(stripe)[-2:]
    assert (charged["type"], succeeded["type"]) == ("charge.succeeded", "payment_intent.succeeded")
    assert charged["request"] == {"id": None, "idempotency_key": None}


def test_a_charge_gets_its_balance_transaction_two_seconds_later() -> None:
    """Only where it was captured at once, asynchronously; until then nobody sees the event; no call caused it."""
    stripe = simulator()
    paid = create(stripe, **PAID).document
    create(stripe, **PAID, capture_method="automatic")
    create(stripe, **HELD)
    create(stripe, **PAID | {"payment_method": "pm_card_visa_chargeDeclined"})
    assert "charge.updated" not in event_types(stripe)
    stripe.clock.advance(1)
    assert event_types(stripe, type="charge.updated") == []
    stripe.clock.advance(1)
    [late] = events(stripe, type="charge.updated")
    charge = call(stripe, "GET", f"/v1/charges/{paid['latest_charge']}").document
    assert (late["data"]["object"], late["created"]) == (charge, NOW + 2)
    assert charge["balance_transaction"].startswith("txn_")
    assert late["data"]["previous_attributes"] == {"balance_transaction": None}
    assert late["request"] == {"id": None, "idempotency_key": None}
    assert call(stripe, "GET", f"/v1/events/{late['id']}").document == late
    [charged, *_] = events(stripe, type="charge.succeeded")
    assert charged["data"]["object"] == charge | {"balance_transaction": None}


def test_a_list_is_filtered_by_type_and_time() -> None:
    """By one name, a group, several names, and the time; not by name and names together, nor by too many."""
    stripe = simulator(now=NOW)
    create(stripe, **PAID)
    stripe.clock.advance(10)
    call(stripe, "POST", "/v1/customers", {})
    assert event_types(stripe, type="charge.succeeded") == ["charge.succeeded"]
    assert event_types(stripe, type="payment_intent.*") == ["payment_intent.created", "payment_intent.succeeded"]
    assert event_types(stripe, type="charge.[s]ucceeded") == event_types(stripe, type="charge.?ucceeded") == []
    assert event_types(stripe, **{"types[]": ["customer.created", "charge.succeeded"]}) == [
        "charge.succeeded",
        "customer.created",
    ]
    assert event_types(stripe, **{"created[gt]": NOW}) == ["charge.updated", "customer.created"]
    assert event_types(stripe, created=NOW + 10) == ["customer.created"]
    assert event_types(stripe, delivery_success="false") == []
    assert len(event_types(stripe, delivery_success="true")) == 5
    both = call(stripe, "GET", "/v1/events", {"type": "a", "types[]": ["b"]})
    many = call(stripe, "GET", "/v1/events", {"types[]": ["b"] * 21})
    assert (both.status, many.status) == (400, 400)


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages_have_every_event_once(limit: int) -> None:
    """Forwards and backwards, also where a page ends between two events of one call."""
    stripe = simulator()
    for _ in range(3):
        create(stripe, **PAID)
    whole = [one["id"] for one in reversed(events(stripe))]
    assert (len(whole), len(set(whole))) == (9, 9)
    for cursor, start, direction in (("starting_after", [], 1), ("ending_before", [], -1)):
        walked: list[str] = list(start)
        form: dict[str, Any] = {"limit": limit}
        if direction < 0:
            walked, form = [whole[-1]], form | {cursor: whole[-1]}
        more = True
        while more:
            page = call(stripe, "GET", "/v1/events", form).document
            found = [one["id"] for one in page["data"]]
            walked = walked + found if direction > 0 else found + walked
            more = page["has_more"]
            form[cursor] = walked[-1] if direction > 0 else walked[0]
        assert walked == whole
    assert call(stripe, "GET", "/v1/events", {"starting_after": "evt_nope"}).error["param"] == "starting_after"


def test_an_event_is_shown_for_thirty_days() -> None:
    """By the clock that can be set: later it is neither listed nor retrieved, and when the clock goes back it is."""
    stripe = simulator()
    create(stripe)
    [one] = events(stripe)
    stripe.clock.advance(30 * DAY)
    assert events(stripe) == [one]
    stripe.clock.advance(1)
    assert (events(stripe), call(stripe, "GET", f"/v1/events/{one['id']}").status) == ([], 404)
    stripe.clock.set(None)
    assert events(stripe) == [one]


def test_many_events_of_one_call_are_numbered_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where they are more than two digits can number, they are kept in several rows."""
    monkeypatch.setattr(event_log, "MAX_EVENTS", 2)
    stripe = simulator()
    create(stripe, **PAID)
    shown = events(stripe)
    assert [one["type"] for one in shown] == CASES["create and confirm"][1]
    assert len({one["id"][:-2] for one in shown}) == 2
    assert all(call(stripe, "GET", f"/v1/events/{one['id']}").document == one for one in shown)


class Told(Intents):
    """The random clients of the intents' machine; after each call its events are held against what it did."""

    def tell(self, path: str, form: dict[str, Any], method: str | None) -> None:
        """Send a form, and look at the events."""
        before = len(self.stripe.record)
        super().tell(path, form, method)
        [(_, told)] = self.stripe.record.after(before, 1)
        by_id = {one["id"]: one for one in call(self.stripe, "GET", "/v1/events", {"limit": 100}).document["data"]}
        mine = [one for one in by_id.values() if one["request"]["id"] == self.answered.headers["request-id"]]
        done = {(what, identity) for what, identity in told.effects if what not in NOT_AT_STRIPE}
        assert done <= {(one["type"], one["data"]["object"]["id"]) for one in mine}
        assert bool(mine) <= (self.answered.status != 400)
        self.last_event_shows_the_object(mine)

    def last_event_shows_the_object(self, mine: list[dict[str, Any]]) -> None:
        """The newest event of each object shows it as it is now."""
        newest = {one["data"]["object"]["id"]: one["data"]["object"] for one in reversed(mine)}
        for identity, shown in newest.items():
            if path := {"pi": INTENTS, "ch": "/v1/charges"}.get(identity.partition("_")[0]):
                assert call(self.stripe, "GET", f"{path}/{identity}").document == shown


TestTold = Told.TestCase
TestTold.settings = settings(max_examples=10, stateful_step_count=10)
