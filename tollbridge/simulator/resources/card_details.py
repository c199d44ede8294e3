"""A payment method from the details of a card, as a form gives them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from tollbridge.simulator.model.cards import ALIAS, BY_ALIAS, BY_NUMBER, Card
from tollbridge.simulator.model.errors import DECLINES, StripeFailure, invalid, missing, no_such, not_simulated, within
from tollbridge.simulator.model.rows import PaymentMethod, Token
from tollbridge.simulator.protocol.forms import Value, integer, one_of, text
from tollbridge.simulator.protocol.specification import method_types
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.parameters import billing_details, merged, metadata

NOT_TEST = "Your card was declined. Your request was in test mode, but used a non test card."
TOKENS, NOT_HERE = "tok_", ("threeDSecureRequired",)
"""How test tokens begin, and which of them only Stripe has."""

NO_TOKEN = "4000000000000341"  # noqa: S105 - the number of a card
"""The test card that Stripe has a payment method for, and no token."""

INVALID_PART = "There is a part of the token that is not valid: 'card'."
USED_ONCE = "You cannot use a Stripe token more than once: {}."
MAX_YEARS = 50
"""How far away the year may be in which a card expires."""

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
    with within("card"):
        row = _from_token(context, details) or _from_number(context, details)
    row = described(row, form)
    context.work.put(row)
    return row


def _from_number(context: Context, details: Mapping[str, Value]) -> PaymentMethod:
    card = card_of(details)
    month, year = expiry_of(details, context.now)
    return _method(context, card.number, month, year)


def _from_token(context: Context, details: Mapping[str, Value]) -> PaymentMethod | None:
    """Return the method of a token, which is used up; None where the card is given by its number.

    Raises:
        StripeFailure: 400, for a token that does not exist or is used; 501 for a test token that the simulator lacks.
    """
    identity = text(details, "token")
    if identity is None:
        return None
    card = _test_token(identity)
    if card:
        return _method(context, card.number)
    row = context.work.get(Token, identity)
    if row is None:
        raise no_such("token", identity, "token")
    if row.used:
        raise invalid(USED_ONCE.format(row.id), code="token_already_used")
    context.work.put(row._replace(used=True))
    return _method(context, row.card, row.exp_month, row.exp_year)


def _test_token(identity: str) -> Card | None:
    """Return the card of a test token, which is spelt as the test payment method is; None where it is none.

    Raises:
        StripeFailure: 400 for one that is spelt like another kind of alias; 501 for one that only Stripe has.
    """
    name = identity.removeprefix(TOKENS)
    if name in NOT_HERE:
        raise not_simulated(f"the test token {identity}")
    if identity.startswith(f"{TOKENS}card_"):
        raise invalid(INVALID_PART, param="token")  # code and param unverified
    card = BY_ALIAS.get(ALIAS + name) if name != identity else None
    return card if card is None or card.number != NO_TOKEN else None


def _method(context: Context, number: str, month: int = 12, year: int = 2034) -> PaymentMethod:
    return PaymentMethod(context.new_id("pm"), number, None, context.now, exp_month=month, exp_year=year)


def card_of(details: Mapping[str, Value]) -> Card:
    """Return the test card of a number.

    Raises:
        StripeFailure: 400 without a number; 402 for the number of another card.
    """
    number = text(details, "number")
    if number is None:
        raise missing("number")
    digits = number.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit()):
        raise _bad("invalid_number", "number")
    card = BY_NUMBER.get(digits)
    if card is None and not _has_check_digit(digits):
        raise _bad("incorrect_number", "number")
    if card is None:
        # Its decline_code is recorded nowhere that we know of: unverified.
        raise StripeFailure(402, NOT_TEST, "card_error", "card_declined", None, {"decline_code": "test_mode_live_card"})
    if card.decline and card.decline.code == "incorrect_number":
        raise _bad("incorrect_number", "number")
    _require_code(details, card)
    return card


def _has_check_digit(digits: str) -> bool:
    """Tell whether a number ends in the check digit of its other digits, as the numbers of all cards do (Luhn)."""
    doubled = (2 * int(digit) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(each - 9 if each > 9 else each for each in doubled)) % 10 == 0


def expiry_of(details: Mapping[str, Value], now: int) -> tuple[int, int]:
    """Return the month and the year, of four digits, in which a card expires.

    Args:
        details: of the card.
        now: seconds since the epoch.

    Raises:
        StripeFailure: 400 for what is missing or not a number; 402 for what is no month, and for a time that is over or
            too far away (fact n5).
    """
    month, year = (integer(details, name) for name in ("exp_month", "exp_year"))
    if month is None or year is None:
        raise missing("exp_month" if month is None else "exp_year")
    today = datetime.fromtimestamp(now, UTC)
    year += today.year // 100 * 100 if 0 <= year < 100 else 0
    if not today.year <= year <= today.year + MAX_YEARS:
        raise _bad("invalid_expiry_year", "exp_year")
    if not 1 <= month <= 12 or (year, month) < (today.year, today.month):
        raise _bad("invalid_expiry_month", "exp_month")
    return month, year


def _require_code(details: Mapping[str, Value], card: Card) -> None:
    """Refuse what is no security code of a card (fact n6): three digits, or four on the card of American Express."""
    code = text(details, "cvc")
    lengths = (3, 4) if card.brand == "amex" else (3,)
    if code is not None and not (code.isascii() and code.isdigit() and len(code) in lengths):
        raise _bad("invalid_cvc", "cvc")


def _bad(code: str, param: str) -> StripeFailure:
    return StripeFailure(402, DECLINES[code], "card_error", code, param)


def described(row: PaymentMethod, form: Mapping[str, Value]) -> PaymentMethod:
    """Return a payment method with what the parameters say of it."""
    more = dict(row.more or {})
    if "billing_details" in form:
        more["billing_details"] = billing_details(form)
    redisplay = one_of(form, "allow_redisplay", REDISPLAY)
    if redisplay:
        more["allow_redisplay"] = redisplay
    return row._replace(more=more or None, metadata=merged(row.metadata, metadata(form), form))
