"""Customers, their payment methods, and subscriptions."""

from tollbridge.simulator.cards import BY_NUMBER
from tollbridge.simulator.context import Answer, Context, shown
from tollbridge.simulator.failures import StripeFailure, invalid, missing, no_such, not_found
from tollbridge.simulator.forms import Form, one_of, text
from tollbridge.simulator.listing import page
from tollbridge.simulator.ownership import fresh
from tollbridge.simulator.rows import Customer, PaymentMethod, Subscription
from tollbridge.simulator.specification import method_types

CONSUMED = (
    "This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and "
    "may not be used again."
)
ATTACHED_ELSEWHERE = "The payment method you provided has already been attached to a customer."


def retrieve_customer(context: Context, _form: Form, customer: str) -> Answer:
    """`GET /v1/customers/{customer}`."""
    row = context.work.get(Customer, customer)
    if row is None:
        raise not_found("customer", customer, "id")
    return shown(row)


def retrieve_customers_method(context: Context, _form: Form, customer: str, payment_method: str) -> Answer:
    """`GET /v1/customers/{customer}/payment_methods/{payment_method}`."""
    if context.work.get(Customer, customer) is None:
        raise not_found("customer", customer, "id")
    row = context.work.get(PaymentMethod, payment_method)
    if row is None:
        raise not_found("PaymentMethod", payment_method, "payment_method")
    if row.customer != customer:
        raise StripeFailure(404, "Invalid request", param="customer")
    return shown(row)


def list_customers_methods(context: Context, form: Form, customer: str) -> Answer:
    """`GET /v1/customers/{customer}/payment_methods`, the newest first."""
    if context.work.get(Customer, customer) is None:
        raise not_found("customer", customer, "id")
    wanted = one_of(form, "type", method_types())
    every = context.work.every(PaymentMethod) if wanted in (None, "card") else []
    own = [row for row in reversed(every) if row.customer == customer]
    return page(own, form, what="PaymentMethod", url=f"/v1/customers/{customer}/payment_methods")


def retrieve_method(context: Context, _form: Form, payment_method: str) -> Answer:
    """`GET /v1/payment_methods/{payment_method}`; an alias is a fresh method each time."""
    return shown(_method(context, payment_method))


def attach(context: Context, form: Form, payment_method: str) -> Answer:
    """`POST /v1/payment_methods/{payment_method}/attach`; an alias is cloned, so the id changes."""
    owner = text(form, "customer")
    if owner is None:
        raise missing("customer")
    row = _method(context, payment_method)
    if context.work.get(Customer, owner) is None:
        raise no_such("customer", owner, "customer")
    if row.customer not in (None, owner):
        raise invalid(ATTACHED_ELSEWHERE)
    if row.customer == owner:
        return shown(row)
    if row.consumed:
        raise invalid(CONSUMED)
    card = BY_NUMBER[row.card]
    if card.decline and not card.attachable:
        # Recorded with the generic decline: the parameter is there, and empty.
        return Answer(402, {"error": {"param": "", **card.decline.error(None)}})
    row = row._replace(customer=owner)
    context.work.put(row)
    context.did("payment_method.attached", row.id)
    return shown(row)


def retrieve_subscription(context: Context, _form: Form, subscription: str) -> Answer:
    """`GET /v1/subscriptions/{subscription}`."""
    return shown(_subscription(context, subscription))


def update_subscription(context: Context, form: Form, subscription: str) -> Answer:
    """`POST /v1/subscriptions/{subscription}`: its default payment method, which an empty one clears."""
    row = _subscription(context, subscription)
    chosen = text(form, "default_payment_method", may_clear=True)
    if chosen is not None:
        if chosen:
            _require_own(context, row, chosen)
        row = row._replace(default_payment_method=chosen or None)
        context.work.put(row)
        context.did("customer.subscription.updated", row.id)
    return shown(row)


def _require_own(context: Context, row: Subscription, chosen: str) -> None:
    method = context.work.get(PaymentMethod, chosen)
    if method is None or method.customer != row.customer:
        # Code and parameter are unverified.
        raise invalid(
            f"The customer does not have a payment method with the ID {chosen}. The payment method must be attached "
            "to the customer.",
            param="default_payment_method",
            code="resource_missing",
        )


def _method(context: Context, identity: str) -> PaymentMethod:
    row = fresh(context, identity) or context.work.get(PaymentMethod, identity)
    if row is None:
        raise not_found("PaymentMethod", identity, "payment_method")
    return row


def _subscription(context: Context, identity: str) -> Subscription:
    row = context.work.get(Subscription, identity)
    if row is None:
        raise not_found("subscription", identity, "id")
    return row
