"""Stripe's rules on amounts and currencies, from a table that is generated with the contract's.

Facts are numbered as in `docs/stripe-facts.md`.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from tollbridge.simulator.model.errors import StripeFailure, below_one, invalid, missing
from tollbridge.simulator.protocol.forms import Form, integer

ZERO = (
    "The amount must be greater than or equal to the minimum charge amount allowed for your account and the "
    "currency set (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).  If you want to save "
    "a Payment Method for future use without an immediate payment, use a Setup Intent instead: "
    "https://docs.stripe.com/payments/setup-intents"
)
SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}
SETTLED_IN = {"usd": "cents", "aed": "fils", "eur": "cents", "gbp": "pence"}
UNRULED = {"minimum": 1, "step": 1, "exponent": 2, "maximum": 99_999_999}
"""For the currencies that Stripe's message lists and its documentation does not."""


@cache
def table() -> dict[str, Any]:
    """Return `currencies` (rules by code), `accepted_besides` and `listed` (as Stripe's message has them)."""
    read: dict[str, Any] = json.loads(files("tollbridge.simulator.protocol").joinpath("currencies.json").read_bytes())
    return read


def currency_of(form: Form) -> str:
    """Return the currency parameter, lower case.

    Raises:
        StripeFailure: 400, missing (fact e10) or not supported (fact e9).
    """
    sent = form.get("currency")
    if sent is None:
        raise missing("currency")
    # That capitals are accepted is widely seen and in no recording: unverified.
    currency = sent.lower() if isinstance(sent, str) else ""
    if currency not in table()["currencies"] and currency not in table()["accepted_besides"]:
        shown = sent[:60] if isinstance(sent, str) else "{...}"
        raise invalid(
            f"Invalid currency: {shown}. Stripe currently supports these currencies: {', '.join(table()['listed'])}",
            param="currency",
        )
    return currency


def amount_of(form: Form) -> int:
    """Return the amount parameter in minor units.

    Raises:
        StripeFailure: 400, missing (fact e1), not an integer (fact e2), zero (fact e3) or negative (fact e5).
    """
    amount = integer(form, "amount")
    if amount is None:
        raise missing("amount")
    if amount < 0:
        # Recorded with payouts only: unverified here.
        raise below_one()
    if amount == 0:
        raise invalid(ZERO, param="amount", code="parameter_invalid_integer")
    return amount


def require_chargeable(amount: int, currency: str, settlement: str) -> None:
    """Hold an amount against its currency's minimum, maximum and step.

    Raises:
        StripeFailure: 400, rows 6, 7 and 8; the wording of a broken step is unverified.
    """
    rules = _rules(currency)
    if amount > rules["maximum"]:
        raise _too_large(rules["maximum"], currency)
    if amount < rules["minimum"]:
        raise invalid(_too_small(currency, settlement), param="amount", code="amount_too_small")
    if amount % rules["step"]:
        raise invalid(f"Invalid amount for {currency}: it has to be a multiple of {rules['step']}.", param="amount")


def require_chargeable_total(amount: int, currency: str, settlement: str) -> None:
    """Do so with what the lines of a session of Checkout add up to, whose minimum has a sentence of its own.

    Raises:
        StripeFailure: 400; its code is unverified.
    """
    if not is_chargeable(amount, currency):
        least = f"{major(_rules(currency)['minimum'], currency)} {currency}"
        raise invalid(f"The Checkout Session's total amount due must add up to at least {least}")
    require_chargeable(amount, currency, settlement)


def is_chargeable(amount: int, currency: str) -> bool:
    """Tell whether an amount is not below its currency's minimum: an invoice of less is not charged."""
    return bool(amount >= _rules(currency)["minimum"])


def _rules(currency: str) -> dict[str, Any]:
    rules: dict[str, Any] = table()["currencies"].get(currency, UNRULED)
    return rules


def _too_small(currency: str, settlement: str) -> str:
    least = _rules(settlement)["minimum"]
    if currency == settlement:
        return f"Amount must be at least {major(least, currency)} {currency}"
    return f"Amount must convert to at least {least} {SETTLED_IN.get(settlement, settlement)}."


def _too_large(most: int, currency: str) -> Exception:
    return invalid(f"Amount must be no more than {major(most, currency)}", param="amount", code="amount_too_large")


def too_large_to_capture(asked: int, held: int, currency: str, embedded: Mapping[str, object]) -> StripeFailure:
    """More is to be captured than is held; recorded without a param, the sentence is unverified."""
    return StripeFailure(
        400,
        f"The amount to capture ({major(asked, currency)}) is greater than the capturable amount "
        f"({major(held, currency)}).",
        code="amount_too_large",
        more=embedded,
    )


def major(minor: int, currency: str) -> str:
    """Return minor units as people write them, in integers throughout."""
    exponent = _rules(currency)["exponent"]
    whole, rest = divmod(minor, 10**exponent)
    decimals = f".{rest:0{exponent}d}" if exponent else ""
    return f"{SYMBOLS.get(currency, '')}{whole:,}{decimals}"
