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
        """Begin with nothing, by a clock that cannot be set."""
        self._machine = machine
        self._heap: list[tuple[int, str, Waiting]] = []
        self._next: dict[Waiting, int] = {}

    def expect(self, seconds: int, cls: type[tuple[Any, ...]], identity: str) -> None:
        """Remember that an object changes in some seconds; a look at it before that reminds again."""
        waiting, when = (cls, identity), self._machine() + seconds
        if waiting not in self._next or when < self._next[waiting]:
            self._next[waiting] = when
            heappush(self._heap, (when, identity, waiting))

    def due(self) -> list[Waiting]:
        """Return what is due, and forget it; mostly nothing, and that costs one look."""
        if not self._heap:
            return []
        now = self._machine()
        found = []
        while self._heap and self._heap[0][0] <= now:
            _, _, waiting = heappop(self._heap)
            if self._next.pop(waiting, None) is not None:  # None: an earlier reminder has taken it
                found.append(waiting)
        return found
