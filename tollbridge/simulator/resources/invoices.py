"""Invoices of subscriptions: retrieve, list, pay, void; their lines and their payments."""

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.errors import invalid, not_found, not_simulated, within
from tollbridge.simulator.model.rows import INVOICE_STATUSES, Invoice, PaymentIntent, Subscription
from tollbridge.simulator.protocol.answer import Answer, shown
from tollbridge.simulator.protocol.forms import Form, boolean, one_of, text
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources.billing import collected, method_of
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.ownership import customer_named, method_named
from tollbridge.simulator.resources.pagination import CURSORS, list_answer, made_when, page, page_bounds
from tollbridge.simulator.resources.subscription_turns import voided
from tollbridge.simulator.state.unit_of_work import EVERYBODY, Owner

PAID = "Invoice is already paid"
NOT_OPEN = "You can only pass in open invoices. This invoice isn't open."


def _existing(context: Context, identity: str, param: str) -> Invoice:
    row = context.work.get(Invoice, identity)
    if row is None:
        raise not_found("invoice", identity, param)
    return row


def retrieve(context: Context, _form: Form, invoice: str) -> Answer:
    """`GET /v1/invoices/{invoice}`."""
    return shown(_existing(context, invoice, "invoice"))


def list_(context: Context, form: Form) -> Answer:
    """`GET /v1/invoices`, the newest first."""
    made, customer, status = made_when(form), customer_named(context, form), one_of(form, "status", INVOICE_STATUSES)
    subscription, method = text(form, "subscription"), one_of(form, "collection_method", COLLECTED)
    owner: Owner = ("customer", customer.id) if customer else EVERYBODY

    def wanted(row: Invoice) -> bool:
        return (
            made(row.created)
            and status in (None, row.status)
            and subscription in (None, row.subscription)
            and method != "send_invoice"
        )

    return page(context, Invoice, form, what="invoice", url="/v1/invoices", owner=owner, wanted=wanted)


def lines(context: Context, form: Form, invoice: str) -> Answer:
    """`GET /v1/invoices/{invoice}/lines`: all of them, as there are twenty at most."""
    row = _existing(context, invoice, "invoice")
    return list_answer(page_bounds(form), row.lines, lambda line: line, f"/v1/invoices/{row.id}/lines")


def pay(context: Context, form: Form, invoice: str) -> Answer:
    """`POST /v1/invoices/{invoice}/pay`, with the method that is named, else the subscription's."""
    row = _existing(context, invoice, "id")
    _require_open(row)
    if boolean(form, "paid_out_of_band"):
        raise not_simulated("invoices that are paid out of band")
    intent = context.work.get(PaymentIntent, row.payment_intent or "")
    assert intent is not None  # an open invoice has something to pay
    subscription = context.work.get(Subscription, row.subscription)
    method = method_named(context, form, intent) or (method_of(context, subscription) if subscription else None)
    answer = collected(context, row, method)
    if answer is None:
        raise invalid(NO_METHOD)  # unverified
    if answer.status >= 400:
        return answer
    return shown(_existing(context, invoice, "id"))


NO_METHOD = "There is no payment method that can pay this invoice. Add one to its customer, or name one."
COLLECTED = ("charge_automatically", "send_invoice")


def _require_open(row: Invoice) -> None:
    if row.status == "paid":
        raise invalid(PAID)
    if row.status != "open":
        raise invalid(NOT_OPEN)


def void(context: Context, _form: Form, invoice: str) -> Answer:
    """`POST /v1/invoices/{invoice}/void`."""
    row = _existing(context, invoice, "id")
    if row.status != "open":
        raise invalid(NOT_OPEN)
    context.did("invoice.voided", row.id)
    return shown(voided(context, row))


def payments(context: Context, form: Form) -> Answer:
    """`GET /v1/invoice_payments`: which invoice an intent pays, and which intent an invoice."""
    invoice, sent, status = text(form, "invoice"), form.get("payment"), one_of(form, "status", PAYMENTS)
    with within("payment"):
        intent = text(sent, "payment_intent") if isinstance(sent, dict) else None
    owner: Owner = ("payment_intent", intent) if intent is not None else EVERYBODY
    rows = (
        row
        for row in context.work.listed(Invoice, owner)
        if row.payment is not None
        and invoice in (None, row.id)
        and status in (None, shapes.invoice_payment(row)["status"])
    )
    return list_answer(page_bounds(form), rows, shapes.invoice_payment, "/v1/invoice_payments")


PAYMENTS = ("canceled", "open", "paid")
INVOICES, INVOICE = "/v1/invoices", "/v1/invoices/{invoice}"
ROUTES = (
    route(
        "GET",
        INVOICES,
        list_,
        "list of invoice",
        *("collection_method", "created", "customer", "status", "subscription", *CURSORS),
    ),
    route("GET", INVOICE, retrieve, "invoice"),
    route("GET", f"{INVOICE}/lines", lines, "list of line_item", "limit"),
    route("POST", f"{INVOICE}/pay", pay, "invoice", "off_session", "paid_out_of_band", "payment_method"),
    route("POST", f"{INVOICE}/void", void, "invoice"),
    route(
        "GET",
        "/v1/invoice_payments",
        payments,
        "list of invoice_payment",
        *("invoice", "limit", "payment[payment_intent]", "payment[type]", "status"),
    ),
)
