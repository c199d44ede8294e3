"""The statuses of payment intents and setup intents: which event moves which one where. Nothing else moves a status."""

from typing import Any

from tollbridge.simulator.model.rows import PaymentIntent, SetupIntent

TRANSITIONS: dict[tuple[str, str], str] = {
    ("requires_payment_method", "given_method"): "requires_confirmation",
    ("requires_confirmation", "given_method"): "requires_confirmation",
    ("requires_action", "given_method"): "requires_confirmation",
    ("requires_confirmation", "succeeded"): "succeeded",
    ("requires_action", "succeeded"): "succeeded",
    ("requires_confirmation", "needs_action"): "requires_action",
    ("requires_action", "needs_action"): "requires_action",
    ("requires_confirmation", "declined"): "requires_payment_method",
    ("requires_action", "declined"): "requires_payment_method",
    ("requires_confirmation", "held"): "requires_capture",
    ("requires_action", "held"): "requires_capture",
    ("requires_capture", "captured"): "succeeded",
    ("requires_action", "authenticated"): "requires_confirmation",
    ("requires_action", "not_authenticated"): "requires_payment_method",
    ("requires_capture", "canceled"): "canceled",
    ("requires_payment_method", "canceled"): "canceled",
    ("requires_confirmation", "canceled"): "canceled",
    ("requires_action", "canceled"): "canceled",
}
"""Which event moves which status where. What is not here does not happen."""

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
"""States in which an intent can be confirmed; without a method, one is given first."""

CHANGEABLE = (*CONFIRMABLE,)
"""States in which more than metadata and description can be updated."""

CANCELABLE = tuple(dict.fromkeys(status for status, event in TRANSITIONS if event == "canceled"))


def moved(row: PaymentIntent, event: str, **changes: Any) -> PaymentIntent:
    """Return the intent after an event: the only code that changes a status."""
    return row._replace(status=TRANSITIONS[row.status, event], **changes)


SETUP_TRANSITIONS: dict[tuple[str, str], str] = {
    ("requires_payment_method", "given_method"): "requires_confirmation",
    ("requires_confirmation", "given_method"): "requires_confirmation",
    ("requires_action", "given_method"): "requires_confirmation",
    ("requires_confirmation", "succeeded"): "succeeded",
    ("requires_action", "succeeded"): "succeeded",
    ("requires_confirmation", "needs_action"): "requires_action",
    ("requires_action", "needs_action"): "requires_action",
    ("requires_confirmation", "declined"): "requires_payment_method",
    ("requires_action", "declined"): "requires_payment_method",
    ("requires_action", "not_authenticated"): "requires_payment_method",
    ("requires_payment_method", "canceled"): "canceled",
    ("requires_confirmation", "canceled"): "canceled",
    ("requires_action", "canceled"): "canceled",
}


def moved_setup(row: SetupIntent, event: str, **changes: Any) -> SetupIntent:
    """Return the setup intent after an event: the only code that changes its status."""
    return row._replace(status=SETUP_TRANSITIONS[row.status, event], **changes)


PAID_WITH = ("requires_confirmation", "requires_action", "requires_capture", "succeeded")
CHARGED = ("requires_capture", "succeeded")
"""The statuses of an intent that has a payment method, and of a payment intent that has a charge."""


def contradiction(row: tuple[Any, ...]) -> str | None:
    """Return what an intent's status does not go with; None for nothing, and for other rows."""
    if not isinstance(row, PaymentIntent | SetupIntent):
        return None
    if row.status in PAID_WITH and row.payment_method is None:
        return f"payment_method cannot be null while the status is {row.status}"
    if row.status == "requires_payment_method" and row.payment_method is not None:
        return "payment_method has to be null while the status is requires_payment_method"
    if isinstance(row, PaymentIntent) and row.status in CHARGED and row.latest_charge is None:
        return f"latest_charge cannot be null while the status is {row.status}"
    return None
