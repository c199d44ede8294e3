"""Whether the right subscription has the right method afterwards, and none else moved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tollbridge.verify.checks.conditions import (
    accepted,
    chooses_method,
    has_subscription,
    kind,
    names_organization,
    not_accepted,
    omits,
    seen_alone,
    seen_alone_and_well,
    seen_with_a_card,
)
from tollbridge.verify.model.check import CRITICAL, HIGH, MEDIUM, Wrong, check
from tollbridge.verify.model.evidence import Evidence
from tollbridge.verify.model.expectation import Expectation


@check(
    "subscription-moves",
    "A request with a payment method makes it the default of the organization's subscription.",
    severity=HIGH,
    sample="The request was accepted, and the subscription kept its old card.",
    rules={
        "method.subscription": seen_with_a_card,
        "method.upsert": seen_with_a_card,
        "subscription.order": seen_with_a_card,
    },
    when=(seen_alone_and_well, accepted, chooses_method, has_subscription),
    needs=("stripe", "subscription"),
)
def subscription_moves(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge accepted calls with a payment method."""
    assert e.effect is not None
    default = default_of(x.after.get(e.effect.subscription or ""))
    if default == e.effect.method:
        return []
    said = f"The subscription's default payment method is {default or 'none'}."
    return [Wrong("not moved", said, str(e.effect.method))]


def default_of(subscription: dict[str, Any] | None) -> str | None:
    """Return the default payment method of a subscription; None without one."""
    return subscription["default_payment_method"] if subscription else None


@check(
    "subscription-stays",
    "A request without a payment method, and one that is refused, leave every subscription as it was.",
    severity=HIGH,
    sample="A declined card became the subscription's default.",
    rules={
        "subscription.untouched": omits("payment_method"),
        "subscription.order": seen_with_a_card,
        "refusal.harmless": not_accepted,
        "charge.refused": kind("declined"),
    },
    when=(seen_alone_and_well,),
    needs=("stripe", "subscription"),
)
def subscription_stays(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge calls that no subscription is to follow from."""
    follows = e.effect is not None and e.effect.method is not None and e.kind != "declined"
    if e.kind == "free" or (follows and x.ok):
        return None
    if x.ok and not e.terms.holds("subscription.untouched"):
        return None
    return [*moved(x, e, spared="")]


@check(
    "no-other-subscription-moves",
    "No subscription but the organization's own is changed, and nothing of it but the default method.",
    severity=CRITICAL,
    sample="Another organization's subscription got the card.",
    rules={"method.subscription": seen_with_a_card, "organization.effective": names_organization},
    when=(seen_alone_and_well, accepted, chooses_method),
    needs=("stripe", "subscription"),
)
def no_other_moves(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge accepted calls with a payment method."""
    own = (e.effect.subscription if e.effect else None) or ""
    wrong = [*moved(x, e, spared=own)]
    before, after = x.before.get(own), x.after.get(own)
    if before and after and {**after, "default_payment_method": before["default_payment_method"]} != before:
        wrong.append(Wrong("more", "More of the subscription than its default was changed.", "nothing"))
    return wrong


def moved(x: Evidence, e: Expectation, *, spared: str) -> Iterator[Wrong]:
    """Yield each subscription that was changed, but one that may be."""
    for identity, before in x.before.items():
        after = x.after.get(identity)
        if identity == spared or after == before:
            continue
        now = default_of(after) or "none" if after else "gone"
        said = f"The subscription {identity} was changed: its default payment method is {now}."
        yield Wrong(f"{e.kind} moved", said, f"as it was: {default_of(before) or 'none'}")


def order_held(_x: Evidence, e: Expectation) -> bool:
    """Tell whether it is held what is done first."""
    return e.terms.holds("subscription.order")


@check(
    "intent-before-subscription",
    "The subscription takes the method only after the intent exists, and after a charge on the server.",
    severity=MEDIUM,
    sample="The subscription was changed before the PaymentIntent was made.",
    rules={"subscription.order": seen_with_a_card},
    when=(seen_alone, order_held),
    needs=("stripe", "subscription.order", "subscription"),
)
def intent_first(x: Evidence, _e: Expectation) -> list[Wrong] | None:
    """Judge exchanges in which both were written; with our choices only."""
    done = [effect["what"] for effect in x.effects]
    if "payment_intent.created" not in done or "customer.subscription.updated" not in done:
        return None
    if done.index("payment_intent.created") < done.index("customer.subscription.updated"):
        return []
    return [Wrong("before", "The subscription was changed first.", "the intent first")]
