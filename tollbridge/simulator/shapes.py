"""Rows as the objects that Stripe shows at the pinned version (2026-08-26.dahlia), every key present."""

from collections.abc import Callable
from typing import Any

from tollbridge.simulator.cards import BY_NUMBER
from tollbridge.simulator.rows import Customer, PaymentIntent, PaymentMethod, Subscription

Shape = dict[str, Any]
NO_ADDRESS: Shape = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
AMOUNT_DETAILS: Shape = {"tip": {}}
CARD_OPTIONS: Shape = {
    "card": {
        "installments": None,
        "mandate_options": None,
        "network": None,
        "request_three_d_secure": "automatic",
    }
}
CARDS_ONLY = ["card"]
NOT_MANAGED: Shape = {"enabled": False}
"""Parts that are always the same are made once: a shape is written out, and never changed."""

MONTH = 30 * 24 * 3600


def shown(row: tuple[Any, ...]) -> Shape:
    """Return the object of a row."""
    return SHAPES[type(row)](row)


def customer(row: Customer) -> Shape:
    """Return a `customer`."""
    return {
        "id": row.id,
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": row.created,
        "currency": None,
        "default_source": row.default_source,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": row.email,
        "invoice_prefix": row.id[-8:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": row.name,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }


def payment_method(row: PaymentMethod) -> Shape:
    """Return a `payment_method` of type card."""
    card = BY_NUMBER[row.card]
    return {
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
            "exp_month": 12,
            "exp_year": 2034,
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
        "metadata": {},
        "type": "card",
    }


def payment_intent(row: PaymentIntent) -> Shape:
    """Return a `payment_intent`."""
    return {
        "id": row.id,
        "object": "payment_intent",
        "allowed_payment_method_types": None,
        "amount": row.amount,
        "amount_capturable": 0,
        "amount_details": AMOUNT_DETAILS,
        "amount_received": row.amount_received,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": _automatic(row),
        "canceled_at": row.canceled_at,
        "cancellation_reason": row.cancellation_reason,
        "capture_method": "automatic_async",
        "client_secret": row.secret,
        "confirmation_method": "automatic",
        "created": row.created,
        "currency": row.currency,
        "customer": row.customer,
        "customer_account": None,
        "description": row.description,
        "excluded_payment_method_types": None,
        "last_payment_error": row.last_error,
        "latest_charge": row.latest_charge,
        "livemode": False,
        "managed_payments": NOT_MANAGED,
        "metadata": row.metadata,
        "next_action": row.next_action,
        "on_behalf_of": None,
        "payment_method": row.payment_method,
        "payment_method_configuration_details": None,
        "payment_method_options": CARD_OPTIONS,
        "payment_method_types": CARDS_ONLY,
        "payment_record": None,
        "processing": None,
        "receipt_email": row.receipt_email,
        "review": None,
        "setup_future_usage": None,
        "shared_payment_granted_token": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": row.status,
        "transfer_data": None,
        "transfer_group": None,
    }


def _automatic(row: PaymentIntent) -> Shape | None:
    return {"allow_redirects": row.redirects, "enabled": True} if row.redirects else None


def subscription(row: Subscription) -> Shape:
    """Return a `subscription` with one monthly item."""
    return {
        "id": row.id,
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": row.created,
        "billing_cycle_anchor_config": None,
        "billing_mode": {"flexible": None, "type": "classic"},
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "feedback_option": None, "reason": None},
        "collection_method": "charge_automatically",
        "created": row.created,
        "currency": "usd",
        "customer": row.customer,
        "customer_account": None,
        "days_until_due": None,
        "default_payment_method": row.default_payment_method,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": {"type": "self"},
        },
        "items": {
            "object": "list",
            "data": [_item(row)],
            "has_more": False,
            "url": f"/v1/subscription_items?subscription={row.id}",
        },
        "latest_invoice": None,
        "livemode": False,
        "managed_payments": NOT_MANAGED,
        "metadata": {},
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": row.created,
        "status": row.status,
        "test_clock": None,
        "transfer_data": None,
        "trial_end": None,
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "trial_start": None,
    }


def _item(row: Subscription) -> Shape:
    return {
        "id": row.id.replace("sub_", "si_"),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": row.created,
        "current_period_end": row.created + MONTH,
        "current_period_start": row.created,
        "discounts": [],
        "metadata": {},
        "price": {
            "id": "price_TollbridgeYardMonthly01",
            "object": "price",
            "active": True,
            "billing_scheme": "per_unit",
            "created": row.created,
            "currency": "usd",
            "custom_unit_amount": None,
            "livemode": False,
            "lookup_key": None,
            "metadata": {},
            "nickname": None,
            "product": "prod_TollbridgeYard",
            "recurring": {"interval": "month", "interval_count": 1, "meter": None, "usage_type": "licensed"},
            "tax_behavior": "unspecified",
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "recurring",
            "unit_amount": 2000,
            "unit_amount_decimal": "2000",
        },
        "quantity": 1,
        "subscription": row.id,
        "tax_rates": [],
    }


SHAPES: dict[type, Callable[[Any], Shape]] = {
    Customer: customer,
    PaymentIntent: payment_intent,
    PaymentMethod: payment_method,
    Subscription: subscription,
}
"""How each type of row is shown."""
