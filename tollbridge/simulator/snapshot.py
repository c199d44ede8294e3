"""The whole state as lines of JSON, to be kept and put back: a head, then a line for each object and each key.

It holds client secrets, as Stripe's own memory does: keep it where you keep those. The record is no part of it.
"""

import random
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from tollbridge.simulator.idempotency import Kept, dumped, put_back
from tollbridge.simulator.rows import ROW_TYPES
from tollbridge.simulator.work import Store

FORMAT = "tollbridge-simulator-1"
KEY = "IdempotencyKey"


def dump(store: Store, randomness: random.Random) -> Iterator[bytes]:
    """Yield the lines of a snapshot, each with its newline.

    Args:
        store: the objects, the idempotency keys, and the clock where it was set.
        randomness: only where it was seeded, so that what follows repeats itself.
    """
    seeded = None if isinstance(randomness, random.SystemRandom) else randomness.getstate()
    clock = store.shared()
    head = {"format": FORMAT, "stopped_at": clock.stopped_at, "ahead": clock.ahead, "randomness": seeded}
    yield orjson.dumps(head) + b"\n"
    for name, stored in store.dump():
        yield b'["' + name.encode() + b'",' + stored + b"]\n"
    for key, kept in store.first_answers():
        yield orjson.dumps([KEY, *dumped(key, kept)]) + b"\n"


def load(lines: Iterable[bytes], store: Store, machine: int) -> dict[str, Any]:
    """Put the objects and keys of a snapshot into a store; return its head, with clock and randomness.

    Args:
        lines: of the snapshot.
        store: where to.
        machine: seconds since the epoch, by the machine's clock.

    Raises:
        ValueError: a line is not one of a snapshot; the sentence names it, and the store is as it was.
    """
    numbered = enumerate(filter(None, (line.strip() for line in lines)), 1)
    first = next(numbered, (1, b""))[1]
    head = _head(first)
    keys: dict[str, Kept] = {}
    store.load(_rows(numbered, keys, machine), keys)
    return head


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


def _rows(
    numbered: Iterable[tuple[int, bytes]], keys: dict[str, Kept], machine: int
) -> Iterator[tuple[str, list[Any]]]:
    """Yield the rows; the keys among the lines are kept aside."""
    for number, line in numbered:
        try:
            name, *rest = orjson.loads(line)
            if name == KEY:
                key, kept = put_back(rest, machine)
                keys[key] = kept
                continue
            [row] = rest
            known = name in ROW_TYPES and isinstance(row, list) and row
        except (ValueError, TypeError):
            known = False
        if not known:
            raise ValueError(f"Line {number} is no object of a snapshot; its types are {', '.join(ROW_TYPES)}.")
        yield name, row
