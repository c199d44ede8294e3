"""Payment intents: create, retrieve, update, confirm, capture, cancel, list.

The order of checks, in this one place: parameters that Stripe does not have → amount → currency → the
amount's bounds → exclusive parameters → customer → the other values → payment method and its owner → what
only a confirmation may have → the confirmation itself.
"""

from typing import Any

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.errors import StripeFailure, below_one, invalid, missing, not_found, unexpected_state
from tollbridge.simulator.model.ids import token
from tollbridge.simulator.model.rows import CAPTURE_METHODS, USAGES, Charge, PaymentIntent
from tollbridge.simulator.model.state_machine import CANCELABLE, CHANGEABLE, CONFIRMABLE, moved
from tollbridge.simulator.protocol.answer import Answer, shown
from tollbridge.simulator.protocol.forms import Form, boolean, integer, one_of, text
from tollbridge.simulator.protocol.money import amount_of, currency_of, require_chargeable, too_large_to_capture
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources.balance import capture_noted
from tollbridge.simulator.resources.confirmation import CONFIRMING, Confirming, confirmed, confirming, is_manual
from tollbridge.simulator.resources.confirmation_tokens import require_alone, unfolded, use
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.dispute_outcomes import begin_dispute
from tollbridge.simulator.resources.ownership import customer_named, method_named
from tollbridge.simulator.resources.pagination import CURSORS, made_when, page
from tollbridge.simulator.resources.parameters import (
    OPTIONS,
    card_options,
    descriptor_suffix,
    email,
    merged,
    metadata,
    more_types,
    no_descriptor,
    redirects,
    shipping,
)
from tollbridge.simulator.state.unit_of_work import EVERYBODY

FROZEN = {
    "amount",
    "currency",
    "customer",
    "payment_method",
    "payment_method_data",
    "capture_method",
    "setup_future_usage",
}
"""Members that do not change once an intent has succeeded or was canceled."""

SUFFIX = "statement_descriptor_suffix"
CONFIRMATION_METHODS = ("automatic", "manual")
NOT_BY_BROWSERS = (
    "This PaymentIntent {} cannot be confirmed using your publishable key because its `confirmation_method` is set to "
    "`manual`. Please use your secret key instead, or create a PaymentIntent with `confirmation_method` set to "
    "`automatic`."
)
REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
ALREADY = "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."
CANCELABLE_AT_STRIPE = (
    "requires_payment_method, requires_capture, requires_reauthorization, requires_confirmation, requires_action, "
    "processing"
)
"""As Stripe lists them, those included that no intent of the simulator is ever in."""


def create(context: Context, form: Form) -> Answer:
    """`POST /v1/payment_intents`."""
    require_alone(form)
    form = unfolded(context, form)
    row = new_intent(context, form)
    confirms = boolean(form, "confirm")
    wishes = confirming(form)
    method = method_named(context, form, row)
    if method:
        row = moved(row, "given_method", payment_method=method.id)
    if confirms:
        use(context, form, row.id)
        context.did("payment_intent.created", row.id)
        return confirmed(context, row, wishes)
    _require_confirm(form)
    context.work.put(row)
    context.did("payment_intent.created", row.id)
    return shown(row)


def new_intent(context: Context, form: Form) -> PaymentIntent:
    """Return an intent as asked for, without a method yet, which is not written."""
    amount, currency = amount_of(form), currency_of(form)
    require_chargeable(amount, currency, context.settlement_currency)
    allows = redirects(form, context.version)
    customer = customer_named(context, form)
    identity = context.new_id("pi")
    return PaymentIntent(
        id=identity,
        secret=f"{identity}_secret_{token(context.randomness, 25)}",
        amount=amount,
        currency=currency,
        created=context.now,
        status="requires_payment_method",
        customer=customer.id if customer else None,
        redirects=allows,
        description=text(form, "description", most=1_000),
        receipt_email=email(form),
        metadata=metadata(form),
        capture_method=one_of(form, "capture_method", CAPTURE_METHODS) or "automatic_async",
        future_usage=one_of(form, "setup_future_usage", USAGES),
        more=_more_of_new(form),
    )


def _more_of_new(form: Form) -> dict[str, Any] | None:
    """Return the members that few intents have, with those that are said at the beginning only."""
    more: dict[str, Any] = {}
    types = more_types(form)
    if types:
        more["payment_method_types"] = types
    return _more(form, more)


