"""The page of a session of Checkout: what it shows, and what becomes of what a customer enters there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tollbridge.simulator.model.cards import BY_NUMBER
from tollbridge.simulator.model.errors import StripeFailure, invalid, not_found
from tollbridge.simulator.model.pages import SURFACE
from tollbridge.simulator.model.rows import (
    CheckoutSession,
    Customer,
    Invoice,
    PaymentIntent,
    PaymentMethod,
    SetupIntent,
    Subscription,
)
from tollbridge.simulator.protocol.answer import Answer
from tollbridge.simulator.protocol.forms import Form, text
from tollbridge.simulator.protocol.money import major
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources import customers, payment_intents, setup_intents, subscriptions
from tollbridge.simulator.resources.billing import collected
from tollbridge.simulator.resources.card_details import made
from tollbridge.simulator.resources.checkout_parameters import form_of
from tollbridge.simulator.resources.checkout_sessions import existing, payment_of
from tollbridge.simulator.resources.checkout_states import session_paid
from tollbridge.simulator.resources.confirmation import action_for
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.parameters import email
from tollbridge.simulator.resources.payment_methods import attached
from tollbridge.simulator.serializers.checkout_sessions import BRANDING

PLACEHOLDER = "{CHECKOUT_SESSION_ID}"
NOT_OPEN = "This Checkout Session is {}: nothing can be paid with it."
NOT_AUTHENTICATED = (
    "We are unable to authenticate your payment method. Please choose a different payment method and try again."
)
BUTTONS = {"auto": "Pay", "book": "Book", "donate": "Donate", "pay": "Pay", "subscribe": "Subscribe"}


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """What the page of a session shows.

    Args:
        status: `open`, `complete` or `expired`.
        seller: whom the customer pays.
        lines: what is bought: its name, how many of it, and what it costs.
        total: of all lines; empty where nothing is paid.
        button: what the button says.
        address: the e-mail address that is known; empty where none is.
        back: where the customer goes who does not want to pay; None for nowhere.
        after: where the browser goes once the session is complete; None where it stays.
        embedded: whether it stands in a page of the shop's.
    """

    status: str
    seller: str
    lines: tuple[tuple[str, int, str], ...]
    total: str
    button: str
    address: str
    back: str | None
    after: str | None
    embedded: bool


def page_of(context: Context, identity: str) -> PaymentPage:
    """Return what the page of a session shows.

    Raises:
        StripeFailure: 404 where there is no such session.
    """
    row = existing(context, identity)
    lines = tuple(
        (line["description"] or "", line["quantity"], _money(line["amount_total"], line["currency"]))
        for line in row.lines
    )
    total = _money(row.amount, row.currency) if row.amount is not None and row.currency else ""
    return PaymentPage(
        status=row.status,
        seller=BRANDING["display_name"],
        lines=lines,
        total=total,
        button=_button(row, total),
        address=(row.entered or {}).get("email") or "",
        back=row.cancel_url,
        after=_after(row),
        embedded=row.ui_mode == "embedded_page",
    )


def _money(amount: int, currency: str) -> str:
    return f"{major(amount, currency)} {currency.upper()}"


def _button(row: CheckoutSession, total: str) -> str:
    if row.mode == "setup":
        return "Save card"
    if row.mode == "subscription":
        return "Start trial" if form_of(row).keys() & {"trial_end", "trial_period_days"} else "Subscribe"
    return f"{BUTTONS[(row.more or {}).get('submit_type') or 'auto']} {total}"


def _after(row: CheckoutSession) -> str | None:
    """Return where the browser goes once a session is complete: cards need to go nowhere."""
    url = row.success_url if row.ui_mode == "hosted_page" else row.return_url
    return url.replace(PLACEHOLDER, row.id) if url and row.completion == "always" else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try to pay went.

    Args:
        address: where the browser goes next: to where the cardholder is asked, or on; None for nowhere.
        refusal: why the card was declined, in words for the customer; None where it was not.
    """

    address: str | None = None
    refusal: str | None = None


