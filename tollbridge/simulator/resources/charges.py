"""Charges: made by confirmations, looked at here."""

from tollbridge.simulator.model.errors import not_found
from tollbridge.simulator.model.rows import Charge
from tollbridge.simulator.protocol.answer import Answer
from tollbridge.simulator.protocol.forms import Form, text
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.ownership import customer_named
from tollbridge.simulator.resources.pagination import CURSORS, made_when, page
from tollbridge.simulator.resources.showing import seen
from tollbridge.simulator.state.unit_of_work import EVERYBODY, Owner


def retrieve(context: Context, _form: Form, charge: str) -> Answer:
    """`GET /v1/charges/{charge}`."""
    return Answer(200, seen(context, existing_charge(context, charge)))


def existing_charge(context: Context, identity: str) -> Charge:
    """Return a charge.

    Raises:
        StripeFailure: 404 where there is none with the id.
    """
    row = context.work.get(Charge, identity)
    if row is None:
        raise not_found("charge", identity, "id")
    return row


def list_(context: Context, form: Form) -> Answer:
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
    route("GET", "/v1/charges", list_, "list of charge", "created", "customer", "payment_intent", *CURSORS),
    route("GET", "/v1/charges/{charge}", retrieve, "charge"),
)
