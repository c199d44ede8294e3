"""How a confirmation goes on: by an older version of the API, and by a request for 3-D Secure."""

from typing import Any

import pytest

from tests.unit.stripe_calls import ANN, INTENTS, call, create, simulator


@pytest.mark.parametrize("version", ["2020-08-27", "2022-11-15"])
def test_q1_older_versions_take_cards_where_no_types_are_said(version: str) -> None:
    """Without types and a `return_url` it is paid, and shown as for cards; of today's version that is a 400."""
    form = {"amount": 1000, "currency": "usd", "confirm": "true", "payment_method": "pm_card_visa"}
    paid = call(simulator(), "POST", INTENTS, form, stripe_version=version).document
    assert (paid["status"], paid["payment_method_types"], paid["automatic_payment_methods"]) == (
        "succeeded",
        ["card"],
        None,
    )
    for today in (None, "2023-08-16", "2026-08-26.dahlia"):
        assert call(simulator(), "POST", INTENTS, form, stripe_version=today).status == 400


@pytest.mark.parametrize("request_", ["any", "challenge"])
def test_q2_three_d_secure_is_asked_for(request_: str) -> None:
    """At create and at confirm; the wish is shown. Without it nobody is asked, nor with a card that is not enrolled."""
    stripe = simulator()
    wish: dict[str, Any] = {"payment_method_options[card][request_three_d_secure]": request_}
    optional = {"confirm": "true", "payment_method": "pm_card_threeDSecureOptional"}
    asked = create(stripe, **optional, **wish).document
    assert asked["status"] == "requires_action"
    assert asked["payment_method_options"]["card"]["request_three_d_secure"] == request_
    assert create(stripe, **optional).document["status"] == "succeeded"
    assert create(stripe, **optional | {"payment_method": "pm_card_visa"}, **wish).document["status"] == "succeeded"
    later = create(stripe, payment_method="pm_card_threeDSecureOptional").document
    assert call(stripe, "POST", f"{INTENTS}/{later['id']}/confirm", wish).document["status"] == "requires_action"


def test_q2_another_wish_is_refused_at_its_place() -> None:
    """The refusal names the whole way to it."""
    refused = create(simulator(), **{"payment_method_options[card][request_three_d_secure]": "always"})
    assert (refused.status, refused.error["param"]) == (400, "payment_method_options[card][request_three_d_secure]")


def test_q3_other_types_beside_card_are_kept() -> None:
    """They are shown, and a card pays; without card the simulator does not have them."""
    form = {"amount": 1000, "currency": "usd", "customer": ANN, "payment_method_types[0]": "card"}
    stripe = simulator()
    made = call(stripe, "POST", INTENTS, form | {"payment_method_types[1]": "link"}).document
    assert made["payment_method_types"] == ["card", "link"]
    paid = call(stripe, "POST", f"{INTENTS}/{made['id']}/confirm", {"payment_method": "pm_card_visa"}).document
    assert (paid["status"], paid["payment_method_types"]) == ("succeeded", ["card", "link"])
    assert call(stripe, "POST", INTENTS, form | {"payment_method_types[0]": "link"}).status == 501
