"""Whether Stripe was told what the request says, and has the intent that it should have."""

from __future__ import annotations

from typing import Any

from tollbridge.verify.checks.causes import status_and_code
from tollbridge.verify.checks.conditions import (
    accepted,
    charges,
    charges_the_default,
    has_effect,
    in_any,
    kind,
    names_organization,
    not_accepted,
    not_against_confirm,
    seen_alone_and_well,
    sends,
    stripe_seen,
    stripe_seen_or_refused,
)
from tollbridge.verify.checks.differences import differences
from tollbridge.verify.model.check import CRITICAL, HIGH, Wrong, check
from tollbridge.verify.model.evidence import TOKEN, Evidence, secret_of
from tollbridge.verify.model.expectation import Expectation
from tollbridge.verify.model.stripe_routes import CHANGE, CONFIRM, CREATE, MAY_CARRY

PAID = ("succeeded", "processing", "requires_capture")
"""States in which a card was charged, or its money is held."""

CHARGED = ("succeeded", "processing")
"""States that a charge on the server is to end in: what is only held was not charged."""

INTENT_ROUTES = (CREATE, CHANGE, CONFIRM)
ALLOWED = ("payment_intent.", "charge.", "customer.subscription.updated")


@check(
    "one-intent",
    "An accepted request makes exactly one PaymentIntent.",
    severity=CRITICAL,
    sample="Two PaymentIntents were made for one request.",
    rules={"intent.fields": stripe_seen, **in_any("request.independent")},
    when=(seen_alone_and_well, accepted),
    gate=True,
    needs=("stripe",),
)
def one_intent(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge successes."""
    if len(x.intents) == 1:
        return []
    cause = f"{'several' if x.intents else 'none'}, {'charging' if e.charges else 'not charging'}"
    return [Wrong(cause, f"{len(x.intents)} PaymentIntents were made.", "one")]


def has_to_be_refused(_x: Evidence, e: Expectation) -> bool:
    """Tell whether no success is right."""
    return not e.success


@check(
    "no-intent-on-refusal",
    "A refused request makes no PaymentIntent; one refused by the card, at most one that never succeeds.",
    severity=CRITICAL,
    sample="A request that was answered with 404 left a PaymentIntent behind.",
    rules={**in_any("refusal.order", "refusal.harmless"), "charge.refused": kind("declined")},
    when=(seen_alone_and_well, not_accepted, has_to_be_refused),
    gate=True,
    needs=("stripe",),
)
def no_intent_on_refusal(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge refusals, and calls that had to be refused and got no answer."""
    if any(intent["status"] in PAID for intent in x.intents):
        return [
            Wrong(
                f"charged, {e.kind}: {status_and_code(x)}", f"The {x.status} left a PaymentIntent that is paid.", "none"
            )
        ]
    if e.kind == "free":
        return []
    # Stripe's own refusal at confirmation may leave one that never succeeded; a cancelled one is none.
    at_confirmation = e.kind == "declined" or "default-payment-method-missing" in e.codes
    most = 1 if at_confirmation or _refused_by_stripe(x) else 0
    left = [intent for intent in x.intents if intent["status"] != "canceled" or e.terms.choice]
    if len(left) <= most:
        return []
    cause = f"{e.kind} {' '.join(e.codes)}: {status_and_code(x)}"
    return [Wrong(cause, f"The {x.status} left {len(left)} PaymentIntents.", f"at most {most}")]


def _refused_by_stripe(x: Evidence) -> bool:
    """Tell whether Stripe itself refused to confirm: at the create, or at a confirmation of its own."""
    confirms = [c for c in x.writes if c["route"] == CONFIRM or c["parameters"].get("confirm") == "true"]
    return any(400 <= call["status"] < 500 for call in confirms)


def refused_before_stripe(_x: Evidence, e: Expectation) -> bool:
    """Tell whether the request is refused for another reason than its card."""
    return e.kind in ("token", "violations", "refused", "wire")


@check(
    "writes-nothing-before-refusing",
    "Nothing is written at Stripe for a request that is refused before Stripe is charged.",
    severity=HIGH,
    sample="A payment method was attached although the request is a 400.",
    rules=in_any("refusal.order", "refusal.harmless"),
    when=(seen_alone_and_well, not_accepted, refused_before_stripe),
    needs=("stripe",),
    optional=True,
)
def writes_nothing(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge refusals that are not the card's."""
    changed = [effect["what"] for effect in x.effects if not effect["what"].startswith("payment_intent.")]
    if not changed:
        return []
    cause = f"{changed[0]}, {e.kind} {' '.join(e.codes)}"
    return [Wrong(cause, f"Stripe was changed: {', '.join(sorted(set(changed)))}.", "nothing")]


@check(
    "intent-carries-the-request",
    "The intent has the amount, currency, description, e-mail address, customer and payment method of the request.",
    severity=CRITICAL,
    sample="4200 was asked, the intent is over 420000.",
    rules={
        "intent.fields": stripe_seen,
        "intent.customer": stripe_seen_or_refused,
        **in_any("amount.unit"),
        "email.address": sends("receipt_email"),
        "description.text": sends("description"),
        "organization.effective": names_organization,
    },
    when=(seen_alone_and_well, has_effect),
    needs=("stripe",),
)
def intent_carries(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge intents of accepted and of declined calls."""
    if e.effect is None or len(x.intents) != 1 or not (x.ok or e.kind == "declined"):
        return None
    return [*differences(x.intents[0], e.effect, declined=e.kind == "declined")]


@check(
    "confirms-as-asked",
    "The card is charged on the server where the request says so, and only there.",
    severity=CRITICAL,
    sample="The card was charged although the request does not ask for it.",
    rules={
        "confirm.absent": not_against_confirm,
        "confirm.fails": charges,
        "method.default": charges_the_default,
    },
    when=(seen_alone_and_well, accepted, has_effect),
    needs=("stripe",),
)
def confirms(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge intents of accepted calls."""
    if e.effect is None or len(x.intents) != 1:
        return None
    status, charged, source = x.intents[0]["status"], x.intents[0]["payment_method"], e.effect.source
    if e.effect.charges:
        if status not in CHARGED:
            return [Wrong("not charged", f"The intent is {status}.", "succeeded")]
        return [Wrong("source", f"{charged} was charged.", source)] if source and charged != source else []
    if status.startswith("requires_") and status not in ("requires_action", "requires_capture"):
        return []
    return [Wrong("charged", f"The intent is {status}.", "not confirmed")]


@check(
    "adds-nothing",
    "The intent is made, changed and confirmed with nothing that the page does not name and that changes what it does.",
    severity=HIGH,
    sample="The intent was made with setup_future_usage=off_session.",
    rules={"intent.fields": stripe_seen},
    when=(stripe_seen,),
    needs=("stripe",),
)
def adds_nothing(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge what Stripe was told of intents in any exchange."""
    about_intents = [call for call in x.writes if call["route"] in INTENT_ROUTES]
    if not about_intents:
        return None
    wrong: dict[str, Wrong] = {}
    for call in about_intents:
        for name, value in call["parameters"].items():
            right = _right_instead(x, e, call, name, value)
            if right:
                wrong[name] = Wrong(
                    f"{name[:40]} at {call['route']}", f"The intent was made with {name}={value!r}.", right
                )
    return [*wrong.values()][:3]


def _right_instead(x: Evidence, e: Expectation, call: dict[str, Any], name: str, value: Any) -> str | None:
    """Return what is right instead of a parameter; None for one that may be there."""
    if name not in MAY_CARRY:
        return "without it"
    if name == "payment_method_types" and _listed(value) != ["card"]:
        return "card"
    if name == "capture_method" and not str(value).startswith("automatic"):
        return "automatic capture"
    if name == "automatic_payment_methods" and (e.terms.choice or call["parameters"].get("confirm") == "true"):
        return "payment_method_types[]=card"
    if name == "metadata" and any(secret in str(value) for secret in _secrets(x, e)):
        return "no secret in it"
    return None


def _secrets(x: Evidence, e: Expectation) -> list[str]:
    """Return what has no place in metadata: client secrets and tokens."""
    tokens = [text for text, what in x.known.canaries.items() if what == TOKEN]
    secret = secret_of(x, e.terms.secret)
    return [*tokens, "_secret_", *([secret] if secret else [])]


def _listed(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else [value]


@check(
    "secret-of-this-request",
    "The client secret is the one that Stripe issued for this request's intent.",
    severity=CRITICAL,
    sample="The secret belongs to the intent of an earlier request.",
    rules=in_any("secret.form"),
    when=(seen_alone_and_well, accepted),
    needs=("stripe", "secret"),
)
def secret_of_this_request(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge successes with one intent."""
    if e.terms.secret is None or not x.intents:
        return None
    if secret_of(x, e.terms.secret) in [intent["client_secret"] for intent in x.intents]:
        return []
    said = "The client secret is not that of the PaymentIntent that was made."
    return [Wrong("another", said, "the secret that Stripe answered")]


def accepted_or_declined(x: Evidence, e: Expectation) -> bool:
    """Tell whether the answer is a success, or the card is refused."""
    return x.ok or e.kind == "declined"


@check(
    "touches-nothing-else",
    "Nothing at Stripe is changed but this request's intent and subscription.",
    severity=HIGH,
    sample="A customer was made for the request.",
    rules={"intent.fields": stripe_seen},
    when=(seen_alone_and_well, accepted_or_declined),
    needs=("stripe",),
)
def touches_nothing_else(x: Evidence, _e: Expectation) -> list[Wrong]:
    """Judge accepted calls, and calls that the card refuses."""
    changed = {effect["what"] for effect in x.effects if not effect["what"].startswith(ALLOWED)}
    wrong = [Wrong(what, f"Stripe was changed: {what}.", "nothing besides") for what in sorted(changed)]
    others = _intents_of_others(x)
    if others:
        wrong.append(Wrong("another intent", f"An earlier request's intent was changed: {others[0]}.", "none"))
    return wrong


def _intents_of_others(x: Evidence) -> list[str]:
    """Return what was done to intents that this request did not make."""
    own = {intent["id"] for intent in x.intents}
    done = [effect for effect in x.effects if effect["what"].startswith("payment_intent.")]
    return [effect["what"] for effect in done if effect["id"] not in own]
