"""A payment method from the details of a card, as a form gives them."""

from collections.abc import Mapping

from tollbridge.simulator.cards import BY_NUMBER, Card
from tollbridge.simulator.context import Context
from tollbridge.simulator.failures import StripeFailure, missing, not_simulated
from tollbridge.simulator.forms import Value, integer, one_of, text
from tollbridge.simulator.rows import PaymentMethod
from tollbridge.simulator.specification import method_types
from tollbridge.simulator.values import billing_details, merged, metadata

NOT_TEST = "Your card was declined. Your request was in test mode, but used a non test card."
REDISPLAY = ("always", "limited", "unspecified")


def made(context: Context, form: Mapping[str, Value]) -> PaymentMethod:
    """Make a payment method from `type`, `card` and what else may be said of it, as `payment_method_data` has them.

    Raises:
        StripeFailure: 400, for what is missing or wrong; 402, for a card that is none of Stripe's test cards.
    """
    kind = one_of(form, "type", method_types())
    if kind is None:
        raise missing("type")
    if kind != "card":
        raise not_simulated("payment methods of other types than card")
    details = form.get("card")
    if not isinstance(details, dict):
        raise missing("card")
    card = _card(details)
    row = PaymentMethod(
        context.new_id("pm"),
        card.number,
        None,
        context.now,
        exp_month=month_of(details),
        exp_year=integer(details, "exp_year") or 2034,
    )
    row = described(row, form)
    context.work.put(row)
    return row


def _card(details: Mapping[str, Value]) -> Card:
    number = text(details, "number")
    if number is None:
        raise missing("card[number]")
    digits = number.replace(" ", "").replace("-", "")
    card = BY_NUMBER.get(digits)
    if card is None:
        # Its decline_code is recorded nowhere that we know of: unverified.
        raise StripeFailure(402, NOT_TEST, "card_error", "card_declined", None, {"decline_code": "test_mode_live_card"})
    if card.decline and card.decline.code == "incorrect_number":
        raise StripeFailure(402, card.decline.message, "card_error", "incorrect_number", "number")
    return card


def month_of(details: Mapping[str, Value]) -> int:
    """Return the month in which a card expires.

    Raises:
        StripeFailure: 402, for what is no month.
    """
    month = integer(details, "exp_month")
    if month is not None and not 1 <= month <= 12:
        raise StripeFailure(
            402, "Your card's expiration month is invalid.", "card_error", "invalid_expiry_month", "exp_month"
        )
    return month or 12


def described(row: PaymentMethod, form: Mapping[str, Value]) -> PaymentMethod:
    """Return a payment method with what the parameters say of it."""
    more = dict(row.more or {})
    if "billing_details" in form:
        more["billing_details"] = billing_details(form)
    redisplay = one_of(form, "allow_redisplay", REDISPLAY)
    if redisplay:
        more["allow_redisplay"] = redisplay
    return row._replace(more=more or None, metadata=merged(row.metadata, metadata(form), form))
