"""What the simulator refuses, and in which words: Stripe's own, row by row of its error catalogue."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from stripe import ErrorObject

from tests.unit.stripe_calls import (
    ANN,
    ANNS,
    BOB,
    EVES,
    INTENTS,
    NOW,
    Answered,
    call,
    simulator,
)
from tollbridge.simulator.protocol.money import ZERO

AUTOMATIC = "automatic_payment_methods"
CARD = {"payment_method_types[]": "card"}
PAY = {"amount": 1000, "currency": "usd", **CARD}
CONFIRM = {**PAY, "confirm": "true", "payment_method": "pm_card_visa"}
RETURN_URL = (
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these "
    "payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't "
    "want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and "
    "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents."
)
CONSUMED = (
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a "
    "connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use "
    "a PaymentMethod multiple times, you must attach it to a Customer first."
)
ONLY_WITH_CONFIRM = "The parameter `{}` cannot be passed when creating a PaymentIntent unless `confirm` is set to true."
MISSING_METHOD = "You cannot confirm this PaymentIntent because it's missing a payment method. "
UNAUTHENTICATED = (
    "This payment required an authentication action to complete, but `error_on_requires_action` was set. When you're "
    "ready, you can upgrade your integration to handle actions at "
    "https://stripe.com/docs/payments/payment-intents/upgrade-to-handle-actions."
)
ANY = object()
"""For what no recording shows: Stripe's value is unverified, so it is not asserted."""


@dataclass(frozen=True)
class Row:
    """One way to be refused by a create, and what Stripe answers then.

    A message that ends in an ellipsis is compared up to there.
    """

    name: str
    form: dict[str, Any]
    message: Any
    code: Any = None
    param: Any = None
    status: int = 400
    type: str = "invalid_request_error"
    more: dict[str, Any] = field(default_factory=dict)
    embeds: bool = False


INTEGER = "parameter_invalid_integer"
ROWS = [
    Row("1 amount missing", {"currency": "usd"}, "Missing required param: amount.", "parameter_missing", "amount"),
    Row("2 amount is text", PAY | {"amount": "abc"}, "Invalid integer: abc", INTEGER, "amount"),
    Row("2 amount has decimals", PAY | {"amount": "55.00"}, "Invalid integer: 55.00", INTEGER, "amount"),
    Row("3 amount is zero", PAY | {"amount": 0}, ZERO, INTEGER, "amount"),
    Row("5 amount is negative", PAY | {"amount": -1}, ANY, ANY, ANY),
    Row("5 amount is very negative", PAY | {"amount": "-" + "9" * 5000}, ANY, ANY, ANY),
    Row("6 below the minimum", PAY | {"amount": 42}, "Amount must be at least $0.50 usd", "amount_too_small", "amount"),
    Row(
        "7 below the minimum after conversion",
        PAY | {"amount": 1, "currency": "eur"},
        "Amount must convert to at least 50 cents.…",
        "amount_too_small",
        "amount",
    ),
    Row(
        "8 above the maximum",
        PAY | {"amount": 100_000_000},
        "Amount must be no more than $999,999.99",
        "amount_too_large",
        "amount",
    ),
    Row(
        "8 far above the maximum",
        PAY | {"amount": "9" * 5000},
        "Amount must be no more than $999,999.99",
        "amount_too_large",
        "amount",
    ),
    Row(
        "9 unknown currency",
        PAY | {"currency": "string"},
        "Invalid currency: string. Stripe currently supports these currencies: usd, aed, afn, …",
        None,
        "currency",
    ),
    Row("10 currency missing", {"amount": 1}, "Missing required param: currency.", "parameter_missing", "currency"),
    Row("11 unknown parameter", PAY | {"foo": 1}, "Received unknown parameter: foo", "parameter_unknown", "foo"),
    Row(
        "11 unknown nested parameter",
        PAY | {"foo[bar]": 1},
        "Received unknown parameter: foo[bar]",
        "parameter_unknown",
        "foo[bar]",
    ),
    Row(
        "11 unknown parameter within a known one",
        {"amount": 1, "currency": "usd", "automatic_payment_methods[nope]": 1},
        "Received unknown parameter: automatic_payment_methods[nope]",
        "parameter_unknown",
        "automatic_payment_methods[nope]",
    ),
    Row(
        "12 bad receipt_email",
        PAY | {"receipt_email": "string"},
        "Invalid email address: string",
        "email_invalid",
        "receipt_email",
    ),
    *(
        Row(f"13 {name} without confirm", PAY | {name: value}, ONLY_WITH_CONFIRM.format(name), ANY, name)
        for name, value in (
            ("return_url", "https://example.com"),
            ("off_session", "true"),
            ("error_on_requires_action", "true"),
        )
    ),
    Row(
        "14 automatic methods without return_url",
        {"amount": 1000, "currency": "usd", "confirm": "true", "payment_method": "pm_card_visa"},
        RETURN_URL,
        embeds=True,
    ),
    Row(
        "15 error_on_requires_action with automatic methods",
        {
            "amount": 1000,
            "currency": "usd",
            "confirm": "true",
            "payment_method": "pm_card_visa",
            "error_on_requires_action": "true",
        },
        ANY,
        ANY,
        ANY,
    ),
    Row(
        "16 types and automatic methods",
        PAY | {"automatic_payment_methods[enabled]": "true"},
        'You may only specify one of these parameters: ["automatic_payment_methods", "payment_method_types"].',
        "parameters_exclusive",
    ),
    Row(
        "17 confirm without a method",
        PAY | {"confirm": "true"},
        f"{MISSING_METHOD}You can either update the PaymentIntent with a payment method and then confirm it again, or "
        "confirm it again directly with a payment method or ConfirmationToken.",
        "payment_intent_unexpected_state",
    ),
    Row(
        "18 confirm without a method, with a customer",
        PAY | {"confirm": "true", "customer": BOB},
        f"{MISSING_METHOD}To confirm the PaymentIntent with {BOB}, specify a payment method attached to this customer "
        "along with the customer ID.",
        "payment_intent_unexpected_state",
    ),
    Row(
        "19 no such customer",
        PAY | {"customer": "cus_nope"},
        "No such customer: 'cus_nope'",
        "resource_missing",
        "customer",
    ),
    Row(
        "20 no such payment method",
        PAY | {"payment_method": "pm_x"},
        "No such PaymentMethod: 'pm_x'",
        "resource_missing",
        "payment_method",
    ),
    Row(
        "21 another customer's method",
        PAY | {"customer": ANN, "payment_method": EVES},
        f"The PaymentMethod {EVES} does not belong to the Customer you supplied {ANN}. Please use this PaymentMethod "
        "with the Customer that it belongs to instead.",
        None,
        "payment_method",
    ),
    Row(
        "22 a customer's method without the customer",
        PAY | {"payment_method": ANNS},
        f"The `payment_method` parameter supplied {ANNS} belongs to the Customer {ANN}. Please include the Customer "
        "in the `customer` parameter on the PaymentIntent.",
        "parameter_missing",
        "source",
    ),
    Row(
        "26 authentication with error_on_requires_action",
        CONFIRM | {"payment_method": "pm_card_authenticationRequired", "error_on_requires_action": "true"},
        UNAUTHENTICATED,
        "authentication_required",
        status=402,
        type="card_error",
        more={"decline_code": "authentication_not_handled"},
        embeds=True,
    ),
    Row(
        "27 authentication off session",
        CONFIRM | {"payment_method": "pm_card_authenticationRequired", "off_session": "true"},
        "Your card was declined. This transaction requires authentication.",
        "authentication_required",
        status=402,
        type="card_error",
        more={"decline_code": "authentication_required"},
        embeds=True,
    ),
]