def pay(context: Context, identity: str, entered: Mapping[str, str], here: str) -> Outcome:
    """Pay with a card, or save it.

    Args:
        context: the call.
        identity: of the session.
        entered: `email`, `name`, `country`, `postal_code`, and the card's `number`, `exp_month`, `exp_year` and `cvc`.
        here: the address of the page.

    Raises:
        StripeFailure: 404 for another session; 400 and 402 for what cannot be taken, of which nothing is kept.
    """
    context = replace(context, base=here.partition(SURFACE)[0])
    row = existing(context, identity)
    if row.status != "open":
        raise invalid(NOT_OPEN.format(row.status))
    row = row._replace(entered=_details(row, entered))
    context.work.put(row)
    return WAYS[row.mode](context, row, _method_data(row, entered), here)


def last_refusal(context: Context, identity: str) -> str | None:
    """Return why the newest try to pay failed, in words for the customer; None: it did not.

    Raises:
        StripeFailure: 404 where there is no such session.
    """
    intent = _intent(context, existing(context, identity))
    return None if intent is None else _words(intent)


def _words(intent: PaymentIntent | SetupIntent) -> str | None:
    if intent.last_error is None:
        return None
    unproven = str(intent.last_error.get("code")).endswith("_authentication_failure")
    return NOT_AUTHENTICATED if unproven else str(intent.last_error.get("message"))


def _intent(context: Context, row: CheckoutSession) -> PaymentIntent | SetupIntent | None:
    if row.setup_intent:
        return context.work.get(SetupIntent, row.setup_intent)
    invoice = context.work.get(Invoice, row.invoice) if row.invoice else None
    return context.work.get(PaymentIntent, (invoice.payment_intent if invoice else row.payment_intent) or "")


def _details(row: CheckoutSession, entered: Mapping[str, str]) -> dict[str, Any]:
    """Return `customer_details` as they were entered.

    Raises:
        StripeFailure: 400, for a bad e-mail address, and for none.
    """
    known = (row.entered or {}).get("email")
    address: dict[str, Any] = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    address |= {name: entered.get(name) or None for name in ("country", "postal_code")}
    sent = {"email": entered.get("email", "")} if entered.get("email") else {}
    found = email(sent, "email") or known
    if found is None:
        raise invalid("Your email is incomplete.", param="email")
    return {"address": address, "email": found, "name": entered.get("name") or None}


def _method_data(row: CheckoutSession, entered: Mapping[str, str]) -> Form:
    """Return `payment_method_data` of what was entered."""
    details = row.entered or {}
    billing: Form = {"email": str(details["email"])}
    if details["name"]:
        billing["name"] = str(details["name"])
    billing["address"] = {name: str(value) for name, value in details["address"].items() if value}
    card: Form = {name: entered.get(name, "") for name in ("number", "exp_month", "exp_year", "cvc")}
    return {"type": "card", "card": card, "billing_details": billing}


def _payment(context: Context, row: CheckoutSession, data: Form, here: str) -> Outcome:
    if row.payment_intent is None:
        row = _with_payment(context, row)
    form: Form = {"payment_method_data": data, "return_url": here}
    return _outcome(context, row, payment_intents.confirm(context, form, str(row.payment_intent)))


def _with_payment(context: Context, row: CheckoutSession) -> CheckoutSession:
    """Return a session with its intent, which is made when somebody pays."""
    form = form_of(row)
    always = (row.more or {}).get("customer_creation") == "always" or "setup_future_usage" in form
    row = _with_customer(context, row) if always else row
    intent = payment_intents.create(context, form | payment_of(row)).row
    assert isinstance(intent, PaymentIntent)  # one that is not confirmed is shown
    context.work.put(intent._replace(session=row.id))
    row = row._replace(payment_intent=intent.id)
    context.work.put(row)
    return row


