"""Invoices, their lines and their payments as Stripe shows them."""

from typing import Any

from tollbridge.simulator.model.rows import Invoice

Shape = dict[str, Any]


def invoice(row: Invoice) -> Shape:
    """Return an `invoice` of a subscription; `confirmation_secret` and `payments` are there where they are expanded."""
    paid = row.status == "paid"
    return {
        "id": row.id,
        "object": "invoice",
        "account_country": "US",
        "account_name": "Tollbridge",
        "account_tax_ids": None,
        "amount_due": row.amount,
        "amount_overpaid": 0,
        "amount_paid": row.amount if paid else 0,
        "amount_remaining": 0 if paid else row.amount,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": row.attempts,
        "attempted": row.attempted,
        "auto_advance": row.status == "open",
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "automatically_finalizes_at": None,
        "billing_reason": row.reason,
        "collection_method": "charge_automatically",
        "created": row.created,
        "currency": row.currency,
        "custom_fields": None,
        "customer": row.customer,
        "customer_account": None,
        "customer_address": None,
        "customer_email": row.email,
        "customer_name": row.name,
        "customer_phone": None,
        "customer_shipping": None,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "due_date": None,
        "effective_at": row.created,
        "ending_balance": 0,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": {
            "object": "list",
            "data": row.lines,
            "has_more": False,
            "total_count": len(row.lines),
            "url": f"/v1/invoices/{row.id}/lines",
        },
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": row.number,
        "on_behalf_of": None,
        "parent": {
            "quote_details": None,
            "subscription_details": {"metadata": {}, "subscription": row.subscription},
            "type": "subscription_details",
        },
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "period_end": row.created,
        "period_start": row.created,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": 0,
        "statement_descriptor": None,
        "status": row.status,
        "status_transitions": {
            "finalized_at": row.created,
            "marked_uncollectible_at": None,
            "paid_at": row.paid_at,
            "voided_at": row.voided_at,
        },
        "subtotal": row.amount,
        "subtotal_excluding_tax": row.amount,
        "test_clock": None,
        "total": row.amount,
        "total_discount_amounts": [],
        "total_excluding_tax": row.amount,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": row.created,
    }


PAYMENT_STATUSES = {"open": "open", "paid": "paid"}
"""Of the payment of an invoice, by the status of the invoice; of any other it is canceled."""


def invoice_payment(row: Invoice) -> Shape:
    """Return the `invoice_payment` of an invoice that has an intent."""
    paid = row.status == "paid"
    return {
        "id": row.payment,
        "object": "invoice_payment",
        "amount_paid": row.amount if paid else None,
        "amount_requested": row.amount,
        "created": row.created,
        "currency": row.currency,
        "invoice": row.id,
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": row.payment_intent, "type": "payment_intent"},
        "status": PAYMENT_STATUSES.get(row.status, "canceled"),
        "status_transitions": {"canceled_at": row.voided_at, "paid_at": row.paid_at},
    }


def line(identity: str, invoice_id: str, item: Shape, *, amount: int, said: str) -> Shape:
    """Return a `line_item` for an item of a subscription.

    Args:
        identity: of the line.
        invoice_id: of its invoice.
        item: the item as it is shown.
        amount: in minor units.
        said: the description.
    """
    return {
        "id": identity,
        "object": "line_item",
        "amount": amount,
        "currency": item["price"]["currency"],
        "description": said,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice_id,
        "livemode": False,
        "metadata": {},
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": item["subscription"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        },
        "period": {"end": item["current_period_end"], "start": item["current_period_start"]},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": item["price"]["id"], "product": item["price"].get("product")},
            "type": "price_details",
            "unit_amount_decimal": item["price"]["unit_amount_decimal"],
        },
        "quantity": item["quantity"],
        "quantity_decimal": str(item["quantity"]),
        "subscription": item["subscription"],
        "subtotal": amount,
        "taxes": [],
    }
