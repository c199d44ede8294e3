"""Payment intents and setup intents as Stripe shows them."""

from typing import Any

from tollbridge.simulator.model.rows import PaymentIntent, SetupIntent

Shape = dict[str, Any]
AMOUNT_DETAILS: Shape = {"tip": {}}
CARD_OPTIONS: Shape = {
    "card": {
        "installments": None,
        "mandate_options": None,
        "network": None,
        "request_three_d_secure": "automatic",
    }
}
SETUP_OPTIONS: Shape = {"card": {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"}}
CARDS_ONLY = ["card"]
NOT_MANAGED: Shape = {"enabled": False}
"""Parts that are always the same are made once: a shape is written out, and never changed."""


def payment_intent(row: PaymentIntent) -> Shape:
    """Return a `payment_intent`."""
    shape: Shape = {
        "id": row.id,
        "object": "payment_intent",
        "allowed_payment_method_types": None,
        "amount": row.amount,
        "amount_capturable": row.amount_capturable,
        "amount_details": AMOUNT_DETAILS,
        "amount_received": row.amount_received,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": automatic(row.redirects),
        "canceled_at": row.canceled_at,
        "cancellation_reason": row.cancellation_reason,
        "capture_method": row.capture_method,
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
        "setup_future_usage": row.future_usage,
        "shared_payment_granted_token": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": row.status,
        "transfer_data": None,
        "transfer_group": None,
    }
    if row.invoice is not None:
        shape["payment_details"] = {"customer_reference": None, "order_reference": row.invoice}
    return shape | row.more if row.more else shape


def setup_intent(row: SetupIntent) -> Shape:
    """Return a `setup_intent`."""
    return {
        "id": row.id,
        "object": "setup_intent",
        "allowed_payment_method_types": None,
        "application": None,
        "automatic_payment_methods": automatic(row.redirects),
        "cancellation_reason": row.cancellation_reason,
        "client_secret": row.secret,
        "created": row.created,
        "customer": row.customer,
        "customer_account": None,
        "description": row.description,
        "excluded_payment_method_types": None,
        "flow_directions": None,
        "last_setup_error": row.last_error,
        "latest_attempt": None,
        "livemode": False,
        "managed_payments": NOT_MANAGED,
        "mandate": None,
        "metadata": row.metadata,
        "next_action": row.next_action,
        "on_behalf_of": None,
        "payment_method": row.payment_method,
        "payment_method_configuration_details": None,
        "payment_method_options": SETUP_OPTIONS,
        "payment_method_types": CARDS_ONLY,
        "single_use_mandate": None,
        "status": row.status,
        "usage": row.usage,
    }


def automatic(redirects: str | None) -> Shape | None:
    """Return `automatic_payment_methods`; None where types were given."""
    return {"allow_redirects": redirects, "enabled": True} if redirects else None
