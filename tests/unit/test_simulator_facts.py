"""What is known of Stripe beyond its refusals of a create: a test a row of docs/stripe-facts.md, named by it."""

import random
import re
from typing import Any

import pytest

from tests.unit.stripe_calls import (
    ANN,
    ANNS,
    BOB,
    EVES,
    INTENTS,
    KEY,
    LOOSE,
    NOW,
    SEED,
    SUBSCRIPTION,
    Answered,
    call,
    create,
    simulator,
)
from tollbridge.simulator import Request, Simulator

METHODS, CUSTOMERS, SETUPS = "/v1/payment_methods", "/v1/customers", "/v1/setup_intents"
SUBSCRIPTIONS = "/v1/subscriptions"
UNEXPECTED = "payment_intent_unexpected_state"
INTENT_KEYS = """
amount amount_capturable amount_details amount_received application application_fee_amount automatic_payment_methods
canceled_at cancellation_reason capture_method client_secret confirmation_method created currency customer
customer_account description excluded_payment_method_types allowed_payment_method_types id last_payment_error
latest_charge livemode managed_payments metadata next_action object on_behalf_of payment_method
payment_method_configuration_details payment_method_options payment_method_types payment_record processing
receipt_email review setup_future_usage shared_payment_granted_token shipping source statement_descriptor
statement_descriptor_suffix status transfer_data transfer_group
"""
"""The members of a PaymentIntent, as recorded."""


def paid(stripe: Simulator, **form: Any) -> Answered:
    """Create and confirm an intent of ten dollars."""
    return create(stripe, **{"confirm": "true", "payment_method": "pm_card_visa", **form})


def held(stripe: Simulator) -> str:
    """Hold ten dollars on a card; the intent's id."""
    return str(paid(stripe, capture_method="manual").document["id"])


def refused(answered: Answered) -> tuple[int, str | None, str | None]:
    """Status, code and param of a refusal."""
    return answered.status, answered.error.get("code"), answered.error.get("param")


def test_o1_ids_have_stripes_lengths() -> None:
    """Counted over recorded ids."""
    stripe = simulator()
    intent = paid(stripe).document
    customer = call(stripe, "POST", CUSTOMERS, {"payment_method": "pm_card_visa"}).document["id"]
    setup = call(stripe, "POST", SETUPS, {}).document["id"]
    price = {"currency": "usd", "unit_amount": 500, "recurring[interval]": "month", "product_data[name]": "Gate"}
    item = call(stripe, "POST", "/v1/prices", price).document["id"]
    method = call(stripe, "POST", f"{METHODS}/pm_card_visa/attach", {"customer": customer}).document["id"]
    form = {"customer": customer, "items[0][price]": item, "default_payment_method": method}
    subscription = call(stripe, "POST", SUBSCRIPTIONS, form)
    ids = [intent["id"], intent["payment_method"], intent["latest_charge"], setup, customer]
    ids += [subscription.document["id"], subscription.headers["request-id"]]
    for identity, (prefix, length) in zip(
        ids,
        [("pi", 24), ("pm", 24), ("ch", 24), ("seti", 24), ("cus", 14), ("sub", 14), ("req", 14)],
        strict=True,
    ):
        assert re.fullmatch(rf"{prefix}_[A-Za-z0-9]{{{length}}}", identity)


@pytest.mark.parametrize(
    ("form", "status", "received", "capturable"),
    [
        ({}, "requires_payment_method", 0, 0),
        ({"payment_method": "pm_card_visa"}, "requires_confirmation", 0, 0),
        ({"payment_method": "pm_card_visa", "confirm": "true"}, "succeeded", 1000, 0),
        (
            {"payment_method": "pm_card_visa", "confirm": "true", "capture_method": "manual"},
            "requires_capture",
            0,
            1000,
        ),
    ],
)
def test_o3_o4_o5_a_create_ends_where_stripes_does(
    form: dict[str, str], status: str, received: int, capturable: int
) -> None:
    """Without a method, with one, confirmed, and held; an alias becomes a method of its own."""
    shown = create(simulator(), **form).document
    assert (shown["status"], shown["amount_received"], shown["amount_capturable"]) == (status, received, capturable)
    assert (shown["latest_charge"] is not None) == ("confirm" in form)
    assert (shown["payment_method"] or "").startswith("pm_") == ("payment_method" in form)
    assert shown["payment_method"] != "pm_card_visa"


