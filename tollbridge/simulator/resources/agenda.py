"""When this process has to look after objects that change by themselves."""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

Waiting = tuple[type[tuple[Any, ...]], str]
"""The type and the id of an object."""


class Agenda:
    """The objects that this process expects to change, each with the time of the machine's clock.

    It is a reminder, not a state: the rows alone tell what is due. So nothing is lost with it, and an entry too many
    costs one look.
    """

    def __init__(self, machine: Callable[[], int]) -> None:
        """Begin with nothing, by a clock that nobody sets."""
        self._machine = machine
        self._waiting: list[tuple[int, str, Waiting]] = []

    def expect(self, seconds: int, cls: type[tuple[Any, ...]], identity: str) -> None:
        """Remember that an object changes in some seconds."""
        heappush(self._waiting, (self._machine() + seconds, identity, (cls, identity)))

    def due(self) -> list[Waiting]:
        """Return what is due, and forget it; mostly nothing, and that costs one look."""
        if not self._waiting:
            return []
        now = self._machine()
        found = []
        while self._waiting and self._waiting[0][0] <= now:
            found.append(heappop(self._waiting)[2])
        return list(dict.fromkeys(found))
