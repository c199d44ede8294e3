"""Whether each write at Stripe has an idempotency key of its own, and keeps it when it is sent again.

Judged before the verdicts: Stripe refuses or replays what carries another write's key, and that is only what follows.
"""

from tollbridge.verify.checks.check import CRITICAL, Wrong, check
from tollbridge.verify.exchange import Exchange


@check(
    "retries-keep-their-key",
    "A write that is sent again carries the idempotency key that it had.",
    "provider.retries",
    severity=CRITICAL,
    sample="The create was sent again with another Idempotency-Key.",
    needs=("stripe",),
    optional=True,
)
def retries_keep_their_key(x: Exchange) -> list[Wrong] | None:
    """Judge exchanges in which a write was sent more than once."""
    if not x.judged:
        return None
    failed: dict[str, str | None] = {}
    again: list[bool] = []
    for told in x.writes:
        what = f"{told.method} {told.path} {sorted(told.parameters.items())!r}"
        if what in failed:
            again.append(failed[what] is not None and failed[what] == told.idempotency_key)
        if told.fault or not 200 <= told.status < 300:
            failed[what] = told.idempotency_key
        else:
            failed.pop(what, None)  # what has succeeded, and is asked once more, is another write
    if not again:
        return None
    if all(again):
        return []
    said = "A write was sent again with another idempotency key, or with none."
    return [Wrong("another key", said, "the same key", "retries_keep_their_key(calls)")]


@check(
    "keys-of-their-own",
    "Every write at Stripe has an idempotency key, if any, that no other write has.",
    "provider.retries",
    severity=CRITICAL,
    sample="Two requests' creates carry the same Idempotency-Key.",
    needs=("stripe",),
    optional=True,
)
def keys_of_their_own(x: Exchange) -> list[Wrong] | None:
    """Judge exchanges that wrote with idempotency keys."""
    if x.told is None or not any(told.idempotency_key for told in x.writes):
        return None
    wrong: dict[str, Wrong] = {}
    meant: dict[str, str] = {}
    for told in x.writes:
        key, what = told.idempotency_key, f"{told.method} {told.path} {sorted(told.parameters.items())!r}"
        if key is None:
            continue
        if x.memory.keys.setdefault(key, x.number) != x.number:
            proof = "not {c['idempotency_key'] for c in calls} & {c['idempotency_key'] for c in earlier} - {None}"
            wrong["earlier"] = Wrong(
                "an earlier request's", "A key was that of an earlier request.", "a new key", proof
            )
        if meant.setdefault(key, what) != what:
            proof = "one_meaning_per_key(calls)"
            wrong["two"] = Wrong("two writes", "Two different writes carry one key.", "a key for each", proof)
    return [*wrong.values()]
