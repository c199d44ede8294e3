"""Whether calls that are under way together are served as if each were alone."""

from tollbridge.verify.checks.check import CRITICAL, Wrong, check
from tollbridge.verify.exchange import Exchange

ALONE = "what each would get alone"
COUNT = "len([i for i in intents if not i['last_payment_error'] and i['status'] != 'canceled']) == len([a for a in answers if 200 <= a.status < 300])"


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
    wrong: dict[str, Wrong] = {}
    succeeded = [one for one in x.group if one.ok]
    made = [
        intent for intent in x.intents if intent.last_error is None and intent.status != "canceled"
    ]  # a declined call may leave its own
    if len(made) != len(succeeded):
        said = f"{len(succeeded)} calls succeeded, {len(made)} PaymentIntents were made for them."
        wrong["count"] = Wrong("count", said, "one for each", COUNT)
    by_secret = {intent.secret: intent for intent in x.intents}
    for one in x.group:
        effect = one.expected.effect
        if one.expected.success and not one.ok:
            said = f"A call that is right got {one.status or one.broken}."
            wrong["refused"] = Wrong(f"refused {one.status}", said, ALONE, _proof(x))
        if not (one.ok and effect and one.subject.secret):
            continue
        intent = by_secret.get(one.secret or "")
        if intent is None:
            said = "A call's secret is of none of the intents that were made."
            wrong["secret"] = Wrong("secret", said, ALONE, _proof(x))
            continue
        for name, value in effect.params.items():
            if getattr(intent, name) != value:
                said = f"The {name} of a call's intent is {getattr(intent, name)!r}, not {value!r}."
                wrong[name] = Wrong(name, said, ALONE, _proof(x))
    return [*wrong.values()]


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
    wrong = []
    for identity, after in x.after.items():
        before = x.before[identity].default_payment_method
        right = chosen.get(identity, {before})
        if after.default_payment_method not in right:
            proof = f"subscription({identity!r})['default_payment_method'] in {sorted(map(str, right))}"
            said = f"The default of {identity} is {after.default_payment_method!r}."
            wrong.append(Wrong("default", said, f"one of {sorted(map(str, right))}", proof))
    return wrong
