"""A payment intent at our Stripe: what it is made of, what is refused, and how it is cancelled."""

import re
from typing import Any

import pytest

from tests.unit.stripe_calls import (
    ANN,
    ANNS,
    INTENTS,
    LOOSE,
    NOW,
    Answered,
    call,
    create,
    simulator,
)
from tollbridge.simulator import Simulator

ASKS = "pm_card_authenticationRequired"
ALL_CANCELABLE = (
    "requires_payment_method, requires_capture, requires_reauthorization, requires_confirmation, requires_action, "
    "processing"
)


def confirm(stripe: Simulator, intent: str, **form: Any) -> Answered:
    """Confirm an intent."""
    return call(stripe, "POST", f"{INTENTS}/{intent}/confirm", form)


def cancel(stripe: Simulator, intent: str, **form: Any) -> Answered:
    """Cancel an intent."""
    return call(stripe, "POST", f"{INTENTS}/{intent}/cancel", form)


def status_of(stripe: Simulator, intent: str) -> str:
    """Retrieve an intent's status."""
    return str(call(stripe, "GET", f"{INTENTS}/{intent}").document["status"])


def test_ids_and_secrets_have_stripes_shape() -> None:
    """24 letters and digits after `pi_`, 25 after `_secret_`, 14 of a request; no underscore among them."""
    answered = create(simulator(), confirm="true", payment_method="pm_card_visa")
    shown = answered.document
    assert re.fullmatch(r"pi_[A-Za-z0-9]{24}", shown["id"])
    assert re.fullmatch(shown["id"] + r"_secret_[A-Za-z0-9]{25}", shown["client_secret"])
    assert re.fullmatch(r"pm_[A-Za-z0-9]{24}", shown["payment_method"])
    assert re.fullmatch(r"ch_[A-Za-z0-9]{24}", shown["latest_charge"])
    assert re.fullmatch(r"req_[A-Za-z0-9]{14}", answered.headers["request-id"])


def test_a_seed_and_a_clock_make_a_run_that_repeats() -> None:
    """Two simulators with one seed answer byte for byte alike; the clock is in the answers."""
    first, second = (create(simulator(), confirm="true", payment_method=LOOSE) for _ in range(2))
    assert first == second
    assert first.document["created"] == NOW
    assert create(simulator(now=NOW + 1)).document["created"] == NOW + 1


def test_an_intent_carries_what_was_asked_for() -> None:
    """Every parameter is in the object, at once and when it is retrieved."""
    stripe = simulator()
    form = {"customer": ANN, "description": "Dock 4 ☂ &=", "receipt_email": "yard@example.com", "payment_method": ANNS}
    made = create(stripe, currency="USD", **form, **{"metadata[order]": "7", "metadata[empty]": ""}).document
    assert {name: made[name] for name in form} == form
    assert (made["amount"], made["currency"], made["metadata"]) == (1000, "usd", {"order": "7"})
    assert (made["status"], made["amount_received"], made["latest_charge"]) == ("requires_confirmation", 0, None)
    assert call(stripe, "GET", f"{INTENTS}/{made['id']}").document == made
    assert call(stripe, "GET", f"{INTENTS}/{made['id']}", {"client_secret": made["client_secret"]}).status == 200


def test_another_intents_secret_opens_nothing() -> None:
    """A client secret that is not the intent's is refused."""
    stripe = simulator()
    made = create(stripe).document
    refused = call(stripe, "GET", f"{INTENTS}/{made['id']}", {"client_secret": f"{made['id']}_secret_x"})
    assert (refused.status, refused.error["param"]) == (400, "client_secret")
    assert made["client_secret"] not in str(refused)


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ({"payment_method_types[]": "card"}, None),
        ({"payment_method_types[0]": "card"}, None),
        ({}, {"enabled": True, "allow_redirects": "always"}),
        ({"automatic_payment_methods[enabled]": "true"}, {"enabled": True, "allow_redirects": "always"}),
        (
            {"automatic_payment_methods[enabled]": "true", "automatic_payment_methods[allow_redirects]": "never"},
            {"enabled": True, "allow_redirects": "never"},
        ),
        ({"automatic_payment_methods[enabled]": "false"}, None),
    ],
)
def test_payment_methods_are_automatic_unless_types_are_given(form: dict[str, str], shown: object) -> None:
    """The object says which; given types and automatic methods exclude each other."""
    made = call(simulator(), "POST", INTENTS, {"amount": 1000, "currency": "usd", **form}).document
    assert made["automatic_payment_methods"] == shown
    both = form | {"payment_method_types[]": "card", "automatic_payment_methods[enabled]": "true"}
    refused = call(simulator(), "POST", INTENTS, {"amount": 1000, "currency": "usd", **both})
    assert refused.status == 400


