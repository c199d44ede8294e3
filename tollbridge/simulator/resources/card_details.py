"""A payment method from the details of a card, as a form gives them."""

from collections.abc import Mapping

from tollbridge.simulator.model.cards import ALIAS, BY_ALIAS, BY_NUMBER, Card
from tollbridge.simulator.model.errors import StripeFailure, invalid, missing, no_such, not_simulated
from tollbridge.simulator.model.rows import PaymentMethod, Token
from tollbridge.simulator.protocol.forms import Value, integer, one_of, text
from tollbridge.simulator.protocol.specification import method_types
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.parameters import billing_details, merged, metadata

NOT_TEST = "Your card was declined. Your request was in test mode, but used a non test card."
USED_ONCE = "You cannot use a Stripe token more than once: {}."
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
    row = described(_from_token(context, details) or _from_number(context, details), form)
    context.work.put(row)
    return row


def _from_number(context: Context, details: Mapping[str, Value]) -> PaymentMethod:
    number, year = card_of(details).number, integer(details, "exp_year")
    return _method(context, number, month_of(details), year or 2034)


def _from_token(context: Context, details: Mapping[str, Value]) -> PaymentMethod | None:
    """Return the method of a token, which is used up; None where the card is given by its number.

    Raises:
        StripeFailure: 400, for a token that does not exist or is used; 501 for a test token that the simulator lacks.
    """
    identity = text(details, "token")
    if identity is None:
        return None
    alias = BY_ALIAS.get(identity.replace("tok_", ALIAS, 1))
    if alias:
        return _method(context, alias.number)
    row = context.work.get(Token, identity)
    if row is None:
        raise no_such("token", identity, "card[token]")
    if row.used:
        raise invalid(USED_ONCE.format(row.id), code="token_already_used")
    context.work.put(row._replace(used=True))
    return _method(context, row.card, row.exp_month, row.exp_year)


def _method(context: Context, number: str, month: int = 12, year: int = 2034) -> PaymentMethod:
    return PaymentMethod(context.new_id("pm"), number, None, context.now, exp_month=month, exp_year=year)


def card_of(details: Mapping[str, Value]) -> Card:
    """Return the test card of a number.

    Raises:
        StripeFailure: 400 without a number; 402 for the number of another card.
    """
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
