"""Whether calls that are under way together are served as if each were alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tollbridge.verify.checks.causes import status_and_code
from tollbridge.verify.checks.conditions import (
    NOT_AS_ASKED,
    NOT_SERVED,
    TAKEN,
    in_any,
    seen_with_a_card,
    stripe_seen,
    under_way_together,
)
from tollbridge.verify.checks.subscription import default_of
from tollbridge.verify.model.check import CRITICAL, Wrong, check
from tollbridge.verify.model.evidence import Evidence, secret_of
from tollbridge.verify.model.expectation import Expectation

ALONE = "what each would get alone"


@check(
    "together-as-alone",
    "Of calls under way together each gets its own intent, with its own values, and its own secret.",
    severity=CRITICAL,
    sample="Under concurrency one request's amount was charged with another's description.",
    rules={**in_any("request.independent", "secret.form"), "intent.fields": stripe_seen},
    when=(under_way_together,),
    needs=("stripe",),
    alone=(*NOT_SERVED, *TAKEN, *NOT_AS_ASKED),
)
def together_as_alone(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge a group, at its last call."""
    both = [*zip(x.parallel, e.parallel)]  # noqa: B905 - Python 3.9 has no strict
    refused = [one for one, right in both if right.success and not one.ok]
    if refused:
        status = refused[0].status
        said = f"{len(refused)} of {len(both)} calls: right, and answered with {status or refused[0].broken}."
        return [Wrong(f"refused {status_and_code(refused[0])}", said, ALONE)]
    taken = [(one, right) for one, right in both if one.ok and _has_to_be_refused(right)]
    if taken:
        one, right = taken[0]
        said = f"A call that has to be refused ({min(right.statuses)}) got {one.status}."
        return [Wrong("accepted", said, ALONE)]
    found = [said for one, right in both for said in mixed_up(one, right, x.intents)]
    if found:  # what is mixed up differs from run to run: one cause
        return [Wrong("mixed up", " ".join([*dict.fromkeys(found)][:4]), ALONE)]
    return _miscounted(x)


def _has_to_be_refused(e: Expectation) -> bool:
    return e.kind in ("declined", "refused", "violations", "token")


def _miscounted(x: Evidence) -> list[Wrong]:
    succeeded = [one for one in x.parallel if one.ok]
    # A call that is refused by the card, or that asks for it in two steps, may leave an intent of its own.
    made = [i for i in x.intents if i["last_payment_error"] is None and i["status"] != "canceled"]
    if len(made) == len(succeeded):
        return []
    said = f"{len(succeeded)} calls succeeded, {len(made)} PaymentIntents were made for them."
    return [Wrong("count", said, "one for each")]


def mixed_up(one: Evidence, e: Expectation, intents: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what a call of a group got that it would not have got alone, each as a sentence."""
    if not (one.ok and e.effect and e.terms.secret):
        return
    secret = secret_of(one, e.terms.secret)
    intent = next((intent for intent in intents if intent["client_secret"] == secret), None)
    if intent is None:
        yield "A call's secret is of none of the intents that were made."
        return
    for name, value in e.effect.params.items():
        if intent[name] != value:
            yield f"The {name} of a call's intent is {intent[name]!r}, not {value!r}."


@check(
    "subscriptions-together",
    "After calls under way together, each subscription has a method that one of its own calls chose.",
    severity=CRITICAL,
    sample="Under concurrency one organization's subscription got another's card.",
    rules={"method.subscription": seen_with_a_card, "method.upsert": seen_with_a_card},
    needs=("stripe", "subscription"),
    alone=(*NOT_SERVED, "subscription-moves", "subscription-stays", "no-other-subscription-moves"),
)
def subscriptions_together(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge a group in which methods were chosen, at its last call."""
    chosen: dict[str, set[str | None]] = {}
    for one, right in zip(x.parallel, e.parallel):  # noqa: B905
        if right.effect and right.effect.method and one.ok:
            chosen.setdefault(right.effect.subscription or "", set()).add(right.effect.method)
    if not chosen:
        return None
    wrong = []
    for identity, subscription in x.after.items():
        may_be = chosen.get(identity, {default_of(x.before.get(identity))})
        has = default_of(subscription)
        if has not in may_be:
            expected = " or ".join(sorted(one or "none" for one in may_be))
            said = f"The default payment method of {identity} is {has or 'none'}."
            wrong.append(Wrong("default", said, expected))
    return wrong
