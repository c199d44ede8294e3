"""In what an intent differs from the request that it was made for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tollbridge.verify.model.check import Wrong
from tollbridge.verify.model.expectation import Effect

RULES = {
    "amount": ("amount.unit", "intent.fields"),
    "currency": ("intent.fields",),
    "description": ("description.text", "intent.fields"),
    "receipt_email": ("email.address", "intent.fields"),
    "customer": ("intent.customer", "organization.effective"),
    "payment_method": ("intent.fields",),
}
"""The ledger's rules that are broken where the intent has another value than the request."""

MAX_SHOWN = 40
"""Characters of a text that a finding repeats."""


def differences(intent: dict[str, Any], effect: Effect, *, declined: bool) -> Iterator[Wrong]:
    """Yield each member in which an intent differs from the request."""
    for name, wanted in effect.params.items():
        has = intent[name]
        if has == wanted or (name == "payment_method" and declined):  # Stripe takes a refused method off the intent
            continue
        if name in ("description", "receipt_email"):
            said = f"The intent's {name} is {beginning(has)}."
            yield Wrong(f"{name} {likeness(has, wanted)}", said, f"the request's: {beginning(wanted)}", RULES[name])
        else:
            how = relation(has, wanted, effect.decimals) if name == "amount" else likeness(has, wanted)
            cause = f"{name} {how}"
            yield Wrong(cause, f"The intent's {name} is {has or 'none'}.", str(wanted or "none"), RULES[name])


def likeness(has: str | None, wanted: str | None) -> str:
    """Return how a wrong text comes from the right one, which tells causes apart."""
    if not has or not wanted:
        return "not sent" if wanted else "not asked for"
    if has.casefold() == wanted.casefold():
        return "in another case"
    return "cut" if has.strip() in wanted else "longer" if wanted.strip() in has else "another"


def beginning(text: str | None) -> str:
    """Return a text as a reader sees it: its beginning, and how long it is."""
    if text is None:
        return "none"
    return repr(text) if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]!r}… of {len(text)} characters"


def relation(has: int, wanted: int, decimals: int) -> str:
    """Return how a wrong amount comes from the right one, which tells causes apart."""
    kind = f"in currencies of {decimals} decimals"
    for factor in (10, 100, 1_000):
        if has == wanted * factor:
            return f"times {factor} {kind}"
        if has == wanted // factor:
            return f"divided by {factor} {kind}"
    return "a little other" if abs(has - wanted) < 2 else "other"
