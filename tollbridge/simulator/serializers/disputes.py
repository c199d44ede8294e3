"""Disputes as Stripe shows them."""

from typing import Any

from tollbridge.simulator.model.cards import BY_NUMBER
from tollbridge.simulator.model.rows import Dispute

Shape = dict[str, Any]
DAY = 24 * 3600
DUE_DAYS = 8
"""Whole days that evidence may take, and the rest of the first; recorded."""

EVIDENCE = (
    *("access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure"),
    *("cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name"),
    *("customer_purchase_ip", "customer_signature", "duplicate_charge_documentation", "duplicate_charge_explanation"),
    *("duplicate_charge_id", "product_description", "receipt", "refund_policy", "refund_policy_disclosure"),
    *("refund_refusal_explanation", "service_date", "service_documentation", "shipping_address", "shipping_carrier"),
    *("shipping_date", "shipping_documentation", "shipping_tracking_number", "uncategorized_file"),
    "uncategorized_text",
)
REFUNDABLE = ("warning_needs_response", "warning_under_review", "warning_closed", "won")
"""The statuses in which the charge can be refunded."""


def dispute(row: Dispute) -> Shape:
    """Return a `dispute`."""
    due_by = (row.created // DAY + DUE_DAYS + 1) * DAY - 1
    brand = BY_NUMBER[row.card].brand
    return {
        "id": row.id,
        "object": "dispute",
        "amount": row.amount,
        "balance_transaction": row.transactions[0]["id"] if row.transactions else None,
        "balance_transactions": row.transactions,
        "charge": row.charge,
        "created": row.created,
        "currency": row.currency,
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}, **row.evidence},
        "evidence_details": {
            "due_by": due_by,
            "enhanced_eligibility": {},
            "has_evidence": bool(row.evidence),
            "past_due": False,
            "submission_count": row.submissions,
        },
        "is_charge_refundable": row.status in REFUNDABLE,
        "livemode": False,
        "metadata": row.metadata or {},
        "payment_intent": row.payment_intent,
        "payment_method_details": {
            "card": {
                "brand": brand,
                "case_type": "chargeback" if row.transactions else "inquiry",
                "network": brand,
                "network_reason_code": row.network_code,
            },
            "type": "card",
        },
        "reason": row.reason,
        "status": row.status,
    }
