"""Refunds as Stripe shows them."""

from typing import Any

from tollbridge.simulator.model.rows import Refund

Shape = dict[str, Any]


def refund(row: Refund) -> Shape:
    """Return a `refund`; members without a value that Stripe leaves out are left out."""
    shape: Shape = {
        "id": row.id,
        "object": "refund",
        "amount": row.amount,
        "balance_transaction": row.balance_transaction,
        "charge": row.charge,
        "created": row.created,
        "currency": row.currency,
        "customer": row.customer,
        "customer_account": None,
        "destination_details": {"card": _destination(row), "type": "card"},
        "metadata": row.metadata,
        "payment_intent": row.payment_intent,
        "payment_method": row.payment_method,
        "reason": row.reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": row.status,
        "transfer_reversal": None,
    }
    if row.failure_reason is not None:
        shape["failure_reason"] = row.failure_reason
        shape["failure_balance_transaction"] = row.failure_balance_transaction
    if row.status == "pending":
        shape["pending_reason"] = "processing"
    return shape


def _destination(row: Refund) -> Shape:
    """Return what the card's network knows of a refund."""
    known: Shape = {"reference_status": "pending"}
    if row.reference is not None:
        known = {"reference": row.reference, "reference_status": "available"}
    return known | {"reference_type": "acquirer_reference_number", "type": "refund"}
