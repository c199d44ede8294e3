"""Subscriptions: which method pays, and whether the first payment would go through. No invoice is made."""

from typing import Any

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.cards import BY_NUMBER
from tollbridge.simulator.model.errors import StripeFailure, invalid, missing, no_such, not_found
from tollbridge.simulator.model.rows import SUBSCRIPTION_STATUSES, Customer, PaymentMethod, Price, Subscription
from tollbridge.simulator.protocol.answer import Answer, shown
from tollbridge.simulator.protocol.forms import Form, Value, boolean, integer, one_of, text
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.ownership import customer_named, require_own
from tollbridge.simulator.resources.pagination import CURSORS, made_when, page
from tollbridge.simulator.resources.parameters import merged, metadata

NO_METHOD = (
    "This customer has no attached payment source or default payment method. Please consider adding a default payment "
    "method. For more information, visit "
    "https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority."
)
MAX_ITEMS = 20
"""As Stripe documents it."""

ENDED = "A canceled subscription can only update its cancellation_details and metadata."
BEHAVIORS = ("allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete")
STATUSES = tuple(sorted((*SUBSCRIPTION_STATUSES, "all", "ended")))


def create(context: Context, form: Form) -> Answer:
    """`POST /v1/subscriptions`; the order of checks: customer → items → default method → whether it can be paid."""
    customer = customer_named(context, form)
    if customer is None:
        raise missing("customer")
    identity = context.new_id("sub")
    items = _items(context, form, identity)
    chosen = text(form, "default_payment_method")
    if chosen is not None:
        require_own(context, customer.id, chosen, "default_payment_method")
    behavior = one_of(form, "payment_behavior", BEHAVIORS) or "allow_incomplete"
    paid = _first_payment(context, customer, chosen, items, behavior)
    if isinstance(paid, Answer):
        return paid
    row = Subscription(identity, customer.id, paid, chosen, context.now, items)
    row = _changed(context, row, form)
    context.work.put(row)
    context.did("customer.subscription.created", row.id)
    return shown(row)


def _items(context: Context, form: Form, subscription: str) -> list[shapes.Shape]:
    sent = form.get("items")
    if not sent:
        raise missing("items")
    if isinstance(sent, str):
        raise invalid("Invalid array", param="items")
    entries = list(sent.values()) if isinstance(sent, dict) else sent
    if len(entries) > MAX_ITEMS:
        raise invalid(f"A subscription has up to {MAX_ITEMS} items.", param="items")  # wording unverified
    return [_item(context, entry, subscription, position) for position, entry in enumerate(entries)]


def _item(context: Context, entry: Value, subscription: str, position: int) -> shapes.Shape:
    param = f"items[{position}]"
    if not isinstance(entry, dict):
        raise invalid("Invalid object", param=param)
    identity = text(entry, "price")
    if identity is None:
        raise missing(f"{param}[price]")
    price = context.work.get(Price, identity)
    if price is None:
        raise no_such("price", identity, f"{param}[price]")
    if price.interval is None:
        # Wording unverified.
        raise invalid(
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
            param=f"{param}[price]",
        )
    quantity = integer(entry, "quantity")
    return shapes.item(context.new_id("si"), subscription, price, 1 if quantity is None else quantity, context.now)


def _first_payment(
    context: Context, customer: Customer, chosen: str | None, items: list[shapes.Shape], behavior: str
) -> str | Answer:
    """Return the status that the first payment leads to; a 402 where nothing shall be left incomplete."""
    due = sum(item["price"]["unit_amount"] * item["quantity"] for item in items)
    if not due:
        return "active"
    method = context.work.get(PaymentMethod, chosen or customer.default_method or customer.default_source or "")
    if behavior == "default_incomplete":
        return "incomplete"
    if method is None:
        raise invalid(NO_METHOD, code="resource_missing")
    card = BY_NUMBER[method.card]
    if card.decline is None and card.authentication != "always":
        return "active"
    if behavior != "error_if_incomplete":
        return "incomplete"
    if card.decline:
        return Answer(402, {"error": card.decline.error(None)})
    raise StripeFailure(
        402,
        "Your card was declined. This transaction requires authentication.",
        "card_error",
        "subscription_payment_intent_requires_action",
    )  # unverified


