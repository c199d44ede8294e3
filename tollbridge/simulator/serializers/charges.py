"""Charges as Stripe shows them."""

from typing import Any

from tollbridge.simulator.model.cards import BY_NUMBER
from tollbridge.simulator.model.rows import Charge
from tollbridge.simulator.serializers.payment_methods import NO_ADDRESS

Shape = dict[str, Any]
HELD_FOR = 7 * 24 * 3600
"""Seconds that a card holds an amount for; recorded."""


PREFIX, LONGEST_DESCRIPTOR = "TOLLBRIDGE", 22


def transaction_id(charge: str) -> str:
    """Return the id of a charge's balance transaction: it need not be stored to be known."""
    return f"txn_{charge.removeprefix('ch_')}"


def charge(row: Charge) -> Shape:
    """Return a `charge`: a good one, a held one, or a refused one."""
    failure = row.failure or {}
    return {
        "id": row.id,
        "object": "charge",
        "amount": row.amount,
        "amount_captured": row.amount_captured,
        "amount_refunded": row.refunded,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": transaction_id(row.id) if row.settled and row.amount_captured else None,
        "billing_details": {"address": NO_ADDRESS, "email": None, "name": None, "phone": None, "tax_id": None},
        "calculated_statement_descriptor": _descriptor(row.suffix),
        "captured": row.failure is None and (row.amount_captured > 0 or not row.manual),
        "created": row.created,
        "currency": row.currency,
        "customer": row.customer,
        "description": row.description,
        "destination": None,
        "dispute": row.dispute,
        "disputed": row.dispute is not None,
        "failure_balance_transaction": None,
        "failure_code": failure.get("code"),
        "failure_message": failure.get("message"),
        "fraud_details": {},
        "livemode": False,
        "metadata": row.metadata or {},
        "on_behalf_of": None,
        "order": None,
        "outcome": _outcome(failure),
        "paid": row.failure is None,
        "payment_intent": row.payment_intent,
        "payment_method": row.payment_method,
        "payment_method_details": {"card": _card(row), "type": "card"},
        "radar_options": {},
        "receipt_email": row.receipt_email,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": 0 < (row.amount_captured or row.amount) <= row.refunded,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": row.suffix,
        "status": "failed" if row.failure else "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }


def _descriptor(suffix: str | None) -> str:
    """Return what a statement says: the account's prefix, and the suffix as far as there is room (unverified)."""
    return f"{PREFIX}* {suffix}"[:LONGEST_DESCRIPTOR] if suffix else PREFIX


def _outcome(failure: Shape) -> Shape:
    """Return what the network said (its sentences are unverified)."""
    if not failure:
        return {
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal",
            "seller_message": "Payment complete.",
            "type": "authorized",
        }
    return {
        "advice_code": failure.get("advice_code"),
        "network_advice_code": failure.get("network_advice_code"),
        "network_decline_code": failure.get("network_decline_code"),
        "network_status": "declined_by_network",
        "reason": failure.get("decline_code"),
        "risk_level": "normal",
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }


def _card(row: Charge) -> Shape:
    card = BY_NUMBER[row.card]
    shape: Shape = {
        "amount_authorized": None if row.failure else row.amount,
        "authorization_code": None,
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass" if row.customer else None,
        },
        "country": card.country,
        "exp_month": 12,
        "exp_year": 2034,
        "extended_authorization": {"status": "disabled"},
        "fingerprint": f"Tollbridge{card.number[-6:]}",
        "funding": card.funding,
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "last4": card.number[-4:],
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card.brand,
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": row.amount, "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": None,
        "transaction_link_id": None,
        "wallet": None,
    }
    if row.manual and row.failure is None:
        shape["capture_before"] = row.created + HELD_FOR
    return shape
