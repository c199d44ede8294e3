"""Subscriptions that are paid: first invoices, trials, renewals; facts as in docs/stripe-facts.md."""

from typing import Any

import pytest

from tests.unit.stripe_calls import ANN, ANNS, BOB, INTENTS, NOW, Answered, call, event_types, simulator
from tollbridge.simulator import Simulator
from tollbridge.simulator.seed import PRICE

SUBSCRIPTIONS, INVOICES = "/v1/subscriptions", "/v1/invoices"
DAY, MONTH = 24 * 3600, 30 * 24 * 3600
ASKS, FAILS = "pm_card_authenticationRequired", "pm_card_chargeCustomerFail"
SECRETS = ["latest_invoice.confirmation_secret", "latest_invoice.payments"]


def card(stripe: Simulator, alias: str, customer: str = BOB) -> str:
    """Attach a test card to a customer; its id."""
    return str(call(stripe, "POST", f"/v1/payment_methods/{alias}/attach", {"customer": customer}).document["id"])


def subscribe(stripe: Simulator, customer: str = ANN, **more: Any) -> Answered:
    """Subscribe a customer to twenty dollars a month; None leaves a parameter away."""
    form = {"customer": customer, "items[0][price]": PRICE, **more}
    return call(stripe, "POST", SUBSCRIPTIONS, {name: value for name, value in form.items() if value is not None})


def shown(stripe: Simulator, identity: str, *expand: str) -> dict[str, Any]:
    """Return a subscription."""
    return dict(call(stripe, "GET", f"{SUBSCRIPTIONS}/{identity}", {"expand[]": list(expand)}).document)


def invoice(stripe: Simulator, identity: str, *expand: str) -> dict[str, Any]:
    """Return an invoice."""
    return dict(call(stripe, "GET", f"{INVOICES}/{identity}", {"expand[]": list(expand)}).document)


def intent_of(stripe: Simulator, identity: str) -> dict[str, Any]:
    """Return the payment intent of an invoice."""
    [payment] = invoice(stripe, identity, "payments.data.payment.payment_intent")["payments"]["data"]
    return dict(payment["payment"]["payment_intent"])


def test_s1_a_first_invoice_is_paid_at_once() -> None:
    """The subscription is active, and its invoice has the members and the numbers that recordings have."""
    stripe = simulator()
    made = subscribe(stripe).document
    paid = invoice(stripe, made["latest_invoice"])
    assert (made["status"], made["default_payment_method"]) == ("active", None)
    assert (paid["status"], paid["billing_reason"], paid["number"][-5:]) == ("paid", "subscription_create", "-0001")
    assert (paid["amount_due"], paid["amount_paid"], paid["amount_remaining"]) == (2000, 2000, 0)
    assert (paid["attempt_count"], paid["attempted"], paid["auto_advance"]) == (1, True, False)
    assert (paid["period_start"], paid["period_end"]) == (NOW, NOW)
    assert paid["parent"]["subscription_details"]["subscription"] == made["id"]
    assert paid.keys().isdisjoint({"payment_intent", "charge", "subscription", "paid", "tax", "discount", "quote"})
    assert paid.keys().isdisjoint({"confirmation_secret", "payments"})
    [line] = paid["lines"]["data"]
    assert line["description"] == "1 × Yard management (at $20.00 / month)"  # noqa: RUF001 - Stripe's own sign
    assert line["period"] == {"start": NOW, "end": NOW + MONTH}
    assert line["parent"]["subscription_item_details"]["subscription_item"] == made["items"]["data"][0]["id"]
    assert line["pricing"]["price_details"]["price"] == PRICE
    again = subscribe(stripe).document
    assert invoice(stripe, again["latest_invoice"])["number"][-5:] == "-0002"


