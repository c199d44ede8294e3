"""Subscriptions: create, with the first invoice and its payment; retrieve, update, cancel, list."""

from typing import Any

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.cards import BY_NUMBER
from tollbridge.simulator.model.errors import StripeFailure, invalid, missing, no_such, not_found, within
from tollbridge.simulator.model.ids import token
from tollbridge.simulator.model.rows import SUBSCRIPTION_STATUSES, Customer, Price, SetupIntent, Subscription
from tollbridge.simulator.protocol.answer import Answer, shown
from tollbridge.simulator.protocol.forms import Form, Value, boolean, integer, one_of, text
from tollbridge.simulator.protocol.money import is_chargeable, require_chargeable
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources.billing import collected, due_of, invoiced, method_of
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.ownership import customer_named, require_own
from tollbridge.simulator.resources.pagination import CURSORS, made_when, page
from tollbridge.simulator.resources.parameters import merged, metadata
from tollbridge.simulator.resources.subscription_parameters import (
    LONGEST_DESCRIPTION,
    cancellation_details,
    payment_settings,
    trial_end,
)
from tollbridge.simulator.resources.turns import up_to_now
from tollbridge.simulator.state.unit_of_work import EVERYBODY

NO_METHOD = (
    "This customer has no attached payment source or default payment method. Please consider adding a default payment "
    "method. For more information, visit "
    "https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority."
)
MAX_ITEMS = 20
"""As Stripe documents it."""

MAX_QUANTITY = 10**9
TWICE = "Cannot create a Subscription with multiple Subscription Items with the same Price"
NO_EFFECT = "Setting `payment_behavior` to `pending_if_incomplete` has no effect when creating a subscription."
WITHOUT_SENDING = "You can only specify 'days_until_due' if invoice collection method is 'send_invoice'."
ASKS = (
    "Payment for this subscription requires additional user action, but the requested payment behavior doesn't save "
    "the invoice or PaymentIntent. Retry the request with `payment_behavior=allow_incomplete` or "
    "`payment_behavior=default_incomplete`, then complete the PaymentIntent on the subscription's latest invoice. "
    "Additional information is available here: "
    "https://stripe.com/docs/billing/subscriptions/overview#requires-action"
)
ENDED = "A canceled subscription can only update its cancellation_details and metadata."
BEHAVIORS = ("allow_incomplete", "error_if_incomplete", "pending_if_incomplete", "default_incomplete")
STATUSES = tuple(sorted((*SUBSCRIPTION_STATUSES, "all", "ended")))


def create(context: Context, form: Form) -> Answer:
    """`POST /v1/subscriptions`; the order of checks: customer → items → default method → trial → payment."""
    customer = _customer(context, form)
    identity = context.new_id("sub")
    items = _items(context, form, identity)
    chosen = text(form, "default_payment_method")
    if chosen is not None:
        require_own(context, customer.id, chosen, "default_payment_method")
    behavior = _behavior(form)
    row = Subscription(identity, customer.id, "incomplete", chosen, context.now, items, renews=True)
    row = _with_trial(context, _changed(context, row, form), trial_end(context, form))
    if row.status != "trialing":
        _require_payable(context, row, behavior)
    row, invoice = invoiced(context, row, "subscription_create")
    if row.status == "trialing":
        row = _with_setup(context, row)
    elif invoice.status == "paid":
        row = row._replace(status="active")
    elif behavior != "default_incomplete":
        collected(context, invoice, method_of(context, row))
        row = context.work.get(Subscription, row.id) or row
    context.work.put(row)
    context.did("customer.subscription.created", row.id)
    return shown(up_to_now(context, row))


def _customer(context: Context, form: Form) -> Customer:
    """Return the customer that is subscribed, who is a 404 where there is none, as recorded."""
    identity = text(form, "customer")
    if identity is None:
        raise missing("customer")
    row = context.work.get(Customer, identity)
    if row is None or row.deleted:
        raise not_found("customer", identity, "customer")
    return row


def _behavior(form: Form) -> str:
    behavior = one_of(form, "payment_behavior", BEHAVIORS) or "allow_incomplete"
    if behavior == "pending_if_incomplete":
        raise invalid(NO_EFFECT)  # its param is unverified
    if "days_until_due" in form:
        raise invalid(WITHOUT_SENDING)  # its param is unverified
    return behavior


def _with_trial(context: Context, row: Subscription, ends: int | None) -> Subscription:
    """Return a subscription that is tried for a while, where it is; the period of its items is the trial."""
    if ends is None:
        return row
    items = [item | {"current_period_end": ends} for item in row.items]
    return row._replace(status="trialing", items=items, trial_start=context.now, trial_end=ends)


def _with_setup(context: Context, row: Subscription) -> Subscription:
    """Return a subscription with an intent that sets a card up for it, where it has none."""
    if method_of(context, row) is not None:
        return row
    identity = context.new_id("seti")
    secret = f"{identity}_secret_{token(context.randomness, 31)}"
    setup = SetupIntent(identity, secret, context.now, "requires_payment_method", {}, customer=row.customer)
    context.work.put(setup)
    context.did("setup_intent.created", setup.id)
    return row._replace(pending_setup_intent=setup.id)


