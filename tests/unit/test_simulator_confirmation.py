"""Confirming at our Stripe: with which card, how often, and what the intent is afterwards."""

from typing import Any

import pytest

from tests.unit.stripe_calls import (
    ANN,
    ANNS,
    BOB,
    EVE,
    EVES,
    INTENTS,
    LOOSE,
    Answered,
    call,
    create,
    simulator,
)
from tollbridge.simulator import Simulator

ASKS = "pm_card_authenticationRequired"
MISSING_METHOD = "You cannot confirm this PaymentIntent because it's missing a payment method. "


def confirm(stripe: Simulator, intent: str, **form: Any) -> Answered:
    """Confirm an intent."""
    return call(stripe, "POST", f"{INTENTS}/{intent}/confirm", form)


def cancel(stripe: Simulator, intent: str, **form: Any) -> Answered:
    """Cancel an intent."""
    return call(stripe, "POST", f"{INTENTS}/{intent}/cancel", form)


def status_of(stripe: Simulator, intent: str) -> str:
    """Retrieve an intent's status."""
    return str(call(stripe, "GET", f"{INTENTS}/{intent}").document["status"])


@pytest.mark.parametrize("given", ["at create", "at confirm", "by default"])
def test_a_confirmation_charges_the_card(given: str) -> None:
    """The method may come with either call; without one the customer's default source is charged."""
    stripe = simulator()
    made = create(stripe, customer=ANN, payment_method=ANNS if given == "at create" else None).document
    assert made["status"] == ("requires_confirmation" if given == "at create" else "requires_payment_method")
    done = confirm(stripe, made["id"], **({"payment_method": ANNS} if given == "at confirm" else {})).document
    assert (done["status"], done["amount_received"], done["payment_method"]) == ("succeeded", 1000, ANNS)
    assert done["latest_charge"].startswith("ch_")
    assert done["client_secret"] == made["client_secret"]


@pytest.mark.parametrize(
    ("customer", "message"),
    [
        (None, f"{MISSING_METHOD}You can either update"),
        (BOB, f"{MISSING_METHOD}To confirm the PaymentIntent with {BOB}, specify a payment method attached"),
    ],
)
def test_rows_17_and_18_a_confirmation_needs_a_method(customer: str | None, message: str) -> None:
    """Without a method and a default source nothing is confirmed, and the intent stays as it was."""
    stripe = simulator()
    made = create(stripe, customer=customer).document
    refused = confirm(stripe, made["id"])
    assert (refused.status, refused.error["code"]) == (400, "payment_intent_unexpected_state")
    assert refused.error["message"].startswith(message)
    assert status_of(stripe, made["id"]) == "requires_payment_method"


def test_row_21_another_customers_method_at_confirm() -> None:
    """Refused without a code, with the intent embedded."""
    stripe = simulator()
    made = create(stripe, customer=ANN).document
    refused = confirm(stripe, made["id"], payment_method=EVES)
    assert (refused.status, refused.error.get("code"), refused.error["param"]) == (400, None, "payment_method")
    assert refused.error["payment_intent"] == made


def test_row_21_a_method_that_was_attached_elsewhere_meanwhile() -> None:
    """What an intent was given counts as it stands when it is confirmed."""
    stripe = simulator()
    made = create(stripe, customer=ANN, payment_method=LOOSE).document
    assert call(stripe, "POST", f"/v1/payment_methods/{LOOSE}/attach", {"customer": EVE}).status == 200
    refused = confirm(stripe, made["id"])
    assert (refused.status, refused.error["param"]) == (400, "payment_method")


def test_row_23_a_method_that_paid_without_a_customer_is_consumed() -> None:
    """It pays for no second intent, and no customer can keep it; a declined one is not consumed."""
    stripe = simulator()
    waiting = create(stripe, payment_method=LOOSE).document
    assert create(stripe, confirm="true", payment_method=LOOSE).document["status"] == "succeeded"
    said = "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment"
    for refused in (create(stripe, payment_method=LOOSE), confirm(stripe, waiting["id"])):
        assert refused.status == 400
        assert refused.error["message"].startswith(said)
        assert {"code", "param"}.isdisjoint(refused.error)
    kept = call(stripe, "POST", f"/v1/payment_methods/{LOOSE}/attach", {"customer": ANN})
    assert (kept.status, kept.error["message"]) == (
        400,
        "This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, "
        "and may not be used again.",
    )
    declined = create(stripe, confirm="true", payment_method="pm_card_visa_chargeDeclined")
    again = create(stripe, confirm="true", payment_method=declined.error["payment_method"]["id"])
    assert (again.status, again.error["code"]) == (402, "card_declined")


def test_a_customers_card_pays_again_and_again() -> None:
    """An attached method is never consumed."""
    stripe = simulator()
    for _ in range(2):
        assert create(stripe, confirm="true", customer=ANN, payment_method=ANNS).document["status"] == "succeeded"


