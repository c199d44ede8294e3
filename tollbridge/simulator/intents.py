"""Payment intents: create, retrieve, confirm, cancel.

The order of checks, in this one place: parameters that Stripe does not have → amount → currency → the
amount's bounds → exclusive parameters → customer → the other values → payment method and its owner → what
only a confirmation may have → the confirmation itself.
"""

from tollbridge.simulator import shapes
from tollbridge.simulator.confirmation import CONFIRMING, Confirming, confirmed, confirming
from tollbridge.simulator.context import Answer, Context, shown
from tollbridge.simulator.failures import invalid, not_found, unexpected_state
from tollbridge.simulator.forms import Form, boolean, one_of, text
from tollbridge.simulator.ids import token
from tollbridge.simulator.money import amount_of, currency_of, require_chargeable
from tollbridge.simulator.ownership import named_customer, named_method
from tollbridge.simulator.rows import PaymentIntent
from tollbridge.simulator.statuses import CANCELABLE, CONFIRMABLE, moved
from tollbridge.simulator.values import email, metadata, redirects

REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
ALREADY = "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."
CANCELABLE_AT_STRIPE = (
    "requires_payment_method, requires_capture, requires_reauthorization, requires_confirmation, requires_action, "
    "processing"
)
"""As Stripe lists them, those included that no intent of the simulator is ever in."""


def create(context: Context, form: Form) -> Answer:
    """`POST /v1/payment_intents`."""
    row = _new(context, form)
    confirms = boolean(form, "confirm")
    wishes = confirming(form)
    method = named_method(context, form, row)
    if method:
        row = moved(row, "given_method", payment_method=method.id)
    if confirms:
        context.did("payment_intent.created", row.id)
        return confirmed(context, row, wishes)
    _require_confirm(form)
    context.work.put(row)
    context.did("payment_intent.created", row.id)
    return shown(row)


def _new(context: Context, form: Form) -> PaymentIntent:
    """Return an intent as asked for, without a method yet."""
    amount, currency = amount_of(form), currency_of(form)
    require_chargeable(amount, currency, context.settlement_currency)
    allows = redirects(form)
    customer = named_customer(context, form)
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
    )


def retrieve(context: Context, form: Form, intent: str) -> Answer:
    """`GET /v1/payment_intents/{intent}`; a client secret, where one is given, has to be the intent's."""
    row = _intent(context, intent)
    secret = text(form, "client_secret")
    if secret is not None and secret != row.secret:
        # Recorded with setup intents: unverified here.
        raise invalid(
            "The client_secret provided does not match the client_secret associated with the PaymentIntent.",
            param="client_secret",
        )
    return shown(row)


def confirm(context: Context, form: Form, intent: str) -> Answer:
    """`POST /v1/payment_intents/{intent}/confirm`."""
    row = _intent(context, intent)
    embedded = {"payment_intent": shapes.payment_intent(row)}
    if row.status == "succeeded":
        raise unexpected_state(ALREADY, embedded)
    if row.status not in CONFIRMABLE:
        raise unexpected_state(_wrong_status("confirm", "confirmed", row.status, ", ".join(CONFIRMABLE)), embedded)
    wishes: Confirming = confirming(form)
    if "receipt_email" in form:
        row = row._replace(receipt_email=email(form, may_clear=True))
    method = named_method(context, form, row, embedded)
    if method:
        row = moved(row, "given_method", payment_method=method.id)
    return confirmed(context, row, wishes)


def cancel(context: Context, form: Form, intent: str) -> Answer:
    """`POST /v1/payment_intents/{intent}/cancel`."""
    row = _intent(context, intent)
    reason = one_of(form, "cancellation_reason", REASONS)
    if row.status not in CANCELABLE:
        refusal = _wrong_status("cancel", "canceled", row.status, CANCELABLE_AT_STRIPE)
        raise unexpected_state(refusal, {"payment_intent": shapes.payment_intent(row)})
    row = moved(row, "canceled", canceled_at=context.now, cancellation_reason=reason, next_action=None)
    context.work.put(row)
    context.did("payment_intent.canceled", row.id)
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
