"""Setup intents, and the cards that they make ready for later."""

from typing import Any

import pytest

from tests.unit.stripe_calls import ANN, ANNS, BOB, EVES, LOOSE, call, create, simulator

SETUPS = "/v1/setup_intents"
CARDS = {"payment_method_types[]": "card"}
NOW_CONFIRM: dict[str, Any] = {"confirm": "true", "payment_method_types[]": "card"}


def test_row_14_automatic_methods_want_a_return_url() -> None:
    """Confirmed without one, a setup intent is refused as a payment intent is."""
    refused = call(simulator(), "POST", SETUPS, {"confirm": "true", "payment_method": "pm_card_visa"})
    assert refused.status == 400
    assert refused.error["message"].startswith("This SetupIntent is configured to accept payment methods enabled in")
    assert refused.error["setup_intent"]["status"] == "requires_confirmation"


def test_a_card_is_set_up_and_kept() -> None:
    """Made, confirmed, and the customer's own afterwards."""
    stripe = simulator()
    made = call(stripe, "POST", SETUPS, {"customer": BOB, "payment_method_types[]": "card"}).document
    assert (made["status"], made["usage"]) == ("requires_payment_method", "off_session")
    assert made["client_secret"].startswith(f"{made['id']}_secret_")
    done = call(stripe, "POST", f"{SETUPS}/{made['id']}/confirm", {"payment_method": LOOSE}).document
    assert (done["status"], done["payment_method"]) == ("succeeded", LOOSE)
    assert call(stripe, "GET", f"/v1/payment_methods/{LOOSE}").document["customer"] == BOB
    assert call(stripe, "GET", f"{SETUPS}/{made['id']}").document == done


def test_a_setup_intent_without_a_method_is_not_confirmed() -> None:
    """The customer's default method is not used (recorded)."""
    stripe = simulator()
    refused = call(stripe, "POST", SETUPS, NOW_CONFIRM | {"customer": ANN})
    assert (refused.status, refused.error["code"]) == (400, "setup_intent_unexpected_state")


def test_a_setup_intent_that_is_not_there_is_spelt_in_one_word() -> None:
    """The sentence of its 404 (recorded)."""
    refused = call(simulator(), "GET", f"{SETUPS}/seti_nope")
    assert (refused.status, refused.error["message"]) == (404, "No such setupintent: 'seti_nope'")


def test_a_card_that_is_declined_is_not_set_up() -> None:
    """402, the intent stays, without its method."""
    stripe = simulator()
    refused = call(stripe, "POST", SETUPS, NOW_CONFIRM | {"payment_method": "pm_card_visa_chargeDeclined"})
    assert (refused.status, refused.error["code"]) == (402, "card_declined")
    embedded = refused.error["setup_intent"]
    assert (embedded["status"], embedded["payment_method"]) == ("requires_payment_method", None)
    assert embedded["last_setup_error"]["decline_code"] == "generic_decline"


def test_a_card_whose_holder_is_asked_waits() -> None:
    """With a return URL the browser is sent there, else its library is told."""
    stripe = simulator()
    form = NOW_CONFIRM | {"customer": BOB, "payment_method": "pm_card_authenticationRequired"}
    asked = call(stripe, "POST", SETUPS, form).document
    assert (asked["status"], asked["next_action"]["type"]) == ("requires_action", "use_stripe_sdk")
    asked = call(stripe, "POST", SETUPS, form | {"return_url": "https://shop.example"}).document
    assert asked["next_action"]["redirect_to_url"]["return_url"] == "https://shop.example"


def test_a_canceled_setup_intent_is_over() -> None:
    """A second cancel and a confirm are refused with the intent embedded."""
    stripe = simulator()
    path = f"{SETUPS}/{call(stripe, 'POST', SETUPS, {}).document['id']}"
    gone = call(stripe, "POST", f"{path}/cancel", {"cancellation_reason": "abandoned"}).document
    assert (gone["status"], gone["cancellation_reason"]) == ("canceled", "abandoned")
    for verb in ("cancel", "confirm"):
        refused = call(stripe, "POST", f"{path}/{verb}")
        assert (refused.status, refused.error["code"]) == (400, "setup_intent_unexpected_state")
        assert refused.error["setup_intent"]["status"] == "canceled"


@pytest.mark.parametrize(
    ("form", "param"),
    [
        ({"customer": "cus_nope"}, "customer"),
        ({"payment_method": "pm_nope"}, "payment_method"),
        ({"customer": ANN, "payment_method": EVES}, "payment_method"),
        ({"usage": "never"}, "usage"),
        ({"return_url": "https://shop.example"}, "return_url"),
        ({"confirm": "maybe"}, "confirm"),
        ({"nope": "1"}, "nope"),
    ],
)
def test_a_bad_setup_intent_is_refused(form: dict[str, str], param: str) -> None:
    """Each is a 400 that names the parameter."""
    refused = call(simulator(), "POST", SETUPS, form)
    assert (refused.status, refused.error["param"]) == (400, param)


def test_a_publishable_key_and_the_client_secret_open_one_intent() -> None:
    """A browser may look at and confirm the intent whose secret it has, and nothing else."""
    stripe = simulator()
    key = "Bearer pk_test_0123456789"
    for made in (
        create(stripe, customer=ANN, payment_method=ANNS).document,
        call(stripe, "POST", SETUPS, CARDS).document,
    ):
        path = f"/v1/{made['object']}s/{made['id']}"
        secret = {"client_secret": made["client_secret"]}
        assert call(stripe, "GET", path, secret, authorization=key).document == made
        wrong = call(stripe, "GET", path, {"client_secret": f"{made['id']}_secret_x"}, authorization=key)
        assert (wrong.status, wrong.error["param"]) == (400, "client_secret")
        without = call(stripe, "GET", path, authorization=key)
        assert (without.status, without.error["param"]) == (400, "client_secret")
        confirm = call(
            stripe, "POST", f"{path}/confirm", secret | {"payment_method": "pm_card_visa"}, authorization=key
        )
        assert (confirm.status, confirm.document["status"]) == (200, "succeeded")
        refused = call(stripe, "POST", f"{path}/cancel", authorization=key)
        assert (refused.status, refused.error["code"]) == (403, "secret_key_required")


def test_a_browser_makes_a_card_and_pays_with_it() -> None:
    """`payment_method_data` in a confirmation, with a publishable key."""
    stripe = simulator()
    made = create(stripe).document
    form = {
        "client_secret": made["client_secret"],
        "payment_method_data[type]": "card",
        "payment_method_data[card][number]": "4242424242424242",
        "payment_method_data[card][exp_month]": "12",
        "payment_method_data[card][exp_year]": "2030",
        "payment_method_data[billing_details][name]": "Ann",
        "use_stripe_sdk": "true",
        "return_url": "https://shop.example",
    }
    path = f"/v1/payment_intents/{made['id']}/confirm"
    paid = call(stripe, "POST", path, form, authorization="Bearer pk_test_0123456789")
    assert (paid.status, paid.document["status"]) == (200, "succeeded")