def test_o6_a_decline_leaves_the_intent_open() -> None:
    """402; the error embeds intent, method and charge, and is the intent's last error."""
    stripe = simulator()
    error = paid(stripe, payment_method="pm_card_visa_chargeDeclined").error
    intent = call(stripe, "GET", f"{INTENTS}/{error['payment_intent']['id']}").document
    assert (intent["status"], intent["payment_method"]) == ("requires_payment_method", None)
    assert intent["last_payment_error"]["payment_method"] == error["payment_method"]
    assert {**error, "payment_intent": None, "request_log_url": None} == {
        **intent["last_payment_error"],
        "payment_intent": None,
        "request_log_url": None,
    }
    assert error["charge"] == intent["latest_charge"]


def test_o8_the_members_of_an_intent_and_its_defaults() -> None:
    """Every member that the recordings have, and no other."""
    shown = create(simulator()).document
    assert set(shown) == set(INTENT_KEYS.split())
    assert shown["capture_method"] == "automatic_async"
    assert shown["managed_payments"] == {"enabled": False}
    assert shown["payment_record"] is None
    assert shown["automatic_payment_methods"] is None
    automatic = call(simulator(), "POST", INTENTS, {"amount": 1000, "currency": "usd"}).document
    assert automatic["automatic_payment_methods"] == {"enabled": True, "allow_redirects": "always"}


@pytest.mark.parametrize(
    ("path", "form", "name", "most"),
    [
        (INTENTS, {"amount": 1000, "currency": "usd"}, "description", 1000),
        (INTENTS, {"amount": 1000, "currency": "usd"}, "statement_descriptor_suffix", 22),
        (INTENTS, {"amount": 1000, "currency": "usd"}, "customer", 5000),
        (CUSTOMERS, {}, "name", 256),
        (CUSTOMERS, {}, "email", 512),
    ],
)
def test_o9_texts_have_stripes_longest(path: str, form: dict[str, Any], name: str, most: int) -> None:
    """The longest is taken, or refused for what it says; one more is refused for its length, at its name."""
    filler = "a" * (most - 12) + "@example.com" if name == "email" else "a" * most
    longest, longer = (call(simulator(), "POST", path, {**form, name: text}) for text in (filler, "a" + filler))
    assert longest.status == 200 or longest.error["code"] == "resource_missing"
    assert (longer.status, longer.error["param"]) == (400, name)
    assert longer.error.get("code") != "resource_missing"


def test_e29_no_connected_account_is_reached() -> None:
    """403 `account_invalid`."""
    answered = call(simulator(), "GET", f"{CUSTOMERS}/{ANN}", stripe_account="acct_1234567890123456")
    assert refused(answered) == (403, "account_invalid", None)


def test_i2_i3_what_began_is_stored_and_what_was_invalid_is_not() -> None:
    """A decline replays with both headers; a mended request passes under its key."""
    stripe = simulator()
    declined = {"amount": 1000, "currency": "usd", "payment_method_types[]": "card", "confirm": "true"}
    declined["payment_method"] = "pm_card_chargeCustomerFail"
    first = call(stripe, "POST", INTENTS, declined, idempotency_key="k")
    again = call(stripe, "POST", INTENTS, declined, idempotency_key="k")
    assert (first.status, again.status, again.document) == (402, 402, first.document)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["original-request"] == first.headers["request-id"]
    assert call(stripe, "POST", INTENTS, {"amount": "x"}, idempotency_key="m").status == 400
    assert call(stripe, "POST", INTENTS, {"amount": 1000, "currency": "usd"}, idempotency_key="m").status == 200


def test_i4_a_key_with_other_parameters_is_a_400_without_a_code() -> None:
    """`idempotency_error`; its sentence names the key."""
    stripe = simulator()
    call(stripe, "POST", INTENTS, {"amount": 1000, "currency": "usd"}, idempotency_key="k")
    other = call(stripe, "POST", INTENTS, {"amount": 2000, "currency": "usd"}, idempotency_key="k")
    assert refused(other) == (400, None, None)
    assert other.error["type"] == "idempotency_error"
    assert "Try using a key other than 'k'" in other.error["message"]


