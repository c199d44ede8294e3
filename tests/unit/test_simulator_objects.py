"""What stands around a payment intent at our Stripe: methods that customers keep, and subscriptions."""

import pytest

from tests.unit.stripe_calls import ANN, ANNS, ANNS_SECOND, BOB, EVES, LOOSE, SUBSCRIPTION, call, simulator

SUBSCRIBED = f"/v1/subscriptions/{SUBSCRIPTION}"


def test_attaching_twice_changes_nothing() -> None:
    """The same customer again is a 200 without an effect; another is refused (recorded)."""
    stripe = simulator()
    path = f"/v1/payment_methods/{ANNS}/attach"
    assert call(stripe, "POST", path, {"customer": ANN}).status == 200
    assert [told.effects for told in stripe.record] == [()]
    refused = call(stripe, "POST", path, {"customer": BOB})
    assert refused.status == 400
    assert refused.error["message"] == "The payment method you provided has already been attached to a customer."
    assert {"code", "param"}.isdisjoint(refused.error)


@pytest.mark.parametrize(
    ("path", "form", "status", "param"),
    [
        ("pm_x", {"customer": ANN}, 404, "payment_method"),
        (LOOSE, {"customer": "cus_nope"}, 400, "customer"),
        (LOOSE, {}, 400, "customer"),
    ],
)
def test_attaching_what_or_to_whom_there_is_not(path: str, form: dict[str, str], status: int, param: str) -> None:
    """Row 20 on attach is a 404; a customer that is not there a 400."""
    refused = call(simulator(), "POST", f"/v1/payment_methods/{path}/attach", form)
    assert (refused.status, refused.error["param"]) == (status, param)


@pytest.mark.parametrize(("chosen", "kept"), [(ANNS_SECOND, ANNS_SECOND), ("", None)])
def test_a_subscription_takes_a_default_method_of_its_customer(chosen: str, kept: str | None) -> None:
    """An empty one clears it; both stay when it is retrieved."""
    stripe = simulator()
    updated = call(stripe, "POST", SUBSCRIBED, {"default_payment_method": chosen})
    assert (updated.status, updated.document["default_payment_method"]) == (200, kept)
    assert call(stripe, "GET", SUBSCRIBED).document == updated.document


@pytest.mark.parametrize("chosen", [EVES, LOOSE, "pm_x"])
def test_a_subscription_refuses_a_method_that_is_not_its_customers(chosen: str) -> None:
    """A 400 in Stripe's words (its code and param are unverified), and nothing changes."""
    stripe = simulator()
    refused = call(stripe, "POST", SUBSCRIBED, {"default_payment_method": chosen})
    assert refused.status == 400
    assert refused.error["message"] == (
        f"The customer does not have a payment method with the ID {chosen}. The payment method must be attached to "
        "the customer."
    )
    assert call(stripe, "GET", SUBSCRIBED).document["default_payment_method"] == ANNS
