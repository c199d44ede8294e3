"""Which events Stripe makes of which change of an object: one table, a row for each type of event.

A change is a row as it was before, None for a new one, and as it is after a call. A resource that is added adds its
types here; one that makes no events is named in `WITHOUT_EVENTS` with the reason.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.rows import (
    Charge,
    CheckoutSession,
    Customer,
    Dispute,
    Invoice,
    PaymentIntent,
    PaymentMethod,
    Price,
    Product,
    Refund,
    SetupIntent,
    Subscription,
)
from tollbridge.simulator.resources.showing import SETTLES_AFTER

Shape = dict[str, Any]
Happens = Callable[[Any, Any], bool]
"""Tells, of a row before (None for a new one) and after, whether an event is made."""

Shows = Callable[[Any, Any], Shape]
"""Returns `data` of an event, of a row before and after."""


def _now(_before: Any, after: Any) -> Shape:
    return {"object": shapes.shown(after)}


def _with_previous(before: Any, after: Any) -> Shape:
    now = shapes.shown(after)
    if before is None:
        return {"object": now}
    return {"object": now, "previous_attributes": previous(shapes.shown(before), now)}


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of event.

    Args:
        name: such as `charge.succeeded`.
        happens: tells whether a change makes one.
        shows: returns its `data`.
    """

    name: str
    happens: Happens
    shows: Shows = _now


NOT_LISTED = ("updated",)
"""Members that change with every update, and that `previous_attributes` leaves out (recorded of products)."""


def previous(before: Shape, after: Shape) -> Shape:
    """Return `previous_attributes`: what changed, as it was; of objects the changed parts only, of lists the whole."""
    return {
        name: _part(before.get(name), after.get(name))
        for name in {**before, **after}
        if name not in NOT_LISTED and before.get(name) != after.get(name)
    }


def _part(before: Any, after: Any) -> Any:
    return previous(before, after) if isinstance(before, dict) and isinstance(after, dict) else before


def is_new(before: Any, _after: Any) -> bool:
    """Tell whether the object was not there before."""
    return before is None


def is_shown_otherwise(before: Any, after: Any) -> bool:
    """Tell whether an object that was there is shown in another way; a change that is not shown makes no event."""
    return before is not None and bool(previous(shapes.shown(before), shapes.shown(after)))


def comes_to(field: str, *values: object) -> Happens:
    """Return what tells whether a field has one of some values that it did not have before."""

    def happens(before: Any, after: Any) -> bool:
        value = getattr(after, field)
        return value in values and (before is None or getattr(before, field) != value)

    return happens


def rises(field: str) -> Happens:
    """Return what tells whether an amount is larger than before; a new object began at 0."""
    return lambda before, after: getattr(after, field) > (getattr(before, field) if before else 0)


def fails(before: Any, after: Any) -> bool:
    """Tell whether an intent has another failure than before."""
    return after.last_error is not None and (before is None or before.last_error != after.last_error)


def _as_created(_before: Any, after: PaymentIntent | SetupIntent) -> Shape:
    """Show an intent as it was when it was made: what a confirmation in the same call did comes after that."""
    begun: dict[str, Any] = {"last_error": None, "next_action": None}
    if after.status != "requires_confirmation":
        begun |= {"status": "requires_payment_method", "payment_method": None}
    if isinstance(after, PaymentIntent):
        begun |= {"latest_charge": None, "amount_received": 0, "amount_capturable": 0}
    return _now(None, after._replace(**begun))


def _is_attached(before: PaymentMethod | None, after: PaymentMethod) -> bool:
    return after.customer is not None and (before is None or before.customer is None)


def _is_detached(before: PaymentMethod | None, after: PaymentMethod) -> bool:
    return after.customer is None and before is not None and before.customer is not None


def _is_edited(before: PaymentMethod | None, after: PaymentMethod) -> bool:
    return before is not None and before.customer == after.customer and is_shown_otherwise(before, after)


def _detached(before: PaymentMethod | None, after: PaymentMethod) -> Shape:
    return _now(None, after) | {"previous_attributes": {"customer": before.customer if before else None}}


def _customer_is_updated(before: Customer | None, after: Customer) -> bool:
    return not after.deleted and is_shown_otherwise(before, after)


def _deleted_customer(before: Customer | None, after: Customer) -> Shape:
    return _now(None, (before or after)._replace(deleted=False))


def _is_captured(before: Charge | None, after: Charge) -> bool:
    return before is not None and after.amount_captured > before.amount_captured


def _is_refunded(before: Charge | None, after: Charge) -> bool:
    """Tell whether something was given back."""
    return before is not None and after.refunded > before.refunded


