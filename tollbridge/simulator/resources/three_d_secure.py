"""3-D Secure: the page where a cardholder is asked, and how that ends, which no documented parameter can say."""

import re
from hmac import compare_digest
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from tollbridge.simulator.model.errors import invalid, missing, not_found
from tollbridge.simulator.model.pages import page_token
from tollbridge.simulator.model.rows import PaymentIntent, SetupIntent
from tollbridge.simulator.protocol.answer import Answer
from tollbridge.simulator.protocol.forms import Form, one_of
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources import confirmation, setup_intents
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.payment_intents import require_secret

OUTCOMES = ("succeed", "fail")
RUNS_CODE = re.compile(r"(?:javascript|data|vbscript):", re.IGNORECASE)
PASSED = ("succeeded", "requires_capture", "requires_confirmation")
OVER = "This challenge has ended, or has never been: there is nothing to answer."

Intent = PaymentIntent | SetupIntent


def after_challenge(context: Context, identity: str, *, passes: bool) -> dict[str, Any]:
    """Go on with an intent whose cardholder was asked.

    Args:
        context: the call.
        identity: of a payment intent or a setup intent.
        passes: whether the cardholder proves who they are.

    Returns:
        The intent as Stripe shows it.

    Raises:
        StripeFailure: 404 where there is no such intent, 400 where nothing is asked of its cardholder.
    """
    row = _existing(context, identity)
    if isinstance(row, PaymentIntent):
        answer = confirmation.authenticated(context, row, passes=passes)
    else:
        answer = setup_intents.authenticated(context, row, passes=passes)
    document = answer.document
    shown: dict[str, Any] = document["error"]["payment_intent"] if "error" in document else document
    return shown


def end(context: Context, form: Form, intent: str) -> Answer:
    """`POST /v1/3ds2/challenges/{intent}`, ours: Stripe's page tells Stripe in a way of its own."""
    row = _existing(context, intent)
    require_secret(context, form, row.secret, "PaymentIntent" if isinstance(row, PaymentIntent) else "SetupIntent")
    outcome = one_of(form, "outcome", OUTCOMES)
    if outcome is None:
        raise missing("outcome")
    return Answer(200, after_challenge(context, intent, passes=outcome == "succeed"))


def is_due(context: Context, identity: str, token: str) -> bool:
    """Tell whether the page of an intent asks its cardholder, and not whether that is over.

    Raises:
        StripeFailure: 404 for a token that is not the intent's.
    """
    return _asked(context, identity, token).status == "requires_action"


def after_page(context: Context, identity: str, token: str, *, passes: bool) -> str:
    """Go on as the cardholder chose on the page; return the address that the browser goes back to.

    Raises:
        StripeFailure: 404 for a token that is not the intent's; 400 where it is over, or no page can be gone back to.
    """
    row = _asked(context, identity, token)
    action = row.next_action if row.status == "requires_action" else None
    if action is None or action["type"] != "redirect_to_url":
        raise invalid(OVER)
    back = str(action["redirect_to_url"]["return_url"])
    if RUNS_CODE.match(back):
        raise invalid("The return_url of this intent would run code in the browser.")
    shown = after_challenge(context, identity, passes=passes)
    kind = "payment_intent" if isinstance(row, PaymentIntent) else "setup_intent"
    said = {
        kind: identity,
        f"{kind}_client_secret": row.secret,
        "redirect_status": "succeeded" if shown["status"] in PASSED else "failed",
    }
    return _with_query(back, said)


def _with_query(address: str, said: dict[str, str]) -> str:
    """Return an address with more in its query, after what is there."""
    parts = urlsplit(address)
    query = "&".join(filter(None, (parts.query, urlencode(said))))
    return urlunsplit(parts._replace(query=query))


def _asked(context: Context, identity: str, token: str) -> Intent:
    row = _existing(context, identity)
    if not compare_digest(page_token(row.secret).encode(), token.encode()):
        raise not_found("challenge", identity, "intent")
    return row


def _existing(context: Context, identity: str) -> Intent:
    payment = context.work.get(PaymentIntent, identity)
    row = payment if payment is not None else context.work.get(SetupIntent, identity)
    if row is None:
        raise not_found("payment_intent", identity, "intent")
    return row


ROUTES = (
    route("POST", "/v1/3ds2/challenges/{intent}", end, "payment_intent", "client_secret", "outcome", browser=True),
)
