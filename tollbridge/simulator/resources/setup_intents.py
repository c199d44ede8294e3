"""Setup intents: a card is kept for later, after its holder agreed where the card wants that."""

from typing import Any

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.cards import BY_NUMBER
from tollbridge.simulator.model.errors import StripeFailure, invalid, not_found
from tollbridge.simulator.model.ids import token
from tollbridge.simulator.model.rows import USAGES, PaymentMethod, SetupIntent
from tollbridge.simulator.model.state_machine import SETUP_TRANSITIONS, moved_setup
from tollbridge.simulator.protocol.answer import Answer, shown
from tollbridge.simulator.protocol.forms import Form, boolean, one_of, text
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources.checkout_states import session_paid
from tollbridge.simulator.resources.confirmation import (
    NOT_AUTHENTICATED,
    RETURN_URL_NEEDED,
    Confirming,
    action_for,
    confirming,
)
from tollbridge.simulator.resources.confirmation_tokens import require_alone, unfolded, use
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.ownership import customer_named, method_named
from tollbridge.simulator.resources.parameters import metadata, redirects
from tollbridge.simulator.resources.payment_intents import METHOD_DATA, require_secret

REASONS = ("abandoned", "duplicate", "requested_by_customer")
CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
MISSING = (
    "You cannot confirm this SetupIntent because it's missing a payment method. You can either update the SetupIntent "
    "with a payment method and then confirm it again, or confirm it again directly with a payment method or "
    "ConfirmationToken."
)


def create(context: Context, form: Form) -> Answer:
    """`POST /v1/setup_intents`."""
    require_alone(form)
    form = unfolded(context, form)
    allows = redirects(form, context.version)
    customer = customer_named(context, form)
    identity = context.new_id("seti")
    row = SetupIntent(
        id=identity,
        secret=f"{identity}_secret_{token(context.randomness, 31)}",
        created=context.now,
        status="requires_payment_method",
        metadata=metadata(form),
        customer=customer.id if customer else None,
        redirects=allows,
        description=text(form, "description", most=1_000),
        usage=one_of(form, "usage", USAGES) or "off_session",
    )
    confirms, wishes = boolean(form, "confirm"), confirming(form)
    row = _with_method(context, form, row)
    context.did("setup_intent.created", row.id)
    if confirms:
        use(context, form, row.id)
        return _confirmed(context, row, wishes)
    if "return_url" in form:
        raise invalid(
            "The parameter `return_url` cannot be passed when creating a SetupIntent unless `confirm` is set to true.",
            param="return_url",
        )
    context.work.put(row)
    return shown(row)


def retrieve(context: Context, form: Form, intent: str) -> Answer:
    """`GET /v1/setup_intents/{intent}`; a client secret, where one is given, has to be the intent's."""
    row = _existing(context, intent)
    require_secret(context, form, row.secret, "SetupIntent")
    return shown(row)


def confirm(context: Context, form: Form, intent: str) -> Answer:
    """`POST /v1/setup_intents/{intent}/confirm`."""
    row = _existing(context, intent)
    require_secret(context, form, row.secret, "SetupIntent")
    if row.status not in CONFIRMABLE:
        raise _unexpected(row, f"You cannot confirm this SetupIntent because it has a status of {row.status}.")
    require_alone(form)
    form = unfolded(context, form)
    wishes = confirming(form)
    row = _with_method(context, form, row)
    use(context, form, row.id)
    return _confirmed(context, row, wishes)


def cancel(context: Context, form: Form, intent: str) -> Answer:
    """`POST /v1/setup_intents/{intent}/cancel`."""
    row = _existing(context, intent)
    reason = one_of(form, "cancellation_reason", REASONS)
    if (row.status, "canceled") not in SETUP_TRANSITIONS:
        raise _unexpected(
            row,
            f"You cannot cancel this SetupIntent because it has a status of {row.status}. Only a SetupIntent with one "
            f"of the following statuses may be canceled: {', '.join(CONFIRMABLE)}.",
        )
    row = moved_setup(row, "canceled", cancellation_reason=reason, next_action=None)
    context.work.put(row)
    context.did("setup_intent.canceled", row.id)
    return shown(row)