def _with_customer(context: Context, row: CheckoutSession) -> CheckoutSession:
    """Return a session with a customer, who is made of what was entered where there is none."""
    if row.customer is not None:
        return row
    known = row.entered or {}
    form: Form = {name: str(known[name]) for name in ("email", "name") if known[name]}
    form["address"] = {name: str(value) for name, value in known["address"].items() if value}
    customer = customers.create(context, form).row
    assert isinstance(customer, Customer)  # without a card, nothing is declined
    row = row._replace(customer=customer.id)
    context.work.put(row)
    return row


def _setup(context: Context, row: CheckoutSession, data: Form, here: str) -> Outcome:
    form: Form = {"payment_method_data": data, "return_url": here}
    return _outcome(context, row, setup_intents.confirm(context, form, str(row.setup_intent)))


def _subscription(context: Context, row: CheckoutSession, data: Form, here: str) -> Outcome:
    """Subscribe the customer; a card that is declined at once leaves nothing behind."""
    row = _with_customer(context, row)
    method = made(context, data)
    decline = BY_NUMBER[method.card].decline
    asks = BY_NUMBER[method.card].authentication == "always"
    if decline and not asks:
        raise StripeFailure(402, decline.message, "card_error", decline.code, decline.param, decline.more(None))
    attached(context, method, str(row.customer))
    if row.subscription is None:
        row = _with_subscription(context, row, method)
    else:
        _try_again(context, row, method)
    return _subscribed(context, row, here)


def _with_subscription(context: Context, row: CheckoutSession, method: PaymentMethod) -> CheckoutSession:
    form: Form = {
        **form_of(row),
        "customer": str(row.customer),
        "default_payment_method": method.id,
        "items": [{"price": line["price"]["id"], "quantity": str(line["quantity"])} for line in row.lines],
    }
    subscription = subscriptions.create(context, form).row
    assert isinstance(subscription, Subscription)  # it is shown, paid or not
    row = row._replace(subscription=subscription.id, invoice=subscription.latest_invoice)
    context.work.put(row)
    return row


def _try_again(context: Context, row: CheckoutSession, method: PaymentMethod) -> None:
    """Pay the first invoice of the subscription of a session with another card."""
    subscriptions.update(context, {"default_payment_method": method.id}, str(row.subscription))
    invoice = context.work.get(Invoice, row.invoice or "")
    if invoice is not None:
        collected(context, invoice, method)


def _subscribed(context: Context, row: CheckoutSession, here: str) -> Outcome:
    subscription = context.work.get(Subscription, str(row.subscription))
    assert subscription is not None  # it was just written
    if subscription.status in ("active", "trialing"):
        session_paid(context, row.id, "no_payment_required" if subscription.status == "trialing" else "paid")
        return Outcome(_after(row))
    intent = _intent(context, row)
    assert isinstance(intent, PaymentIntent)  # a first invoice that is not paid has one
    if intent.status != "requires_action":
        return Outcome(refusal=_words(intent))
    action = action_for(context, intent.id, intent.secret, here)
    context.work.put(intent._replace(session=row.id, next_action=action))
    return Outcome(action["redirect_to_url"]["url"])


def _outcome(context: Context, row: CheckoutSession, answer: Answer) -> Outcome:
    """Return how a confirmation went."""
    if answer.status >= 400:
        return Outcome(refusal=answer.document["error"]["message"])
    action = answer.document["next_action"]
    return Outcome(action["redirect_to_url"]["url"] if action else _after(existing(context, row.id)))


def progress(context: Context, form: Form, session: str) -> Answer:
    """`GET /v1/payment_pages/{session}`, ours: what Stripe.js asks after each page in the frame of an embedded page."""
    row = existing(context, session)
    if row.secret is None or text(form, "client_secret") != row.secret:
        raise not_found("checkout.session", session, "session")
    return Answer(200, {"id": row.id, "object": "payment_page", "status": row.status, "return_url": _after(row)})


ROUTES = (route("GET", "/v1/payment_pages/{session}", progress, "payment_page", "client_secret", browser=True),)
WAYS = {"payment": _payment, "setup": _setup, "subscription": _subscription}
"""What is done when somebody pays, by the mode of the session."""
