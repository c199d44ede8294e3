"""Customers, and the payment methods below them."""

from typing import Any

from tollbridge.simulator.model.errors import StripeFailure, not_found, within
from tollbridge.simulator.model.rows import Customer, PaymentMethod, Subscription
from tollbridge.simulator.protocol.answer import Answer, shown
from tollbridge.simulator.protocol.forms import Form, nested, one_of, text
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.protocol.specification import method_types
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.ownership import require_own
from tollbridge.simulator.resources.pagination import CURSORS, made_when, page
from tollbridge.simulator.resources.parameters import address, email, merged, metadata, shipping
from tollbridge.simulator.resources.payment_methods import attached, existing

LONGEST_NAME = 256
LONGEST = {"description": 5_000, "phone": 20}


def create(context: Context, form: Form) -> Answer:
    """`POST /v1/customers`; a payment method that is named is attached."""
    row = Customer(context.new_id("cus"), None, None, None, context.now)
    row = _changed(row, form)
    chosen = text(form, "payment_method")
    if chosen is not None:
        answer = attached(context, existing(context, chosen), row.id)
        if answer.status >= 400:
            return answer
    context.work.put(row)
    context.did("customer.created", row.id)
    return shown(_with_default(context, row, form))


def retrieve(context: Context, _form: Form, customer: str) -> Answer:
    """`GET /v1/customers/{customer}`; a deleted one is a stub."""
    row = context.work.get(Customer, customer)
    if row is None:
        raise not_found("customer", customer, "id")
    return shown(row)


def update(context: Context, form: Form, customer: str) -> Answer:
    """`POST /v1/customers/{customer}`; empty values clear."""
    row = _with_default(context, _changed(living(context, customer), form), form)
    context.work.put(row)
    context.did("customer.updated", row.id)
    return shown(row)


def delete(context: Context, _form: Form, customer: str) -> Answer:
    """`DELETE /v1/customers/{customer}`: the methods are detached, the subscriptions canceled."""
    row = living(context, customer)
    for method in context.work.listed(PaymentMethod, ("customer", row.id)):
        context.work.put(method._replace(customer=None, consumed=True))
    for subscription in context.work.listed(Subscription, ("customer", row.id)):
        if subscription.status != "canceled":
            ended: dict[str, Any] = {"status": "canceled", "canceled_at": context.now, "ended_at": context.now}
            context.work.put(subscription._replace(**ended))
    row = Customer(row.id, None, None, None, row.created, deleted=True)
    context.work.put(row)
    context.did("customer.deleted", row.id)
    return shown(row)


def list_(context: Context, form: Form) -> Answer:
    """`GET /v1/customers`, the newest first, without the deleted."""
    made, address_of = made_when(form), text(form, "email")
    return page(
        context,
        Customer,
        form,
        what="customer",
        url="/v1/customers",
        wanted=lambda row: not row.deleted and made(row.created) and address_of in (None, row.email),
    )


def retrieve_method(context: Context, _form: Form, customer: str, payment_method: str) -> Answer:
    """`GET /v1/customers/{customer}/payment_methods/{payment_method}`."""
    living(context, customer)
    row = context.work.get(PaymentMethod, payment_method)
    if row is None:
        raise not_found("PaymentMethod", payment_method, "payment_method")
    if row.customer != customer:
        raise StripeFailure(404, "Invalid request", param="customer")
    return shown(row)


def every_method(context: Context, form: Form, customer: str) -> Answer:
    """`GET /v1/customers/{customer}/payment_methods`, the newest first."""
    living(context, customer)
    asked = one_of(form, "type", method_types())
    return page(
        context,
        PaymentMethod,
        form,
        what="PaymentMethod",
        url=f"/v1/customers/{customer}/payment_methods",
        owner=("customer", customer),
        wanted=lambda _row: asked in (None, "card"),
    )


def living(context: Context, identity: str) -> Customer:
    """Return a customer that the path names and that is not deleted.

    Raises:
        StripeFailure: 404.
    """
    row = context.work.get(Customer, identity)
    if row is None or row.deleted:
        raise not_found("customer", identity, "id")
    return row


def _changed(row: Customer, form: Form) -> Customer:
    """Return a customer with what the parameters say of it."""
    more = dict(row.more or {})
    for name, most in LONGEST.items():
        if name in form:
            more[name] = text(form, name, most=most, may_clear=True) or None
    if "address" in form:
        more["address"] = address(form)
    if "shipping" in form:
        more["shipping"] = shipping(form)
    if "tax_exempt" in form:
        more["tax_exempt"] = one_of(form, "tax_exempt", ("none", "exempt", "reverse")) or "none"
    changes: dict[str, Any] = {"more": more or None, "metadata": merged(row.metadata, metadata(form), form)}
    if "email" in form:
        changes["email"] = email(form, "email", may_clear=True)
    if "name" in form:
        changes["name"] = text(form, "name", most=LONGEST_NAME, may_clear=True) or None
    return row._replace(**changes)


def _with_default(context: Context, row: Customer, form: Form) -> Customer:
    """Return a customer with the default method of its invoices, which has to be its own."""
    settings = nested(form, "invoice_settings")
    if settings is None:
        return row
    with within("invoice_settings"):
        chosen = text(settings, "default_payment_method", may_clear=True)
    if chosen:
        require_own(context, row.id, chosen, "invoice_settings[default_payment_method]")
    row = row._replace(default_method=chosen or None)
    context.work.put(row)
    return row


ABOUT = (
    "address",
    "description",
    "email",
    "invoice_settings[default_payment_method]",
    "metadata",
    "name",
    "phone",
    "shipping",
    "tax_exempt",
)
ROUTES = (
    route("GET", "/v1/customers", list_, "list of customer", "created", "email", *CURSORS),
    route("POST", "/v1/customers", create, "customer", "payment_method", *ABOUT),
    route("GET", "/v1/customers/{customer}", retrieve, "customer"),
    route("POST", "/v1/customers/{customer}", update, "customer", *ABOUT),
    route("DELETE", "/v1/customers/{customer}", delete, "deleted_customer"),
    route(
        "GET",
        "/v1/customers/{customer}/payment_methods",
        every_method,
        "list of payment_method",
        "type",
        *CURSORS,
    ),
    route("GET", "/v1/customers/{customer}/payment_methods/{payment_method}", retrieve_method, "payment_method"),
)
