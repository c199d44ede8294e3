"""What a success says, and whether it is so at Stripe, however it came about."""

from tollbridge.verify.checks.check import Wrong
from tollbridge.verify.checks.provider import CHARGED
from tollbridge.verify.exchange import Exchange


def untrue(x: Exchange) -> Wrong | None:
    """Return what a success says and is not so; None where all of it is."""
    if x.expected.kind in ("refused", "violations", "token"):
        return Wrong("accepted", f"What has to be refused was accepted with {x.status}.", "a refusal", "False")
    if not x.intents:
        said = "The target says success, and there is no PaymentIntent."
        return Wrong("no intent", said, "an intent", "len(intents) == 1")
    return _of_intent(x) or _of_request(x) or _of_subscription(x)


def _of_intent(x: Exchange) -> Wrong | None:
    intent = x.intents[-1]
    if x.subject.secret and x.secret != intent.secret:
        proof = f"body.get({x.subject.secret!r}) == intents[-1]['client_secret']"
        return Wrong("secret", "The secret is not that of the intent.", "its secret", f"({proof})")
    if intent.status == "canceled":
        proof = "intents[-1]['status'] != 'canceled'"
        return Wrong("cancelled", "The intent is cancelled.", "one that can be paid", proof)
    return None


def _of_request(x: Exchange) -> Wrong | None:
    intent, effect = x.intents[-1], x.expected.effect
    if effect is None:
        return None
    if effect.charges and intent.status not in CHARGED:
        proof = "intents[-1]['status'] == 'succeeded'"
        return Wrong("not charged", f"The intent is {intent.status}.", "charged, as was asked", proof)
    for name, wanted in effect.params.items():
        if getattr(intent, name) != wanted:
            said = f"The intent's {name} is {getattr(intent, name)!r}."
            return Wrong(name, said, repr(wanted), f"intents[-1][{name!r}] == {wanted!r}")
    return None


def _of_subscription(x: Exchange) -> Wrong | None:
    """Judge whether the card is the subscription's; that it has to be under faults is our choice."""
    effect = x.expected.effect
    identity = str(effect.organization.subscription) if effect else ""
    if not x.held.choice or effect is None or not effect.method or identity not in x.after:
        return None
    if x.after[identity].default_payment_method == effect.method:
        return None
    proof = f"subscription({identity!r})['default_payment_method'] == {effect.method!r}"
    return Wrong("not moved", "The subscription does not have the card.", "a success only where it has", proof)