def test_i6_the_headers_of_an_answer() -> None:
    """The key comes back, and a POST names its original request."""
    answered = call(simulator(), "POST", INTENTS, {"amount": 1000, "currency": "usd"}, idempotency_key="k")
    assert re.fullmatch(r"req_[A-Za-z0-9]{14}", answered.headers["request-id"])
    assert answered.headers["original-request"] == answered.headers["request-id"]
    assert answered.headers["idempotency-key"] == "k"
    assert answered.headers["content-type"] == "application/json"


@pytest.mark.parametrize(("key", "length"), [("", 0), ("k" * 256, 256)])
def test_i1_a_key_has_1_to_255_characters(key: str, length: int) -> None:
    """The sentence says how long it is."""
    answered = call(simulator(), "POST", INTENTS, {"amount": 1000, "currency": "usd"}, idempotency_key=key)
    assert answered.error["message"] == (
        f"Idempotent key length is {length}, which is outside accepted lengths. Idempotent Keys must be 1-255 "
        "characters long."
    )


def test_a1_an_alias_is_cloned_at_attach() -> None:
    """The id that comes back is another, each time."""
    stripe = simulator()
    ids = {call(stripe, "POST", f"{METHODS}/pm_card_visa/attach", {"customer": ANN}).document["id"] for _ in range(3)}
    assert len(ids) == 3
    assert "pm_card_visa" not in ids


def test_a2_a_method_of_another_customer_is_not_attached() -> None:
    """The same customer again is 200; another is 400, without code and param."""
    stripe = simulator()
    assert call(stripe, "POST", f"{METHODS}/{ANNS}/attach", {"customer": ANN}).status == 200
    other = call(stripe, "POST", f"{METHODS}/{ANNS}/attach", {"customer": BOB})
    assert refused(other) == (400, None, None)
    assert other.error["message"] == "The payment method you provided has already been attached to a customer."


@pytest.mark.parametrize("how", ["paid without a customer", "detached"])
def test_a3_what_was_consumed_or_detached_is_not_attached(how: str) -> None:
    """Stripe's sentence for both."""
    stripe = simulator()
    if how == "detached":
        call(stripe, "POST", f"{METHODS}/{ANNS}/detach")
    else:
        paid(stripe, payment_method=LOOSE)
    method = ANNS if how == "detached" else LOOSE
    answered = call(stripe, "POST", f"{METHODS}/{method}/attach", {"customer": BOB})
    assert answered.status == 400
    assert answered.error["message"] == (
        "This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, "
        "and may not be used again."
    )


def test_a4_a_declined_card_is_not_attached() -> None:
    """402 with an empty param, recorded."""
    answered = call(simulator(), "POST", f"{METHODS}/pm_card_chargeDeclined/attach", {"customer": ANN})
    assert refused(answered) == (402, "card_declined", "")
    assert answered.error["decline_code"] == "generic_decline"


def test_a5_a_subscriptions_method_is_its_customers() -> None:
    """Anything else is a 400."""
    for method in (EVES, LOOSE):
        answered = call(simulator(), "POST", f"{SUBSCRIPTIONS}/{SUBSCRIPTION}", {"default_payment_method": method})
        assert answered.status == 400
        assert answered.error["message"] == (
            f"The customer does not have a payment method with the ID {method}. The payment method must be attached to "
            "the customer."
        )


def test_a6_a_subscription_needs_a_method() -> None:
    """400 `resource_missing`, no param."""
    stripe = simulator()
    price = {"currency": "usd", "unit_amount": 500, "recurring[interval]": "month", "product_data[name]": "Gate"}
    item = call(stripe, "POST", "/v1/prices", price).document["id"]
    answered = call(stripe, "POST", SUBSCRIPTIONS, {"customer": BOB, "items[0][price]": item})
    assert refused(answered) == (400, "resource_missing", None)
    assert answered.error["message"].startswith(
        "This customer has no attached payment source or default payment method. Please consider adding a default"
    )


def test_c1_a_secret_key_is_required() -> None:
    """A publishable key where a secret one belongs is a 403."""
    answered = call(simulator(), "GET", CUSTOMERS, authorization="Bearer pk_test_0123456789")
    assert refused(answered) == (403, "secret_key_required", None)


