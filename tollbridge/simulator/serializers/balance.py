"""Balance transactions and the balance as Stripe shows them."""

from collections.abc import Mapping
from typing import Any

from tollbridge.simulator.model.rows import BalanceTransaction

Shape = dict[str, Any]
ADJUSTMENTS = ("dispute", "dispute_reversal")
"""The reporting categories whose transactions have the type `adjustment`."""


def balance_transaction(row: BalanceTransaction) -> Shape:
    """Return a `balance_transaction`."""
    return {
        "id": row.id,
        "object": "balance_transaction",
        "amount": row.amount,
        "available_on": row.available_on,
        "balance_type": "payments",
        "created": row.created,
        "currency": row.currency,
        "description": row.description,
        "exchange_rate": None,
        "fee": row.fee,
        "fee_details": _fees(row) if row.fee else [],
        "net": row.amount - row.fee,
        "reporting_category": row.kind,
        "source": row.source,
        "status": "available" if row.available else "pending",
        "type": type_of(row),
    }


def type_of(row: BalanceTransaction) -> str:
    """Return the `type` of a transaction."""
    return "adjustment" if row.kind in ADJUSTMENTS else row.kind


def _fees(row: BalanceTransaction) -> list[Shape]:
    return [
        {
            "amount": row.fee,
            "application": None,
            "currency": row.currency,
            "description": "Dispute fee" if row.kind in ADJUSTMENTS else "Stripe processing fees",
            "type": "stripe_fee",
        }
    ]


def balance(available: Mapping[str, int], pending: Mapping[str, int]) -> Shape:
    """Return the `balance`, of sums by currency."""
    none = [{"amount": 0, "currency": currency} for currency in available]
    return {
        "object": "balance",
        "available": _sums(available),
        "livemode": False,
        "pending": _sums(pending),
        "refund_and_dispute_prefunding": {"available": none, "pending": none},
    }


def _sums(sums: Mapping[str, int]) -> list[Shape]:
    return [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}} for currency, amount in sums.items()
    ]
