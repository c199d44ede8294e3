"""How long events are kept: what is older by the simulator's clock is not shown, by both clocks is thrown away.

A clock that is set ahead and back forgets nothing.
"""

from collections.abc import Iterable

import orjson

from tollbridge.simulator.model.rows import Event

EVENT_SECONDS = 30 * 24 * 3600
"""How long Stripe shows an event."""

CREATED, MADE = (Event._fields.index(name) + 1 for name in ("created", "made"))
"""Their places in a stored row."""


def outdated(stored: Iterable[bytes], now: int, machine: int) -> int:
    """Return how many of some stored events, the oldest first, are too old to be kept.

    Args:
        stored: rows.
        now: seconds since the epoch, by the simulator's clock.
        machine: the same by the machine's.
    """
    count = 0
    for content in stored:
        row = orjson.loads(content)
        if row[CREATED] >= now - EVENT_SECONDS or row[MADE] >= machine - EVENT_SECONDS:
            break
        count += 1
    return count
