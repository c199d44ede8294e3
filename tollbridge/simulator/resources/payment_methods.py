"""Payment methods: cards, of a customer or of none."""

from tollbridge.simulator.model.cards import BY_NUMBER
from tollbridge.simulator.model.errors import invalid, missing, no_such, not_found, within
from tollbridge.simulator.model.rows import PaymentMethod
from tollbridge.simulator.protocol.answer import Answer, shown
from tollbridge.simulator.protocol.forms import Form, Value, one_of, text
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.protocol.specification import method_types
from tollbridge.simulator.resources.card_details import described, expiry_of, made
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.ownership import customer_named, from_alias
from tollbridge.simulator.resources.pagination import CURSORS, page

CONSUMED = (
    "This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and "
    "may not be used again."
)
ATTACHED_ELSEWHERE = "The payment method you provided has already been attached to a customer."
NOT_ATTACHED = "The payment method you provided is not attached to a customer so detachment is impossible."
CARD_PARAMETERS = (
    "card[number]",
    "card[exp_month]",
    "card[exp_year]",
    "card[cvc]",
    "card[token]",
    "billing_details",
    "type",
)


def create(context: Context, form: Form) -> Answer:
    """`POST /v1/payment_methods`, from the number of a test card."""
    row = made(context, form)
    return shown(row)


def retrieve(context: Context, _form: Form, payment_method: str) -> Answer:
    """`GET /v1/payment_methods/{payment_method}`; an alias is a fresh method each time."""
    return shown(existing(context, payment_method))


def update(context: Context, form: Form, payment_method: str) -> Answer:
    """`POST /v1/payment_methods/{payment_method}`: what is said of a card, never the card."""
    row = existing(context, payment_method)
    if row.customer is None:
        raise invalid("You must save this PaymentMethod to a customer before you can update it.")  # unverified
    details = form.get("card")
    if isinstance(details, dict):
        kept: dict[str, Value] = {"exp_month": str(row.exp_month), "exp_year": str(row.exp_year)}
        with within("card"):
            month, year = expiry_of(kept | details, context.now)
        row = row._replace(exp_month=month, exp_year=year)
    row = described(row, form)
    context.work.put(row)
    context.did("payment_method.updated", row.id)
    return shown(row)


def list_(context: Context, form: Form) -> Answer:
    """`GET /v1/payment_methods` of a customer, the newest first; without a customer, none (recorded)."""
    asked, customer = one_of(form, "type", method_types()), customer_named(context, form)
    owner = ("customer", customer.id if customer else "")
    return page(
        context,
        PaymentMethod,
        form,
        what="PaymentMethod",
        url="/v1/payment_methods",
        owner=owner,
        wanted=lambda _row: asked in (None, "card"),
    )


def attach(context: Context, form: Form, payment_method: str) -> Answer:
    """`POST /v1/payment_methods/{payment_method}/attach`; an alias is cloned, so the id changes."""
    owner = text(form, "customer")
    if owner is None:
        raise missing("customer")
    row = existing(context, payment_method)
    if customer_named(context, form) is None:
        raise no_such("customer", owner, "customer")
    return attached(context, row, owner)


def attached(context: Context, row: PaymentMethod, owner: str) -> Answer:
    """Give a method to a customer.

    Raises:
        StripeFailure: 400, where another has it, or it is used up.
    """
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


def detach(context: Context, _form: Form, payment_method: str) -> Answer:
    """`POST /v1/payment_methods/{payment_method}/detach`; it cannot be used again."""
    row = existing(context, payment_method)
    if row.customer is None:
        raise invalid(NOT_ATTACHED)
    row = row._replace(customer=None, consumed=True)
    context.work.put(row)
    context.did("payment_method.detached", row.id)
    return shown(row)


def existing(context: Context, identity: str) -> PaymentMethod:
    """Return the method with an id, or a new one for an alias.

    Raises:
        StripeFailure: 404.
    """
    row = from_alias(context, identity) or context.work.get(PaymentMethod, identity)
    if row is None:
        raise not_found("PaymentMethod", identity, "payment_method")
    return row


METHOD = "/v1/payment_methods/{payment_method}"
SAID = ("allow_redisplay", "billing_details", "metadata")
ROUTES = (
    route("GET", "/v1/payment_methods", list_, "list of payment_method", "customer", "type", *CURSORS),
    route(
        "POST",
        "/v1/payment_methods",
        create,
        "payment_method",
        "allow_redisplay",
        "metadata",
        *CARD_PARAMETERS,
        browser=True,
    ),
    route("GET", METHOD, retrieve, "payment_method"),
    route("POST", METHOD, update, "payment_method", "card[exp_month]", "card[exp_year]", *SAID),
    route("POST", f"{METHOD}/attach", attach, "payment_method", "customer"),
    route("POST", f"{METHOD}/detach", detach, "payment_method"),
)