def retrieve(context: Context, _form: Form, subscription: str) -> Answer:
    """`GET /v1/subscriptions/{subscription}`."""
    return shown(_existing(context, subscription))


def update(context: Context, form: Form, subscription: str) -> Answer:
    """`POST /v1/subscriptions/{subscription}`; an empty default payment method clears it."""
    row = _existing(context, subscription)
    if row.status == "canceled" and form.keys() - {"metadata", "expand"}:
        raise invalid(ENDED)  # unverified
    chosen = text(form, "default_payment_method", may_clear=True)
    if chosen:
        require_own(context, row.customer, chosen, "default_payment_method")
    if chosen is not None:
        row = row._replace(default_payment_method=chosen or None)
    row = _changed(context, row, form)
    if form.keys() - {"expand"}:
        context.work.put(row)
        context.did("customer.subscription.updated", row.id)
    return shown(row)


def cancel(context: Context, _form: Form, subscription: str) -> Answer:
    """`DELETE /v1/subscriptions/{subscription}`, at once; the answer is the whole object (recorded)."""
    row = _existing(context, subscription)
    if row.status == "canceled":
        raise not_found("subscription", subscription, "id")  # unverified
    row = row._replace(status="canceled", canceled_at=context.now, ended_at=context.now)
    context.work.put(row)
    context.did("customer.subscription.deleted", row.id)
    return shown(row)


def list_(context: Context, form: Form) -> Answer:
    """`GET /v1/subscriptions`, the newest first; the canceled are left out unless they are asked for."""
    customer, made = customer_named(context, form), made_when(form)
    status, price = one_of(form, "status", STATUSES), text(form, "price")

    def wanted(row: Subscription) -> bool:
        return (
            made(row.created)
            and _of_status(row, status)
            and (price is None or any(item["price"]["id"] == price for item in row.items))
        )

    owner = ("customer", customer.id) if customer else ("", "")
    return page(context, Subscription, form, what="subscription", url="/v1/subscriptions", owner=owner, wanted=wanted)


def _of_status(row: Subscription, status: str | None) -> bool:
    if status == "all":
        return True
    if status == "ended":
        return row.status in ("canceled", "incomplete_expired")
    return row.status != "canceled" if status is None else row.status == status


def _changed(context: Context, row: Subscription, form: Form) -> Subscription:
    changes: dict[str, Any] = {"metadata": merged(row.metadata, metadata(form), form)}
    if "description" in form:
        said = text(form, "description", most=500, may_clear=True)
        changes["more"] = {**(row.more or {}), "description": said or None}
    if "cancel_at_period_end" in form:
        ends = boolean(form, "cancel_at_period_end")
        changes |= {"cancel_at_period_end": ends, "canceled_at": context.now if ends else None}
    return row._replace(**changes)


def _existing(context: Context, identity: str) -> Subscription:
    row = context.work.get(Subscription, identity)
    if row is None:
        raise not_found("subscription", identity, "id")
    return row


SUBSCRIPTION = "/v1/subscriptions/{subscription}"
SAID = ("cancel_at_period_end", "default_payment_method", "description", "metadata")
ROUTES = (
    route(
        "GET", "/v1/subscriptions", list_, "list of subscription", "created", "customer", "price", "status", *CURSORS
    ),
    route(
        "POST",
        "/v1/subscriptions",
        create,
        "subscription",
        "customer",
        "items[][price]",
        "items[][quantity]",
        "payment_behavior",
        *SAID,
    ),
    route("GET", SUBSCRIPTION, retrieve, "subscription"),
    route("POST", SUBSCRIPTION, update, "subscription", *SAID),
    route("DELETE", SUBSCRIPTION, cancel, "subscription"),
)
