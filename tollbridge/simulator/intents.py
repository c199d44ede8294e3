"""Payment intents: create, retrieve, confirm, cancel.

The order of checks, in this one place: parameters that Stripe does not have → missing ones → types →
currency → amount → exclusive parameters → customer → payment method → what only a confirmation may have →
the confirmation itself.
"""

import re
from typing import Any

from tollbridge.simulator import shapes
from tollbridge.simulator.cards import BY_ALIAS, BY_NUMBER, Card, Decline
from tollbridge.simulator.context import Answer, Context, shown
from tollbridge.simulator.failures import (
    StripeFailure,
    invalid,
    no_such,
    not_found,
    not_simulated,
    unexpected_state,
)
from tollbridge.simulator.forms import Form, boolean, text, texts
from tollbridge.simulator.ids import token
from tollbridge.simulator.money import amount_of, currency_of, require_chargeable
from tollbridge.simulator.rows import Customer, PaymentIntent, PaymentMethod

TRANSITIONS: dict[tuple[str, str], str] = {
    ("requires_payment_method", "given_method"): "requires_confirmation",
    ("requires_confirmation", "given_method"): "requires_confirmation",
    ("requires_action", "given_method"): "requires_confirmation",
    ("requires_payment_method", "succeeded"): "succeeded",
    ("requires_confirmation", "succeeded"): "succeeded",
    ("requires_payment_method", "needs_action"): "requires_action",
    ("requires_confirmation", "needs_action"): "requires_action",
    ("requires_payment_method", "declined"): "requires_payment_method",
    ("requires_confirmation", "declined"): "requires_payment_method",
    ("requires_payment_method", "canceled"): "canceled",
    ("requires_confirmation", "canceled"): "canceled",
    ("requires_action", "canceled"): "canceled",
}
"""Which event moves which status where. What is not here does not happen."""

CONFIRMABLE = tuple(dict.fromkeys(status for status, event in TRANSITIONS if event == "succeeded"))
CANCELABLE = tuple(dict.fromkeys(status for status, event in TRANSITIONS if event == "canceled"))

WITH_CONFIRM = ("error_on_requires_action", "off_session", "return_url")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")

UNAUTHENTICATED = Decline(
    "authentication_required",
    "authentication_not_handled",
    "This payment required an authentication action to complete, but `error_on_requires_action` was set. When "
    "you're ready, you can upgrade your integration to handle actions at "
    "https://stripe.com/docs/payments/payment-intents/upgrade-to-handle-actions.",
)
OFF_SESSION = Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)
RETURN_URL_NEEDED = (
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these "
    "payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't "
    "want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and "
    "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents."
)
NOT_WITH_AUTOMATIC = (
    "The `error_on_requires_action` parameter can't be used with PaymentIntents which use payment methods managed "
    "through the Dashboard"
)


def moved(row: PaymentIntent, event: str, **changes: Any) -> PaymentIntent:
    """Return the intent after an event: the only code that changes a status."""
    return row._replace(status=TRANSITIONS[row.status, event], **changes)


def create(context: Context, form: Form) -> Answer:
    """`POST /v1/payment_intents`."""
    amount, currency = amount_of(form), currency_of(form)
    require_chargeable(amount, currency, context.settlement_currency)
    automatic = _is_automatic(form)
    confirms = boolean(form, "confirm")
    customer = _customer(context, form)
    identity = context.new_id("pi")
    row = PaymentIntent(
        id=identity,
        secret=f"{identity}_secret_{token(context.randomness, 25)}",
        amount=amount,
        currency=currency,
        created=context.now,
        status="requires_payment_method",
        customer=customer.id if customer else None,
        automatic=automatic,
        description=text(form, "description", most=1_000),
        receipt_email=_email(form),
        metadata=_metadata(form),
    )
    method = _method(context, form, row)
    if method:
        row = moved(row, "given_method", payment_method=method.id)
    if not confirms:
        _require_confirm(form)
        context.work.put(row)
        context.did("payment_intent.created", row.id)
        return shown(row)
    context.did("payment_intent.created", row.id)
    return _confirm(context, form, row)


def retrieve(context: Context, _form: Form, intent: str) -> Answer:
    """`GET /v1/payment_intents/{intent}`."""
    return shown(_intent(context, intent))


