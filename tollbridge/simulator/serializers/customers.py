"""Customers as Stripe shows them."""

from typing import Any

from tollbridge.simulator.model.rows import Customer

Shape = dict[str, Any]


def customer(row: Customer) -> Shape:
    """Return a `customer`, or the stub that is left of a deleted one."""
    if row.deleted:
        return {"id": row.id, "object": "customer", "deleted": True}
    shape: Shape = {
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
            "default_payment_method": row.default_method,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": row.metadata or {},
        "name": row.name,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    return shape | row.more if row.more else shape