def test_c2_a_malformed_version() -> None:
    """400 without a code."""
    answered = call(simulator(), "GET", CUSTOMERS, stripe_version="yesterday")
    assert refused(answered) == (400, None, None)
    assert answered.error["message"] == "Invalid Stripe API version: yesterday"


def test_c3_a_confirmation_after_success() -> None:
    """400 with the intent embedded."""
    stripe = simulator()
    made = paid(stripe).document
    answered = call(stripe, "POST", f"{INTENTS}/{made['id']}/confirm")
    assert refused(answered) == (400, UNEXPECTED, None)
    assert answered.error["payment_intent"]["id"] == made["id"]
    assert "it has already succeeded after being previously confirmed" in answered.error["message"]


@pytest.mark.parametrize(
    ("amount", "code", "param", "embeds"),
    [
        (1001, "amount_too_large", None, True),
        (-1, None, "amount_to_capture", False),
        (0, "parameter_invalid_integer", "amount", False),
    ],
)
def test_c4_captures_of_a_wrong_amount(amount: int, code: str | None, param: str | None, embeds: bool) -> None:
    """Over the hold, negative and zero are three refusals."""
    stripe = simulator()
    answered = call(stripe, "POST", f"{INTENTS}/{held(stripe)}/capture", {"amount_to_capture": amount})
    assert refused(answered) == (400, code, param)
    assert ("payment_intent" in answered.error) == embeds


def test_c5_a_capture_of_what_is_not_held_and_a_change_of_what_is_paid() -> None:
    """Both are of an unexpected state; the change names the amount."""
    stripe = simulator()
    waiting = create(stripe).document["id"]
    assert refused(call(stripe, "POST", f"{INTENTS}/{waiting}/capture")) == (400, UNEXPECTED, None)
    done = paid(stripe).document["id"]
    assert refused(call(stripe, "POST", f"{INTENTS}/{done}", {"amount": 2000})) == (400, UNEXPECTED, "amount")


def test_c6_a_held_charge() -> None:
    """Succeeded, paid, not captured, and held for seven days."""
    stripe = simulator()
    intent = call(stripe, "GET", f"{INTENTS}/{held(stripe)}").document
    charge = call(stripe, "GET", f"/v1/charges/{intent['latest_charge']}").document
    assert (charge["status"], charge["paid"], charge["captured"]) == ("succeeded", True, False)
    assert charge["payment_method_details"]["card"]["capture_before"] == NOW + 7 * 24 * 3600


def test_c7_an_alias_is_retrieved_as_a_new_method_each_time() -> None:
    """And belongs to nobody."""
    stripe = simulator()
    first, second = (call(stripe, "GET", f"{METHODS}/pm_card_visa").document for _ in range(2))
    assert first["id"] != second["id"]
    assert (first["customer"], second["customer"]) == (None, None)


def test_c8_with_a_return_url_a_challenge_redirects() -> None:
    """Without one, it is for Stripe's own script."""
    stripe = simulator()
    form = {"payment_method": "pm_card_threeDSecure2Required"}
    there = paid(stripe, **form, return_url="https://example.com/back").document
    here = paid(stripe, **form).document
    assert (there["next_action"]["type"], here["next_action"]["type"]) == ("redirect_to_url", "use_stripe_sdk")
    assert (there["latest_charge"], here["status"]) == (None, "requires_action")


def test_c9_the_cvc_is_checked_at_attach() -> None:
    """Unchecked before, passed after."""
    stripe = simulator()
    card = {"type": "card", "card[number]": "4242424242424242", "card[exp_month]": 12, "card[exp_year]": 2034}
    made = call(stripe, "POST", METHODS, {**card, "card[cvc]": "123"}).document
    kept = call(stripe, "POST", f"{METHODS}/{made['id']}/attach", {"customer": ANN}).document
    assert [shown["card"]["checks"]["cvc_check"] for shown in (made, kept)] == ["unchecked", "pass"]


def test_c10_detaching_what_is_not_attached_is_impossible() -> None:
    """400 without a code."""
    answered = call(simulator(), "POST", f"{METHODS}/{LOOSE}/detach")
    assert refused(answered)[:2] == (400, None)
    assert answered.error["message"].endswith("so detachment is impossible.")


def test_c11_methods_without_a_customer_are_an_empty_list() -> None:
    """Though there are some."""
    listed = call(simulator(), "GET", METHODS, {"type": "card"}).document
    assert (listed["object"], listed["data"], listed["has_more"]) == ("list", [], False)


