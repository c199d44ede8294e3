"""The table of test cards against Stripe's testing page, and against slips of the pen."""

import pytest

from tests.unit.stripe_calls import call, simulator
from tollbridge.simulator.model.cards import BY_ALIAS, BY_NUMBER, CARDS, ISSUED_IN, Card

OF_THE_TESTING_PAGE = [
    "pm_card_visa",
    "pm_card_visa_debit",
    "pm_card_mastercard",
    "pm_card_mastercard_debit",
    "pm_card_mastercard_prepaid",
    "pm_card_amex",
    "pm_card_discover",
    "pm_card_diners",
    "pm_card_jcb",
    "pm_card_unionpay",
    "pm_card_visa_chargeDeclined",
    "pm_card_visa_chargeDeclinedInsufficientFunds",
    "pm_card_visa_chargeDeclinedLostCard",
    "pm_card_visa_chargeDeclinedStolenCard",
    "pm_card_chargeDeclinedExpiredCard",
    "pm_card_chargeDeclinedIncorrectCvc",
    "pm_card_chargeDeclinedProcessingError",
    "pm_card_visa_chargeDeclinedVelocityLimitExceeded",
    "pm_card_chargeCustomerFail",
    "pm_card_radarBlock",
    "pm_card_authenticationRequired",
    "pm_card_authenticationRequiredOnSetup",
    "pm_card_authenticationRequiredSetupForOffSession",
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
    "pm_card_threeDSecure2Required",
    "pm_card_threeDSecureRequiredChargeDeclined",
    "pm_card_threeDSecureRequiredProcessingError",
    "pm_card_threeDSecureOptional",
    "pm_card_threeDSecureOptionalProcessingError",
    "pm_card_amex_threeDSecureNotSupported",
    "pm_card_createDispute",
    "pm_card_pendingRefund",
    "pm_card_refundFail",
    "pm_card_bypassPending",
    "pm_card_us",
    "pm_card_jp",
    "pm_card_chargeDeclined",
    "pm_card_chargeDeclinedInsufficientFunds",
]


def test_no_card_of_the_testing_page_is_missing() -> None:
    """Every alias that the page names is there, and every number that it names without one."""
    assert [alias for alias in OF_THE_TESTING_PAGE if alias not in BY_ALIAS] == []
    assert {"4242424242424241", "4000008400000027", "4000000032200000"} <= BY_NUMBER.keys()


def test_no_card_is_there_twice() -> None:
    """A number and an alias mean one card."""
    assert len(BY_NUMBER) == len(CARDS)
    assert len({card.alias for card in CARDS if card.alias}) == len([card for card in CARDS if card.alias])


def passes_luhn(number: str) -> bool:
    """Check the last digit, as every form field does."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.number)
def test_a_number_has_the_right_check_digit(card: Card) -> None:
    """Only the card for a wrong number has a wrong one, so no number here is a slip of the pen."""
    assert passes_luhn(card.number) == (card.number != "4242424242424241")


@pytest.mark.parametrize("code", sorted(ISSUED_IN))
def test_a_countrys_card_says_where_it_is_from(code: str) -> None:
    """`pm_card_de` is a German card."""
    stripe = simulator()
    card = call(stripe, "GET", f"/v1/payment_methods/pm_card_{code}").document["card"]
    assert (card["country"], card["brand"], card["funding"]) == (code.upper(), "visa", "credit")
