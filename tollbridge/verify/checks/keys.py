"""Whether each write at Stripe has an idempotency key of its own, and keeps it when it is sent again.

Judged before the verdicts: Stripe refuses or replays what carries another write's key, and that is only what follows.
"""

from __future__ import annotations

from typing import Any

from tollbridge.verify.checks.conditions import in_any, seen_alone, stripe_seen
from tollbridge.verify.model.check import CRITICAL, Wrong, check
from tollbridge.verify.model.evidence import Evidence, in_words
from tollbridge.verify.model.expectation import Expectation


def meaning(call: dict[str, Any]) -> str:
    """Return what a write asks for, whatever key it carries."""
    return f"{call['method']} {call['path']} {sorted(call['parameters'].items())!r}"


@check(
    "retries-keep-their-key",
    "A write that is sent again carries the idempotency key that it had.",
    severity=CRITICAL,
    sample="The create was sent again with another Idempotency-Key.",
    rules=in_any("provider.retries"),
    when=(seen_alone,),
    needs=("stripe",),
    optional=True,
)
def retries_keep_their_key(x: Evidence, _e: Expectation) -> list[Wrong] | None:
    """Judge exchanges in which a write was sent more than once."""
    failed: dict[str, str | None] = {}
    again: dict[str, bool] = {}
    for call in x.writes:
        what, key = meaning(call), call["idempotency_key"]
        if what in failed:
            same = failed[what] is not None and failed[what] == key
            again[call["route"]] = again.get(call["route"], True) and same
        if call["fault"] or not 200 <= call["status"] < 300:
            failed[what] = key
        else:
            failed.pop(what, None)  # what has succeeded, and is asked once more, is another write
    if not again:
        return None
    said = "A write was sent again with another idempotency key, or with none."
    return [Wrong(f"another key at {route}", said, "the same key") for route, same in again.items() if not same]


@check(
    "keys-of-their-own",
    "Every write at Stripe has an idempotency key, if any, that no other write has.",
    severity=CRITICAL,
    sample="Two requests' creates carry the same Idempotency-Key.",
    rules=in_any("provider.retries"),
    when=(stripe_seen,),
    needs=("stripe",),
    optional=True,
)
def keys_of_their_own(x: Evidence, _e: Expectation) -> list[Wrong] | None:
    """Judge exchanges that wrote with idempotency keys."""
    with_keys = [(call["idempotency_key"], call) for call in x.writes if call["idempotency_key"] is not None]
    if not any(key for key, _ in with_keys):
        return None
    wrong = {}
    first: dict[str, dict[str, Any]] = {}
    for key, call in with_keys:
        earlier = x.known.idempotency_keys.get(key)
        if earlier is not None:
            said = f"The key of {in_words(call)} was that of an earlier request: {earlier}."
            wrong["earlier"] = Wrong("an earlier request's", said, "a new key")
        other = first.setdefault(key, call)
        if meaning(other) != meaning(call):
            said = f"Two different writes carry one key: {in_words(other)}, and {in_words(call)}."
            wrong["two"] = Wrong("two writes", said, "a key for each")
    return [*wrong.values()]