def _settles_later(before: Charge | None, after: Charge) -> bool:
    """Tell whether a new charge gets its balance transaction by itself: automatic and asynchronous capture."""
    return before is None and after.amount_captured > 0 and not after.settled and not after.manual


def _charge_is_updated(before: Charge | None, after: Charge) -> bool:
    if before is None:
        return _settles_later(before, after)
    return not _is_captured(before, after) and not _is_refunded(before, after) and is_shown_otherwise(before, after)


def _is_open(after: Invoice) -> bool:
    return after.status == "open"


def _is_paid_by_intent(before: Invoice | None, after: Invoice) -> bool:
    return after.payment is not None and comes_to("status", "paid")(before, after)


def _invoice_payment(_before: Any, after: Invoice) -> Shape:
    return {"object": shapes.invoice_payment(after)}


def _updated_charge(before: Charge | None, after: Charge) -> Shape:
    if before is not None:
        return _with_previous(before, after)
    return _now(None, after._replace(settled=True)) | {"previous_attributes": {"balance_transaction": None}}


def _is_withdrawn(before: Dispute | None, after: Dispute) -> bool:
    return bool(after.transactions) and not (before and before.transactions)


def _dispute_is_updated(before: Dispute | None, after: Dispute) -> bool:
    return after.status not in ("won", "lost", "warning_closed") and is_shown_otherwise(before, after)


def _subscription_is_updated(before: Subscription | None, after: Subscription) -> bool:
    return after.status != "canceled" and is_shown_otherwise(before, after)


def _product_is_updated(before: Product | None, after: Product) -> bool:
    return not after.deleted and is_shown_otherwise(before, after)


def _is_recurring(before: Price | None, after: Price) -> bool:
    return before is None and after.interval is not None


def _plan(_before: Any, after: Price) -> Shape:
    return {"object": shapes.plan(after)}


def _distinct(types: tuple[EventType, ...]) -> list[Happens]:
    return list(dict.fromkeys(one.happens for one in types))


EVENT_TYPES: dict[str, tuple[EventType, ...]] = {
    PaymentIntent.__name__: (
        EventType("payment_intent.created", is_new, _as_created),
        EventType("payment_intent.requires_action", comes_to("status", "requires_action")),
        EventType("payment_intent.amount_capturable_updated", rises("amount_capturable")),
        EventType("payment_intent.payment_failed", fails),
        EventType("payment_intent.succeeded", comes_to("status", "succeeded")),
        EventType("payment_intent.canceled", comes_to("status", "canceled")),
    ),
    Charge.__name__: (
        EventType("charge.succeeded", lambda before, after: before is None and after.failure is None),
        EventType("charge.failed", lambda before, after: before is None and after.failure is not None),
        EventType("charge.captured", _is_captured),
        EventType("charge.refunded", _is_refunded),
        EventType("charge.updated", _charge_is_updated, _updated_charge),
    ),
    Dispute.__name__: (
        EventType("charge.dispute.created", is_new),
        EventType("charge.dispute.funds_withdrawn", _is_withdrawn),
        EventType("charge.dispute.updated", _dispute_is_updated, _with_previous),
        EventType("charge.dispute.funds_reinstated", comes_to("status", "won")),
        EventType("charge.dispute.closed", comes_to("status", "won", "lost", "warning_closed")),
    ),
    Refund.__name__: (
        EventType("refund.created", is_new),
        EventType("refund.updated", is_shown_otherwise, _with_previous),
        EventType("charge.refund.updated", is_shown_otherwise, _with_previous),
        EventType("refund.failed", comes_to("status", "failed")),
    ),
    SetupIntent.__name__: (
        EventType("setup_intent.created", is_new, _as_created),
        EventType("setup_intent.requires_action", comes_to("status", "requires_action")),
        EventType("setup_intent.setup_failed", fails),
        EventType("setup_intent.succeeded", comes_to("status", "succeeded")),
        EventType("setup_intent.canceled", comes_to("status", "canceled")),
    ),
    PaymentMethod.__name__: (
        EventType("payment_method.attached", _is_attached),
        EventType("payment_method.detached", _is_detached, _detached),
        EventType("payment_method.updated", _is_edited, _with_previous),
    ),
    Customer.__name__: (
        EventType("customer.created", is_new),
        EventType("customer.updated", _customer_is_updated, _with_previous),
        EventType("customer.deleted", comes_to("deleted", True), _deleted_customer),
    ),
    Invoice.__name__: (
        EventType("invoice.created", is_new),
        EventType("invoice.finalized", is_new),
        EventType("invoice.payment_action_required", comes_to("asks", True)),
        EventType("invoice.payment_failed", lambda before, after: rises("attempts")(before, after) and _is_open(after)),
        EventType("invoice.paid", comes_to("status", "paid")),
        EventType("invoice.payment_succeeded", comes_to("status", "paid")),
        EventType("invoice_payment.paid", _is_paid_by_intent, _invoice_payment),
        EventType("invoice.voided", comes_to("status", "void")),
    ),
    Subscription.__name__: (
        EventType("customer.subscription.created", is_new),
        EventType("customer.subscription.updated", _subscription_is_updated, _with_previous),
        EventType("customer.subscription.deleted", comes_to("status", "canceled")),
    ),
    CheckoutSession.__name__: (
        EventType("checkout.session.completed", comes_to("status", "complete")),
        EventType("checkout.session.expired", comes_to("status", "expired")),
    ),
    Product.__name__: (
        EventType("product.created", is_new),
        EventType("product.updated", _product_is_updated, _with_previous),
        EventType("product.deleted", comes_to("deleted", True)),
    ),
    Price.__name__: (
        EventType("plan.created", _is_recurring, _plan),
        EventType("price.created", is_new),
        EventType("price.updated", is_shown_otherwise, _with_previous),
    ),
}
"""By the type of row."""

