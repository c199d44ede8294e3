"""What becomes of a session of Checkout: it is complete once its payment is, or it expires."""

from tollbridge.simulator.model.rows import CheckoutSession, PaymentIntent, SetupIntent
from tollbridge.simulator.model.state_machine import CANCELABLE, SETUP_TRANSITIONS, moved, moved_setup
from tollbridge.simulator.resources.context import Context


def session_paid(context: Context, identity: str | None, payment_status: str) -> None:
    """Complete the session that an intent is of, where it is of one, now that the intent has succeeded.

    Args:
        context: the call.
        identity: of the session; None where the intent is of none.
        payment_status: of the session from now on; `unpaid` where the money is only held (unverified).
    """
    row = context.work.get(CheckoutSession, identity) if identity else None
    if row is not None and row.status == "open":
        completed(context, row, payment_status)


def completed(context: Context, row: CheckoutSession, payment_status: str) -> CheckoutSession:
    """Write that a session is complete; its page is no more."""
    row = row._replace(status="complete", payment_status=payment_status, url=None)
    context.work.put(row)
    context.did("checkout.session.completed", row.id)
    return row


def next_change(row: CheckoutSession) -> int | None:
    """Return when a session changes by itself; None for never."""
    return row.expires_at if row.status == "open" else None


def expired(context: Context, row: CheckoutSession) -> CheckoutSession:
    """Write that a session cannot be paid any more; what it had begun is canceled (unverified of payments)."""
    _cancel(context, row)
    row = row._replace(status="expired", url=None)
    context.work.put(row)
    context.did("checkout.session.expired", row.id)
    return row


def _cancel(context: Context, row: CheckoutSession) -> None:
    payment = context.work.get(PaymentIntent, row.payment_intent or "")
    if payment is not None and payment.status in CANCELABLE:
        ended = {"canceled_at": context.now, "cancellation_reason": "abandoned", "next_action": None}
        context.work.put(moved(payment, "canceled", **ended))
    setup = context.work.get(SetupIntent, row.setup_intent or "")
    if setup is not None and (setup.status, "canceled") in SETUP_TRANSITIONS:
        context.work.put(moved_setup(setup, "canceled", cancellation_reason="abandoned", next_action=None))
