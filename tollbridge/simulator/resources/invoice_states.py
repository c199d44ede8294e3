"""Effects of a payment on its invoice, and of the invoice on its subscription."""

from tollbridge.simulator.model.rows import Invoice, PaymentIntent, Subscription
from tollbridge.simulator.resources.context import Context

ON_SUBSCRIPTION = "on_subscription"


def invoice_paid(context: Context, intent: PaymentIntent) -> None:
    """Mark the invoice of an intent as paid, where it is of one; its subscription goes on."""
    invoice = context.work.get(Invoice, intent.invoice) if intent.invoice else None
    if invoice is None or invoice.status != "open":
        return
    invoice = invoice._replace(
        status="paid", paid_at=context.now, attempts=invoice.attempts + 1, attempted=True, asks=False
    )
    context.work.put(invoice)
    context.did("invoice.paid", invoice.id)
    row = context.work.get(Subscription, invoice.subscription)
    if row is not None:
        context.work.put(_going_on(row, invoice, intent))


def _going_on(row: Subscription, invoice: Invoice, intent: PaymentIntent) -> Subscription:
    if row.status in ("incomplete", "past_due") and row.latest_invoice == invoice.id:
        row = row._replace(status="active")
    settings = (row.more or {}).get("payment_settings", {})
    if settings.get("save_default_payment_method") == ON_SUBSCRIPTION:
        row = row._replace(default_payment_method=intent.payment_method)
    return row


def invoice_not_paid(context: Context, intent: PaymentIntent, *, asks: bool) -> None:
    """Note that a try to pay the invoice of an intent failed, or that it asks the cardholder."""
    invoice = context.work.get(Invoice, intent.invoice) if intent.invoice else None
    if invoice is None or invoice.status != "open":
        return
    attempts = invoice.attempts if asks else invoice.attempts + 1
    context.work.put(invoice._replace(attempts=attempts, attempted=True, asks=asks))
