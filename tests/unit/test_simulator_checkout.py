"""Sessions of Checkout: what is refused, what time does, and what the API shows of them."""

from typing import Any

import pytest

from tests.unit.stripe_calls import ANN, KEY, NOW, Answered, call, event_types, events, simulator
from tollbridge.simulator import Simulator

SESSIONS, HOURS = "/v1/checkout/sessions", 3600
HERE = "http://localhost:1/_tollbridge/pay/x"
ENTERED = {
    "email": "zoe@example.com", "number": "4242424242424242", "exp_month": "12", "exp_year": "40", "cvc": "123",
    "name": "Zoe", "country": "AT", "postal_code": "8010",
}  # fmt: skip
SHIRT = {
    "line_items[0][price_data][currency]": "usd",
    "line_items[0][price_data][product_data][name]": "T-shirt",
    "line_items[0][price_data][unit_amount]": 2000,
    "line_items[0][quantity]": 2,
}
MONTHLY = {"line_items[0][price]": "price_TollbridgeYardMonthly01", "line_items[0][quantity]": 1}


def begin(stripe: Simulator, **form: Any) -> Answered:
    """Create a session; None leaves a parameter away."""
    whole = {"mode": "payment", "success_url": "https://shop.example/ok"} | form
    return call(stripe, "POST", SESSIONS, {name: value for name, value in whole.items() if value is not None})


def once(stripe: Simulator, **form: Any) -> str:
    """Make a one-time price; its id."""
    form = {"currency": "usd", "unit_amount": 500, "product_data[name]": "Mug"} | form
    return str(call(stripe, "POST", "/v1/prices", form).document["id"])


