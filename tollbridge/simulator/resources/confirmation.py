"""Confirmation of an intent: the card is charged, or refuses, or asks the cardholder first."""

import re
from dataclasses import dataclass
from typing import Any

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.cards import BY_NUMBER, Card, Decline
from tollbridge.simulator.model.errors import StripeFailure, invalid, unexpected_state
from tollbridge.simulator.model.pages import page_of
from tollbridge.simulator.model.rows import Charge, Customer, PaymentIntent, PaymentMethod
from tollbridge.simulator.model.state_machine import moved
from tollbridge.simulator.protocol.answer import Answer, shown
from tollbridge.simulator.protocol.forms import Form, boolean, text
from tollbridge.simulator.resources.checkout_states import session_paid
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.dispute_outcomes import begin_dispute
from tollbridge.simulator.resources.invoice_states import invoice_not_paid, invoice_paid
from tollbridge.simulator.resources.ownership import require_usable
from tollbridge.simulator.resources.parameters import OPTIONS

CONFIRMING = ("confirmation_token", "error_on_requires_action", "off_session", "return_url")
"""The parameters that only a confirmation may have."""

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")

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
NOT_AUTHENTICATED = (
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod "
    "to attempt to fulfill this PaymentIntent again."
)
NOT_WITH_AUTOMATIC = (
    "The `error_on_requires_action` parameter can't be used with PaymentIntents which use payment methods managed "
    "through the Dashboard"
)


@dataclass(frozen=True, slots=True)
class Confirming:
    """The parameters of a confirmation.

    Args:
        fails_on_action: rather refuse than ask the cardholder.
        off_session: the cardholder is not there.
        return_url: where the cardholder comes back to; None for nowhere.
        stripe_js: the browser's library handles the action, return URL or not.
    """

    fails_on_action: bool
    off_session: bool
    return_url: str | None
    stripe_js: bool = False


def confirming(form: Form) -> Confirming:
    """Read what a confirmation asks for.

    Raises:
        StripeFailure: 400, for values of the wrong kind.
    """
    off_session = form.get("off_session") in ("one_off", "recurring") or boolean(form, "off_session")
    return_url = text(form, "return_url")
    if return_url is not None and not URL.fullmatch(return_url):
        raise invalid("Not a valid URL", param="return_url", code="url_invalid")  # wording unverified
    return Confirming(
        boolean(form, "error_on_requires_action"), off_session, return_url, boolean(form, "use_stripe_sdk")
    )


def confirmed(context: Context, row: PaymentIntent, wishes: Confirming) -> Answer:
    """Charge the card of an intent, or find out why not.

    Raises:
        StripeFailure: 400, rows 14, 15, 17, 18 and 21 to 23.
    """
    _require_confirmable(row, wishes)
    row, method = _with_method(context, row)
    card = BY_NUMBER[method.card]
    if row.proven != method.id and _asks_for_authentication(card, method, wishes, _request_of(row)):
        if wishes.fails_on_action or wishes.off_session:
            refusal = UNAUTHENTICATED if wishes.fails_on_action else OFF_SESSION
            return _declined(context, row, method, refusal, charged=False)
        return _asked(context, row, None if wishes.stripe_js else wishes.return_url)
    return _charged(context, row, method)


def authenticated(context: Context, row: PaymentIntent, *, passes: bool) -> Answer:
    """Go on where the cardholder was asked: charge the card, or take note that it was not its holder.

    Raises:
        StripeFailure: 400, where no cardholder was asked.
    """
    if row.status != "requires_action" or row.payment_method is None:
        raise unexpected_state(f"No authentication is due: the status is {row.status}.", {})
    method = context.work.get(PaymentMethod, row.payment_method)
    assert method is not None  # methods are never deleted
    if passes and is_manual(row):
        row = moved(row, "authenticated", next_action=None, proven=method.id)
        context.work.put(row)
        return shown(row)
    if passes:
        return _charged(context, row, method)
    error = StripeFailure(400, NOT_AUTHENTICATED, code="payment_intent_authentication_failure").error()
    error["payment_method"] = shapes.payment_method(method)
    row = moved(row, "not_authenticated", payment_method=None, next_action=None, last_error=error)
    context.work.put(row)
    context.did("payment_intent.payment_failed", row.id)
    return shown(row)


def paid_for_invoice(context: Context, row: PaymentIntent, method: PaymentMethod) -> Answer:
    """Charge the card of an invoice's intent, whose cardholder may be asked later."""
    if BY_NUMBER[method.card].authentication == "always":
        return _asked(context, row, None)
    return _charged(context, row, method)


def _charged(context: Context, row: PaymentIntent, method: PaymentMethod) -> Answer:
    card = BY_NUMBER[method.card]
    if card.decline:
        return _declined(context, row, method, card.decline, charged=True)
    return _succeeded(context, row, method)


def is_manual(row: PaymentIntent) -> bool:
    """Tell whether only the server confirms an intent: once more after the cardholder was asked."""
    return (row.more or {}).get("confirmation_method") == "manual"