def test_s2_the_intent_of_an_invoice() -> None:
    """It is of the subscription's creation, captured at once, kept for later, and names the invoice."""
    stripe = simulator()
    made = subscribe(stripe).document
    intent = intent_of(stripe, made["latest_invoice"])
    assert (intent["status"], intent["description"]) == ("succeeded", "Subscription creation")
    assert (intent["setup_future_usage"], intent["capture_method"]) == ("off_session", "automatic")
    assert intent["automatic_payment_methods"] is None
    assert intent["payment_details"] == {"customer_reference": None, "order_reference": made["latest_invoice"]}
    assert "invoice" not in intent
    form = {"payment[type]": "payment_intent", "payment[payment_intent]": intent["id"]}
    [payment] = call(stripe, "GET", "/v1/invoice_payments", form).document["data"]
    assert (payment["invoice"], payment["status"], payment["amount_paid"]) == (made["latest_invoice"], "paid", 2000)


def test_s3_default_incomplete_waits_for_the_browser() -> None:
    """No card is needed; the secret of the intent is with the invoice, and its confirmation activates."""
    stripe = simulator()
    settings = {"payment_settings[save_default_payment_method]": "on_subscription", "expand[]": SECRETS}
    made = subscribe(stripe, BOB, payment_behavior="default_incomplete", **settings).document
    waits = made["latest_invoice"]
    assert (made["status"], waits["status"], waits["amount_paid"], waits["auto_advance"]) == (
        "incomplete",
        "open",
        0,
        True,
    )
    assert waits["payments"]["url"] == "/v1/invoices/payments"
    [payment] = waits["payments"]["data"]
    assert (payment["status"], payment["amount_paid"], payment["amount_requested"]) == ("open", None, 2000)
    intent = call(stripe, "GET", f"{INTENTS}/{payment['payment']['payment_intent']}").document
    assert waits["confirmation_secret"] == {"client_secret": intent["client_secret"], "type": "payment_intent"}
    paid = call(stripe, "POST", f"{INTENTS}/{intent['id']}/confirm", {"payment_method": "pm_card_visa"}).document
    assert paid["status"] == "succeeded"
    active = shown(stripe, made["id"], "latest_invoice")
    assert (active["status"], active["latest_invoice"]["status"]) == ("active", "paid")
    assert active["default_payment_method"] == paid["payment_method"]


def test_s4_a_card_that_asks() -> None:
    """The invoice is open with no attempt; once the cardholder proved it, it is paid and the subscription active."""
    stripe = simulator()
    made = subscribe(stripe, BOB, default_payment_method=card(stripe, ASKS)).document
    waits = invoice(stripe, made["latest_invoice"])
    assert made["status"] == "incomplete"
    assert (waits["status"], waits["attempt_count"], waits["attempted"], waits["auto_advance"]) == (
        "open",
        0,
        True,
        True,
    )
    intent = intent_of(stripe, waits["id"])
    assert (intent["status"], intent["payment_method"]) == ("requires_action", made["default_payment_method"])
    assert intent["next_action"]["type"] == "use_stripe_sdk"
    assert "invoice.payment_action_required" in event_types(stripe)
    seen = len(event_types(stripe))
    stripe.authenticate(intent["id"], passes=True)
    assert shown(stripe, made["id"])["status"] == "active"
    later = event_types(stripe)[seen:]
    assert {"payment_intent.succeeded", "invoice.paid", "invoice.payment_succeeded", "invoice_payment.paid"} <= {*later}
    [event] = call(stripe, "GET", "/v1/events", {"type": "customer.subscription.updated"}).document["data"]
    assert event["data"]["previous_attributes"] == {"status": "incomplete"}


def test_s5_a_declined_first_payment() -> None:
    """It is a 200 and incomplete; another card can pay the invoice."""
    stripe = simulator()
    made = subscribe(stripe, BOB, default_payment_method=card(stripe, FAILS)).document
    assert made["status"] == "incomplete"
    waits = invoice(stripe, made["latest_invoice"])
    assert (waits["status"], waits["attempt_count"]) == ("open", 1)
    path = f"{INVOICES}/{waits['id']}/pay"
    refused = call(stripe, "POST", path)
    assert (refused.status, refused.error["code"]) == (402, "card_declined")
    paid = call(stripe, "POST", path, {"payment_method": card(stripe, "pm_card_visa")}).document
    assert (paid["status"], paid["attempt_count"]) == ("paid", 3)
    assert shown(stripe, made["id"])["status"] == "active"
    again = call(stripe, "POST", path)
    assert (again.status, again.error["message"]) == (400, "Invoice is already paid")
    assert "code" not in again.error


