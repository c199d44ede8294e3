"""Every test card: what it does when it is kept, when it is charged, and when the cardholder is asked."""

from typing import Any

import pytest

from tests.unit.stripe_calls import ANN, BOB, LOOSE, SEED, Answered, call, create, simulator
from tollbridge.simulator import Simulator
from tollbridge.simulator.model.cards import BY_ALIAS, CARDS, Card

PM = "pm_TheCard000000000000000"
DECLINED = "Your card was declined."
DECLINES: dict[str, tuple[str, str, str | None, str, str, str, str | None]] = {
    "4000000000000002": ("card_declined", "generic_decline", None, DECLINED, "try_again_later", "01", None),
    "4000000000009995": (
        "card_declined",
        "insufficient_funds",
        None,
        "Your card has insufficient funds.",
        "try_again_later",
        "51",
        "02",
    ),
    "4000000000009987": ("card_declined", "lost_card", None, DECLINED, "do_not_try_again", "41", "01"),
    "4000000000009979": ("card_declined", "stolen_card", None, DECLINED, "do_not_try_again", "43", "01"),
    "4000000000000069": (
        "expired_card",
        "expired_card",
        "exp_month",
        "Your card has expired.",
        "confirm_card_data",
        "54",
        "03",
    ),
    "4000000000000127": (
        "incorrect_cvc",
        "incorrect_cvc",
        "cvc",
        "Your card's security code is incorrect.",
        "confirm_card_data",
        "N7",
        "03",
    ),
    "4000000000000119": (
        "processing_error",
        "processing_error",
        None,
        "An error occurred while processing your card. Try again in a little bit.",
        "try_again_later",
        "06",
        None,
    ),
    "4000000000006975": (
        "card_declined",
        "card_velocity_exceeded",
        None,
        "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
        "try_again_later",
        "61",
        "02",
    ),
    "4000000000000341": ("card_declined", "generic_decline", None, DECLINED, "try_again_later", "01", None),
}
"""Recorded: code, decline_code, param, message, advice_code, network_decline_code, network_advice_code."""

ASK = {
    "4000002760003184",
    "4000002500003155",
    "4000003800000446",
    "4000008260003178",
    "4000000000003220",
    "4000008400000027",
    "4000008400001629",
}
ASK_OFF_SESSION = ASK - {"4000003800000446"}
UNVERIFIED = {"4100000000000019", "4242424242424241", "4000008400001280"}
"""Cards whose refusal no recording shows: only that they refuse is asserted."""


def holding(card: Card, customer: str | None = None) -> Simulator:
    """A simulator that has one more card."""
    entry = {"id": PM, "card": card.number, "customer": customer}
    return simulator(seed=SEED | {"payment_methods": [*SEED["payment_methods"], entry]})


def paid(card: Card, customer: str | None = None, **form: Any) -> Answered:
    """Pay with a card."""
    return create(holding(card, customer), confirm="true", payment_method=PM, customer=customer, **form)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.number)
def test_each_card_is_charged_refused_or_asks(card: Card) -> None:
    """On session: 200 succeeded, 200 requires_action, or 402, as Stripe's testing page says of the card."""
    answered = paid(card)
    if card.number in ASK:
        assert (answered.status, answered.document["status"]) == (200, "requires_action")
        assert answered.document["latest_charge"] is None
        assert answered.document["payment_method"] == PM
    elif card.number in DECLINES.keys() | UNVERIFIED:
        assert (answered.status, answered.error["type"]) == (402, "card_error")
    else:
        assert (answered.status, answered.document["status"]) == (200, "succeeded")
        assert answered.document["amount_received"] == 1000


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.number)
def test_each_card_off_session(card: Card) -> None:
    """Off session a card that would ask is declined, fact e27; the one that was set up for it is charged."""
    answered = paid(card, off_session="true")
    if card.number in ASK_OFF_SESSION:
        assert (answered.status, answered.error["code"], answered.error["decline_code"]) == (
            402,
            "authentication_required",
            "authentication_required",
        )
        assert "charge" not in answered.error
    else:
        assert answered.status == (402 if card.number in DECLINES.keys() | UNVERIFIED else 200)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.number)
def test_each_card_with_error_on_requires_action(card: Card) -> None:
    """A card that would ask is declined, fact e26, and the intent wants another method; the rest are as ever."""
    answered = paid(card, error_on_requires_action="true")
    if card.number in ASK:
        assert (answered.status, answered.error["code"], answered.error["decline_code"]) == (
            402,
            "authentication_required",
            "authentication_not_handled",
        )
        assert "charge" not in answered.error
        assert answered.error["payment_intent"]["status"] == "requires_payment_method"
    else:
        assert answered.status == (402 if card.number in DECLINES.keys() | UNVERIFIED else 200)