def _require_confirmable(row: PaymentIntent, wishes: Confirming) -> None:
    """Rows 14 and 15: what automatic payment methods ask of a confirmation."""
    if row.redirects and wishes.fails_on_action:
        raise invalid(NOT_WITH_AUTOMATIC)  # code and param unverified
    if row.redirects == "always" and not wishes.return_url:
        raise StripeFailure(400, RETURN_URL_NEEDED, more={"payment_intent": shapes.payment_intent(row)})


def _with_method(context: Context, row: PaymentIntent) -> tuple[PaymentIntent, PaymentMethod]:
    """Return the intent and the method that it is paid with: its own, else the customer's default source."""
    method = context.work.get(PaymentMethod, row.payment_method or _default_source(context, row) or "")
    if method is None:
        raise unexpected_state(_no_method(row), {})
    require_usable(method, row)
    if row.payment_method is None:
        row = moved(row, "given_method", payment_method=method.id)
    return row, method


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


def _request_of(row: PaymentIntent) -> str:
    """Return how 3-D Secure is asked for."""
    options = (row.more or {}).get(OPTIONS) or shapes.CARD_OPTIONS
    return str(options["card"]["request_three_d_secure"])


def _asks_for_authentication(card: Card, method: PaymentMethod, wishes: Confirming, request: str) -> bool:
    if card.authentication == "on_request":
        return request != "automatic"
    if card.authentication == "unless_set_up":
        return not (wishes.off_session and method.set_up)
    return card.authentication == "always" or (card.authentication == "on_session" and not wishes.off_session)


def _succeeded(context: Context, row: PaymentIntent, method: PaymentMethod) -> Answer:
    holds = row.capture_method == "manual"
    charge = _charge(context, row, method, None, captured=0 if holds else row.amount)
    if not holds:
        begin_dispute(context, charge)
    done = {"latest_charge": charge.id, "last_error": None, "next_action": None}
    if holds:
        row = moved(row, "held", amount_capturable=row.amount, **done)
    else:
        row = moved(row, "succeeded", amount_received=row.amount, **done)
    context.work.put(row)
    context.did("payment_intent.amount_capturable_updated" if holds else "payment_intent.succeeded", row.id)
    _keep(context, row, method)
    if row.invoice:
        invoice_paid(context, row)
    session_paid(context, row.session, "unpaid" if holds else "paid")
    return shown(row)


def _keep(context: Context, row: PaymentIntent, method: PaymentMethod) -> None:
    """Set the card up for what follows, or use it up where no customer keeps it."""
    if row.customer and row.future_usage:
        context.work.put(method._replace(customer=row.customer, set_up=row.future_usage == "off_session"))
        if method.customer is None:
            context.did("payment_method.attached", method.id)
    elif method.customer is None:
        context.work.put(method._replace(consumed=True))


def _charge(
    context: Context, row: PaymentIntent, method: PaymentMethod, failure: dict[str, Any] | None, *, captured: int
) -> Charge:
    """Write the charge of a try."""
    charge = Charge(
        id=context.new_id("ch"),
        payment_intent=row.id,
        customer=row.customer,
        payment_method=method.id,
        card=method.card,
        amount=row.amount,
        currency=row.currency,
        created=context.now,
        amount_captured=captured,
        failure=failure,
        manual=row.capture_method == "manual",
        description=row.description,
        receipt_email=row.receipt_email,
        metadata=row.metadata or None,
        settled=failure is None and row.capture_method == "automatic",
        suffix=(row.more or {}).get("statement_descriptor_suffix"),
    )
    context.work.put(charge)
    context.did("charge.failed" if failure else "charge.succeeded", charge.id)
    return charge


def _asked(context: Context, row: PaymentIntent, return_url: str | None) -> Answer:
    row = moved(row, "needs_action", next_action=action_for(context, row.id, row.secret, return_url))
    context.work.put(row)
    if row.invoice:
        invoice_not_paid(context, row, asks=True)
    context.did("payment_intent.requires_action", row.id)
    return shown(row)


def action_for(context: Context, identity: str, secret: str, return_url: str | None) -> dict[str, Any]:
    """Return what the browser has to do: go to a page and come back, or leave it to Stripe's library."""
    if return_url:
        there = {"return_url": return_url, "url": page_of(context.base, identity, secret)}
        return {"type": "redirect_to_url", "redirect_to_url": there}
    return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}


def _declined(
    context: Context, row: PaymentIntent, method: PaymentMethod, refusal: Decline, *, charged: bool
) -> Answer:
    """Keep the intent, without its method, and answer 402 with all that Stripe embeds."""
    charge = _charge(context, row, method, refusal.error("-"), captured=0).id if charged else None
    error: dict[str, Any] = {
        **refusal.error(charge),
        "payment_method": shapes.payment_method(method),
    }
    changes = {"payment_method": None, "latest_charge": charge or row.latest_charge, "last_error": error}
    row = moved(row, "declined", next_action=None, **changes)
    context.work.put(row)
    if row.invoice:
        invoice_not_paid(context, row, asks=False)
    context.did("payment_intent.payment_failed", row.id)
    return Answer(402, {"error": {**error, "payment_intent": shapes.payment_intent(row)}})
