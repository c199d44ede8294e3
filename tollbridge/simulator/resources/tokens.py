"""Tokens: a card as `createToken` makes it, for one payment method."""

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.errors import missing, not_found, within
from tollbridge.simulator.model.rows import Token
from tollbridge.simulator.protocol.answer import Answer, shown
from tollbridge.simulator.protocol.forms import Form, text
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources.card_details import card_of, expiry_of
from tollbridge.simulator.resources.context import Context

NUMBERS = ("card[number]", "card[exp_month]", "card[exp_year]", "card[cvc]")


def create(context: Context, form: Form) -> Answer:
    """`POST /v1/tokens`, of a test card."""
    details = form.get("card")
    if not isinstance(details, dict):
        raise missing("card")
    with within("card"):
        card = card_of(details)
        month, year = expiry_of(details, context.now)
        owner = {name: text(details, name, may_clear=True) or None for name in shapes.OWNER if name in details}
    row = Token(
        context.new_id("tok"),
        card.number,
        context.now,
        context.new_id("card"),
        month,
        year,
        more=owner or None,
    )
    context.work.put(row)
    context.did("token.created", row.id)
    return shown(row)


def retrieve(context: Context, _form: Form, token: str) -> Answer:
    """`GET /v1/tokens/{token}`."""
    row = context.work.get(Token, token)
    if row is None:
        raise not_found("token", token, "token")
    return shown(row)


ROUTES = (
    route(
        "POST",
        "/v1/tokens",
        create,
        "token",
        *NUMBERS,
        *(f"card[{name}]" for name in shapes.OWNER),
        browser=True,
    ),
    route("GET", "/v1/tokens/{token}", retrieve, "token"),
)