def confirm(context: Context, form: Form, intent: str) -> Answer:
    """`POST /v1/payment_intents/{intent}/confirm`."""
    row = _intent(context, intent)
    if row.status == "succeeded":
        raise unexpected_state(
            "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.",
            _embedded(row),
        )
    if row.status not in CONFIRMABLE and not (row.status == "requires_action" and "payment_method" in form):
        raise unexpected_state(_wrong_status("confirm", "confirmed", row.status, CONFIRMABLE), _embedded(row))
    if "receipt_email" in form:
        row = row._replace(receipt_email=_email(form))
    method = _method(context, form, row)
    if method:
        row = moved(row, "given_method", payment_method=method.id, next_action=None)
    return _confirm(context, form, row)


def cancel(context: Context, form: Form, intent: str) -> Answer:
    """`POST /v1/payment_intents/{intent}/cancel`."""
    row = _intent(context, intent)
    reason = text(form, "cancellation_reason")
    if row.status not in CANCELABLE:
        raise unexpected_state(_wrong_status("cancel", "canceled", row.status, CANCELABLE), _embedded(row))
    row = moved(row, "canceled", canceled_at=context.now, cancellation_reason=reason, next_action=None)
    context.work.put(row)
    context.did("payment_intent.canceled", row.id)
    return shown(row)


def _confirm(context: Context, form: Form, row: PaymentIntent) -> Answer:
    """Charge the card, or find out why not."""
    fails_on_action = boolean(form, "error_on_requires_action")
    off_session = form.get("off_session") in ("true", "one_off", "recurring")
    return_url = text(form, "return_url")
    _require_confirmable(row, fails_on_action=fails_on_action, return_url=return_url)
    method = context.work.get(PaymentMethod, row.payment_method or _default_source(context, row) or "")
    if method is None:
        raise unexpected_state(_no_method(row), {})
    if row.payment_method is None:
        row = moved(row, "given_method", payment_method=method.id)
    card = BY_NUMBER[method.card]
    if card.authentication == "always" or (card.authentication == "on_session" and not off_session):
        refusal = UNAUTHENTICATED if fails_on_action else OFF_SESSION if off_session else None
        if refusal is None:
            return _asks(context, row, return_url)
        return _declined(context, row, method, refusal, charged=False)
    if card.decline:
        return _declined(context, row, method, card.decline, charged=True)
    charge = context.new_id("ch")
    done = {"amount_received": row.amount, "latest_charge": charge, "last_error": None, "next_action": None}
    row = moved(row, "succeeded", **done)
    context.work.put(row)
    context.did("payment_intent.succeeded", row.id)
    return shown(row)


def _require_confirmable(row: PaymentIntent, *, fails_on_action: bool, return_url: str | None) -> None:
    """Rows 14 and 15: what automatic payment methods ask of a confirmation."""
    if row.automatic and fails_on_action:
        raise invalid(NOT_WITH_AUTOMATIC)  # code and param unverified
    if row.automatic and not return_url:
        raise StripeFailure(400, RETURN_URL_NEEDED, more=_embedded(row))


def _asks(context: Context, row: PaymentIntent, return_url: str | None) -> Answer:
    action: dict[str, Any] = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    if return_url:
        there = {"return_url": return_url, "url": f"https://hooks.stripe.com/3d_secure_2/{row.id}"}
        action = {"type": "redirect_to_url", "redirect_to_url": there}
    row = moved(row, "needs_action", next_action=action)
    context.work.put(row)
    context.did("payment_intent.requires_action", row.id)
    return shown(row)


def _declined(
    context: Context, row: PaymentIntent, method: PaymentMethod, refusal: Decline, *, charged: bool
) -> Answer:
    """Keep the intent, without its method, and answer 402 with all that Stripe embeds."""
    charge = context.new_id("ch") if charged else None
    error = StripeFailure(
        402, refusal.message, "card_error", refusal.code, refusal.param, _refusal_details(refusal, charge)
    ).document()["error"]
    assert isinstance(error, dict)
    error["payment_method"] = shapes.payment_method(method)
    row = moved(row, "declined", payment_method=None, latest_charge=charge or row.latest_charge, last_error=error)
    context.work.put(row)
    context.did("payment_intent.payment_failed", row.id)
    return Answer(402, {"error": {**error, "payment_intent": shapes.payment_intent(row)}})


