"""Confirmation tokens: what a customer entered before there was an intent; a server confirms with them."""

from collections.abc import Mapping
from typing import Any

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.errors import invalid, missing, no_such, not_found, within
from tollbridge.simulator.model.rows import USAGES, ConfirmationToken, PaymentMethod
from tollbridge.simulator.protocol.answer import Answer
from tollbridge.simulator.protocol.forms import Form, Value, one_of, text
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources.card_details import made
from tollbridge.simulator.resources.confirmation import confirming
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.parameters import shipping

PARAMETER = "confirmation_token"
USED = "You cannot use a ConfirmationToken more than once: {}."
EXCLUSIVE = "You may only specify one of these parameters: confirmation_token, payment_method, payment_method_data."


def create(context: Context, form: Form) -> Answer:
    """`POST /v1/confirmation_tokens`, which only Stripe.js calls: Stripe does not document it."""
    data = form.get("payment_method_data")
    if not isinstance(data, dict):
        raise missing("payment_method_data")
    with within("payment_method_data"):
        method = made(context, data)
    row = ConfirmationToken(
        context.new_id("ctoken"),
        method.id,
        context.now,
        confirming(form).return_url,
        one_of(form, "setup_future_usage", USAGES),
        shipping(form),
    )
    context.work.put(row)
    context.did("confirmation_token.created", row.id)
    return _shown(row, method)


def retrieve(context: Context, _form: Form, confirmation_token: str) -> Answer:
    """`GET /v1/confirmation_tokens/{confirmation_token}`."""
    row = context.work.get(ConfirmationToken, confirmation_token)
    if row is None:
        raise not_found(PARAMETER, confirmation_token, PARAMETER)
    return _shown(row, _method(context, row))


def unfolded(context: Context, form: Form) -> Form:
    """Return the parameters of a confirmation with what its confirmation token says; what the call says itself wins.

    Raises:
        StripeFailure: 400, for a token that does not exist, is used, or comes beside a payment method.
    """
    row = _named(context, form)
    if row is None:
        return form
    said: Form = {"payment_method": row.payment_method}
    if row.return_url:
        said["return_url"] = row.return_url
    if row.future_usage:
        said["setup_future_usage"] = row.future_usage
    if row.shipping:
        said["shipping"] = _filled(row.shipping)
    return said | form


def _filled(shown: Mapping[str, Any]) -> dict[str, Value]:
    """Return what is shown of an object as the parameters that say the same."""
    found: dict[str, Value] = {}
    for name, value in shown.items():
        if isinstance(value, dict):
            found[name] = _filled(value)
        elif isinstance(value, str):
            found[name] = value
    return found


def use(context: Context, form: Form, intent: str) -> None:
    """Note which intent the confirmation token of a call confirmed, if it has one."""
    row = _named(context, form)
    if row is not None:
        context.work.put(row._replace(used_by=intent))


def _named(context: Context, form: Form) -> ConfirmationToken | None:
    identity = text(form, PARAMETER)
    if identity is None:
        return None
    row = context.work.get(ConfirmationToken, identity)
    if row is None:
        raise no_such(PARAMETER, identity, PARAMETER)
    if row.used_by is not None:
        raise invalid(USED.format(row.id), param=PARAMETER)  # wording unverified
    return row


def require_alone(form: Form) -> None:
    """Refuse a confirmation token beside a payment method.

    Raises:
        StripeFailure: 400; its wording is unverified.
    """
    if PARAMETER in form and ("payment_method" in form or "payment_method_data" in form):
        raise invalid(EXCLUSIVE, code="parameters_exclusive")


def _method(context: Context, row: ConfirmationToken) -> PaymentMethod:
    method = context.work.get(PaymentMethod, row.payment_method)
    assert method is not None  # methods are never deleted
    return method


def _shown(row: ConfirmationToken, method: PaymentMethod) -> Answer:
    return Answer(200, shapes.confirmation_token(row, shapes.payment_method(method)))


DATA = tuple(
    f"payment_method_data[{name}]" for name in ("allow_redisplay", "billing_details", "card", "metadata", "type")
)
ROUTES = (
    route(
        "POST",
        "/v1/confirmation_tokens",
        create,
        PARAMETER,
        "return_url",
        "setup_future_usage",
        "shipping",
        "use_stripe_sdk",
        *DATA,
        browser=True,
    ),
    route("GET", "/v1/confirmation_tokens/{confirmation_token}", retrieve, PARAMETER),
)
