"""What an accepted request does, and in which order, seen from both ends."""

import re

import pytest

from tests.contract.conftest import PATH, Server
from tests.contract.seen import effects, intents, subscription_method

SECRET = re.compile(r"pi_[A-Za-z0-9]{24}_secret_[A-Za-z0-9]{25}")
USD = {"amount": 4200, "currency": "usd"}


def test_an_intent_is_created_and_its_secret_returned(server: Server) -> None:
    """The smallest body makes one unconfirmed intent, of the customer, and touches nothing else."""
    answer = server.http.post(PATH, json=USD)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert list(answer.json()) == ["client_secret"]
    assert SECRET.fullmatch(answer.json()["client_secret"])
    [intent] = intents(server)
    assert intent["amount"] == 4200
    assert intent["currency"] == "usd"
    assert intent["customer"] == "cus_QuayOne0000001"
    assert intent["payment_method_types"] == ["card"]
    assert intent["status"] == "requires_payment_method"
    assert effects(server) == ["POST /v1/payment_intents"]


def test_the_documented_fields_reach_stripe(server: Server) -> None:
    """Each of the page's fields arrives unchanged."""
    body = {**USD, "description": "Dock 4 ☂", "receipt_email": "a.b+dock@example.com", "payment_method": 4242}
    assert server.http.post(PATH, json=body).status_code == 200
    [intent] = intents(server)
    assert intent["description"] == "Dock 4 ☂"
    assert intent["receipt_email"] == "a.b+dock@example.com"
    assert intent["payment_method"] == "pm_QuayOne00000000000004242"


def test_the_method_moves_to_the_subscription_after_the_intent(server: Server) -> None:
    """The method is looked up, the intent is created, and only then the subscription changes."""
    assert server.http.post(PATH, json={**USD, "payment_method": 4444}).status_code == 200
    assert [(entry.method, entry.path) for entry in server.stripe.record] == [
        ("GET", "/v1/customers/cus_QuayOne0000001/payment_methods/pm_QuayOne00000000000004444"),
        ("POST", "/v1/payment_intents"),
        ("POST", "/v1/subscriptions/sub_QuayOne0000001"),
    ]
    assert subscription_method(server) == "pm_QuayOne00000000000004444"


def test_a_true_error_on_requires_action_charges_the_card(server: Server) -> None:
    """The page's `confirm` is ours to decide: true means that the server confirms."""
    body = {**USD, "payment_method": 4242, "error_on_requires_action": True}
    assert server.http.post(PATH, json=body).status_code == 200
    [intent] = intents(server)
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 4200)


def test_a_false_error_on_requires_action_leaves_the_confirmation_to_the_browser(server: Server) -> None:
    """False is not sent on: Stripe takes the parameter only with a confirmation."""
    body = {**USD, "payment_method": 4242, "error_on_requires_action": False}
    assert server.http.post(PATH, json=body).status_code == 200
    [intent] = intents(server)
    assert intent["status"] == "requires_confirmation"
    assert not [entry for entry in server.stripe.record if "error_on_requires_action" in entry.parameters]


def test_without_a_method_the_default_source_is_charged(server: Server) -> None:
    """A confirmation without `payment_method` takes the customer's default source, and no subscription moves."""
    assert server.http.post(PATH, json={**USD, "error_on_requires_action": True}).status_code == 200
    [intent] = intents(server)
    assert (intent["status"], intent["payment_method"]) == ("succeeded", "pm_QuayOne00000000000004242")
    assert subscription_method(server) is None


@pytest.mark.parametrize(
    ("method", "error_code", "decline_code"),
    [
        (341, "card-declined", "generic_decline"),
        (3184, "authentication-required", "authentication_not_handled"),
        (3220, "authentication-required", "authentication_not_handled"),
    ],
)
def test_a_refused_card_leaves_the_subscription_alone(
    server: Server, method: int, error_code: str, decline_code: str
) -> None:
    """A decline and a card that asks for 3-D Secure are a 402 with Stripe's words."""
    answer = server.http.post(PATH, json={**USD, "payment_method": method, "error_on_requires_action": True})
    assert answer.status_code == 402
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["error_code"] == error_code
    assert answer.json()["decline_code"] == decline_code
    assert subscription_method(server) is None
    [intent] = intents(server)
    assert intent["amount_received"] == 0


def test_a_card_that_would_be_declined_is_fine_until_it_is_charged(server: Server) -> None:
    """Without a confirmation the intent is created, and the method tied, whatever the card will do."""
    assert server.http.post(PATH, json={**USD, "payment_method": 341}).status_code == 200
    assert [intent["status"] for intent in intents(server)] == ["requires_confirmation"]
    assert subscription_method(server) == "pm_QuayOne00000000000000341"


def test_an_unattached_method_is_a_conflict(server: Server) -> None:
    """Nothing is written at Stripe for a method that it does not know as the customer's."""
    answer = server.http.post(PATH, json={**USD, "payment_method": 8210})
    assert (answer.status_code, answer.json()["error_code"]) == (409, "payment-method-not-attached")
    assert effects(server) == []


def test_a_foreign_and_an_unknown_method_get_the_same_answer(server: Server) -> None:
    """Nobody learns from the answer, or from what Stripe is asked, which ids exist elsewhere."""
    foreign = server.http.post(PATH, json={**USD, "payment_method": 74242})
    unknown = server.http.post(PATH, json={**USD, "payment_method": 99999})
    assert foreign.status_code == unknown.status_code == 404
    left, right = foreign.json(), unknown.json()
    assert left.pop("instance") != right.pop("instance")
    assert left.pop("detail").replace("74242", "99999") == right.pop("detail")
    assert left == right
    assert len(server.stripe.record) == 0


def test_two_equal_requests_make_two_intents(server: Server) -> None:
    """A client's idempotency key is not documented, and does nothing."""
    for _ in range(2):
        assert server.http.post(PATH, json=USD, headers={"Idempotency-Key": "same"}).status_code == 200
    assert len({intent["id"] for intent in intents(server)}) == 2


def test_every_write_has_a_key_of_its_own(server: Server) -> None:
    """The intent and the subscription's update never share an idempotency key."""
    assert server.http.post(PATH, json={**USD, "payment_method": 4242}).status_code == 200
    keys = [entry.idempotency_key for entry in server.stripe.record if entry.method == "POST"]
    assert len(keys) == len(set(keys)) == 2
    assert all(keys)


@pytest.mark.parametrize(("currency", "amount"), [("usd", 50), ("jpy", 4200), ("kwd", 4200), ("isk", 420_000)])
def test_the_amount_reaches_stripe_in_minor_units(server: Server, currency: str, amount: int) -> None:
    """Whatever the currency's decimals, the integer arrives as it was sent."""
    assert server.http.post(PATH, json={"amount": amount, "currency": currency}).status_code == 200
    [intent] = intents(server)
    assert (intent["amount"], intent["currency"]) == (amount, currency)


def test_the_same_method_and_another_can_follow(server: Server) -> None:
    """Tying a method again, changing it, and changing it back all work."""
    for method in (4242, 4242, 4444, 4242):
        assert server.http.post(PATH, json={**USD, "payment_method": method}).status_code == 200
        assert subscription_method(server) == f"pm_QuayOne0000000000000{method:04d}"
