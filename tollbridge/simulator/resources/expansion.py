"""`expand[]`: ids in an answer, replaced by the objects that they stand for."""

from collections.abc import Callable, Mapping
from typing import Any

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.errors import invalid, not_simulated
from tollbridge.simulator.model.rows import (
    ROW_NAMES,
    ROW_TYPES,
    BalanceTransaction,
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
from tollbridge.simulator.protocol.forms import Form, texts
from tollbridge.simulator.protocol.routing import Route
from tollbridge.simulator.protocol.specification import expandable
from tollbridge.simulator.resources.balance import found
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.refunds import of_charge
from tollbridge.simulator.resources.showing import seen

BY_TYPE: dict[str, type[tuple[Any, ...]]] = {
    "balance_transaction": BalanceTransaction,
    "card": PaymentMethod,  # as a customer's default source here is one
    "charge": Charge,
    "customer": Customer,
    "dispute": Dispute,
    "invoice": Invoice,
    "payment_intent": PaymentIntent,
    "payment_method": PaymentMethod,
    "price": Price,
    "product": Product,
    "refund": Refund,
    "setup_intent": SetupIntent,
    "subscription": Subscription,
}
DEEPEST = 4
LISTED = 10
"""Of the items that a list within an object shows at most."""

LISTS = "list of "
TOTAL, SEARCH = "total_count", "/search"
"""What a search is asked for by `expand[]` besides objects, and how its path ends."""


def wanted(served: Route, form: Form) -> list[list[str]]:
    """Return the paths that a request wants expanded, each a list of fields.

    Raises:
        StripeFailure: 400, for what cannot be expanded; 501, for what only Stripe can.
    """
    paths = [path.split(".") for path in texts(form, "expand") or [] if path and not _is_total(served, path)]
    for path in paths:
        _require_expandable(served, path)
    return paths


def _is_total(served: Route, path: str) -> bool:
    """Tell whether a path asks a search for how many it has found, which is no object."""
    return path == TOTAL and served.template.endswith(SEARCH)


def _require_expandable(served: Route, path: list[str]) -> None:
    shown = ".".join(path)[:100]
    if len(path) - path.count("data") > DEEPEST:
        raise invalid(f"You cannot expand more than {DEEPEST} levels of a property ({shown}).")  # wording unverified
    name = served.shows.removeprefix(LISTS)
    steps = path
    hint = ""
    if served.shows.startswith(LISTS):
        steps = path[1:] if path[0] == "data" else []
        hint = f" You may want to try expanding 'data.{shown}' instead." if path[0] != "data" else ""
    if not steps or not _reaches_object(name, steps):
        raise invalid(f"This property cannot be expanded ({shown}).{hint}")


def _reaches_object(name: str, steps: list[str]) -> bool:
    """Tell whether the last step is an id that can be expanded; 501 where it is of a type that is not here."""
    target: Any = None
    reached = False
    for step in steps:
        if step == "data" and isinstance(target, str):
            continue
        reached = (name, step) in ON_REQUEST
        if (name, step) in ONLY_STRIPES:
            raise not_simulated(f"the expansion of {step} of a {name}")
        target = expandable(name).get(step, "" if reached else None)
        if target is None:
            return False
        name = target if isinstance(target, str) else _known(step, target)
    return reached or isinstance(target, list)


def _known(step: str, types: list[str]) -> str:
    """Return the type of what a step leads to; 501 where the simulator has none of them."""
    known = [one for one in types if one in BY_TYPE]
    if not known:
        raise not_simulated(f"the expansion of {step} (of type {types[0]})")
    return known[0]


def expanded(context: Context, document: dict[str, Any], paths: list[list[str]]) -> dict[str, Any]:
    """Return an answer with objects in place of ids; where there is no id, nothing changes."""
    for path in paths:
        document = _expanded(context, document, path)
    return document


def _expanded(context: Context, value: Any, path: list[str]) -> Any:
    if isinstance(value, list):
        return [_expanded(context, item, path) for item in value]
    if isinstance(value, str):
        value = _object(context, value)
    if path and isinstance(value, dict) and (value.get("object"), path[0]) in ON_REQUEST:
        value = value | {path[0]: ON_REQUEST[value["object"], path[0]](context, value)}
    if not path or not isinstance(value, dict) or path[0] not in value:
        return value
    return value | {path[0]: _expanded(context, value[path[0]], path[1:])}


def _object(context: Context, identity: str) -> Any:
    if identity.startswith("txn_"):
        transaction = found(context, identity)
        return seen(context, transaction) if transaction else identity
    likely = ROW_TYPES.get(ROW_NAMES.get(identity.partition("_")[0], ""))
    for cls in ([likely] if likely else []) + list(BY_TYPE.values()):  # some ids are chosen by who makes the object
        row = context.work.get(cls, identity)
        if row is not None:
            return seen(context, row)
    return identity


def _refunds(context: Context, charge: Mapping[str, Any]) -> dict[str, Any]:
    """Return the list of refunds that a charge has where it is expanded."""
    row = context.work.get(Charge, charge["id"])
    rows = of_charge(context, row) if row else []
    return {
        "object": "list",
        "data": [seen(context, each) for each in rows[:LISTED]],
        "has_more": len(rows) > LISTED,
        "total_count": len(rows),
        "url": f"/v1/charges/{charge['id']}/refunds",
    }


def _secret(context: Context, invoice: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what a browser confirms the payment of an invoice with; None where there is nothing to pay."""
    row = context.work.get(Invoice, invoice["id"])
    intent = context.work.get(PaymentIntent, row.payment_intent) if row and row.payment_intent else None
    return {"client_secret": intent.secret, "type": "payment_intent"} if intent else None


def _payments(context: Context, invoice: Mapping[str, Any]) -> dict[str, Any]:
    """Return the list of payments that an invoice has where it is expanded; its address is recorded so."""
    row = context.work.get(Invoice, invoice["id"])
    data = [shapes.invoice_payment(row)] if row and row.payment else []
    return {
        "object": "list",
        "data": data,
        "has_more": False,
        "total_count": len(data),
        "url": "/v1/invoices/payments",
    }


def _sources(_context: Context, customer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the list of sources that a customer has where it is expanded: none, as cards are payment methods here."""
    url = f"/v1/customers/{customer['id']}/sources"
    return {"object": "list", "data": [], "has_more": False, "total_count": 0, "url": url}


def _subscriptions(context: Context, customer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the list of subscriptions that a customer has where it is expanded, without those that have ended."""
    listed = context.work.listed(Subscription, ("customer", customer["id"]))
    rows = [row for row in listed if row.status not in ("canceled", "incomplete_expired")]
    return {
        "object": "list",
        "data": [seen(context, each) for each in rows[:LISTED]],
        "has_more": len(rows) > LISTED,
        "total_count": len(rows),
        "url": f"/v1/customers/{customer['id']}/subscriptions",
    }


def _lines(context: Context, session: Mapping[str, Any]) -> dict[str, Any]:
    """Return the list of lines that a session of Checkout has where it is expanded."""
    row = context.work.get(CheckoutSession, session["id"])
    lines = row.lines if row else []
    return {
        "object": "list",
        "data": lines[:LISTED],
        "has_more": len(lines) > LISTED,
        "url": f"/v1/checkout/sessions/{session['id']}/line_items",
    }


ON_REQUEST: dict[tuple[str, str], Callable[[Context, Mapping[str, Any]], Any]] = {
    ("charge", "refunds"): _refunds,
    ("checkout.session", "line_items"): _lines,
    ("customer", "sources"): _sources,
    ("customer", "subscriptions"): _subscriptions,
    ("invoice", "confirmation_secret"): _secret,
    ("invoice", "payments"): _payments,
}
"""By type and name, the members that are there only where they are expanded."""

ONLY_STRIPES = {("customer", name) for name in ("cash_balance", "tax", "tax_ids")}
"""Such members that the simulator does not have."""
