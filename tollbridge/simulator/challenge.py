"""How a 3-D Secure challenge ends: what the cardholder did, which no parameter of Stripe's API can say."""

from typing import Any

from tollbridge.simulator import confirmation, setup_intents
from tollbridge.simulator.context import Context
from tollbridge.simulator.failures import not_found
from tollbridge.simulator.rows import PaymentIntent, SetupIntent


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
    payment = context.work.get(PaymentIntent, identity)
    if payment is not None:
        answer = confirmation.authenticated(context, payment, passes=passes)
    else:
        setup = context.work.get(SetupIntent, identity)
        if setup is None:
            raise not_found("payment_intent", identity, "intent")
        answer = setup_intents.authenticated(context, setup, passes=passes)
    document = answer.document
    shown: dict[str, Any] = document["error"]["payment_intent"] if "error" in document else document
    return shown
