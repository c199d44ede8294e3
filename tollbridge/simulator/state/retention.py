"""How long events and their deliveries are kept: what is older by the simulator's clock is not shown, by both clocks is
thrown away.

A clock that is set ahead and back forgets nothing. A delivery that waits is kept, and those that are younger with it.
"""

from collections.abc import Iterable

import orjson

from tollbridge.simulator.model.rows import Delivery, Event

EVENT_SECONDS = 30 * 24 * 3600
"""How long Stripe shows an event."""

DATED = {cls.__name__: tuple(cls._fields.index(name) + 1 for name in ("created", "made")) for cls in (Event, Delivery)}
"""The types of rows that are thrown away, with the places of their two times in a stored row."""

DUE = Delivery._fields.index("due") + 1


def outdated(name: str, stored: Iterable[bytes], now: int, machine: int) -> int:
    """Return how many of some stored rows, the oldest first, are too old to be kept.

    Args:
        name: the rows' type.
        stored: rows.
        now: seconds since the epoch, by the simulator's clock.
        machine: the same by the machine's.
    """
    created, made = DATED[name]
    count = 0
    for content in stored:
        row = orjson.loads(content)
        waits = name == Delivery.__name__ and row[DUE] is not None
        if waits or row[created] >= now - EVENT_SECONDS or row[made] >= machine - EVENT_SECONDS:
            break
        count += 1
    return count
