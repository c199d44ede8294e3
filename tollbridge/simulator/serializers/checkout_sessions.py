"""Sessions of Checkout, and their lines, as Stripe shows them."""

from typing import Any

from tollbridge.simulator.model.rows import CheckoutSession, Price
from tollbridge.simulator.serializers.subscriptions import price_shape

Shape = dict[str, Any]
CARD = "card"
BRANDING: Shape = {
    "background_color": "#ffffff",
    "border_style": "rounded",
    "button_color": "#0074d4",
    "display_name": "Tollbridge",
    "font_family": "default",
    "icon": None,
    "logo": None,
}
NO_INVOICE: Shape = {
    "enabled": False,
    "invoice_data": {
        "account_tax_ids": None,
        "custom_fields": None,
        "description": None,
        "footer": None,
        "issuer": None,
        "metadata": {},
        "rendering_options": None,
    },
}
SAVED: Shape = {"allow_redisplay_filters": ["always"], "payment_method_remove": "disabled", "payment_method_save": None}
TEXTS = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")


def checkout_session(row: CheckoutSession) -> Shape:
    """Return a `checkout.session`."""
    shape: Shape = {
        "id": row.id,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "after_expiration": None,
        "allow_promotion_codes": None,
        "amount_subtotal": row.amount,
        "amount_total": row.amount,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None,
        "branding_settings": BRANDING,
        "cancel_url": row.cancel_url,
        "client_reference_id": None,
        "client_secret": row.secret if row.status == "open" else None,
        "collected_information": _collected(row),
        "consent": None,
        "consent_collection": None,
        "created": row.created,
        "currency": row.currency,
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": dict.fromkeys(TEXTS),
        "customer": row.customer,
        "customer_account": None,
        "customer_creation": None,
        "customer_details": _details(row),
        "customer_email": row.email,
        "discounts": [],
        "expires_at": row.expires_at,
        "integration_identifier": None,
        "invoice": row.invoice,
        "invoice_creation": NO_INVOICE if row.mode == "payment" else None,
        "livemode": False,
        "locale": None,
        "managed_payments": {"enabled": False},
        "metadata": row.metadata,
        "mode": row.mode,
        "origin_context": None,
        "payment_intent": row.payment_intent,
        "payment_link": None,
        "payment_method_collection": "if_required" if row.mode == "payment" else "always",
        "payment_method_configuration_details": None,
        "payment_method_options": {CARD: {"request_three_d_secure": "automatic"}},
        "payment_method_types": [CARD],
        "payment_status": row.payment_status,
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": SAVED if row.customer else None,
        "setup_intent": row.setup_intent,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": row.status,
        "submit_type": None,
        "subscription": row.subscription,
        "success_url": row.success_url,
        "total_details": None if row.amount is None else _NOTHING_ADDED,
        "ui_mode": row.ui_mode,
        "url": row.url,
        "wallet_options": None,
    }
    if row.ui_mode == "embedded_page":
        shape["redirect_on_completion"] = row.completion
        shape |= {"return_url": row.return_url} if row.return_url else {}
    return shape | row.more if row.more else shape


_NOTHING_ADDED: Shape = {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0}


def _collected(row: CheckoutSession) -> Shape | None:
    if not row.customer:
        return None
    return {"business_name": None, "individual_name": None, "shipping_details": None}


def _details(row: CheckoutSession) -> Shape | None:
    """Return who pays, as far as that is known."""
    if not row.entered:
        return None
    return {
        "address": None,
        "business_name": None,
        "email": None,
        "individual_name": None,
        "name": None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [] if row.status == "complete" else None,
    } | row.entered


def session_line(identity: str, price: Price, name: str | None, quantity: int, amount: int) -> Shape:
    """Return the `item` of a price.

    Args:
        identity: of the item.
        price: what is bought.
        name: of its product.
        quantity: how many.
        amount: of all of them, in minor units.
    """
    return {
        "id": identity,
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price.currency,
        "description": name,
        "metadata": {},
        "price": price_shape(price),
        "quantity": quantity,
    }