def test_s6_error_if_incomplete_and_a_card_that_asks() -> None:
    """A 402 with a code of its own, which no page explains; nothing is left."""
    stripe = simulator()
    form = {"default_payment_method": card(stripe, ASKS), "payment_behavior": "error_if_incomplete"}
    before = stripe.counts()
    refused = subscribe(stripe, BOB, **form)
    error = refused.error
    assert (refused.status, error["type"]) == (402, "card_error")
    assert error["code"] == "subscription_payment_intent_requires_action"
    assert error["message"].startswith(
        "Payment for this subscription requires additional user action, but the requested"
    )
    assert error.keys().isdisjoint({"doc_url", "param"})
    assert stripe.counts() == before


def test_s7_a_first_payment_that_never_comes() -> None:
    """After 23 hours the subscription has expired, and its invoice is void."""
    stripe = simulator()
    made = subscribe(stripe, BOB, payment_behavior="default_incomplete").document
    stripe.clock.advance(23 * 3600 - 1)
    assert shown(stripe, made["id"])["status"] == "incomplete"
    stripe.clock.advance(1)
    ended = shown(stripe, made["id"], "latest_invoice")
    assert (ended["status"], ended["latest_invoice"]["status"]) == ("incomplete_expired", "void")
    assert intent_of(stripe, ended["latest_invoice"]["id"])["status"] == "canceled"


def test_s8_a_trial() -> None:
    """Nothing is paid for it, in an invoice that is; when it ends, the first period is paid."""
    stripe = simulator()
    made = subscribe(stripe, trial_period_days=7, **{"expand[]": SECRETS}).document
    assert (made["status"], made["trial_start"], made["trial_end"]) == ("trialing", NOW, NOW + 7 * DAY)
    assert made["items"]["data"][0]["current_period_end"] == NOW + 7 * DAY
    free = made["latest_invoice"]
    assert (free["status"], free["amount_due"], free["attempt_count"], free["attempted"]) == ("paid", 0, 0, True)
    assert (free["confirmation_secret"], free["payments"]["data"]) == (None, [])
    assert made["pending_setup_intent"] is None
    stripe.clock.advance(7 * DAY)
    active = shown(stripe, made["id"], "latest_invoice")
    first = active["latest_invoice"]
    assert (active["status"], first["status"], first["amount_paid"]) == ("active", "paid", 2000)
    assert first["created"] == NOW + 7 * DAY
    assert active["items"]["data"][0]["current_period_end"] == NOW + 7 * DAY + MONTH


def test_s9_a_trial_without_a_card() -> None:
    """It has an intent that sets one up; without one the subscription is past due when it ends."""
    stripe = simulator()
    made = subscribe(stripe, BOB, trial_end=NOW + DAY, **{"expand[]": "pending_setup_intent"}).document
    setup = made["pending_setup_intent"]
    assert (setup["object"], setup["customer"], setup["status"]) == ("setup_intent", BOB, "requires_payment_method")
    stripe.clock.advance(DAY)
    assert shown(stripe, made["id"])["status"] == "past_due"


def test_s10_renewals() -> None:
    """Each period has its own invoice at its own time; a card that fails leaves the subscription past due."""
    stripe = simulator()
    made = subscribe(stripe, default_payment_method=ANNS).document
    stripe.clock.advance(2 * MONTH)
    listed = call(stripe, "GET", INVOICES, {"subscription": made["id"]}).document["data"]
    assert [one["created"] for one in listed] == [NOW + 2 * MONTH, NOW + MONTH, NOW]
    assert [one["billing_reason"] for one in listed] == ["subscription_cycle"] * 2 + ["subscription_create"]
    assert [one["status"] for one in listed] == ["paid"] * 3
    failing = card(stripe, FAILS, ANN)
    call(stripe, "POST", f"{SUBSCRIPTIONS}/{made['id']}", {"default_payment_method": failing})
    stripe.clock.advance(MONTH)
    late = shown(stripe, made["id"], "latest_invoice")
    assert (late["status"], late["latest_invoice"]["status"], late["latest_invoice"]["attempt_count"]) == (
        "past_due",
        "open",
        1,
    )
    events = call(stripe, "GET", "/v1/events", {"limit": 100, "created[gte]": NOW + 3 * MONTH}).document["data"]
    told = [one["type"] for one in events]
    assert {"invoice.created", "invoice.finalized", "payment_intent.created", "payment_intent.payment_failed"} <= {
        *told
    }
    assert {"invoice.payment_failed", "customer.subscription.updated"} <= {*told}