@pytest.mark.parametrize("gone", ["cus_nope", ANN])
def test_c12_an_unknown_or_deleted_customer(gone: str) -> None:
    """As a parameter 400, in a path 404; somebody else's card there is an invalid request."""
    stripe = simulator()
    if gone == ANN:
        assert call(stripe, "DELETE", f"{CUSTOMERS}/{ANN}").status == 200
    assert refused(create(stripe, customer=gone)) == (400, "resource_missing", "customer")
    assert refused(call(stripe, "GET", f"{CUSTOMERS}/{gone}/payment_methods")) == (404, "resource_missing", "id")
    foreign = call(stripe, "GET", f"{CUSTOMERS}/{BOB}/payment_methods/{EVES}")
    assert refused(foreign) == (404, None, "customer")
    assert foreign.error["message"].startswith("Invalid request")


def test_c13_a_deleted_customer_is_a_stub_and_a_cursor() -> None:
    """Retrieved as deleted; lists go on after it."""
    stripe = simulator(alone=True)
    call(stripe, "DELETE", f"{CUSTOMERS}/{BOB}")
    assert call(stripe, "GET", f"{CUSTOMERS}/{BOB}").document == {"id": BOB, "object": "customer", "deleted": True}
    after = call(stripe, "GET", CUSTOMERS, {"starting_after": BOB}).document
    assert [row["id"] for row in after["data"]] == [ANN]


@pytest.mark.parametrize(("limit", "shown"), [(0, 1), (1, 1), (100, 100), (101, 100)])
def test_c14_a_limit_out_of_bounds_acts_as_the_next_within(limit: int, shown: int) -> None:
    """0 as 1, 101 as 100."""
    many = [{"id": f"cus_{number:014}", "email": None, "name": None, "default_source": None} for number in range(102)]
    stripe = simulator(seed={**SEED, "customers": [*SEED["customers"], *many]})
    assert len(call(stripe, "GET", CUSTOMERS, {"limit": limit}).document["data"]) == shown


def test_c15_unknown_cursors_and_both_at_once() -> None:
    """The first names its parameter; the second has no code."""
    stripe = simulator()
    assert refused(call(stripe, "GET", CUSTOMERS, {"starting_after": "cus_nope"})) == (
        400,
        "resource_missing",
        "starting_after",
    )
    both = call(stripe, "GET", CUSTOMERS, {"starting_after": ANN, "ending_before": BOB})
    assert refused(both)[:2] == (400, None)


def test_c16_what_cannot_be_expanded() -> None:
    """On a list the sentence proposes its data."""
    stripe = simulator()
    made = create(stripe).document["id"]
    single = call(stripe, "GET", f"{INTENTS}/{made}", {"expand[]": "amount"})
    many = call(stripe, "GET", INTENTS, {"expand[]": "customer"})
    assert single.error["message"].startswith("This property cannot be expanded (amount).")
    assert "You may want to try expanding 'data.customer' instead" in many.error["message"]


@pytest.mark.parametrize(
    ("value", "status"), [("1", 400), ("maybe", 400), ("True", 200), ("False", 200), ("true", 200), ("false", 200)]
)
def test_c17_booleans(value: str, status: int) -> None:
    """Words in two spellings; a digit is none."""
    form = {"amount": 1000, "currency": "usd", "payment_method_types[]": "card", "confirm": value}
    answered = call(simulator(), "POST", INTENTS, {**form, "payment_method": "pm_card_visa"})
    assert answered.status == status
    if status == 400:
        assert (answered.error["message"], "code" in answered.error) == (f"Invalid boolean: {value}", False)


def test_c18_another_content_type() -> None:
    """400 that names what came."""
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    reply = simulator().handle(Request("POST", INTENTS, "", headers, b"{}"))
    assert reply.status == 400
    assert b"Invalid request: unsupported Content-Type" in reply.body


def test_c19_a_delete_echoes_its_key_and_has_no_original_request() -> None:
    """As recorded."""
    answered = call(simulator(), "DELETE", f"{CUSTOMERS}/{BOB}", idempotency_key="k")
    assert answered.headers["idempotency-key"] == "k"
    assert "original-request" not in answered.headers


