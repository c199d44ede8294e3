"""Whether the right subscription has the right method afterwards, and none else moved."""

from collections.abc import Iterator

from tollbridge.verify.checks.check import CRITICAL, HIGH, MEDIUM, UNPROVABLE, Wrong, check
from tollbridge.verify.exchange import Exchange


@check(
    "subscription-moves",
    "A request with a payment method makes it the default of the organization's subscription.",
    "method.subscription",
    "method.upsert",
    "subscription.order",
    severity=HIGH,
    sample="The request was accepted, and the subscription kept its old card.",
    needs=("stripe", "subscription"),
)
def subscription_moves(x: Exchange) -> list[Wrong] | None:
    """Judge accepted calls with a payment method."""
    effect = x.expected.effect
    if not x.plain or effect is None or not effect.method or not x.ok or "subscription" not in x.subject.caller:
        return None
    identity = effect.organization.subscription or ""
    default = x.after[identity].default_payment_method
    if default == effect.method:
        return []
    proof = f"subscription({identity!r})['default_payment_method'] == {effect.method!r}"
    said = f"The subscription's default payment method is {default or 'none'}."
    return [Wrong("not moved", said, effect.method, proof)]


@check(
    "subscription-stays",
    "A request without a payment method, and one that is refused, leave every subscription as it was.",
    "subscription.untouched",
    "subscription.order",
    "charge.refused",
    severity=HIGH,
    sample="A declined card became the subscription's default.",
    needs=("stripe", "subscription"),
)
def subscription_stays(x: Exchange) -> list[Wrong] | None:
    """Judge calls that no subscription is to follow from."""
    effect = x.expected.effect
    follows = effect is not None and effect.method is not None and x.expected.kind != "declined"
    if not x.plain or x.expected.kind == "free" or (follows and x.ok):
        return None
    if x.ok and not x.held.rule("subscription.untouched"):
        return None
    return [*_moved(x, spared="")]


@check(
    "no-other-subscription-moves",
    "No subscription but the organization's own is changed, and nothing of it but the default method.",
    "method.subscription",
    "organization.effective",
    severity=CRITICAL,
    sample="Another organization's subscription got the card.",
    needs=("stripe", "subscription"),
)
def no_other_moves(x: Exchange) -> list[Wrong] | None:
    """Judge accepted calls with a payment method."""
    effect = x.expected.effect
    if not x.plain or effect is None or not effect.method or not x.ok:
        return None
    own = effect.organization.subscription or ""
    wrong = [*_moved(x, spared=own)]
    if own in x.after and own in x.before:
        plain = x.after[own]._replace(default_payment_method=x.before[own].default_payment_method)
        if plain._replace(metadata=plain.metadata or None) != x.before[own]._replace(
            metadata=x.before[own].metadata or None
        ):
            proof = UNPROVABLE
            wrong.append(Wrong("more", "More of the subscription than its default was changed.", "nothing", proof))
    return wrong


def _moved(x: Exchange, *, spared: str) -> Iterator[Wrong]:
    for identity, before in x.before.items():
        after = x.after.get(identity)
        if identity == spared or after == before:
            continue
        default = before.default_payment_method
        proof = f"subscription({identity!r})['default_payment_method'] == {default!r}"
        now = after.default_payment_method or "none" if after else "gone"
        said = f"The subscription {identity} was changed: its default payment method is {now}."
        yield Wrong(f"{x.expected.kind} moved", said, f"as it was: {default or 'none'}", proof)


@check(
    "intent-before-subscription",
    "The subscription takes the method only after the intent exists, and after a charge on the server.",
    "subscription.order",
    severity=MEDIUM,
    sample="The subscription was changed before the PaymentIntent was made.",
    needs=("stripe", "choice", "subscription"),
)
def intent_first(x: Exchange) -> list[Wrong] | None:
    """Judge exchanges in which both were written; with our choices only."""
    if not x.judged or not x.held.rule("subscription.order"):
        return None
    done = [what for told in x.writes for what, _ in told.effects]
    made = next((n for n, what in enumerate(done) if what == "payment_intent.created"), None)
    moved = next((n for n, what in enumerate(done) if what == "customer.subscription.updated"), None)
    if made is None or moved is None:
        return None
    if made < moved:
        return []
    return [Wrong("before", "The subscription was changed first.", "the intent first", "intent_first(calls)")]
