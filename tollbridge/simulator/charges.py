"""Charges: made by confirmations, looked at here."""

from tollbridge.simulator.answer import Answer, shown
from tollbridge.simulator.context import Context
from tollbridge.simulator.failures import not_found
from tollbridge.simulator.forms import Form, text
from tollbridge.simulator.listing import CURSORS, made_when, page
from tollbridge.simulator.ownership import customer_named
from tollbridge.simulator.routing import route
from tollbridge.simulator.rows import Charge
from tollbridge.simulator.work import EVERYBODY, Owner


def retrieve(context: Context, _form: Form, charge: str) -> Answer:
    """`GET /v1/charges/{charge}`."""
    row = context.work.get(Charge, charge)
    if row is None:
        raise not_found("charge", charge, "id")
    return shown(row)


def every(context: Context, form: Form) -> Answer:
    """`GET /v1/charges`, the newest first."""
    made, customer, intent = made_when(form), customer_named(context, form), text(form, "payment_intent")
    owner: Owner = EVERYBODY
    if intent is not None:
        owner = ("payment_intent", intent)
    elif customer is not None:
        owner = ("customer", customer.id)
    return page(
        context,
        Charge,
        form,
        what="charge",
        url="/v1/charges",
        owner=owner,
        wanted=lambda row: made(row.created) and (customer is None or row.customer == customer.id),
    )


ROUTES = (
    route("GET", "/v1/charges", every, "list of charge", "created", "customer", "payment_intent", *CURSORS),
    route("GET", "/v1/charges/{charge}", retrieve, "charge"),
)