def test_c20_a_setup_intent_has_its_own_words() -> None:
    """Its code, its spelling, and no use of the customer's default method."""
    stripe = simulator()
    made = call(stripe, "POST", SETUPS, {"customer": ANN, "payment_method_types[]": "card"}).document
    answered = call(stripe, "POST", f"{SETUPS}/{made['id']}/confirm")
    assert refused(answered)[:2] == (400, "setup_intent_unexpected_state")
    missing = call(stripe, "GET", f"{SETUPS}/seti_nope")
    assert missing.error["message"] == "No such setupintent: 'seti_nope'"


def test_c21_a_subscriptions_period_is_on_its_item() -> None:
    """And `cancel_at_period_end` sets two times more; an empty method clears it; a DELETE shows it whole."""
    stripe = simulator()
    path = f"{SUBSCRIPTIONS}/{SUBSCRIPTION}"
    ending = call(stripe, "POST", path, {"cancel_at_period_end": "true"}).document
    [item] = ending["items"]["data"]
    assert ending["cancel_at"] == item["current_period_end"]
    assert ending["canceled_at"] == NOW
    assert "current_period_end" not in ending
    assert call(stripe, "POST", path, {"default_payment_method": ""}).document["default_payment_method"] is None
    gone = call(stripe, "DELETE", path).document
    assert (gone["id"], gone["status"], gone["object"]) == (SUBSCRIPTION, "canceled", "subscription")
    bad = call(stripe, "POST", SUBSCRIPTIONS, {"customer": ANN, "items[0][price]": "price_nope"})
    assert refused(bad)[2] == "items[0][price]"


def test_c22_a_card_that_asks_leaves_a_subscription_incomplete() -> None:
    """Its first payment waits for the cardholder."""
    stripe = simulator()
    alias = f"{METHODS}/pm_card_authenticationRequired/attach"
    method = call(stripe, "POST", alias, {"customer": BOB}).document["id"]
    price = {"currency": "usd", "unit_amount": 500, "recurring[interval]": "month", "product_data[name]": "Gate"}
    item = call(stripe, "POST", "/v1/prices", price).document["id"]
    form = {"customer": BOB, "items[0][price]": item, "default_payment_method": method}
    assert call(stripe, "POST", SUBSCRIPTIONS, form).document["status"] == "incomplete"


@pytest.mark.parametrize(
    ("alias", "advice", "network", "network_advice"),
    [
        ("pm_card_visa_chargeDeclined", "try_again_later", "01", None),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "try_again_later", "51", "02"),
        ("pm_card_visa_chargeDeclinedLostCard", "do_not_try_again", "41", "01"),
        ("pm_card_visa_chargeDeclinedStolenCard", "do_not_try_again", "43", "01"),
        ("pm_card_chargeDeclinedExpiredCard", "confirm_card_data", "54", "03"),
        ("pm_card_chargeDeclinedIncorrectCvc", "confirm_card_data", "N7", "03"),
        ("pm_card_chargeDeclinedProcessingError", "try_again_later", "06", None),
        ("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "try_again_later", "61", "02"),
    ],
)
def test_d1_declines_carry_advice(alias: str, advice: str, network: str, network_advice: str | None) -> None:
    """Three codes, recorded; the network's advice is absent where there is none."""
    error = paid(simulator(), payment_method=alias).error
    assert (error["advice_code"], error["network_decline_code"]) == (advice, network)
    assert error.get("network_advice_code") == network_advice


def test_d2_a_card_set_up_for_later_is_charged_off_session() -> None:
    """4000002500003155 asks unless it was set up; on session it always asks."""
    stripe = simulator(randomness=random.Random(3))
    alias = f"{METHODS}/pm_card_authenticationRequiredOnSetup/attach"
    method = call(stripe, "POST", alias, {"customer": BOB}).document["id"]
    form = {"customer": BOB, "payment_method": method}
    assert paid(stripe, **form, off_session="true").status == 402
    setup = call(stripe, "POST", SETUPS, {**form, "confirm": "true", "payment_method_types[]": "card"}).document
    assert setup["status"] == "requires_action"
    assert stripe.authenticate(setup["id"], passes=True)["status"] == "succeeded"
    assert paid(stripe, **form, off_session="true").document["status"] == "succeeded"
    assert paid(stripe, **form).document["status"] == "requires_action"