REFUSED: dict[str, tuple[dict[str, Any], str | None, str]] = {
    "no mode": (SHIRT | {"mode": None}, "mode", "Missing required param: mode."),
    "no line items": ({}, "line_items", "Missing required param: line_items."),
    "no success_url": (SHIRT | {"success_url": None}, "success_url", "Missing required param: success_url."),
    "no URL": (SHIRT | {"success_url": "shop"}, "success_url", "Not a valid URL"),
    "code for a URL": (SHIRT | {"cancel_url": "javascript://x/%0aalert(1)"}, "cancel_url", "Not a valid URL"),
    "too soon": (
        SHIRT | {"expires_at": NOW + 1799},
        "expires_at",
        "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
    ),
    "too late": (
        SHIRT | {"expires_at": NOW + 24 * HOURS + 1},
        "expires_at",
        "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
    ),
    "customer and address": (
        SHIRT | {"customer": ANN, "customer_email": "a@b.co"},
        None,
        "You may only specify one of these parameters: customer, customer_email.",
    ),
    "no customer": (SHIRT | {"customer": "cus_nope"}, "customer", "No such customer: 'cus_nope'"),
    "bad address": (SHIRT | {"customer_email": "x"}, "customer_email", "Invalid email address: x"),
    "recurring in payment mode": (
        MONTHLY,
        None,
        "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only "
        "one-time prices.",
    ),
    "none recurs": (
        SHIRT | {"mode": "subscription"},
        None,
        "You must provide at least one recurring price in `subscription` mode when using prices.",
    ),
    "no quantity": (
        {"line_items[0][price]": "price_TollbridgeYardMonthly01", "mode": "subscription"},
        "line_items[0][quantity]",
        "Quantity is required. Add `quantity` to `line_items[0]`",
    ),
    "no such price": (
        {"line_items[0][price]": "price_x", "line_items[0][quantity]": 1},
        "line_items[0][price]",
        "No such price: 'price_x'",
    ),
    "quantity of nothing": (
        SHIRT | {"line_items[0][quantity]": 0},
        "line_items[0][quantity]",
        "This value must be greater than or equal to 1.",
    ),
    "price_data without a currency": (
        SHIRT | {"line_items[0][price_data][currency]": ""},
        "line_items[0][price_data][currency]",
        "Invalid currency: ",
    ),
    "product_data without a name": (
        SHIRT | {"line_items[0][price_data][product_data][name]": ""},
        "line_items[0][price_data][product_data][name]",
        "You passed an empty string for 'name'.",
    ),
    "too little": (
        SHIRT | {"line_items[0][price_data][unit_amount]": 10},
        None,
        "The Checkout Session's total amount due must add up to at least $0.50 usd",
    ),
    "data of the intent": (
        SHIRT | {"payment_intent_data[capture_method]": "x"},
        "payment_intent_data[capture_method]",
        "Invalid capture_method: must be one of",
    ),
    "data of another mode": (
        SHIRT | {"subscription_data[trial_period_days]": 3},
        "subscription_data",
        "You can not pass `subscription_data` in `payment` mode.",
    ),
    "data of the subscription": (
        MONTHLY | {"mode": "subscription", "subscription_data[trial_end]": 5},
        "subscription_data[trial_end]",
        "The parameter `trial_end` expects a unix timestamp",
    ),
    "embedded without a return_url": (
        SHIRT | {"ui_mode": "embedded_page", "success_url": None},
        "return_url",
        "Missing required param: return_url.",
    ),
    "embedded with a success_url": (
        SHIRT | {"ui_mode": "embedded_page"},
        "success_url",
        "`success_url` is not supported when `ui_mode` is set to `embedded_page`.",
    ),
    "reference": (SHIRT | {"client_reference_id": "x" * 201}, "client_reference_id", "Invalid string: xxxxxxxxxx"),
    "unknown": (SHIRT | {"colour": "red"}, "colour", "Received unknown parameter: colour"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_session_that_cannot_be_is_refused(name: str) -> None:
    """A 400 with Stripe's sentence and parameter where they are known; nothing is kept, no event made."""
    stripe = simulator()
    before = call(stripe, "GET", SESSIONS).document, event_types(stripe)
    form, param, message = REFUSED[name]
    refused = begin(stripe, **form)
    assert (refused.status, refused.error.get("param")) == (400, param), refused.document
    assert refused.error["message"].startswith(message)
    assert (call(stripe, "GET", SESSIONS).document, event_types(stripe)) == before


@pytest.mark.parametrize(
    "form",
    [
        SHIRT | {"ui_mode": "elements"},
        SHIRT | {"shipping_address_collection[allowed_countries][0]": "US"},
        SHIRT | {"line_items[0][price_data][unit_amount]": 0},
        MONTHLY | {"mode": "subscription"} | {name.replace("[0]", "[1]", 1): value for name, value in SHIRT.items()},
    ],
    ids=["own elements", "shipping", "nothing to pay", "mixed"],
)
def test_what_only_stripe_can_is_a_501(form: dict[str, Any]) -> None:
    """It is said, and not guessed."""
    refused = begin(simulator(), **form)
    assert refused.status == 501
    assert "Stripe has" in refused.error["message"]


def test_an_inactive_price_is_not_sold() -> None:
    """In the words that public code matches on; one that was made for another session neither."""
    stripe = simulator()
    price = once(stripe)
    call(stripe, "POST", f"/v1/prices/{price}", {"active": "false"})
    refused = begin(stripe, **{"line_items[0][price]": price, "line_items[0][quantity]": 1})
    assert refused.error["message"] == "The price specified is inactive. This field only accepts active prices."
    made = begin(stripe, **SHIRT, **{"expand[]": "line_items"}).document["line_items"]["data"][0]["price"]
    assert (made["active"], made["unit_amount"], made["type"]) == (False, 2000, "one_time")


@pytest.mark.parametrize(("version", "sent", "known"), [
    ("2026-08-26.dahlia", "embedded_page", True), ("2026-08-26.dahlia", "embedded", False),
    ("2020-08-27", "embedded", True), ("2020-08-27", "embedded_page", False),
    (None, "embedded", True), (None, "embedded_page", True),
])  # fmt: skip
def test_a_version_has_its_own_words_for_where_a_session_is_paid(version: str | None, sent: str, known: bool) -> None:
    """Which were renamed in 2026; without a version both are taken, and what is shown is the pinned version's."""
    form = {"mode": "payment", **SHIRT, "ui_mode": sent, "return_url": "https://shop.example/"}
    answer = call(simulator(), "POST", SESSIONS, form, stripe_version=version)
    assert answer.status == (200 if known else 400)
    if known:
        assert (answer.document["ui_mode"], answer.document["url"]) == ("embedded_page", None)
        assert answer.document["client_secret"].startswith(f"{answer.document['id']}_secret_")


def test_a_session_shows_what_it_was_made_with() -> None:
    """Sums, lines and addresses; its id has Stripe's form, and it is found again, expanded or listed."""
    stripe = simulator()
    said = {"client_reference_id": "cart 7", "metadata[a]": "1", "submit_type": "donate", "locale": "de"}
    made = begin(stripe, **SHIRT, customer=ANN, **said).document
    assert (len(made["id"]), made["id"][:8]) == (66, "cs_test_")
    assert (made["amount_subtotal"], made["amount_total"], made["currency"]) == (4000, 4000, "usd")
    assert (made["status"], made["payment_status"], made["expires_at"]) == ("open", "unpaid", NOW + 24 * HOURS)
    assert (made["client_reference_id"], made["metadata"], made["submit_type"]) == ("cart 7", {"a": "1"}, "donate")
    assert (made["customer"], made["customer_details"]["email"]) == (ANN, "ann@example.com")
    assert call(stripe, "GET", f"{SESSIONS}/{made['id']}").document == made
    other = begin(stripe, **SHIRT).document
    assert (other["customer_creation"], other["customer_details"]) == ("if_required", None)
    assert [one["id"] for one in call(stripe, "GET", SESSIONS, {"customer": ANN}).document["data"]] == [made["id"]]
    changed = call(stripe, "POST", f"{SESSIONS}/{made['id']}", {"metadata[b]": "2"}).document
    assert changed == made | {"metadata": {"a": "1", "b": "2"}}
    unknown = call(stripe, "GET", f"{SESSIONS}/cs_test_nope")
    assert (unknown.status, unknown.error["message"]) == (404, "No such checkout.session: 'cs_test_nope'")


def test_lines_are_listed_by_page() -> None:
    """In their order, with cursors in both directions; a cursor of none of them is refused."""
    stripe = simulator()
    form = {f"line_items[{place}][price]": once(stripe) for place in range(5)}
    made = begin(stripe, **form, **{f"line_items[{place}][quantity]": place + 1 for place in range(5)}).document
    path = f"{SESSIONS}/{made['id']}/line_items"
    whole = call(stripe, "GET", path).document["data"]
    assert [line["amount_total"] for line in whole] == [500, 1000, 1500, 2000, 2500]
    after = call(stripe, "GET", path, {"limit": 2, "starting_after": whole[1]["id"]}).document
    assert (after["data"], after["has_more"]) == (whole[2:4], True)
    before = call(stripe, "GET", path, {"limit": 2, "ending_before": whole[3]["id"]}).document
    assert (before["data"], before["has_more"]) == (whole[1:3], True)
    assert call(stripe, "GET", path, {"starting_after": "li_x"}).error["param"] == "starting_after"


@pytest.mark.parametrize("mode", ["payment", "setup"])
def test_only_an_open_session_expires(mode: str) -> None:
    """By a call; what it had begun is canceled, and the event says so."""
    stripe = simulator()
    made = begin(stripe, mode=mode, **(SHIRT if mode == "payment" else {})).document
    path = f"{SESSIONS}/{made['id']}"
    gone = call(stripe, "POST", f"{path}/expire").document
    assert gone == made | {"status": "expired", "url": None}
    refused = call(stripe, "POST", f"{path}/expire")
    assert (refused.status, refused.error["message"]) == (
        400,
        'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of '
        "`expired`.",
    )
    [told] = events(stripe, type="checkout.session.expired")
    assert told["data"] == {"object": gone}
    if mode == "setup":
        assert call(stripe, "GET", f"/v1/setup_intents/{made['setup_intent']}").document["status"] == "canceled"


def test_time_ends_a_session() -> None:
    """At `expires_at`, with an event that no call asked for; one that is complete stays so."""
    stripe = simulator()
    soon = begin(stripe, **SHIRT, expires_at=NOW + HOURS).document["id"]
    done = begin(stripe, **SHIRT).document["id"]
    stripe.pay(done, ENTERED, HERE)
    stripe.clock.advance(HOURS - 1)
    assert call(stripe, "GET", f"{SESSIONS}/{soon}").document["status"] == "open"
    stripe.clock.advance(25 * HOURS)
    found = call(stripe, "GET", SESSIONS, {"status": "expired"}).document["data"]
    assert [one["id"] for one in found] == [soon]
    [told] = events(stripe, type="checkout.session.expired")
    assert (told["created"], told["request"]) == (NOW + HOURS, {"id": None, "idempotency_key": None})


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (
            SHIRT,
            ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"],
        ),
        (
            SHIRT | {"customer_creation": "always", "payment_intent_data[setup_future_usage]": "off_session"},
            [
                "payment_method.attached", "customer.created", "payment_intent.created", "charge.succeeded",
                "payment_intent.succeeded", "checkout.session.completed",
            ],
        ),
        (
            {"mode": "setup", "customer": ANN},
            ["payment_method.attached", "setup_intent.succeeded", "checkout.session.completed"],
        ),
        (
            MONTHLY | {"mode": "subscription", "customer": ANN, "subscription_data[trial_period_days]": 3},
            [
                "payment_method.attached", "customer.subscription.created", "invoice.created", "invoice.finalized",
                "invoice.paid", "invoice.payment_succeeded", "checkout.session.completed",
            ],
        ),
    ],
    ids=["guest", "kept", "setup", "trial"],
)  # fmt: skip
def test_a_payment_makes_its_events_and_the_sessions_last(form: dict[str, Any], expected: list[str]) -> None:
    """The snapshot in `checkout.session.completed` is the session as it is."""
    stripe = simulator()
    made = begin(stripe, **form).document
    before = len(event_types(stripe))
    assert stripe.pay(made["id"], ENTERED, HERE).address == "https://shop.example/ok"
    told = events(stripe)[before:]
    assert [one["type"] for one in told] == expected
    assert told[-1]["data"]["object"] == call(stripe, "GET", f"{SESSIONS}/{made['id']}").document