WITHOUT_EVENTS = {
    "EphemeralKey": "Stripe has no event for a key",
    "LookupKey": "it tells of a price, which has events",
    "BalanceTransaction": "Stripe has no event for a balance transaction; what it is of has some",
    "Token": "Stripe has no event for a token",
    "ConfirmationToken": "Stripe has no event for a confirmation token",
    "Event": "events are not told of by events",
    "WebhookEndpoint": "Stripe has no event for a webhook endpoint",
    "Delivery": "it is ours: Stripe shows no deliveries",
}
"""Types of rows whose changes make no event, each with the reason."""

LOGICAL = (
    "setup_intent.created",
    "payment_method.attached",
    "payment_method.detached",
    "payment_method.updated",
    "customer.created",
    "customer.updated",
    "customer.deleted",
    "product.created",
    "product.updated",
    "product.deleted",
    "plan.created",
    "price.created",
    "price.updated",
    "payment_intent.created",
    "charge.succeeded",
    "charge.failed",
    "charge.captured",
    "charge.dispute.created",
    "charge.dispute.funds_withdrawn",
    "payment_intent.requires_action",
    "payment_intent.amount_capturable_updated",
    "payment_intent.payment_failed",
    "payment_intent.succeeded",
    "payment_intent.canceled",
    "charge.dispute.updated",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
    "refund.created",
    "charge.refunded",
    "refund.failed",
    "refund.updated",
    "charge.refund.updated",
    "charge.updated",
    "setup_intent.requires_action",
    "setup_intent.setup_failed",
    "setup_intent.succeeded",
    "setup_intent.canceled",
    "customer.subscription.created",
    "invoice.created",
    "invoice.finalized",
    "invoice.payment_action_required",
    "invoice.payment_failed",
    "invoice.paid",
    "invoice.payment_succeeded",
    "invoice_payment.paid",
    "invoice.voided",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "checkout.session.completed",
    "checkout.session.expired",
)
"""The order in which the events of one call follow from each other."""

LATE_SECONDS = {"charge.updated": SETTLES_AFTER}
"""How much later than its call an event is made that tells what time has added to an object that the call has made."""

LAST = ("payment_intent.created", "setup_intent.created")
"""Events that real consumers get after those that followed from them, in the order `arrival` (public logs)."""

ASKED = {
    row: tuple((happens, tuple(one.name for one in types if one.happens is happens)) for happens in _distinct(types))
    for row, types in EVENT_TYPES.items()
}
"""By the type of row, each question that is asked of a change, with the types of events that a yes makes: what two
types ask is asked once, as the answer may take two whole objects."""

RANK = {name: rank for rank, name in enumerate(LOGICAL)}
BY_NAME = {(row, one.name): one for row, types in EVENT_TYPES.items() for one in types}
ABOUT_PAYMENTS = ("payment_intent.", "charge.", "refund.")
"""Begin the types whose events have an id that begins with `evt_3`; that of all others begins with `evt_1`."""


def made_by(row: str, before: Any, after: Any) -> list[str]:
    """Return the types of events that a change makes.

    Args:
        row: the type of row.
        before: as it was; None for a new one.
        after: as it is.
    """
    return [name for happens, names in ASKED.get(row, ()) if happens(before, after) for name in names]