def _more(form: Form, kept: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the members that few intents have."""
    more = dict(kept or {})
    if "shipping" in form:
        more["shipping"] = shipping(form)
    no_descriptor(form)
    if SUFFIX in form:
        more[SUFFIX] = descriptor_suffix(form)
    if "transfer_group" in form:
        more["transfer_group"] = text(form, "transfer_group", may_clear=True) or None
    if "confirmation_method" in form:
        more["confirmation_method"] = one_of(form, "confirmation_method", CONFIRMATION_METHODS)
    options = card_options(form, more.get(OPTIONS) or shapes.CARD_OPTIONS)
    if options:
        more[OPTIONS] = options
    return more or None


def retrieve(context: Context, form: Form, intent: str) -> Answer:
    """`GET /v1/payment_intents/{intent}`; a client secret, where one is given, has to be the intent's."""
    row = _intent(context, intent)
    require_secret(context, form, row.secret, "PaymentIntent")
    return shown(row)


def require_secret(context: Context, form: Form, secret: str, what: str) -> None:
    """Hold the client secret, which a browser has to give, against the object's.

    Raises:
        StripeFailure: 400 (its wording is unverified for payment intents).
    """
    given = text(form, "client_secret")
    if given is None and context.browser:
        raise missing("client_secret")
    if given is not None and given != secret:
        raise invalid(
            f"The client_secret provided does not match the client_secret associated with the {what}.",
            param="client_secret",
        )


def update(context: Context, form: Form, intent: str) -> Answer:
    """`POST /v1/payment_intents/{intent}`."""
    row = _intent(context, intent)
    embedded = {"payment_intent": shapes.payment_intent(row)}
    frozen = sorted(form.keys() & FROZEN)
    if frozen and row.status not in CHANGEABLE:
        raise StripeFailure(
            400,
            f"This PaymentIntent's {frozen[0]} could not be updated because it has a status of {row.status}. You may "
            f"only update the {frozen[0]} of a PaymentIntent with one of the following statuses: "
            f"{', '.join(CHANGEABLE)}.",
            code="payment_intent_unexpected_state",
            param=frozen[0],
            more=embedded,
        )
    row = _with_money(context, form, row)
    customer = customer_named(context, form)
    row = row._replace(
        customer=customer.id if customer else row.customer,
        metadata=merged(row.metadata, metadata(form), form),
        capture_method=one_of(form, "capture_method", CAPTURE_METHODS) or row.capture_method,
        future_usage=one_of(form, "setup_future_usage", USAGES) or row.future_usage,
        more=_more(form, row.more),
    )
    if "description" in form:
        row = row._replace(description=text(form, "description", most=1_000, may_clear=True) or None)
    if "receipt_email" in form:
        row = row._replace(receipt_email=email(form, may_clear=True))
    method = method_named(context, form, row)
    if method:
        row = moved(row, "given_method", payment_method=method.id, next_action=None)
    context.work.put(row)
    context.did("payment_intent.updated", row.id)
    return shown(row)


def _with_money(context: Context, form: Form, row: PaymentIntent) -> PaymentIntent:
    if "amount" not in form and "currency" not in form:
        return row
    amount = amount_of(form) if "amount" in form else row.amount
    currency = currency_of(form) if "currency" in form else row.currency
    require_chargeable(amount, currency, context.settlement_currency)
    return row._replace(amount=amount, currency=currency)


def list_(context: Context, form: Form) -> Answer:
    """`GET /v1/payment_intents`, the newest first."""
    made, customer = made_when(form), customer_named(context, form)
    owner = ("customer", customer.id) if customer else EVERYBODY
    return page(
        context,
        PaymentIntent,
        form,
        what="payment_intent",
        url="/v1/payment_intents",
        owner=owner,
        wanted=lambda row: made(row.created),
    )


def capture(context: Context, form: Form, intent: str) -> Answer:
    """`POST /v1/payment_intents/{intent}/capture`: all that is held, or a part; the rest is let go."""
    row = _intent(context, intent)
    embedded = {"payment_intent": shapes.payment_intent(row)}
    if row.status != "requires_capture":
        raise unexpected_state(
            f"This PaymentIntent could not be captured because it has a status of {row.status}. Only a PaymentIntent "
            "with one of the following statuses may be captured: requires_capture.",
            embedded,
        )
    amount = integer(form, "amount_to_capture")
    taken = row.amount_capturable if amount is None else amount
    if taken < 0:
        raise invalid("Invalid non-negative integer", param="amount_to_capture")
    if taken == 0:
        raise below_one()
    if taken > row.amount_capturable:
        raise too_large_to_capture(taken, row.amount_capturable, row.currency, embedded)
    charge = context.work.get(Charge, row.latest_charge or "")
    assert charge is not None  # what is held was charged
    row = row._replace(metadata=merged(row.metadata, metadata(form), form), more=_more(form, row.more))
    charge = charge._replace(amount_captured=taken, settled=True, suffix=(row.more or {}).get(SUFFIX))
    context.work.put(charge)
    capture_noted(context, charge)
    begin_dispute(context, charge)
    row = moved(row, "captured", amount_received=taken, amount_capturable=0)
    context.work.put(row)
    context.did("charge.captured", charge.id)
    context.did("payment_intent.succeeded", row.id)
    return shown(row)


def confirm(context: Context, form: Form, intent: str) -> Answer:
    """`POST /v1/payment_intents/{intent}/confirm`."""
    row = _intent(context, intent)
    require_secret(context, form, row.secret, "PaymentIntent")
    embedded = {"payment_intent": shapes.payment_intent(row)}
    if row.status == "succeeded":
        raise unexpected_state(ALREADY, embedded)
    if row.status not in CONFIRMABLE:
        raise unexpected_state(_wrong_status("confirm", "confirmed", row.status, ", ".join(CONFIRMABLE)), embedded)
    if context.browser and is_manual(row):
        raise invalid(NOT_BY_BROWSERS.format(row.id))  # unverified
    require_alone(form)
    form = unfolded(context, form)
    wishes: Confirming = confirming(form)
    if "receipt_email" in form:
        row = row._replace(receipt_email=email(form, may_clear=True))
    row = row._replace(
        capture_method=one_of(form, "capture_method", CAPTURE_METHODS) or row.capture_method,
        future_usage=one_of(form, "setup_future_usage", USAGES) or row.future_usage,
        more=_more(form, row.more),
    )
    method = method_named(context, form, row, embedded)
    if method:
        row = moved(row, "given_method", payment_method=method.id)
    use(context, form, row.id)
    return confirmed(context, row, wishes)


def cancel(context: Context, form: Form, intent: str) -> Answer:
    """`POST /v1/payment_intents/{intent}/cancel`."""
    row = _intent(context, intent)
    reason = one_of(form, "cancellation_reason", REASONS)
    if row.status not in CANCELABLE:
        refusal = _wrong_status("cancel", "canceled", row.status, CANCELABLE_AT_STRIPE)
        raise unexpected_state(refusal, {"payment_intent": shapes.payment_intent(row)})
    ended = {"canceled_at": context.now, "cancellation_reason": reason, "next_action": None, "amount_capturable": 0}
    row = moved(row, "canceled", **ended)
    context.work.put(row)
    context.did("payment_intent.canceled", row.id)
    held = context.work.get(Charge, row.latest_charge or "")
    if held is not None and held.failure is None:
        context.work.put(held._replace(refunded=held.amount))  # unverified
    return shown(row)


def _intent(context: Context, identity: str) -> PaymentIntent:
    row = context.work.get(PaymentIntent, identity)
    if row is None:
        raise not_found("payment_intent", identity, "intent")
    return row


def _require_confirm(form: Form) -> None:
    """Row 13: some parameters go with a confirmation only (its code is unverified)."""
    for name in CONFIRMING:
        if name in form:
            raise invalid(
                f"The parameter `{name}` cannot be passed when creating a PaymentIntent unless `confirm` is set to "
                "true.",
                param=name,
            )


def _wrong_status(verb: str, participle: str, status: str, allowed: str) -> str:
    return (
        f"You cannot {verb} this PaymentIntent because it has a status of {status}. Only a PaymentIntent with one of "
        f"the following statuses may be {participle}: {allowed}."
    )


METHOD_DATA = (
    "payment_method_data[type]",
    "payment_method_data[card]",
    "payment_method_data[billing_details]",
    "payment_method_data[metadata]",
    "payment_method_data[allow_redisplay]",
)
ABOUT = (
    "capture_method",
    "payment_method",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "payment_method_options[card][request_three_d_secure]",
    *METHOD_DATA,
)
SAID = (
    "amount",
    "currency",
    "customer",
    "description",
    "metadata",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
WISHES = ("confirmation_token", "error_on_requires_action", "off_session", "return_url", "use_stripe_sdk")
INTENTS, INTENT = "/v1/payment_intents", "/v1/payment_intents/{intent}"
ROUTES = (
    route("GET", INTENTS, list_, "list of payment_intent", "created", "customer", *CURSORS),
    route(
        "POST",
        INTENTS,
        create,
        "payment_intent",
        "automatic_payment_methods",
        "confirm",
        "confirmation_method",
        "payment_method_types",
        *ABOUT,
        *SAID,
        *WISHES,
    ),
    route("GET", INTENT, retrieve, "payment_intent", "client_secret", browser=True),
    route("POST", INTENT, update, "payment_intent", *ABOUT, *SAID),
    route("POST", f"{INTENT}/confirm", confirm, "payment_intent", "client_secret", *ABOUT, *WISHES, browser=True),
    route(
        "POST",
        f"{INTENT}/capture",
        capture,
        "payment_intent",
        "amount_to_capture",
        "metadata",
        "statement_descriptor",
        "statement_descriptor_suffix",
    ),
    route("POST", f"{INTENT}/cancel", cancel, "payment_intent", "cancellation_reason"),
)