def authenticated(context: Context, row: SetupIntent, *, passes: bool) -> Answer:
    """Go on where the cardholder was asked.

    Raises:
        StripeFailure: 400, where no cardholder was asked.
    """
    if row.status != "requires_action":
        raise _unexpected(row, f"No authentication is due: the status is {row.status}.")
    method = _method(context, row)
    if passes:
        return _succeeded(context, row, method)
    error = StripeFailure(400, NOT_AUTHENTICATED, code="setup_intent_authentication_failure").error()  # unverified
    error["payment_method"] = shapes.payment_method(method)
    return _failed(context, row, error, "not_authenticated")


def _confirmed(context: Context, row: SetupIntent, wishes: Confirming) -> Answer:
    if row.payment_method is None:
        raise _unexpected(row, MISSING)
    if row.redirects == "always" and not wishes.return_url:
        embedded = {"setup_intent": shapes.setup_intent(row)}
        raise StripeFailure(400, RETURN_URL_NEEDED.replace("PaymentIntent", "SetupIntent", 1), more=embedded)
    method = _method(context, row)
    card = BY_NUMBER[method.card]
    if card.decline and not card.attachable:
        error = {**card.decline.error(None), "payment_method": shapes.payment_method(method)}
        return _failed(context, row, error, "declined")
    if card.authentication in ("always", "on_session", "unless_set_up") and not method.set_up:
        action = action_for(context, row.id, row.secret, None if wishes.stripe_js else wishes.return_url)
        row = moved_setup(row, "needs_action", next_action=action)
        context.work.put(row)
        context.did("setup_intent.requires_action", row.id)
        return shown(row)
    return _succeeded(context, row, method)


def _succeeded(context: Context, row: SetupIntent, method: PaymentMethod) -> Answer:
    kept = method._replace(customer=row.customer or method.customer, set_up=row.usage == "off_session")
    context.work.put(kept)
    row = moved_setup(row, "succeeded", next_action=None, last_error=None)
    context.work.put(row)
    context.did("setup_intent.succeeded", row.id)
    session_paid(context, row.session, "no_payment_required")
    return shown(row)


def _failed(context: Context, row: SetupIntent, error: dict[str, Any], event: str) -> Answer:
    row = moved_setup(row, event, payment_method=None, next_action=None, last_error=error)
    context.work.put(row)
    context.did("setup_intent.setup_failed", row.id)
    if event == "not_authenticated":
        return shown(row)
    return Answer(402, {"error": {**error, "setup_intent": shapes.setup_intent(row)}})


def _with_method(context: Context, form: Form, row: SetupIntent) -> SetupIntent:
    method = method_named(context, form, row)
    return moved_setup(row, "given_method", payment_method=method.id) if method else row


def _method(context: Context, row: SetupIntent) -> PaymentMethod:
    method = context.work.get(PaymentMethod, row.payment_method or "")
    assert method is not None  # methods are never deleted
    return method


def _existing(context: Context, identity: str) -> SetupIntent:
    row = context.work.get(SetupIntent, identity)
    if row is None:
        raise not_found("setupintent", identity, "intent")
    return row


def _unexpected(row: SetupIntent, message: str) -> StripeFailure:
    embedded = {"setup_intent": shapes.setup_intent(row)}
    return StripeFailure(400, message, code="setup_intent_unexpected_state", more=embedded)


SETUPS, SETUP = "/v1/setup_intents", "/v1/setup_intents/{intent}"
WISHES = ("confirmation_token", "payment_method", "return_url", "use_stripe_sdk", *METHOD_DATA)
ROUTES = (
    route(
        "POST",
        SETUPS,
        create,
        "setup_intent",
        "automatic_payment_methods",
        "confirm",
        "customer",
        "description",
        "metadata",
        "payment_method_types",
        "usage",
        *WISHES,
    ),
    route("GET", SETUP, retrieve, "setup_intent", "client_secret", browser=True),
    route("POST", f"{SETUP}/confirm", confirm, "setup_intent", "client_secret", *WISHES, browser=True),
    route("POST", f"{SETUP}/cancel", cancel, "setup_intent", "cancellation_reason"),
)
