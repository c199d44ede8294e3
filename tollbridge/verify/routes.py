"""Stripe's routes that the harness speaks of, as the record and the faults name them."""

CREATE = "/v1/payment_intents"
CHANGE = f"{CREATE}/{{intent}}"
CONFIRM = f"{CHANGE}/confirm"
CANCEL = f"{CHANGE}/cancel"
UPDATE = "/v1/subscriptions/{subscription}"
