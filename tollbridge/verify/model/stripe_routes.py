"""Stripe's routes that the harness speaks of, as the record and the faults name them."""

CREATE = "/v1/payment_intents"
CHANGE = f"{CREATE}/{{intent}}"
CONFIRM = f"{CHANGE}/confirm"
CANCEL = f"{CHANGE}/cancel"
UPDATE = "/v1/subscriptions/{subscription}"

MAY_CARRY = {
    *("amount", "currency", "description", "receipt_email", "customer", "payment_method", "payment_method_types"),
    *("confirm", "error_on_requires_action", "metadata", "expand", "capture_method", "automatic_payment_methods"),
}
"""Parameters that a call about an intent may carry; every other one changes what the intent does."""
