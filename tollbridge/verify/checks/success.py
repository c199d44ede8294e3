"""Claims of a success, and whether they are true at Stripe."""

from __future__ import annotations

from tollbridge.verify.checks.provider import CHARGED
from tollbridge.verify.checks.subscription import default_of
from tollbridge.verify.model.check import Wrong
from tollbridge.verify.model.evidence import Evidence, secret_of
from tollbridge.verify.model.expectation import Effect, Expectation


def untrue(x: Evidence, e: Expectation) -> Wrong | None:
    """Return the first claim of a success that is not true at Stripe; None where all of it is."""
    if e.kind in ("refused", "violations", "token"):
        return Wrong("accepted", f"A request that has to be refused was accepted with {x.status}.", "a refusal")
    if not x.intents:
        return Wrong("no intent", "The target says success, and there is no PaymentIntent.", "an intent")
    wrong = _of_intent(x, e)
    if wrong is None and e.effect is not None:
        wrong = _of_request(x, e.effect) or _of_subscription(x, e, e.effect)
    return wrong


def _of_intent(x: Evidence, e: Expectation) -> Wrong | None:
    intent = x.intents[-1]
    if e.terms.secret and secret_of(x, e.terms.secret) != intent["client_secret"]:
        return Wrong("secret", "The secret is not that of the intent.", "its secret")
    if intent["status"] == "canceled":
        return Wrong("cancelled", "The intent is cancelled.", "one that can be paid")
    return None


def _of_request(x: Evidence, effect: Effect) -> Wrong | None:
    intent = x.intents[-1]
    if effect.charges and intent["status"] not in CHARGED:
        return Wrong("not charged", f"The intent is {intent['status']}.", "charged, as was asked")
    for name, wanted in effect.params.items():
        if intent[name] != wanted:
            return Wrong(name, f"The intent's {name} is {intent[name]!r}.", repr(wanted))
    return None


def _of_subscription(x: Evidence, e: Expectation, effect: Effect) -> Wrong | None:
    """Judge whether the card is the subscription's; that it has to be under faults is our choice."""
    subscription = x.after.get(effect.subscription or "")
    if not e.terms.choice or not effect.method or subscription is None or default_of(subscription) == effect.method:
        return None
    return Wrong("not moved", "The subscription does not have the card.", "a success only where it has")