def test_s11_cancel_at_period_end() -> None:
    """It says when and why, is withdrawn as a whole, and ends the subscription then, with no further invoice."""
    stripe = simulator()
    made = subscribe(stripe).document
    path = f"{SUBSCRIPTIONS}/{made['id']}"
    ends = call(stripe, "POST", path, {"cancel_at_period_end": "true"}).document
    assert (ends["status"], ends["cancel_at"], ends["canceled_at"]) == ("active", NOW + MONTH, NOW)
    assert ends["cancellation_details"]["reason"] == "cancellation_requested"
    stays = call(stripe, "POST", path, {"cancel_at_period_end": "false"}).document
    assert (stays["cancel_at"], stays["canceled_at"], stays["cancellation_details"]["reason"]) == (None, None, None)
    call(stripe, "POST", path, {"cancel_at_period_end": "true", "cancellation_details[feedback]": "unused"})
    stripe.clock.advance(2 * MONTH)
    ended = shown(stripe, made["id"])
    assert (ended["status"], ended["ended_at"], ended["canceled_at"]) == ("canceled", NOW + MONTH, NOW)
    assert ended["cancellation_details"]["feedback"] == "unused"
    assert len(call(stripe, "GET", INVOICES, {"customer": ANN}).document["data"]) == 1
    assert event_types(stripe)[-1] == "customer.subscription.deleted"


def test_s12_a_canceled_subscription_takes_little() -> None:
    """An update of anything else has a code of its own; what was scheduled keeps its time of cancellation."""
    stripe = simulator()
    made = subscribe(stripe).document
    path = f"{SUBSCRIPTIONS}/{made['id']}"
    call(stripe, "POST", path, {"cancel_at_period_end": "true"})
    stripe.clock.advance(5)
    gone = call(stripe, "DELETE", path).document
    assert (gone["status"], gone["canceled_at"], gone["ended_at"]) == ("canceled", NOW, NOW + 5)
    assert (gone["cancel_at"], gone["cancel_at_period_end"]) == (None, False)
    refused = call(stripe, "POST", path, {"default_payment_method": ANNS})
    assert (refused.status, refused.error["code"]) == (400, "invalid_canceled_subscription_fields")
    assert refused.error["message"] == "A canceled subscription can only update its cancellation_details and metadata."
    assert call(stripe, "POST", path, {"cancellation_details[comment]": "x", "metadata[a]": "b"}).status == 200
    second = call(stripe, "DELETE", path)
    assert (second.status, second.error["code"], second.error["param"]) == (404, "resource_missing", "id")


