"""What a confirmation does: the card is charged, or refuses, or asks the cardholder first."""

import re
from dataclasses import dataclass
from typing import Any

from tollbridge.simulator import shapes
from tollbridge.simulator.cards import BY_NUMBER, Card, Decline
from tollbridge.simulator.context import Answer, Context, shown
from tollbridge.simulator.failures import StripeFailure, invalid, unexpected_state
from tollbridge.simulator.forms import Form, boolean, text
from tollbridge.simulator.ownership import require_usable
from tollbridge.simulator.rows import Customer, PaymentIntent, PaymentMethod
from tollbridge.simulator.statuses import moved

CONFIRMING = ("error_on_requires_action", "off_session", "return_url")
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
NOT_WITH_AUTOMATIC = (
    "The `error_on_requires_action` parameter can't be used with PaymentIntents which use payment methods managed "
    "through the Dashboard"
)


@dataclass(frozen=True, slots=True)
class Confirming:
    """What a confirmation asks for.

    Args:
        fails_on_action: rather refuse than ask the cardholder.
        off_session: the cardholder is not there.
        return_url: where the cardholder comes back to; None for nowhere.
    """

    fails_on_action: bool
    off_session: bool
    return_url: str | None


def confirming(form: Form) -> Confirming:
    """Read what a confirmation asks for.

    Raises:
        StripeFailure: 400, for values of the wrong kind.
    """
    off_session = form.get("off_session") in ("one_off", "recurring") or boolean(form, "off_session")
    return_url = text(form, "return_url")
    if return_url is not None and not URL.fullmatch(return_url):
        raise invalid("Not a valid URL", param="return_url", code="url_invalid")  # wording unverified
    return Confirming(boolean(form, "error_on_requires_action"), off_session, return_url)


def confirmed(context: Context, row: PaymentIntent, wishes: Confirming) -> Answer:
    """Charge the card of an intent, or find out why not.

    Raises:
        StripeFailure: 400, rows 14, 15, 17, 18 and 21 to 23.
    """
    _require_confirmable(row, wishes)
    row, method = _with_method(context, row)
    card = BY_NUMBER[method.card]
    if _asks_for_authentication(card, wishes):
        if wishes.fails_on_action or wishes.off_session:
            refusal = UNAUTHENTICATED if wishes.fails_on_action else OFF_SESSION
            return _declined(context, row, method, refusal, charged=False)
        return _asked(context, row, wishes.return_url)
    if card.decline:
        return _declined(context, row, method, card.decline, charged=True)
    return _succeeded(context, row, method)


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


def _asks_for_authentication(card: Card, wishes: Confirming) -> bool:
    return card.authentication == "always" or (card.authentication == "on_session" and not wishes.off_session)


def _succeeded(context: Context, row: PaymentIntent, method: PaymentMethod) -> Answer:
    charge = context.new_id("ch")
    done = {"amount_received": row.amount, "latest_charge": charge, "last_error": None, "next_action": None}
    row = moved(row, "succeeded", **done)
    context.work.put(row)
    context.did("payment_intent.succeeded", row.id)
    if method.customer is None:
        context.work.put(method._replace(consumed=True))
    return shown(row)


def _asked(context: Context, row: PaymentIntent, return_url: str | None) -> Answer:
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
    error: dict[str, Any] = {
        **refusal.error(charge),
        "payment_method": shapes.payment_method(method),
    }
    changes = {"payment_method": None, "latest_charge": charge or row.latest_charge, "last_error": error}
    row = moved(row, "declined", next_action=None, **changes)
    context.work.put(row)
    context.did("payment_intent.payment_failed", row.id)
    return Answer(402, {"error": {**error, "payment_intent": shapes.payment_intent(row)}})
