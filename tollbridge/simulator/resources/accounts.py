"""The account that all of this belongs to: retrieve."""

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.errors import no_access
from tollbridge.simulator.model.fees import RATES
from tollbridge.simulator.protocol.access import SECRET_TEST_KEYS
from tollbridge.simulator.protocol.answer import Answer
from tollbridge.simulator.protocol.forms import Form
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources.context import Context


def retrieve(context: Context, _form: Form) -> Answer:
    """`GET /v1/account`."""
    country = RATES.get(context.settlement_currency, RATES["usd"]).country
    return Answer(200, shapes.account(country, context.settlement_currency))


def retrieve_by_id(context: Context, form: Form, account: str) -> Answer:
    """`GET /v1/accounts/{account}`: there are no others that it could reach."""
    if account != shapes.ACCOUNT:
        raise no_access(SECRET_TEST_KEYS[0], account)
    return retrieve(context, form)


ROUTES = (
    route("GET", "/v1/account", retrieve, "account"),
    route("GET", "/v1/accounts/{account}", retrieve_by_id, "account"),
)
