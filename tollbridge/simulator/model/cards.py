"""Test cards, as Stripe documents them (https://docs.stripe.com/testing) and recordings confirm."""

from dataclasses import dataclass
from typing import Any

from tollbridge.simulator.model.errors import StripeFailure


@dataclass(frozen=True, slots=True)
class Decline:
    """How a charge is refused.

    Args:
        code: Stripe's `code`.
        decline_code: Stripe's `decline_code`.
        message: Stripe's sentence.
        param: the parameter it names; None for none.
        advice_code: what Stripe advises; None for nothing.
        network_decline_code: the network's own code; None for none.
        network_advice_code: the network's advice; None for none.
    """

    code: str
    decline_code: str
    message: str
    param: str | None = None
    advice_code: str | None = "try_again_later"
    network_decline_code: str | None = "01"
    network_advice_code: str | None = None

    def error(self, charge: str | None) -> dict[str, Any]:
        """Return Stripe's error object for a refused charge; None where nothing was charged."""
        failure = StripeFailure(402, self.message, "card_error", self.code, self.param, self.more(charge))
        return failure.error()

    def more(self, charge: str | None) -> dict[str, str]:
        """Return the further members of that error object."""
        more: dict[str, str | None] = {"charge": charge, "decline_code": self.decline_code}
        if charge:
            more["advice_code"] = self.advice_code
            more["network_decline_code"] = self.network_decline_code
            more["network_advice_code"] = self.network_advice_code
        return {name: value for name, value in more.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Card:
    """A test card.

    Args:
        number: its digits.
        brand: as Stripe spells it.
        alias: the `pm_card_…` name; None has none.
        decline: how a charge ends; None succeeds.
        attachable: whether a customer can keep it.
        authentication: `never`, `always`, `on_session` (asked while the cardholder is there), `unless_set_up` (asked,
            but for a payment off session with a card that was set up for such), or `on_request` (asked where the
            payment asks for it).
        funding: `credit`, `debit` or `prepaid`.
        country: of the issuer.
    """

    number: str
    brand: str = "visa"
    alias: str | None = None
    decline: Decline | None = None
    attachable: bool = True
    authentication: str = "never"
    funding: str = "credit"
    country: str = "US"


GENERIC = Decline("card_declined", "generic_decline", "Your card was declined.")
FUNDS = Decline(
    "card_declined",
    "insufficient_funds",
    "Your card has insufficient funds.",
    network_decline_code="51",
    network_advice_code="02",
)
LOST = Decline("card_declined", "lost_card", "Your card was declined.", None, "do_not_try_again", "41", "01")
STOLEN = Decline("card_declined", "stolen_card", "Your card was declined.", None, "do_not_try_again", "43", "01")
EXPIRED = Decline(
    "expired_card", "expired_card", "Your card has expired.", "exp_month", "confirm_card_data", "54", "03"
)
CVC = Decline(
    "incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.", "cvc", "confirm_card_data", "N7", "03"
)
PROCESSING = Decline(
    "processing_error",
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
    network_decline_code="06",
)
VELOCITY = Decline(
    "card_declined",
    "card_velocity_exceeded",
    "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
    network_decline_code="61",
    network_advice_code="02",
)
NUMBER = Decline("incorrect_number", "incorrect_number", "Your card number is incorrect.", "number", None, None)
FRAUD = Decline("card_declined", "fraudulent", "Your card was declined.", None, "do_not_try_again", None)
"""Unverified: Stripe's documentation names the block, no recording shows its codes."""

ISSUED_IN = {
    "at": "4000000400000008",
    "au": "4000000360000006",
    "be": "4000000560000004",
    "bg": "4000001000000000",
    "br": "4000000760000002",
    "ca": "4000001240000000",
    "ch": "4000007560000009",
    "cn": "4000001560000002",
    "cy": "4000001960000008",
    "cz": "4000002030000002",
    "de": "4000002760000016",
    "dk": "4000002080000001",
    "ee": "4000002330000009",
    "es": "4000007240000007",
    "fi": "4000002460000001",
    "fr": "4000002500000003",
    "gb": "4000008260000000",
    "gr": "4000003000000030",
    "hk": "4000003440000004",
    "hu": "4000003480000005",
    "ie": "4000003720000005",
    "in": "4000003560000008",
    "it": "4000003800000008",
    "jp": "4000003920000003",
    "lt": "4000004400000000",
    "lu": "4000004420000006",
    "lv": "4000004280000005",
    "mt": "4000004700000007",
    "mx": "4000004840008001",
    "my": "4000004580000002",
    "nl": "4000005280000002",
    "no": "4000005780000007",
    "nz": "4000005540000008",
    "pl": "4000006160000005",
    "pt": "4000006200000007",
    "ro": "4000006420000001",
    "se": "4000007520000008",
    "sg": "4000007020000003",
    "si": "4000007050000006",
    "sk": "4000007030000001",
}
"""The card `pm_card_…` of each country, all of which succeed."""

CARDS = (
    Card("4242424242424242", alias="pm_card_visa"),
    Card("4000056655665556", alias="pm_card_visa_debit", funding="debit"),
    Card("5555555555554444", "mastercard", "pm_card_mastercard"),
    Card("5200828282828210", "mastercard", "pm_card_mastercard_debit", funding="debit"),
    Card("5105105105105100", "mastercard", "pm_card_mastercard_prepaid", funding="prepaid"),
    Card("378282246310005", "amex", "pm_card_amex"),
    Card("6011111111111117", "discover", "pm_card_discover"),
    Card("3056930009020004", "diners", "pm_card_diners"),
    Card("3566002020360505", "jcb", "pm_card_jcb", country="JP"),
    Card("6200000000000005", "unionpay", "pm_card_unionpay", country="CN"),
    Card("4000000000000002", alias="pm_card_visa_chargeDeclined", decline=GENERIC, attachable=False),
    Card(
        "4000000000009995",
        alias="pm_card_visa_chargeDeclinedInsufficientFunds",
        decline=FUNDS,
        attachable=False,
    ),
    Card("4000000000009987", alias="pm_card_visa_chargeDeclinedLostCard", decline=LOST, attachable=False),
    Card("4000000000009979", alias="pm_card_visa_chargeDeclinedStolenCard", decline=STOLEN, attachable=False),
    Card("4000000000000069", alias="pm_card_chargeDeclinedExpiredCard", decline=EXPIRED, attachable=False),
    Card("4000000000000127", alias="pm_card_chargeDeclinedIncorrectCvc", decline=CVC, attachable=False),
    Card("4000000000000119", alias="pm_card_chargeDeclinedProcessingError", decline=PROCESSING, attachable=False),
    Card(
        "4000000000006975",
        alias="pm_card_visa_chargeDeclinedVelocityLimitExceeded",
        decline=VELOCITY,
        attachable=False,
    ),
    Card("4000000000000341", alias="pm_card_chargeCustomerFail", decline=GENERIC),
    Card("4242424242424241", decline=NUMBER, attachable=False),
    Card("4100000000000019", alias="pm_card_radarBlock", decline=FRAUD),
    Card("4000002760003184", alias="pm_card_authenticationRequired", authentication="always"),
    Card("4000002500003155", alias="pm_card_authenticationRequiredOnSetup", authentication="unless_set_up"),
    Card(
        "4000003800000446",
        alias="pm_card_authenticationRequiredSetupForOffSession",
        authentication="on_session",
    ),
    Card(
        "4000008260003178",
        alias="pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
        authentication="always",
        decline=FUNDS,
    ),
    Card("4000000000003220", alias="pm_card_threeDSecure2Required", authentication="always", country="IE"),
    Card("4000008400000027", authentication="always"),
    Card(
        "4000008400001629",
        alias="pm_card_threeDSecureRequiredChargeDeclined",
        authentication="always",
        decline=GENERIC,
    ),
    Card("4000008400001280", alias="pm_card_threeDSecureRequiredProcessingError", decline=GENERIC),
    Card("4000000000003055", alias="pm_card_threeDSecureOptional", authentication="on_request"),
    Card("4000000000003097", alias="pm_card_threeDSecureOptionalProcessingError"),
    Card("4000000032200000"),
    Card("4000000000000259", alias="pm_card_createDispute"),
    Card("4000000000002685", alias="pm_card_createDisputeProductNotReceived"),
    Card("4000000000001976", alias="pm_card_createDisputeInquiry"),
    Card("4000000000007726", alias="pm_card_pendingRefund"),
    Card("4000000000005126", alias="pm_card_refundFail"),
    Card("4000000000000077", alias="pm_card_bypassPending"),
    *(Card(number, alias=f"pm_card_{code}", country=code.upper()) for code, number in ISSUED_IN.items()),
)

BY_NUMBER = {card.number: card for card in CARDS}
ALIAS = "pm_card_"
BY_ALIAS = {card.alias: card for card in CARDS if card.alias} | {
    "pm_card_chargeDeclined": BY_NUMBER["4000000000000002"],
    "pm_card_chargeDeclinedInsufficientFunds": BY_NUMBER["4000000000009995"],
    "pm_card_amex_threeDSecureNotSupported": BY_NUMBER["378282246310005"],
    "pm_card_us": BY_NUMBER["4242424242424242"],
}


def alias_of(number: str) -> str | None:
    """Return the `pm_card_…` name of a test card; None where it has none."""
    card = BY_NUMBER.get(number)
    return card.alias if card else None


def described(number: str) -> str:
    """Return what a card does, in a few words; of a card that is not in the table, its last digits."""
    card = BY_NUMBER.get(number)
    if card is None:
        return f"card ending in {number[-4:]}"
    steps = []
    if card.authentication != "never":
        steps.append("asks for 3-D Secure")
    if card.decline:
        steps.append(f"is declined when charged ({card.decline.decline_code})")
    return f"{card.brand.title()}, {', then '.join(steps) or 'succeeds'}"