def assert_refused(answered: Answered, row: Row) -> None:
    """Compare an answer with what Stripe says; absent keys are absent, not null."""
    error = answered.error
    assert answered.status == row.status
    assert error["type"] == row.type
    for name, value in {"code": row.code, "param": row.param, **row.more}.items():
        if value is not ANY:
            assert error.get(name) == value, name
            assert (name in error) == (value is not None), name
    if row.message is not ANY:
        said = error["message"][: len(row.message) - 1] + "…" if row.message.endswith("…") else error["message"]
        assert said == row.message
    assert ("payment_intent" in error) == row.embeds
    assert None not in error.values()
    request = answered.headers["request-id"]
    log, _, moment = error["request_log_url"].partition("?t=")
    assert (log, int(moment)) == (f"https://dashboard.stripe.com/test/logs/{request}", NOW)
    if "code" in error:
        assert error["doc_url"] == f"https://stripe.com/docs/error-codes/{error['code'].replace('_', '-')}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_create_is_refused_as_stripe_refuses_it(row: Row) -> None:
    """Each row of the catalogue has its status, type, code, param and message."""
    assert_refused(call(simulator(), "POST", INTENTS, row.form), row)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_of_the_refusals_a_decline_alone_leaves_an_intent(row: Row) -> None:
    """The others leave no object, and the record has no effect of them."""
    stripe = simulator()
    assert call(stripe, "POST", INTENTS, row.form).status == row.status
    assert len(stripe.intents()) == (row.status == 402)
    assert [bool(told.effects) for told in stripe.record] == [row.status == 402]


def test_the_forms_of_the_rows_pass_without_their_mistake() -> None:
    """The forms that the rows start from are accepted, so each row is refused for its own reason."""
    assert call(simulator(), "POST", INTENTS, PAY).status == 200
    assert call(simulator(), "POST", INTENTS, CONFIRM).document["status"] == "succeeded"


MEMBERS = frozenset(ErrorObject.__annotations__)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_error_has_the_members_that_stripes_errors_have(row: Row) -> None:
    """The SDK's error object names them; the envelope has nothing besides, and every error its log."""
    document = call(simulator(), "POST", INTENTS, row.form).document
    assert document.keys() == {"error"}
    assert document["error"].keys() <= MEMBERS
    assert {"type", "message", "request_log_url"} <= document["error"].keys()


@pytest.mark.parametrize(
    ("path", "form", "param"),
    [
        (INTENTS, PAY | {"shipping[name]": "Ann"}, "shipping[address]"),
        (
            INTENTS,
            {"amount": 1000, "currency": "usd", f"{AUTOMATIC}[allow_redirects]": "never"},
            f"{AUTOMATIC}[enabled]",
        ),
        ("/v1/payment_methods", {"type": "card", "card[exp_month]": 1, "card[exp_year]": 2040}, "card[number]"),
        ("/v1/prices", {"currency": "usd", "unit_amount": 1, "recurring[interval_count]": 1}, "recurring[interval]"),
    ],
)
def test_the_sentence_about_a_nested_parameter_that_is_missing_has_its_whole_name(
    path: str, form: dict[str, Any], param: str
) -> None:
    """As the member `param` has it."""
    refused = call(simulator(), "POST", path, form)
    assert (refused.status, refused.error["code"], refused.error["param"]) == (400, "parameter_missing", param)
    assert refused.error["message"] == f"Missing required param: {param}."