def test_what_succeeded_is_not_confirmed_again() -> None:
    """The refusal has its own sentence, and the intent."""
    stripe = simulator()
    made = create(stripe, confirm="true", payment_method="pm_card_visa").document
    refused = confirm(stripe, made["id"], payment_method="pm_card_visa")
    assert (refused.status, refused.error["code"]) == (400, "payment_intent_unexpected_state")
    assert "it has already succeeded after being previously confirmed" in refused.error["message"]
    assert refused.error["payment_intent"] == made


def test_what_was_cancelled_is_not_confirmed() -> None:
    """A canceled intent stays so."""
    stripe = simulator()
    made = create(stripe).document
    cancel(stripe, made["id"])
    refused = confirm(stripe, made["id"], payment_method="pm_card_visa")
    assert (refused.status, refused.error["code"]) == (400, "payment_intent_unexpected_state")
    assert status_of(stripe, made["id"]) == "canceled"


def test_a_declined_intent_takes_another_card() -> None:
    """After a decline the intent wants a method; a good one pays, and the error is forgotten."""
    stripe = simulator()
    declined = create(stripe, confirm="true", payment_method="pm_card_visa_chargeDeclined")
    intent = declined.error["payment_intent"]["id"]
    assert call(stripe, "GET", f"{INTENTS}/{intent}").document == declined.error["payment_intent"]
    done = confirm(stripe, intent, payment_method="pm_card_visa").document
    assert (done["status"], done["last_payment_error"]) == ("succeeded", None)
    assert done["latest_charge"] != declined.error["charge"]


@pytest.mark.parametrize(
    ("form", "kind"),
    [({}, "use_stripe_sdk"), ({"return_url": "https://shop.example/back"}, "redirect_to_url")],
)
def test_three_d_secure_says_what_comes_next(form: dict[str, str], kind: str) -> None:
    """In the browser by default; by redirect where there is a way back."""
    action = create(simulator(), confirm="true", payment_method=ASKS, **form).document["next_action"]
    assert action["type"] == kind
    assert kind in action
    assert action[kind].get("return_url") == form.get("return_url")


def test_an_intent_that_waits_for_the_cardholder_takes_another_card() -> None:
    """Another method at confirm ends the wait."""
    stripe = simulator()
    made = create(stripe, confirm="true", payment_method=ASKS).document
    done = confirm(stripe, made["id"], payment_method="pm_card_visa").document
    assert (done["status"], done["next_action"]) == ("succeeded", None)


@pytest.mark.parametrize(
    ("card", "form", "status", "left"),
    [
        (ASKS, {}, 200, "requires_action"),
        (ASKS, {"error_on_requires_action": "true"}, 402, "requires_payment_method"),
        ("pm_card_authenticationRequiredSetupForOffSession", {"off_session": "true"}, 200, "succeeded"),
    ],
)
def test_an_intent_that_waits_may_be_confirmed_again(card: str, form: dict[str, str], status: int, left: str) -> None:
    """With its own card: it asks again, or no longer, as the confirmation says (unverified)."""
    stripe = simulator()
    made = create(stripe, confirm="true", payment_method=card).document
    assert confirm(stripe, made["id"], **form).status == status
    row = call(stripe, "GET", f"{INTENTS}/{made['id']}").document
    assert (row["status"], row["next_action"] is not None) == (left, left == "requires_action")


def test_the_server_confirms_again_where_it_confirms_alone() -> None:
    """With `confirmation_method` manual a proven cardholder is not charged before that, and not asked twice."""
    stripe = simulator()
    form = {"confirm": "true", "payment_method": "pm_card_threeDSecure2Required", "confirmation_method": "manual"}
    asked = create(stripe, **form).document
    assert (asked["status"], asked["confirmation_method"]) == ("requires_action", "manual")
    proven = stripe.authenticate(asked["id"], passes=True)
    assert (proven["status"], proven["next_action"], proven["latest_charge"]) == ("requires_confirmation", None, None)
    path = f"{INTENTS}/{asked['id']}/confirm"
    paid = call(stripe, "POST", path).document
    assert (paid["status"], paid["amount_received"]) == ("succeeded", 1000)


def test_a_browser_does_not_confirm_what_the_server_confirms() -> None:
    """A publishable key is refused; another card than the proven one is asked again."""
    stripe = simulator()
    form = {"confirm": "true", "payment_method": "pm_card_threeDSecure2Required", "confirmation_method": "manual"}
    asked = create(stripe, **form).document
    stripe.authenticate(asked["id"], passes=True)
    path, secret = f"{INTENTS}/{asked['id']}/confirm", {"client_secret": asked["client_secret"]}
    refused = call(stripe, "POST", path, secret, authorization="Bearer pk_test_0123456789")
    assert refused.status == 400
    assert "confirmation_method" in refused.error["message"]
    other = call(stripe, "POST", path, {"payment_method": "pm_card_authenticationRequired"}).document
    assert other["status"] == "requires_action"