def _refusal_details(refusal: Decline, charge: str | None) -> dict[str, object]:
    details = {"charge": charge, "decline_code": refusal.decline_code}
    if charge:
        details |= {
            "advice_code": refusal.advice_code,
            "network_decline_code": refusal.network_decline_code,
        }
    return {name: value for name, value in details.items() if value is not None}


def _intent(context: Context, identity: str) -> PaymentIntent:
    row = context.work.get(PaymentIntent, identity)
    if row is None:
        raise not_found("payment_intent", identity, "intent")
    return row


def _is_automatic(form: Form) -> bool:
    types = texts(form, "payment_method_types")
    if types is not None and "automatic_payment_methods" in form:
        names = '["automatic_payment_methods", "payment_method_types"]'
        raise invalid(f"You may only specify one of these parameters: {names}.", code="parameters_exclusive")
    if types is not None and types != ["card"]:
        raise not_simulated("payment methods of other types than card")
    return types is None


def _customer(context: Context, form: Form) -> Customer | None:
    identity = text(form, "customer")
    if identity is None:
        return None
    row = context.work.get(Customer, identity)
    if row is None:
        raise no_such("customer", identity, "customer")
    return row


def _method(context: Context, form: Form, row: PaymentIntent) -> PaymentMethod | None:
    """Return the payment method that the parameters name, after its owner was checked (rows 20 to 22)."""
    identity = text(form, "payment_method")
    if identity is None:
        return None
    if identity in BY_ALIAS:
        return _materialised(context, BY_ALIAS[identity])
    method = context.work.get(PaymentMethod, identity)
    if method is None:
        raise no_such("PaymentMethod", identity, "payment_method")
    if method.customer and row.customer is None:
        raise invalid(
            f"The `payment_method` parameter supplied {method.id} belongs to the Customer {method.customer}. Please "
            "include the Customer in the `customer` parameter on the PaymentIntent.",
            param="source",
            code="parameter_missing",
        )
    if method.customer and method.customer != row.customer:
        raise invalid(
            f"The PaymentMethod {method.id} does not belong to the Customer you supplied {row.customer}. Please use "
            "this PaymentMethod with the Customer that it belongs to instead.",
            param="payment_method",
        )
    return method


def _materialised(context: Context, card: Card) -> PaymentMethod:
    made = PaymentMethod(context.new_id("pm"), card.number, None, context.now)
    context.work.put(made)
    return made


def _default_source(context: Context, row: PaymentIntent) -> str | None:
    customer = context.work.get(Customer, row.customer) if row.customer else None
    return customer.default_source if customer else None


def _no_method(row: PaymentIntent) -> str:
    said = "You cannot confirm this PaymentIntent because it's missing a payment method. "
    if row.customer:
        return (
            f"{said}To confirm the PaymentIntent with {row.customer}, specify a payment method attached to this "
            "customer along with the customer ID."
        )
    return (
        f"{said}You can either update the PaymentIntent with a payment method and then confirm it again, or confirm "
        "it again directly with a payment method or ConfirmationToken."
    )


def _require_confirm(form: Form) -> None:
    """Row 13: some parameters go with a confirmation only (its code is unverified)."""
    for name in WITH_CONFIRM:
        if name in form:
            raise invalid(
                f"The parameter `{name}` cannot be passed when creating a PaymentIntent unless `confirm` is set to "
                "true.",
                param=name,
            )


def _email(form: Form) -> str | None:
    address = text(form, "receipt_email", most=512)
    if address is not None and not EMAIL.fullmatch(address):
        raise invalid(f"Invalid email address: {address[:60]}", param="receipt_email", code="email_invalid")
    return address


def _metadata(form: Form) -> dict[str, str]:
    sent = form.get("metadata")
    if sent is None:
        return {}
    if not isinstance(sent, dict) or not all(isinstance(value, str) for value in sent.values()):
        raise invalid("Invalid object", param="metadata")
    return {name: str(value) for name, value in sent.items()}


def _embedded(row: PaymentIntent) -> dict[str, object]:
    return {"payment_intent": shapes.payment_intent(row)}


def _wrong_status(verb: str, participle: str, status: str, allowed: tuple[str, ...]) -> str:
    return (
        f"You cannot {verb} this PaymentIntent because it has a status of {status}. Only a PaymentIntent with one of "
        f"the following statuses may be {participle}: {', '.join(allowed)}."
    )
