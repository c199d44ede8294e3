"""Tokens, and confirmation tokens, as Stripe shows them."""

from typing import Any

from tollbridge.simulator.model.cards import BY_NUMBER
from tollbridge.simulator.model.rows import ConfirmationToken, Token

Shape = dict[str, Any]
OWNER = ("address_city", "address_country", "address_line1", "address_line2", "address_state", "address_zip", "name")
"""The members of a token's card about its owner."""

HALF_A_DAY = 43_200
BRANDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "discover": "Discover",
    "jcb": "JCB",
    "mastercard": "MasterCard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}
"""As tokens spell them; payment methods have the short words."""


def token(row: Token) -> Shape:
    """Return a `token` of a card."""
    card = BY_NUMBER[row.card]
    said = dict.fromkeys(OWNER) | (row.more or {})
    shape = {
        "id": row.card_id,
        "object": "card",
        "address_line1_check": "unchecked" if said["address_line1"] else None,
        "address_zip_check": "unchecked" if said["address_zip"] else None,
        "brand": BRANDS[card.brand],
        "country": card.country,
        "cvc_check": "unchecked",
        "dynamic_last4": None,
        "exp_month": row.exp_month,
        "exp_year": row.exp_year,
        "fingerprint": f"Tollbridge{card.number[-6:]}",
        "funding": card.funding,
        "last4": card.number[-4:],
        "metadata": {},
        "networks": {"preferred": None},
        "regulated_status": "unregulated",
        "tokenization_method": None,
        **said,
    }
    return {
        "id": row.id,
        "object": "token",
        "card": shape,
        "client_ip": None,
        "created": row.created,
        "livemode": False,
        "type": "card",
        "used": row.used,
    }


def confirmation_token(row: ConfirmationToken, preview: Shape) -> Shape:
    """Return a `confirmation_token`.

    Args:
        row: the token.
        preview: its payment method, as Stripe shows that.
    """
    hidden = ("id", "object", "created", "livemode", "metadata")
    payment = row.used_by if row.used_by and row.used_by.startswith("pi_") else None
    return {
        "id": row.id,
        "object": "confirmation_token",
        "created": row.created,
        "expires_at": row.created + HALF_A_DAY,
        "livemode": False,
        "mandate_data": None,
        "metadata": None,
        "payment_intent": payment,
        "payment_method_options": None,
        "payment_method_preview": {name: value for name, value in preview.items() if name not in hidden},
        "return_url": row.return_url,
        "setup_future_usage": row.future_usage,
        "setup_intent": row.used_by if payment is None else None,
        "shipping": row.shipping,
        "use_stripe_sdk": True,
    }
