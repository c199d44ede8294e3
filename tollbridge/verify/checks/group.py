"""Whether calls that are under way together are served as if each were alone."""

from collections.abc import Iterator, Mapping

from tollbridge.simulator.rows import PaymentIntent
from tollbridge.verify.checks.check import CRITICAL, Wrong, check
from tollbridge.verify.exchange import Exchange

ALONE = "what each would get alone"
COUNT = "len([i for i in intents if lives(i)]) == len([a for a in answers if 200 <= a.status < 300])"


@check(
    "together-as-alone",
    "Of calls under way together each gets its own intent, with its own values, and its own secret.",
    "request.independent",
    "intent.fields",
    "secret.form",
    severity=CRITICAL,
    sample="Under concurrency one request's amount was charged with another's description.",
    needs=("stripe",),
)
def together_as_alone(x: Exchange) -> list[Wrong] | None:
    """Judge a group, at its last call."""
    if not x.group:
        return None
    refused = [one for one in x.group if one.expected.success and not one.ok]
    if refused:
        status = refused[0].status
        said = f"{len(refused)} of {len(x.group)} calls: right, and answered with {status or refused[0].broken}."
        return [
            Wrong(f"refused {status}", said, ALONE, f"all(200 <= a.status < 300 for a in answers[-{len(x.group)}:])")
        ]
    taken = [one for one in x.group if one.ok and one.expected.kind in ("declined", "refused", "violations", "token")]
    if taken:
        said = f"A call that has to be refused ({min(taken[0].expected.statuses)}) got {taken[0].status}."
        proof = "sum(200 <= a.status < 300 for a in answers[-%d:]) == %d"
        right = sum(one.expected.success for one in x.group)
        return [Wrong("accepted", said, ALONE, proof % (len(x.group), right))]
    by_secret = {intent.secret: intent for intent in x.intents}
    found = [said for one in x.group for said in _differences(one, by_secret)]
    if found:  # what is mixed up differs from run to run: one cause
        said = " ".join([*dict.fromkeys(found)][:4])
        return [Wrong("mixed up", said, ALONE, _proof(x))]
    succeeded = [one for one in x.group if one.ok]
    # A call that is refused by the card, or that asks for it in two steps, may leave an intent of its own.
    made = [intent for intent in x.intents if intent.last_error is None and intent.status != "canceled"]
    if len(made) == len(succeeded):
        return []
    said = f"{len(succeeded)} calls succeeded, {len(made)} PaymentIntents were made for them."
    return [Wrong("count", said, "one for each", COUNT)]


def _differences(one: Exchange, by_secret: Mapping[str, PaymentIntent]) -> Iterator[str]:
    """Yield what a call of a group got that it would not have got alone, each as a sentence."""
    effect = one.expected.effect
    if not (one.ok and effect and one.subject.secret):
        return
    intent = by_secret.get(one.secret or "")
    if intent is None:
        yield "A call's secret is of none of the intents that were made."
        return
    for name, value in effect.params.items():
        if getattr(intent, name) != value:
            yield f"The {name} of a call's intent is {getattr(intent, name)!r}, not {value!r}."


def _proof(x: Exchange) -> str:
    wanted = [one.expected.effect.params if one.expected.effect else None for one in x.group]
    return f"each_its_own(answers[-{len(wanted)}:], intents, {x.subject.secret!r}, {wanted!r})"


@check(
    "subscriptions-together",
    "After calls under way together, each subscription has a method that one of its own calls chose.",
    "method.subscription",
    "method.upsert",
    severity=CRITICAL,
    sample="Under concurrency one organization's subscription got another's card.",
    needs=("stripe", "subscription"),
)
def subscriptions_together(x: Exchange) -> list[Wrong] | None:
    """Judge a group in which methods were chosen, at its last call."""
    chosen: dict[str, set[str | None]] = {}
    for one in x.group:
        effect = one.expected.effect
        if effect and effect.method and one.ok:
            chosen.setdefault(effect.organization.subscription or "", set()).add(effect.method)
    if not chosen:
        return None
    right = {
        identity: sorted(map(str, chosen.get(identity, {row.default_payment_method})))
        for identity, row in x.before.items()
    }
    proof = f"all(str(subscription(i)['default_payment_method']) in right for i, right in {right!r}.items())"
    return [
        Wrong(
            "default",
            f"The default payment method of {identity} is {row.default_payment_method or 'none'}.",
            " or ".join(right[identity]).replace("None", "none"),
            proof,
        )
        for identity, row in x.after.items()
        if str(row.default_payment_method) not in right[identity]
    ]