def test_methods_that_do_not_redirect_need_no_return_url() -> None:
    """Row 14 asks for a `return_url` only where redirects are allowed."""
    form = {"amount": 1000, "currency": "usd", "confirm": "true", "payment_method": "pm_card_visa"}
    never = {"automatic_payment_methods[enabled]": "true", "automatic_payment_methods[allow_redirects]": "never"}
    assert call(simulator(), "POST", INTENTS, form | never).document["status"] == "succeeded"
    back = {"return_url": "https://shop.example/back"}
    assert call(simulator(), "POST", INTENTS, form | back).document["status"] == "succeeded"


@pytest.mark.parametrize("method", ["confirm", "cancel"])
def test_row_24_an_intent_that_is_not_there(method: str) -> None:
    """A 404 that names it."""
    refused = call(simulator(), "POST", f"{INTENTS}/pi_nope/{method}")
    assert (refused.status, refused.error["code"], refused.error["param"]) == (404, "resource_missing", "intent")


@pytest.mark.parametrize("status", ["succeeded", "canceled"])
def test_row_25_what_is_over_cannot_be_cancelled(status: str) -> None:
    """The refusal names the status and lists Stripe's cancelable ones; the intent is embedded, unchanged."""
    stripe = simulator()
    made = create(stripe, confirm="true" if status == "succeeded" else None, payment_method="pm_card_visa").document
    over = made if status == "succeeded" else cancel(stripe, made["id"]).document
    refused = cancel(stripe, made["id"])
    assert (refused.status, refused.error["code"]) == (400, "payment_intent_unexpected_state")
    assert refused.error["message"] == (
        f"You cannot cancel this PaymentIntent because it has a status of {status}. Only a PaymentIntent with one of "
        f"the following statuses may be canceled: {ALL_CANCELABLE}."
    )
    assert refused.error["payment_intent"] == over


@pytest.mark.parametrize("reason", [None, "duplicate", "fraudulent", "requested_by_customer", "abandoned"])
@pytest.mark.parametrize("method", [None, "pm_card_visa", ASKS])
def test_what_is_not_over_can_be_cancelled(method: str | None, reason: str | None) -> None:
    """From each open status, with each of Stripe's reasons."""
    stripe = simulator()
    made = create(stripe, confirm="true" if method == ASKS else None, payment_method=method).document
    done = cancel(stripe, made["id"], **({"cancellation_reason": reason} if reason else {})).document
    assert (done["status"], done["cancellation_reason"], done["canceled_at"]) == ("canceled", reason, NOW)
    assert done["next_action"] is None


def test_a_reason_of_ones_own_is_refused() -> None:
    """Only Stripe's reasons are reasons, and the intent stays open."""
    stripe = simulator()
    made = create(stripe).document
    refused = cancel(stripe, made["id"], cancellation_reason="bored")
    assert (refused.status, refused.error["param"]) == (400, "cancellation_reason")
    assert status_of(stripe, made["id"]) == "requires_payment_method"


@pytest.mark.parametrize(
    ("form", "param"),
    [
        ({"off_session": "maybe"}, "off_session"),
        ({"confirm": "1"}, "confirm"),
        ({"error_on_requires_action": "yes"}, "error_on_requires_action"),
        ({"description": "x" * 1001}, "description"),
        ({"description": ""}, "description"),
        ({"amount": ""}, "amount"),
        ({"customer[id]": ANN}, "customer"),
        ({"return_url": "nowhere"}, "return_url"),
        ({"metadata[a][b]": "1"}, "metadata[a]"),
        ({"metadata": "text"}, "metadata"),
        ({f"metadata[{n}]": "v" for n in range(51)}, "metadata"),
        ({"payment_method_types[]": "shells"}, "payment_method_types"),
        ({"payment_method_types[][a]": "card", "payment_method_types": None}, "payment_method_types"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_value_of_the_wrong_kind_is_refused_at_its_parameter(form: dict[str, Any], param: str) -> None:
    """A 400 that names the parameter, and no intent."""
    stripe = simulator()
    base = {} if "payment_method_types[][a]" in form else {"payment_method_types[]": "card"}
    whole = {"amount": 1000, "currency": "usd", "confirm": "true", "payment_method": "pm_card_visa", **base, **form}
    refused = call(stripe, "POST", INTENTS, {name: value for name, value in whole.items() if value is not None})
    assert (refused.status, refused.error["type"], refused.error["param"]) == (400, "invalid_request_error", param)
    assert stripe.intents() == []


@pytest.mark.parametrize("length", [1, 1000])
def test_a_description_may_be_as_long_as_stripe_says(length: int) -> None:
    """1 to 1000 characters, counted in code points."""
    assert create(simulator(), description="☂" * length).document["description"] == "☂" * length


@pytest.mark.parametrize("form", [{"off_session": "one_off"}, {"off_session": "False"}, {"confirm": "TRUE"}])
def test_booleans_come_in_stripes_spellings(form: dict[str, str]) -> None:
    """Any case, and the two words that `off_session` has besides."""
    whole = {"confirm": "true", "payment_method": "pm_card_visa"} | form
    assert create(simulator(), **whole).document["status"] == "succeeded"