def _require_payable(context: Context, row: Subscription, behavior: str) -> None:
    """Refuse a subscription whose first payment cannot be made, as far as that is not to be seen later.

    Raises:
        StripeFailure: 400 without a method; 402 where nothing is to be left incomplete; 400 for too much money.
    """
    currency = row.items[0]["price"]["currency"]
    due = sum(due_of(item) for item in row.items)
    if not is_chargeable(due, currency):
        return
    require_chargeable(due, currency, context.settlement_currency)
    if behavior == "default_incomplete":
        return
    method = method_of(context, row)
    if method is None:
        raise invalid(NO_METHOD, code="resource_missing")
    card = BY_NUMBER[method.card]
    if behavior != "error_if_incomplete":
        return
    if card.authentication == "always":
        raise StripeFailure(402, ASKS, "card_error", "subscription_payment_intent_requires_action", documented=False)
    if card.decline:
        decline = card.decline
        raise StripeFailure(402, decline.message, "card_error", decline.code, decline.param, decline.more(None))


def _items(context: Context, form: Form, subscription: str) -> list[shapes.Shape]:
    sent = form.get("items")
    if not sent:
        raise missing("items")
    if isinstance(sent, str):
        raise invalid("Invalid array", param="items")
    entries = list(sent.values()) if isinstance(sent, dict) else sent
    if len(entries) > MAX_ITEMS:
        raise invalid(f"A subscription has up to {MAX_ITEMS} items.", param="items")  # wording unverified
    items = [_item(context, entry, subscription, f"items[{position}]") for position, entry in enumerate(entries)]
    prices = [item["price"]["id"] for item in items]
    for price in prices:
        if prices.count(price) > 1:
            raise invalid(f"{TWICE}: {price}", param="plan")
    return items


def _item(context: Context, entry: Value, subscription: str, place: str) -> shapes.Shape:
    if not isinstance(entry, dict):
        raise invalid("Invalid object", param=place)
    with within(place):
        price, quantity = _price(context, entry), _quantity(entry)
    return shapes.item(context.new_id("si"), subscription, price, quantity, context.now)


def _price(context: Context, entry: Form) -> Price:
    """Return the recurring price of an item."""
    identity = text(entry, "price") or text(entry, "plan")  # older code names the price a plan
    if identity is None:
        raise missing("price")
    price = context.work.get(Price, identity)
    if price is None:
        raise no_such("price", identity, "price")
    if price.interval is None:
        # Wording unverified.
        raise invalid(
            "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.",
            param="price",
        )
    return price


def _quantity(entry: Form) -> int:
    quantity = integer(entry, "quantity")
    if quantity is not None and not 0 <= quantity <= MAX_QUANTITY:
        raise invalid("Invalid non-negative integer", param="quantity", code="parameter_invalid_integer")
    return 1 if quantity is None else quantity


def retrieve(context: Context, _form: Form, subscription: str) -> Answer:
    """`GET /v1/subscriptions/{subscription}`."""
    return shown(_existing(context, subscription))


def update(context: Context, form: Form, subscription: str) -> Answer:
    """`POST /v1/subscriptions/{subscription}`; an empty default payment method clears it."""
    row = _existing(context, subscription)
    if row.status == "canceled" and form.keys() - {"cancellation_details", "expand", "metadata"}:
        raise invalid(ENDED, code="invalid_canceled_subscription_fields")
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


def cancel(context: Context, form: Form, subscription: str) -> Answer:
    """`DELETE /v1/subscriptions/{subscription}`, at once; the answer is the whole object (recorded)."""
    row = _existing(context, subscription)
    if row.status == "canceled":
        raise not_found("subscription", subscription, "id")  # unverified
    row = row._replace(
        status="canceled",
        canceled_at=row.canceled_at or context.now,
        ended_at=context.now,
        cancel_at_period_end=False,
    )
    row = _changed(context, row, form)
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

    owner = ("customer", customer.id) if customer else EVERYBODY
    return page(context, Subscription, form, what="subscription", url="/v1/subscriptions", owner=owner, wanted=wanted)


def _of_status(row: Subscription, status: str | None) -> bool:
    if status == "all":
        return True
    if status == "ended":
        return row.status in ("canceled", "incomplete_expired")
    return row.status != "canceled" if status is None else row.status == status


def _changed(context: Context, row: Subscription, form: Form) -> Subscription:
    more = dict(row.more or {})
    if "description" in form:
        more["description"] = text(form, "description", most=LONGEST_DESCRIPTION, may_clear=True) or None
    if "payment_settings" in form:
        more["payment_settings"] = payment_settings(form)
    if "cancellation_details" in form:
        more["cancellation_details"] = cancellation_details(form)
    changes: dict[str, Any] = {"metadata": merged(row.metadata, metadata(form), form), "more": more or None}
    if "cancel_at_period_end" in form:
        ends = boolean(form, "cancel_at_period_end")
        changes |= {"cancel_at_period_end": ends, "canceled_at": context.now if ends else None}
    return row._replace(**changes)


def _existing(context: Context, identity: str) -> Subscription:
    row = context.work.get(Subscription, identity)
    if row is None:
        raise not_found("subscription", identity, "id")
    return up_to_now(context, row)


SUBSCRIPTION = "/v1/subscriptions/{subscription}"
DETAILS = ("cancellation_details[comment]", "cancellation_details[feedback]")
SAID = (
    *("cancel_at_period_end", "default_payment_method", "description", "metadata"),
    *("payment_settings[payment_method_types]", "payment_settings[save_default_payment_method]"),
)
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
        *("days_until_due", "items[][plan]", "items[][price]", "items[][quantity]", "payment_behavior"),
        *("trial_end", "trial_from_plan", "trial_period_days"),
        *SAID,
    ),
    route("GET", SUBSCRIPTION, retrieve, "subscription"),
    route("POST", SUBSCRIPTION, update, "subscription", *SAID, *DETAILS),
    route("DELETE", SUBSCRIPTION, cancel, "subscription", *DETAILS),
)
