"""The whole state as lines of JSON, to be kept and put back: a head, then a line for each object and each key.

It holds client secrets, as Stripe's own memory does: keep it where you keep those. The record is no part of it.
"""

import random
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from tollbridge.simulator.clock import Clock
from tollbridge.simulator.idempotency import Idempotency
from tollbridge.simulator.rows import ROW_TYPES
from tollbridge.simulator.store import MemoryStore

FORMAT = "tollbridge-simulator-1"
KEY = "IdempotencyKey"


def dump(store: MemoryStore, keys: Idempotency, clock: Clock, randomness: random.Random) -> Iterator[bytes]:
    """Yield the lines of a snapshot, each with its newline.

    Args:
        store: the objects.
        keys: the idempotency keys.
        clock: only where it was set.
        randomness: only where it was seeded, so that what follows repeats itself.
    """
    seeded = None if isinstance(randomness, random.SystemRandom) else randomness.getstate()
    head = {"format": FORMAT, "stopped_at": clock.stopped_at, "ahead": clock.ahead, "randomness": seeded}
    yield orjson.dumps(head) + b"\n"
    for name, stored in store.dump():
        yield b'["' + name.encode() + b'",' + stored + b"]\n"
    for kept in keys.dump():
        yield orjson.dumps([KEY, *kept]) + b"\n"


def load(lines: Iterable[bytes]) -> tuple[MemoryStore, Idempotency, dict[str, Any]]:
    """Return the state of a snapshot: objects, keys, and the head with clock and randomness.

    Raises:
        ValueError: a line is not one of a snapshot; the sentence names it.
    """
    numbered = enumerate(filter(None, (line.strip() for line in lines)), 1)
    first = next(numbered, (1, b""))[1]
    head = _head(first)
    keys = Idempotency()
    store = MemoryStore()
    store.load(_rows(numbered, keys))
    return store, keys, head


def _head(line: bytes) -> dict[str, Any]:
    try:
        head = orjson.loads(line)
    except ValueError:
        head = None
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise ValueError(f"Line 1 is not the head of a snapshot; it begins with the format {FORMAT}.")
    for name in ("stopped_at", "ahead"):
        if not isinstance(head.get(name), int | None):
            raise ValueError(f"Line 1: {name} has to be a whole number of seconds.")
    if head.get("randomness") is not None:
        head["randomness"] = _randomness(head["randomness"])
    return head


def _randomness(state: Any) -> random.Random:
    made = random.Random()  # noqa: S311 - test ids, on purpose
    try:
        version, internal, gauss = state
        made.setstate((version, tuple(internal), gauss))
    except (TypeError, ValueError, OverflowError):
        raise ValueError("Line 1: randomness is not the state of a generator.") from None
    return made


def _rows(numbered: Iterable[tuple[int, bytes]], keys: Idempotency) -> Iterator[tuple[str, list[Any]]]:
    """Yield the rows; the keys among the lines are kept aside."""
    for number, line in numbered:
        try:
            name, *rest = orjson.loads(line)
            if name == KEY:
                keys.put_back(rest)
                continue
            [row] = rest
            known = name in ROW_TYPES and isinstance(row, list) and row
        except (ValueError, TypeError):
            known = False
        if not known:
            raise ValueError(f"Line {number} is no object of a snapshot; its types are {', '.join(ROW_TYPES)}.")
        yield name, row
