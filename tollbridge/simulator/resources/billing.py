"""The invoices of subscriptions: made, and paid by a payment intent of theirs."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.ids import token
from tollbridge.simulator.model.rows import Customer, Invoice, PaymentIntent, PaymentMethod, Product, Subscription
from tollbridge.simulator.model.state_machine import CONFIRMABLE, moved
from tollbridge.simulator.protocol.answer import Answer
from tollbridge.simulator.protocol.money import is_chargeable, major
from tollbridge.simulator.resources.confirmation import paid_for_invoice
from tollbridge.simulator.resources.context import Context

SAID = {"subscription_create": "Subscription creation", "subscription_cycle": "Subscription update"}
"""The description of the intent, by the reason of the invoice."""


def due_of(item: dict[str, Any]) -> int:
    """Return what an item of a subscription costs for a period, in minor units."""
    exact = Decimal(str(item["price"]["unit_amount_decimal"])) * int(item["quantity"])
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def method_of(context: Context, row: Subscription) -> PaymentMethod | None:
    """Return the payment method of a subscription: its own, else its customer's default, else the customer's source."""
    customer = context.work.get(Customer, row.customer)
    default = (customer.default_method or customer.default_source) if customer else None
    method = context.work.get(PaymentMethod, row.default_payment_method or default or "")
    return method if method and method.customer == row.customer else None


def invoiced(context: Context, row: Subscription, reason: str) -> tuple[Subscription, Invoice]:
    """Write an invoice for the period that a subscription is in; one of nothing is paid, any other has an intent.

    Args:
        context: the call.
        row: the subscription, whose items have their period.
        reason: `subscription_create` or `subscription_cycle`.
    """
    identity, free = context.new_id("in"), row.status == "trialing"
    lines = [_line(context, identity, item, free=free) for item in row.items]
    amount = sum(line["amount"] for line in lines)
    amount = amount if is_chargeable(amount, row.items[0]["price"]["currency"]) else 0
    customer = context.work.get(Customer, row.customer)
    intent = _intent(context, row, identity, amount, reason) if amount else None
    invoice = Invoice(
        id=identity,
        customer=row.customer,
        subscription=row.id,
        status="open" if amount else "paid",
        amount=amount,
        currency=row.items[0]["price"]["currency"],
        created=context.now,
        reason=reason,
        number=_number(context, row.customer),
        lines=lines,
        payment_intent=intent.id if intent else None,
        payment=context.new_id("inpay") if intent else None,
        email=customer.email if customer else None,
        name=customer.name if customer else None,
        paid_at=None if amount else context.now,
        attempted=not amount,
    )
    context.work.put(invoice)
    row = row._replace(latest_invoice=invoice.id)
    context.work.put(row)
    context.did("invoice.created", invoice.id)
    return row, invoice


def _number(context: Context, customer: str) -> str:
    newest = next(iter(context.work.listed(Invoice, ("customer", customer))), None)
    count = int(newest.number.rpartition("-")[2]) if newest else 0
    return f"{customer[-8:].upper()}-{count + 1:04}"


def _line(context: Context, invoice: str, item: dict[str, Any], *, free: bool) -> dict[str, Any]:
    product = context.work.get(Product, str(item["price"].get("product")))
    amount = 0 if free else due_of(item)
    said = f"Trial period for {_named(product)}" if free else _said(item, product)
    return shapes.line(context.new_id("il"), invoice, item, amount=amount, said=said)


def _named(product: Product | None) -> str:
    return product.name if product else "a product"


def _said(item: dict[str, Any], product: Product | None) -> str:
    """Return the description of a line, in Stripe's form."""
    price, unit = item["price"], ((product.more or {}).get("unit_label") if product else None)
    interval, count = price["recurring"]["interval"], price["recurring"]["interval_count"]
    every = interval if count == 1 else f"every {count} {interval}s"
    each = major(int(Decimal(price["unit_amount_decimal"])), price["currency"])
    return f"{item['quantity']}{f' {unit}' if unit else ''} × {_named(product)} (at {each} / {every})"  # noqa: RUF001


def _intent(context: Context, row: Subscription, invoice: str, amount: int, reason: str) -> PaymentIntent:
    """Write the intent of an invoice, with the method that will pay, where there is one."""
    identity = context.new_id("pi")
    intent = PaymentIntent(
        id=identity,
        secret=f"{identity}_secret_{token(context.randomness, 25)}",
        amount=amount,
        currency=row.items[0]["price"]["currency"],
        created=context.now,
        status="requires_payment_method",
        metadata={},
        customer=row.customer,
        description=SAID[reason],
        capture_method="automatic",
        future_usage="off_session",
        invoice=invoice,
    )
    method = method_of(context, row)
    if method is not None:
        intent = moved(intent, "given_method", payment_method=method.id)
    context.work.put(intent)
    context.did("payment_intent.created", intent.id)
    return intent


def collected(context: Context, invoice: Invoice, method: PaymentMethod | None) -> Answer | None:
    """Try to pay an invoice with a method; None where there is none, or nothing that is still to be paid."""
    intent = context.work.get(PaymentIntent, invoice.payment_intent) if invoice.payment_intent else None
    if intent is None or method is None or intent.status not in CONFIRMABLE:
        return None
    return paid_for_invoice(context, moved(intent, "given_method", payment_method=method.id), method)
