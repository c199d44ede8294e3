"""Subscriptions as time goes by: trials end, periods are renewed and paid, unpaid first invoices expire."""

from typing import Any

from tollbridge.simulator.model.rows import Invoice, PaymentIntent, Subscription
from tollbridge.simulator.model.state_machine import CANCELABLE, moved
from tollbridge.simulator.resources.billing import collected, invoiced, method_of
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.serializers.subscriptions import PERIODS

EXPIRES_AFTER = 23 * 3600
"""Seconds that a first payment may take; documented."""


def period_end(row: Subscription) -> int:
    """Return when the period that a subscription is in ends, in seconds since the epoch."""
    return min(int(item["current_period_end"]) for item in row.items)


def next_change(row: Subscription) -> int | None:
    """Return when a subscription changes by itself; None for never, as for those that a world file brought."""
    if not row.renews:
        return None
    if row.status == "incomplete":
        return row.created + EXPIRES_AFTER
    return period_end(row) if row.status in ("active", "trialing", "past_due") else None


def changed(context: Context, row: Subscription) -> Subscription:
    """Make the next change of a subscription."""
    if row.status == "incomplete":
        return _expired(context, row)
    if row.cancel_at_period_end:
        row = row._replace(status="canceled", ended_at=context.now)
        context.work.put(row)
        return row
    return _renewed(context, row)


def _expired(context: Context, row: Subscription) -> Subscription:
    invoice = context.work.get(Invoice, row.latest_invoice or "")
    if invoice is not None and invoice.status == "open":
        voided(context, invoice)
    row = row._replace(status="incomplete_expired", ended_at=context.now)
    context.work.put(row)
    return row


def voided(context: Context, invoice: Invoice) -> Invoice:
    """Void an invoice; its intent is canceled."""
    intent = context.work.get(PaymentIntent, invoice.payment_intent or "")
    if intent is not None and intent.status in CANCELABLE:
        ended = {"canceled_at": context.now, "cancellation_reason": "void_invoice", "next_action": None}
        context.work.put(moved(intent, "canceled", **ended))
    invoice = invoice._replace(status="void", voided_at=context.now, asks=False)
    context.work.put(invoice)
    return invoice


def _renewed(context: Context, row: Subscription) -> Subscription:
    """Begin the next period, and try to be paid for it; without that the subscription is past due."""
    items = [_in_next_period(item, context.now) for item in row.items]
    row, invoice = invoiced(context, row._replace(items=items, status="past_due"), "subscription_cycle")
    collected(context, invoice, method_of(context, row))
    paid = context.work.get(Invoice, invoice.id)
    row = context.work.get(Subscription, row.id) or row
    if paid is not None and paid.status == "paid":
        row = row._replace(status="active")
        context.work.put(row)
    return row


def _in_next_period(item: dict[str, Any], now: int) -> dict[str, Any]:
    if item["current_period_end"] > now:
        return item
    begins, recurring = item["current_period_end"], item["price"]["recurring"]
    ends = begins + PERIODS[recurring["interval"]] * recurring["interval_count"]
    return item | {"current_period_start": begins, "current_period_end": ends}
