"""Payment methods as Stripe shows them."""

from typing import Any

from tollbridge.simulator.model.cards import BY_NUMBER
from tollbridge.simulator.model.rows import PaymentMethod

Shape = dict[str, Any]
NO_ADDRESS: Shape = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def payment_method(row: PaymentMethod) -> Shape:
    """Return a `payment_method` of type card."""
    card = BY_NUMBER[row.card]
    shape: Shape = {
        "id": row.id,
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {"address": NO_ADDRESS, "email": None, "name": None, "phone": None, "tax_id": None},
        "card": {
            "brand": card.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "pass" if row.customer else "unchecked",
            },
            "country": card.country,
            "display_brand": card.brand,
            "exp_month": row.exp_month,
            "exp_year": row.exp_year,
            "fingerprint": f"Tollbridge{card.number[-6:]}",
            "funding": card.funding,
            "generated_from": None,
            "last4": card.number[-4:],
            "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "created": row.created,
        "customer": row.customer,
        "customer_account": None,
        "livemode": False,
        "metadata": row.metadata or {},
        "type": "card",
    }
    return shape | row.more if row.more else shape
