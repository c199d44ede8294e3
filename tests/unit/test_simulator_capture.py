"""Money that is held and captured, and intents that are changed."""

from typing import Any

import pytest

from tests.unit.stripe_calls import ANN, ANNS, ANNS_SECOND, INTENTS, LOOSE, NOW, Answered, call, create, simulator
from tollbridge.simulator import Simulator

HELD: dict[str, Any] = {"capture_method": "manual", "confirm": "true", "customer": ANN, "payment_method": ANNS}


def held(stripe: Simulator) -> str:
    """Hold 10.00 USD; give the intent's address."""
    made = create(stripe, **HELD).document
    assert (made["status"], made["amount_capturable"], made["amount_received"]) == ("requires_capture", 1000, 0)
    return f"{INTENTS}/{made['id']}"


def charge_of(stripe: Simulator, path: str) -> dict[str, Any]:
    """Return the charge of an intent."""
    charge = call(stripe, "GET", path, {"expand[]": "latest_charge"}).document["latest_charge"]
    return dict(charge)


def test_a_held_charge_is_paid_and_not_captured() -> None:
    """It succeeded, and is to be captured within seven days (recorded)."""
    stripe = simulator()
    charge = charge_of(stripe, held(stripe))
    assert (charge["status"], charge["paid"], charge["captured"], charge["amount_captured"]) == (
        "succeeded",
        True,
        False,
        0,
    )
    assert charge["payment_method_details"]["card"]["capture_before"] == NOW + 7 * 24 * 3600


@pytest.mark.parametrize(("form", "taken"), [({}, 1000), ({"amount_to_capture": 400}, 400)])
def test_what_is_held_is_captured_whole_or_in_part(form: dict[str, int], taken: int) -> None:
    """The intent succeeded with what was taken; nothing is capturable any more, and a second capture is refused."""
    stripe = simulator()
    path = held(stripe)
    done = call(stripe, "POST", f"{path}/capture", form).document
    assert (done["status"], done["amount_received"], done["amount_capturable"]) == ("succeeded", taken, 0)
    charge = charge_of(stripe, path)
    assert (charge["captured"], charge["amount_captured"], charge["amount_refunded"]) == (True, taken, 0)
    again = call(stripe, "POST", f"{path}/capture")
    assert (again.status, again.error["code"]) == (400, "payment_intent_unexpected_state")


@pytest.mark.parametrize(
    ("amount", "code", "param"),
    [
        (1001, "amount_too_large", None),
        (-1, None, "amount_to_capture"),
        (0, "parameter_invalid_integer", "amount"),
    ],
)
def test_a_capture_of_a_wrong_amount_is_refused(amount: int, code: str | None, param: str | None) -> None:
    """Over the hold, negative, zero: each in Stripe's own way (recorded), and the hold stays."""
    stripe = simulator()
    path = held(stripe)
    refused = call(stripe, "POST", f"{path}/capture", {"amount_to_capture": amount})
    assert (refused.status, refused.error.get("code"), refused.error.get("param")) == (400, code, param)
    assert ("payment_intent" in refused.error) == (amount > 1000)
    assert call(stripe, "GET", path).document["amount_capturable"] == 1000


def test_an_unconfirmed_intent_is_not_captured() -> None:
    """Its status does not allow it."""
    stripe = simulator()
    made = create(stripe, capture_method="manual").document
    refused = call(stripe, "POST", f"{INTENTS}/{made['id']}/capture")
    assert (refused.status, refused.error["code"]) == (400, "payment_intent_unexpected_state")


def test_what_is_held_is_let_go_by_canceling() -> None:
    """Nothing is capturable, nothing was received."""
    stripe = simulator()
    path = held(stripe)
    gone = call(stripe, "POST", f"{path}/cancel").document
    assert (gone["status"], gone["amount_capturable"], gone["amount_received"]) == ("canceled", 0, 0)
    assert call(stripe, "POST", f"{path}/capture").status == 400


