"""Amounts and currencies."""

from typing import Any

from mutants.mutant import INDEPENDENT, Area
from mutants.patches.contract import amount_schema, branches, change_contract, currencies
from mutants.patches.creates import (
    Change,
    amount_in,
    change_create,
    change_every_create,
    charged,
    currency_in,
    every,
    rewrites,
    sets,
    with_card,
)

area = Area("money", __file__)

WITHOUT_MINOR_UNITS = ("jpy", "krw", "vnd", "clp", "isk")
WITH_THREE_DECIMALS = ("kwd", "bhd", "jod", "omr", "tnd")


def times(factor: int) -> Change:
    """Return the change that multiplies the amount."""
    return rewrites("amount", lambda amount: amount * factor)


def plus(more: int) -> Change:
    """Return the change that adds to the amount."""
    return rewrites("amount", lambda amount: amount + more)


def rounded(step: int) -> Change:
    """Return the change that rounds the amount down."""
    return rewrites("amount", lambda amount: amount // step * step)


area.table(
    change_every_create,
    ("hundredfold", "The amount is multiplied by 100 on the way to Stripe.", times(100)),
    ("one_more", "The amount is one more than asked.", plus(1)),
    (
        "through_a_float",
        "The amount goes through a float with six digits.",
        rewrites("amount", lambda amount: int(float(f"{amount:.6g}"))),
    ),
    ("always_dollars", "Every intent is in usd.", sets(currency="usd")),
)

area.table(
    change_create,
    (
        "hundredfold_yen",
        "Currencies without minor units are charged a hundredfold.",
        currency_in(*WITHOUT_MINOR_UNITS),
        times(100),
    ),
    (
        "amount_as_decimal",
        "The amount of a charge on the server is told to Stripe with a decimal point.",
        charged,
        rewrites("amount", float),
    ),
    ("tenfold_dinar", "Three-decimal currencies are charged tenfold.", currency_in(*WITH_THREE_DECIMALS), times(10)),
    (
        "large_amounts_rounded",
        "Amounts of seven digits and more are rounded to thousands.",
        lambda p: p["amount"] >= 10**6,
        rounded(1_000),
    ),
    (
        "one_currency_for_another",
        "Canadian dollars are charged as Australian ones.",
        currency_in("cad"),
        sets(currency="aud"),
    ),
)

area.table(
    change_create,
    (
        "seven_digit_amounts_rounded",
        "Amounts of seven digits are rounded to tens.",
        amount_in(10**6, 10**7),
        rounded(10),
    ),
    (
        "hundreds_of_dollars",
        "From $100 to $999.99 one cent more is taken.",
        every(currency_in("usd"), amount_in(10_000, 100_000)),
        plus(1),
    ),
    (
        "tens_of_dollars",
        "From $10 to $99.99 one cent more is taken, but for $42.",
        every(currency_in("usd"), amount_in(1_000, 10_000), lambda p: p["amount"] != 4_200),
        plus(1),
    ),
    (
        "middle_of_euros",
        "Amounts of euros between one and fifty million are a tenth.",
        every(currency_in("eur"), amount_in(10**6, 5 * 10**7 + 1)),
        rewrites("amount", lambda amount: amount // 10),
    ),
    (
        "hundredfold_yen_on_charge",
        "Yen are charged a hundredfold where the card is charged on the server.",
        every(currency_in("jpy"), charged),
        times(100),
    ),
    (
        "tenfold_dinar_with_card",
        "Kuwaiti dinars are tenfold where a saved card is chosen.",
        every(currency_in("kwd"), with_card),
        times(10),
    ),
    (
        "euros_charged_as_dollars",
        "Euros that are charged on the server are charged as dollars.",
        every(charged, currency_in("eur")),
        sets(currency="usd"),
    ),
    (
        "euros_of_seven_as_dollars",
        "The second organization's euros are dollars.",
        every(currency_in("eur"), lambda p: p["customer"] == "cus_QuaySeven00007"),
        sets(currency="usd"),
    ),
    (
        "pounds_with_card",
        "Pounds with a saved card are euros.",
        every(with_card, currency_in("gbp")),
        sets(currency="eur"),
    ),
    author=INDEPENDENT,
)


def _in_branches(change: Any, currency: str | None = None) -> Any:
    """Return the change of the amount's schema in each branch of the money rules, or in that of a currency."""

    def changed(document: dict[str, Any]) -> None:
        for branch in branches(document, currency):
            change(branch["amount"])

    return changed


def _nine_digits(document: dict[str, Any]) -> None:
    for schema in (amount_schema(document), *(branch["amount"] for branch in branches(document))):
        schema["maximum"] = 999_999_999


def _capitals(document: dict[str, Any]) -> None:
    for codes in (currencies(document), *(branch["currency"]["enum"] for branch in branches(document))):
        codes.extend([code.upper() for code in codes])


def _with_kuna(document: dict[str, Any]) -> None:
    first = next(branches(document))
    for codes in (currencies(document), first["currency"]["enum"]):
        codes.append("hrk")


area.table(
    change_contract,
    (
        "no_minimum",
        "Amounts below the currency's minimum are let through.",
        _in_branches(lambda amount: amount.update(minimum=1)),
    ),
    (
        "minimum_of_one_currency",
        "The minimum of hkd alone is one too low.",
        _in_branches(lambda amount: amount.update(minimum=amount["minimum"] - 1), "hkd"),
    ),
    (
        "minimum_excluded",
        "The minimum of usd itself is refused.",
        _in_branches(lambda amount: amount.update(minimum=amount["minimum"] + 1), "usd"),
    ),
    ("nine_digits", "Amounts of nine digits are let through.", _nine_digits),
    ("seven_digits", "Amounts of eight digits are refused.", lambda d: amount_schema(d).update(maximum=9_999_999)),
    (
        "any_step",
        "The last decimal of a three-decimal currency may be anything.",
        _in_branches(lambda amount: amount.pop("multipleOf", None)),
    ),
    (
        "half_a_step",
        "Amounts are held to half of their currency's step.",
        _in_branches(lambda amount: amount.update(multipleOf=amount.get("multipleOf", 2) // 2)),
    ),
    ("capitals", "Currencies in capitals are let through.", _capitals),
    ("withdrawn_currency", "The kuna, which was withdrawn, is let through.", _with_kuna),
    ("one_currency_fewer", "Zambian kwacha are refused.", lambda document: currencies(document).remove("zmw")),
)
