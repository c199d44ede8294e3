"""Keys with which a mobile app reaches one customer for an hour: create, delete.

No route here takes one: the mobile SDKs ask for customers with them, which no test of a server does.
"""

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.errors import invalid, not_found
from tollbridge.simulator.model.ids import token
from tollbridge.simulator.model.rows import EphemeralKey
from tollbridge.simulator.protocol.answer import Answer
from tollbridge.simulator.protocol.forms import Form
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.ownership import customer_named

NOBODY = "You must specify a customer when creating an ephemeral key."  # wording unverified
SECRET_LENGTH = 48


def create(context: Context, form: Form) -> Answer:
    """`POST /v1/ephemeral_keys`."""
    customer = customer_named(context, form)
    if customer is None:
        raise invalid(NOBODY)
    secret = f"ek_test_{token(context.randomness, SECRET_LENGTH)}"
    row = EphemeralKey(context.new_id("ephkey"), customer.id, context.now, context.now + shapes.KEY_SECONDS, secret)
    context.work.put(row)
    context.did("ephemeral_key.created", row.id)
    return Answer(200, shapes.ephemeral_key(row, with_secret=True))


def delete(context: Context, _form: Form, key: str) -> Answer:
    """`DELETE /v1/ephemeral_keys/{key}`: it ends at once."""
    row = context.work.get(EphemeralKey, key)
    if row is None or row.expires <= context.now:
        raise not_found("ephemeral_key", key, "key")  # unverified
    row = row._replace(expires=context.now)
    context.work.put(row)
    return Answer(200, shapes.ephemeral_key(row, with_secret=False))


ROUTES = (
    route("POST", "/v1/ephemeral_keys", create, "ephemeral_key", "customer"),
    route("DELETE", "/v1/ephemeral_keys/{key}", delete, "ephemeral_key"),
)