@pytest.mark.parametrize("number", DECLINES)
@pytest.mark.parametrize("customer", [None, BOB])
def test_a_decline_tells_all_that_stripe_tells(number: str, customer: str | None) -> None:
    """The recorded members, the intent as it is left, the method, and the charge; what has no value is absent."""
    card = next(card for card in CARDS if card.number == number)
    error = paid(card, customer).error
    names = ("code", "decline_code", "param", "message", "advice_code", "network_decline_code", "network_advice_code")
    assert tuple(error.get(name) for name in names) == DECLINES[number]
    assert None not in error.values()
    intent = error["payment_intent"]
    assert (intent["status"], intent["payment_method"]) == ("requires_payment_method", None)
    assert intent["latest_charge"] == error["charge"]
    assert error["charge"].startswith("ch_")
    assert (error["payment_method"]["id"], error["payment_method"]["customer"]) == (PM, customer)
    kept = intent["last_payment_error"]
    assert kept == {name: value for name, value in error.items() if name not in ("payment_intent", "request_log_url")}
    assert intent["amount_received"] == 0


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.number)
def test_each_card_is_kept_or_refused_at_attach(card: Card) -> None:
    """Cards that decline cannot be kept, with an empty param (recorded); …0341 and those that ask can."""
    stripe = holding(card)
    answered = call(stripe, "POST", f"/v1/payment_methods/{PM}/attach", {"customer": ANN})
    if card.number in DECLINES.keys() - {"4000000000000341"}:
        code, decline_code, param, message, *_ = DECLINES[card.number]
        assert answered.status == 402
        assert [answered.error[name] for name in ("code", "decline_code", "param", "message")] == [
            code,
            decline_code,
            param or "",
            message,
        ]
        assert call(stripe, "GET", f"/v1/payment_methods/{PM}").document["customer"] is None
    elif card.number not in UNVERIFIED:
        assert (answered.status, answered.document["customer"]) == (200, ANN)
        assert answered.document["id"] == PM


@pytest.mark.parametrize("alias", sorted(BY_ALIAS))
def test_an_alias_is_a_fresh_card_each_time(alias: str) -> None:
    """Named in an intent or retrieved, an alias becomes a payment method of its own; attach gives the clone's id."""
    stripe = simulator()
    seen = [call(stripe, "GET", f"/v1/payment_methods/{alias}").document for _ in range(2)]
    named = create(stripe, payment_method=alias).document["payment_method"]
    seen.append(call(stripe, "GET", f"/v1/payment_methods/{named}").document)
    assert len({method["id"] for method in seen}) == 3
    assert {method["card"]["last4"] for method in seen} == {BY_ALIAS[alias].number[-4:]}
    assert {method["customer"] for method in seen} == {None}
    kept = call(stripe, "POST", f"/v1/payment_methods/{alias}/attach", {"customer": ANN})
    assert kept.status in (200, 402)
    if kept.status == 200:
        assert kept.document["id"].startswith("pm_")
        assert len(kept.document["id"]) == 27
        assert call(stripe, "GET", f"/v1/customers/{ANN}/payment_methods/{kept.document['id']}").status == 200


def test_the_check_of_the_code_is_made_at_attach() -> None:
    """`cvc_check` is unchecked until a customer keeps the card (recorded)."""
    stripe = simulator()
    before = call(stripe, "GET", f"/v1/payment_methods/{LOOSE}").document
    after = call(stripe, "POST", f"/v1/payment_methods/{LOOSE}/attach", {"customer": ANN}).document
    assert [document["card"]["checks"]["cvc_check"] for document in (before, after)] == ["unchecked", "pass"]


def test_a_world_with_a_card_that_nobody_knows_is_refused_at_once() -> None:
    """A typing error in a seed is told by the card's last digits, not at the first payment."""
    broken = {"payment_methods": [{"id": PM, "card": "4000000000001234", "customer": None}]}
    with pytest.raises(ValueError, match="1234"):
        Simulator(broken)


def test_the_cards_above_are_all_in_the_table() -> None:
    """Each outcome that is stated here is that of a card which exists, so no statement is empty."""
    assert DECLINES.keys() | ASK | UNVERIFIED <= {card.number for card in CARDS}


def test_f8_test_tokens_are_spelt_as_test_methods() -> None:
    """Each makes its card, within `payment_method_data` too; one card has none, and another spelling is refused."""
    stripe = simulator()
    made = 0
    for alias, card in BY_ALIAS.items():
        form = {"type": "card", "card[token]": alias.replace("pm_card_", "tok_")}
        answer = call(stripe, "POST", "/v1/payment_methods", form)
        assert answer.status == (400 if card.number == "4000000000000341" else 200), alias
        if answer.status == 200:
            assert answer.document["card"]["last4"] == card.number[-4:]
            made += 1
    assert made > 40
    within = {"payment_method_data[type]": "card", "payment_method_data[card][token]": "tok_chargeDeclined"}
    declined = create(stripe, confirm="true", **within)
    assert (declined.status, declined.error["code"]) == (402, "card_declined")
    refused = call(stripe, "POST", "/v1/payment_methods", {"type": "card", "card[token]": "tok_card_visa"})
    assert refused.error["message"] == "There is a part of the token that is not valid: 'card'."


def test_a_test_token_that_only_stripe_has_is_a_501() -> None:
    """It is told apart from one that does not exist."""
    for name, status in (("tok_threeDSecureRequired", 501), ("tok_nope", 400)):
        form = {"type": "card", "card[token]": name}
        assert call(simulator(), "POST", "/v1/payment_methods", form).status == status
