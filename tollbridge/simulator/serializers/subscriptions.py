"""Subscriptions, products and prices as Stripe shows them."""

from typing import Any

from tollbridge.simulator.model.rows import Price, Product, Subscription

Shape = dict[str, Any]
NOT_MANAGED: Shape = {"enabled": False}
DAY = 24 * 3600
PERIODS = {"day": DAY, "week": 7 * DAY, "month": 30 * DAY, "year": 365 * DAY}
"""Seconds; Stripe's months are the calendar's, ours are all of one length."""


def subscription(row: Subscription) -> Shape:
    """Return a `subscription`; its period is its items'."""
    items = [each | {"plan": _plan_of(each["price"])} for each in row.items]
    shape: Shape = {
        "id": row.id,
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": row.created,
        "billing_cycle_anchor_config": None,
        "billing_mode": {
            "flexible": {"proration_discounts": "included"},
            "type": "flexible",
            "updated_at": row.created,
        },
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": _period_end(row) if row.cancel_at_period_end else None,
        "cancel_at_period_end": row.cancel_at_period_end,
        "canceled_at": row.canceled_at,
        "cancellation_details": {
            "comment": None,
            "feedback": None,
            "feedback_option": None,
            "reason": "cancellation_requested" if row.canceled_at else None,
        },
        "collection_method": "charge_automatically",
        "created": row.created,
        "currency": row.items[0]["price"]["currency"],
        "customer": row.customer,
        "customer_account": None,
        "days_until_due": None,
        "default_payment_method": row.default_payment_method,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "ended_at": row.ended_at,
        "invoice_settings": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": {"type": "self"},
        },
        "items": {
            "object": "list",
            "data": items,
            "has_more": False,
            "url": f"/v1/subscription_items?subscription={row.id}",
        },
        "latest_invoice": row.latest_invoice,
        "livemode": False,
        "managed_payments": NOT_MANAGED,
        "metadata": row.metadata or {},
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "pending_invoice_item_interval": None,
        "pending_setup_intent": row.pending_setup_intent,
        "pending_update": None,
        "schedule": None,
        "start_date": row.created,
        "status": row.status,
        "test_clock": None,
        "transfer_data": None,
        "trial_end": row.trial_end,
        "trial_settings": {"end_behavior": {"billing_cycle_anchor": "now", "missing_payment_method": "create_invoice"}},
        "trial_start": row.trial_start,
    }
    if len(items) == 1:
        shape |= {"plan": items[0]["plan"], "quantity": items[0]["quantity"]}
    more = dict(row.more or {})
    shape["cancellation_details"] |= more.pop("cancellation_details", {})
    return shape | more


def _period_end(row: Subscription) -> int:
    end: int = max(item["current_period_end"] for item in row.items)
    return end


def item(identity: str, subscription: str, price: Price, quantity: int, now: int) -> Shape:
    """Return a `subscription_item` whose period begins now."""
    return {
        "id": identity,
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": now,
        "current_period_end": now + PERIODS[price.interval or "month"] * price.interval_count,
        "current_period_start": now,
        "current_trial": None,
        "discounts": [],
        "metadata": {},
        "price": price_shape(price),
        "quantity": quantity,
        "subscription": subscription,
        "tax_rates": [],
    }


def price_shape(row: Price) -> Shape:
    """Return a `price`."""
    more = row.more or {}
    recurring: Shape | None = None
    if row.interval:
        recurring = {
            "interval": row.interval,
            "interval_count": row.interval_count,
            "meter": None,
            "trial_period_days": None,
            "usage_type": "licensed",
        }
    return {
        "id": row.id,
        "object": "price",
        "active": row.active,
        "billing_scheme": "per_unit",
        "created": row.created,
        "currency": row.currency,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": row.lookup_key,
        "metadata": row.metadata or {},
        "nickname": row.nickname,
        "product": row.product,
        "recurring": recurring,
        "tax_behavior": more.get("tax_behavior", "unspecified"),
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if row.interval else "one_time",
        "unit_amount": row.unit_amount,
        "unit_amount_decimal": more.get("unit_amount_decimal", str(row.unit_amount or 0)),
    }


def plan(row: Price) -> Shape:
    """Return the `plan` that stands behind a recurring price."""
    return _plan_of(price_shape(row))


def _plan_of(price: Shape) -> Shape:
    """Return the plan of a price, as that is shown or as it was when an item was made of it."""
    recurring = price["recurring"]
    return {
        "id": price["id"],
        "object": "plan",
        "active": price.get("active", True),
        "amount": price.get("unit_amount"),
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": price.get("created", 0),
        "currency": price["currency"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "livemode": False,
        "metadata": price.get("metadata", {}),
        "meter": None,
        "nickname": price.get("nickname"),
        "product": price.get("product"),
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def product(row: Product) -> Shape:
    """Return a `product`, or the whole of a deleted one as events have it."""
    shape: Shape = {
        "id": row.id,
        "object": "product",
        "active": row.active,
        "attributes": [],
        "created": row.created,
        "default_price": row.default_price,
        "description": row.description,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": row.metadata or {},
        "name": row.name,
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "tax_details": None,
        "type": "service",
        "unit_label": None,
        "updated": row.updated or row.created,
        "url": None,
    }
    return shape | row.more if row.more else shape