@pytest.mark.parametrize(
    ("form", "status", "code", "param", "message"),
    [
        pytest.param(
            {"customer": "cus_nope"}, 404, "resource_missing", "customer", "No such customer: 'cus_nope'", id="s13"
        ),
        pytest.param(
            {"items[0][price]": None}, 400, "parameter_missing", "items", "Missing required param: items.", id="s14"
        ),
        pytest.param(
            {"items[1][price]": PRICE},
            *(400, None, "plan"),
            f"Cannot create a Subscription with multiple Subscription Items with the same Price: {PRICE}",
            id="s15",
        ),
        pytest.param(
            {"payment_behavior": "x"},
            *(400, None, "payment_behavior"),
            "Invalid payment_behavior: must be one of allow_incomplete, error_if_incomplete, pending_if_incomplete, or "
            "default_incomplete",
            id="s16",
        ),
        pytest.param(
            {"payment_behavior": "pending_if_incomplete"},
            *(400, None, None),
            "Setting `payment_behavior` to `pending_if_incomplete` has no effect when creating a subscription.",
            id="s17",
        ),
        pytest.param(
            {"days_until_due": 3},
            *(400, None, None),
            "You can only specify 'days_until_due' if invoice collection method is 'send_invoice'.",
            id="s18",
        ),
        pytest.param(
            {"trial_end": 1000},
            *(400, None, "trial_end"),
            "The parameter `trial_end` expects a unix timestamp representing a date and time in the future. You "
            "specified the value `1000` which is in the past.",
            id="s19",
        ),
        pytest.param(
            {"trial_from_plan": "true", "trial_period_days": 3},
            *(400, None, None),
            "You cannot set `trial_end` or `trial_period_days` when `trial_from_plan=true`.",
            id="s20",
        ),
    ],
)
def test_s13_to_s20_refusals(
    form: dict[str, Any], status: int, code: str | None, param: str | None, message: str
) -> None:
    """Each is Stripe's own; a param that nobody has shown is not asserted."""
    refused = subscribe(simulator(), **form)
    assert (refused.status, refused.error.get("code"), refused.error["message"]) == (status, code, message)
    assert param is None or refused.error["param"] == param


def test_s21_unknown_invoices() -> None:
    """The param depends on what is asked."""
    for method, path, param in (("GET", "", "invoice"), ("POST", "/pay", "id"), ("POST", "/void", "id")):
        missing = call(simulator(), method, f"{INVOICES}/in_nope{path}")
        assert (missing.status, missing.error["code"], missing.error["param"]) == (404, "resource_missing", param)
        assert missing.error["message"] == "No such invoice: 'in_nope'"


def test_s22_the_members_that_no_specification_has() -> None:
    """`plan` and `quantity` of the subscription, and `plan` of its item; a price may be named as a plan."""
    stripe = simulator()
    made = subscribe(stripe, **{"items[0][price]": None, "items[0][plan]": PRICE}).document
    item = made["items"]["data"][0]
    assert (made["plan"], made["quantity"]) == (item["plan"], 1)
    assert (item["plan"]["object"], item["plan"]["id"], item["plan"]["amount"]) == ("plan", PRICE, 2000)
    assert made["billing_mode"]["type"] == "flexible"


def test_s23_the_events_of_a_paid_start() -> None:
    """All that logs of real consumers have, but for the customer's update; in the order of their effect."""
    stripe = simulator()
    subscribe(stripe)
    assert event_types(stripe) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice_payment.paid",
    ]


def test_s24_less_than_a_minimum_is_not_charged() -> None:
    """The invoice is paid, and no card is asked."""
    stripe = simulator()
    cheap = {"currency": "usd", "unit_amount": 10, "product_data[name]": "x", "recurring[interval]": "month"}
    price = call(stripe, "POST", "/v1/prices", cheap).document["id"]
    made = subscribe(stripe, BOB, **{"items[0][price]": price, "expand[]": "latest_invoice"}).document
    assert (made["status"], made["latest_invoice"]["status"]) == ("active", "paid")


def test_a_subscription_of_a_world_file_does_not_renew() -> None:
    """It has no invoice, and stays as it is however far the clock is moved."""
    stripe = simulator()
    before = shown(stripe, "sub_AnnAnnAnnAnn01")
    stripe.clock.advance(24 * MONTH)
    assert shown(stripe, "sub_AnnAnnAnnAnn01") == before


def test_a_clock_that_is_moved_by_a_century_keeps_nobody_waiting() -> None:
    """So many renewals are made at once and no more; the next calls make the others."""
    stripe = simulator()
    daily = {"currency": "usd", "unit_amount": 100, "product_data[name]": "x", "recurring[interval]": "day"}
    price = call(stripe, "POST", "/v1/prices", daily).document["id"]
    made = subscribe(stripe, **{"items[0][price]": price}).document
    stripe.clock.advance(100 * 365 * DAY)
    counts = [stripe.counts()["Invoice"]]
    for _ in range(2):
        shown(stripe, made["id"])
        counts.append(stripe.counts()["Invoice"])
    assert 500 <= counts[0] < counts[1] < counts[2] < 4_000
