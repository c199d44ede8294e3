"""The deliveries that wait, by endpoint and by when they are due: what a memory store knows of its own rows."""

from bisect import bisect_left, insort
from typing import NamedTuple

import orjson

from tollbridge.simulator.model.rows import Delivery
from tollbridge.simulator.state.unit_of_work import place_of

DELIVERY = Delivery.__name__
ENDPOINT, DUE = (Delivery._fields.index(name) + 1 for name in ("endpoint", "due"))
"""Their places in a stored row."""


class Wait(NamedTuple):
    """A delivery that waits; they are taken in this order.

    Args:
        due: seconds since the epoch, by the simulator's clock.
        place: in the order of creation.
        delivery: its id.
    """

    due: int
    place: int
    delivery: str


def wait_of(stored: bytes) -> tuple[str, Wait | None]:
    """Return the endpoint of a stored delivery, and when it is due; None where it waits no more."""
    row = orjson.loads(stored)
    due = row[DUE]
    return row[ENDPOINT], None if due is None else Wait(due, place_of(stored), row[1])


class Waiting:
    """Those that wait, and those that are under way: one at a time for an endpoint, so that their order is kept."""

    def __init__(self) -> None:
        """Begin with none."""
        self._queues: dict[str, list[Wait]] = {}
        self._under_way: dict[str, tuple[str, int]] = {}

    def change(self, before: bytes | None, after: bytes) -> None:
        """Take note of a delivery that was written.

        Args:
            before: as it was stored; None for a new one.
            after: as it is.
        """
        if before is not None:
            self._forget(*wait_of(before))
        endpoint, wait = wait_of(after)
        if wait:
            insort(self._queues.setdefault(endpoint, []), wait)

    def _forget(self, endpoint: str, wait: Wait | None) -> None:
        queue = self._queues.get(endpoint, [])
        if wait:
            del queue[bisect_left(queue, wait)]
            if self._under_way.get(endpoint, ("", 0))[0] == wait.delivery:
                del self._under_way[endpoint]
        if not queue:
            self._queues.pop(endpoint, None)

    def ready(self, now: int, machine: int) -> list[str]:
        """Return the endpoints that have a delivery due, and none under way."""
        return [
            endpoint
            for endpoint, queue in self._queues.items()
            if queue[0].due <= now and not self._is_busy(endpoint, machine)
        ]

    def _is_busy(self, endpoint: str, machine: int) -> bool:
        _, until = self._under_way.get(endpoint, ("", 0))
        return until > machine

    def take(self, endpoint: str, now: int, machine: int, until: int) -> str | None:
        """Return the next delivery of an endpoint, which is under way until a time of the machine's; None for none."""
        queue = self._queues.get(endpoint, [])
        if not queue or queue[0].due > now or self._is_busy(endpoint, machine):
            return None
        self._under_way[endpoint] = queue[0].delivery, until
        return queue[0].delivery

    def excess(self, most: int) -> list[str]:
        """Return those that wait beyond a number of them: the last to be tried."""
        over = len(self) - most
        if over <= 0:
            return []
        waits = sorted(wait for queue in self._queues.values() for wait in queue)
        return [wait.delivery for wait in waits[most:]]

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))