def test_the_intent_is_as_the_session_says() -> None:
    """Its data, the sum of the lines, the customer; money that is only held leaves the session unpaid."""
    stripe = simulator()
    said = {
        "description": "Shirts",
        "metadata][order": "7",
        "capture_method": "manual",
        "statement_descriptor_suffix": "SHIRT",
    }
    made = begin(
        stripe, **SHIRT, customer=ANN, **{f"payment_intent_data[{name}]": value for name, value in said.items()}
    ).document
    stripe.pay(made["id"], ENTERED, HERE)
    done = call(stripe, "GET", f"{SESSIONS}/{made['id']}", {"expand[]": "payment_intent"}).document
    assert (done["status"], done["payment_status"]) == ("complete", "unpaid")
    intent = done["payment_intent"]
    assert (intent["amount"], intent["customer"], intent["status"]) == (4000, ANN, "requires_capture")
    assert (intent["description"], intent["metadata"]) == ("Shirts", {"order": "7"})
    assert intent["payment_method_types"] == ["card"]
    listed = call(stripe, "GET", SESSIONS, {"payment_intent": intent["id"]}).document["data"]
    assert [one["id"] for one in listed] == [made["id"]]


@pytest.mark.parametrize(
    "form",
    [
        {"success_url": "https://shop.example/{CHECKOUT_SESSION_ID}?s={CHECKOUT_SESSION_ID}"},
        {
            "ui_mode": "embedded_page",
            "return_url": "https://shop.example/{CHECKOUT_SESSION_ID}?s={CHECKOUT_SESSION_ID}",
            "success_url": None,
        },
    ],
    ids=["hosted", "embedded"],
)
def test_the_sessions_id_is_put_into_the_address(form: dict[str, Any]) -> None:
    """Wherever `{CHECKOUT_SESSION_ID}` stands; the session shows the address as it was sent."""
    stripe = simulator()
    made = begin(stripe, **SHIRT, **form).document
    assert stripe.pay(made["id"], ENTERED, HERE).address == f"https://shop.example/{made['id']}?s={made['id']}"
    assert "https://shop.example/{CHECKOUT_SESSION_ID}?s={CHECKOUT_SESSION_ID}" in made.values()


def test_a_session_is_paid_once() -> None:
    """Whoever pays a second time is told so, and nothing is charged."""
    stripe = simulator()
    made = begin(stripe, **SHIRT).document["id"]
    stripe.pay(made, ENTERED, HERE)
    charges = call(stripe, "GET", "/v1/charges").document["data"]
    with pytest.raises(Exception, match="This Checkout Session is complete"):
        stripe.pay(made, ENTERED, HERE)
    assert call(stripe, "GET", "/v1/charges").document["data"] == charges


def test_one_key_makes_one_session() -> None:
    """A repeated create is replayed; the secret of an embedded page is in no record of calls."""
    stripe = simulator()
    form = {"mode": "payment", **SHIRT, "ui_mode": "embedded_page", "return_url": "https://shop.example/"}
    first, again = (call(stripe, "POST", SESSIONS, form, idempotency_key="k") for _ in range(2))
    assert first.document == again.document
    assert len(call(stripe, "GET", SESSIONS).document["data"]) == 1
    secret = first.document["client_secret"]
    path = f"/v1/payment_pages/{first.document['id']}"
    call(stripe, "GET", path, {"client_secret": secret}, authorization=f"Bearer {KEY}")
    assert not any(secret in str(told) for told in stripe.record)
