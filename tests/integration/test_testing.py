"""Our Stripe in plain Python, as anybody's tests have it: its clock, its calls, its failures, its challenges."""

import time

import pytest

from tollbridge.testing import Stripe, StripeRefused

INTENTS = "/v1/payment_intents"
PAY = {"amount": 4200, "currency": "usd", "payment_method_types[]": "card"}
ASKS = {**PAY, "payment_method": "pm_card_authenticationRequired", "confirm": True}


def test_the_clock_stands_is_set_ahead_and_goes_again(tollbridge_stripe: Stripe) -> None:
    """What is made while it stands has its time; set free, it is the machine's."""
    tollbridge_stripe.stop_clock(1_900_000_000)
    assert tollbridge_stripe.post(INTENTS, PAY)["created"] == tollbridge_stripe.now() == 1_900_000_000
    tollbridge_stripe.advance_clock(60)
    assert tollbridge_stripe.now() == 1_900_000_060
    tollbridge_stripe.start_clock()
    assert abs(tollbridge_stripe.now() - time.time()) < 60


def test_calls_are_told_until_they_are_forgotten(tollbridge_stripe: Stripe) -> None:
    """By method and route; what they did stays."""
    made = tollbridge_stripe.post(INTENTS, PAY)
    tollbridge_stripe.get(f"{INTENTS}/{made['id']}")
    assert [call.method for call in tollbridge_stripe.calls()] == ["POST", "GET"]
    assert len(tollbridge_stripe.calls("POST", INTENTS)) == 1
    tollbridge_stripe.forget_calls()
    assert tollbridge_stripe.calls() == []
    assert tollbridge_stripe.get(f"{INTENTS}/{made['id']}") == made


def test_a_failure_waits_for_its_call_until_all_is_mended(tollbridge_stripe: Stripe) -> None:
    """It hits its route alone, as often as it says; mended, nothing waits."""
    tollbridge_stripe.fail("500", route=INTENTS, times=None)
    with pytest.raises(StripeRefused) as refused:
        tollbridge_stripe.post(INTENTS, PAY)
    assert refused.value.status == 500
    assert tollbridge_stripe.post("/v1/customers")["object"] == "customer"
    assert [fault["kind"] for fault in tollbridge_stripe.faults()] == ["500"]
    tollbridge_stripe.mend()
    assert tollbridge_stripe.faults() == []
    assert tollbridge_stripe.post(INTENTS, PAY)["amount"] == 4200


@pytest.mark.parametrize(("succeeds", "status"), [(True, "succeeded"), (False, "requires_payment_method")])
def test_a_challenge_ends_as_it_is_told(tollbridge_stripe: Stripe, *, succeeds: bool, status: str) -> None:
    """The cardholder passes, or does not."""
    asked = tollbridge_stripe.post(INTENTS, ASKS)
    assert asked["status"] == "requires_action"
    assert tollbridge_stripe.authenticate(asked["id"], succeeds=succeeds)["status"] == status


def test_a_reset_with_a_seed_repeats_the_ids(tollbridge_stripe: Stripe) -> None:
    """All that was made is gone, and what is made next has the ids of the time before."""
    ids = []
    for _ in range(2):
        tollbridge_stripe.reset(seed=7)
        assert tollbridge_stripe.get(INTENTS)["data"] == []
        ids.append(tollbridge_stripe.post(INTENTS, PAY)["id"])
    assert ids[0] == ids[1]
