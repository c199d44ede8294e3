"""Stripe's fee for a card payment, by the currency that the account settles in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rates:
    """The fee of a payment: parts in basis points, each a hundredth of a percent.

    Args:
        country: of the account.
        part: of the amount.
        fixed: in minor units of the settlement currency.
        abroad: what is added for a card that another country issued.
    """

    country: str
    part: int
    fixed: int
    abroad: int


RATES = {
    "usd": Rates("US", 290, 30, 150),
    "cad": Rates("CA", 290, 30, 80),
    "eur": Rates("IE", 150, 25, 175),
    "gbp": Rates("GB", 150, 20, 175),
}
"""Only the Canadian ones are recorded; the others are Stripe's published ones."""

DISPUTE = 1_500
"""For each dispute, in minor units, won or lost."""


def fee_of(amount: int, currency: str, issued_in: str, settlement: str) -> int:
    """Return the fee of a captured charge in minor units, rounded half up; never above the amount.

    Args:
        amount: in minor units.
        currency: of the charge.
        issued_in: the card's country.
        settlement: the currency that the account settles in.
    """
    rates = RATES.get(settlement, RATES["usd"])
    part = rates.part + (rates.abroad if issued_in != rates.country else 0)
    fixed = rates.fixed if currency == settlement else 0
    return min(amount, (amount * part + 5_000) // 10_000 + fixed)