def test_an_open_intent_is_changed() -> None:
    """Amount, text, customer, method and metadata; empty values clear."""
    stripe = simulator()
    path = f"{INTENTS}/{create(stripe, description='old').document['id']}"
    form = {"amount": 2000, "description": "", "metadata[a]": "1", "customer": ANN, "payment_method": ANNS}
    changed = call(stripe, "POST", path, form | {"statement_descriptor_suffix": "YARD"}).document
    assert (changed["amount"], changed["description"], changed["metadata"]) == (2000, None, {"a": "1"})
    assert (changed["status"], changed["payment_method"]) == ("requires_confirmation", ANNS)
    assert changed["statement_descriptor_suffix"] == "YARD"
    assert call(stripe, "GET", path).document == changed


@pytest.mark.parametrize(
    ("form", "param"),
    [
        ({"amount": 42}, "amount"),
        ({"currency": "string"}, "currency"),
        ({"receipt_email": "x"}, "receipt_email"),
        ({"customer": "cus_nope"}, "customer"),
        ({"payment_method": "pm_nope"}, "payment_method"),
        ({"statement_descriptor": "x" * 23}, "statement_descriptor"),
        ({"setup_future_usage": "x"}, "setup_future_usage"),
        ({"capture_method": "x"}, "capture_method"),
    ],
)
def test_a_bad_change_is_refused_and_changes_nothing(form: dict[str, Any], param: str) -> None:
    """Each is a 400 that names the parameter."""
    stripe = simulator()
    made = create(stripe).document
    path = f"{INTENTS}/{made['id']}"
    refused = call(stripe, "POST", path, {"description": "new"} | form)
    assert (refused.status, refused.error["param"]) == (400, param)
    assert call(stripe, "GET", path).document == made


def test_the_amount_of_a_paid_intent_stays() -> None:
    """A change after success is refused with the parameter; its description may change."""
    stripe = simulator()
    made = create(stripe, confirm="true", customer=ANN, payment_method=ANNS_SECOND).document
    path = f"{INTENTS}/{made['id']}"
    refused = call(stripe, "POST", path, {"amount": 2000})
    assert (refused.status, refused.error["code"], refused.error["param"]) == (
        400,
        "payment_intent_unexpected_state",
        "amount",
    )
    assert call(stripe, "POST", path, {"description": "Dock 4"}).document["description"] == "Dock 4"


def test_a_card_is_kept_for_later_where_that_is_asked_for() -> None:
    """With `setup_future_usage` the method is the customer's after it paid, and pays again."""
    stripe = simulator()
    form = {"confirm": "true", "customer": ANN, "payment_method": LOOSE, "setup_future_usage": "off_session"}
    assert create(stripe, **form).document["setup_future_usage"] == "off_session"
    assert call(stripe, "GET", f"/v1/payment_methods/{LOOSE}").document["customer"] == ANN
    assert create(stripe, **HELD | {"payment_method": LOOSE, "off_session": "true"}).status == 200


def test_intents_and_charges_are_listed_by_whom_they_are_for() -> None:
    """The newest first; a declined try is a charge too."""
    stripe = simulator()
    mine = create(stripe, confirm="true", customer=ANN, payment_method=ANNS).document["id"]
    create(stripe)
    open_one = create(stripe, customer=ANN).document["id"]
    declined: Answered = call(
        stripe, "POST", f"{INTENTS}/{open_one}/confirm", {"payment_method": "pm_card_visa_chargeDeclined"}
    )
    assert declined.status == 402
    assert [row["id"] for row in call(stripe, "GET", INTENTS, {"customer": ANN}).document["data"]] == [open_one, mine]
    assert len(call(stripe, "GET", INTENTS).document["data"]) == 3
    tried = call(stripe, "GET", "/v1/charges", {"payment_intent": open_one}).document["data"]
    assert [(row["status"], row["failure_code"], row["paid"]) for row in tried] == [("failed", "card_declined", False)]
    assert tried[0]["id"] == declined.error["charge"]
    assert len(call(stripe, "GET", "/v1/charges", {"customer": ANN}).document["data"]) == 2
    assert call(stripe, "GET", "/v1/charges/ch_nope").error["message"] == "No such charge: 'ch_nope'"
