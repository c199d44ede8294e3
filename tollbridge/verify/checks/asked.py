"""Whether Stripe was asked for what the request says, and for nothing of anybody else's.

Judged first: where Stripe refuses what it was asked, the target's own answer is only what follows from that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tollbridge.verify.checks.conditions import has_effect, names_organization, seen_alone_and_well, stripe_seen
from tollbridge.verify.checks.differences import RULES, beginning, likeness, relation
from tollbridge.verify.model.check import CRITICAL, HIGH, Wrong, check
from tollbridge.verify.model.evidence import Evidence
from tollbridge.verify.model.expectation import Effect, Expectation
from tollbridge.verify.model.stripe_routes import CREATE, MAY_CARRY, UPDATE

REFUSED = (400, 404)
"""The statuses with which Stripe says that it was asked for the wrong thing; a card's refusal is 402."""

OWNED = ("cus_", "sub_", "pm_")
"""How ids of objects begin that belong to one customer."""


def stripe_refused(x: Evidence, _e: Expectation) -> bool:
    """Tell whether Stripe refused a write by itself, and the request came to nothing."""
    return not x.ok and any(call["status"] in REFUSED and not call["fault"] for call in x.writes)


@check(
    "asks-for-what-was-requested",
    "What Stripe refuses to do is what the request says, and nothing more.",
    severity=CRITICAL,
    sample="4200 was asked; Stripe was told 42.00, and refused it.",
    rules={"intent.fields": stripe_seen, "amount.unit": stripe_seen, "method.subscription": stripe_seen},
    when=(seen_alone_and_well, has_effect, stripe_refused),
    gate=True,
    needs=("stripe",),
    optional=True,
)
def asks_for_what_was_requested(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge writes that Stripe refused, of calls that are right: the answer to them says little of the cause."""
    assert e.effect is not None
    for call in x.writes:
        if call["status"] in REFUSED and not call["fault"]:
            wrong = [*asked_wrongly(call, e.effect)]
            if wrong:
                return wrong
    return []


def asked_wrongly(call: dict[str, Any], effect: Effect) -> Iterator[Wrong]:
    """Yield each parameter of a write that the request does not say."""
    parameters, told = call["parameters"], _refusal(call)
    if call["route"] == UPDATE and parameters.get("default_payment_method") not in (None, effect.method):
        said = f"Stripe was told default_payment_method={parameters['default_payment_method']!r}{told}."
        yield Wrong("default_payment_method", said, str(effect.method), ("method.subscription",))
    if call["route"] != CREATE:
        return
    for name, wanted in effect.params.items():
        has = parameters.get(name)
        if has is None and name not in ("amount", "currency"):
            continue  # it may be said with a later call
        if has != (None if wanted is None else str(wanted)):
            how = _relation(has, wanted, effect.decimals) if name == "amount" else likeness(has, wanted)
            said = f"Stripe was told {name}={beginning(has)}{told}."
            yield Wrong(f"{name} {how}", said, beginning(None if wanted is None else str(wanted)), RULES[name])
    for name in parameters.keys() - MAY_CARRY:
        yield Wrong(f"adds {name[:40]}", f"Stripe was told {name[:40]}{told}.", "without it", ("intent.fields",))


def _relation(has: str | None, wanted: int, decimals: int) -> str:
    digits = has is not None and has.isascii() and has.lstrip("-").isdigit() and len(has) < 20
    return relation(int(has), wanted, decimals) if has and digits else "is no integer"


def _refusal(call: dict[str, Any]) -> str:
    error = call.get("error") or {}
    return f", and refused it: {error['message']}" if error.get("message") else ", and refused it"


@check(
    "asks-about-its-own",
    "For a request that is served, Stripe is asked about nobody but the organization that pays.",
    severity=HIGH,
    sample="The customer of another organization was read.",
    rules={"intent.customer": stripe_seen, "organization.effective": names_organization},
    when=(seen_alone_and_well, has_effect),
    needs=("stripe",),
    optional=True,
)
def asks_about_its_own(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge what was read at Stripe for a request that a success, or a refused card, is right for."""
    assert e.effect is not None
    reads = [call for call in x.calls or () if call["method"] == "GET"]
    if not reads or e.effect.params.get("customer") is None:
        return None
    foreign = {identity: what for call in reads for identity, what in _of_others(call, x, e.effect)}
    return [
        Wrong(f"another {what}", f"Stripe was asked about {identity}.", "nothing of another organization's")
        for identity, what in foreign.items()
    ][:3]


def _of_others(call: dict[str, Any], x: Evidence, effect: Effect) -> Iterator[tuple[str, str]]:
    """Yield each id in a read that belongs to another customer, with what it is of."""
    own = {str(effect.params["customer"]), str(effect.subscription), str(effect.method), str(effect.source)}
    theirs = {s["default_payment_method"] for s in x.before.values() if s.get("customer") not in own}
    for text in (*call["path"].split("/"), *map(str, call["parameters"].values())):
        if text in own or not text.startswith(OWNED):
            continue
        if text.startswith("cus_"):
            yield text, "customer"
        elif text in x.before:
            yield text, "subscription"
        elif text in theirs:
            yield text, "payment method"
