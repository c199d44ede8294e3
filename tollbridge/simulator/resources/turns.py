"""Changes that time makes: of which objects, when, and how.

A read of such an object, and a move of the clock, makes the changes that have become due first, each at its own
time. So a change is written like any other, and once, however many processes share the state.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import count
from typing import Any, TypeVar

from tollbridge.simulator.model.rows import CheckoutSession, Dispute, Refund, Subscription
from tollbridge.simulator.resources import checkout_states, dispute_outcomes, refund_outcomes, subscription_turns
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.event_log import Cause, note_events

MOST = 500
"""Changes that are made at once, so that a clock which is moved by years takes a bounded time; the rest follow with the
next calls."""

R = TypeVar("R", bound=tuple[Any, ...])


@dataclass(frozen=True)
class Turns:
    """How objects of a type change by themselves.

    Args:
        when: tells the time of a row's next change; None for never.
        make: makes it, and returns the row as it is then.
    """

    when: Callable[[Any], int | None]
    make: Callable[[Context, Any], Any]


TURNS: dict[type[tuple[Any, ...]], Turns] = {
    CheckoutSession: Turns(checkout_states.next_change, checkout_states.expired),
    Dispute: Turns(dispute_outcomes.next_change, dispute_outcomes.changed),
    Subscription: Turns(subscription_turns.next_change, subscription_turns.changed),
    Refund: Turns(refund_outcomes.next_change, refund_outcomes.changed),
}


def up_to_now(context: Context, row: R) -> R:
    """Return a row after the changes that are due by the time of a call, which are written."""
    turns = TURNS[type(row)]
    when = turns.when(row)
    for _ in range(MOST):
        if when is None or when > context.now:
            break
        row = _made(replace(context, now=when), row)
        when = turns.when(row)
    if when is not None:
        context.expect(when, type(row), row[0])
    return row


def _made(context: Context, row: R) -> R:
    """Make the next change of a row, with events of its own, which no call has asked for."""
    changed: R = TURNS[type(row)].make(context, row)
    note_events(context, Cause(context.machine()))
    context.work.changes.clear()
    return changed


class _Due:
    """The changes that are due by a moment, the earliest first."""

    def __init__(self, context: Context) -> None:
        """Begin with none, for a context of that moment."""
        self._context = context
        self._heap: list[tuple[int, int, type[tuple[Any, ...]], str]] = []
        self._numbers = count()  # so that types are never compared

    def expect(self, when: int, cls: type[tuple[Any, ...]], identity: str) -> None:
        """Add a change; one that is not due yet is expected later."""
        if when <= self._context.now:
            heappush(self._heap, (when, next(self._numbers), cls, identity))
        else:
            self._context.expect(when, cls, identity)

    def look_at(self, row: tuple[Any, ...] | None) -> None:
        """Add the next change of a row, if there is one."""
        when = TURNS[type(row)].when(row) if row is not None else None
        if row is not None and when is not None:
            self.expect(when, type(row), row[0])

    def make_next(self) -> bool:
        """Make the earliest change; False where none is left."""
        if not self._heap:
            return False
        when, _, cls, identity = heappop(self._heap)
        row = self._context.work.get(cls, identity)
        if row is not None and TURNS[cls].when(row) == when:  # it may be here twice
            self.look_at(_made(replace(self._context, now=when, expect=self.expect), row))
        return True

    def put_off(self) -> None:
        """Expect what is left with the next call."""
        for when, _, cls, identity in self._heap:
            self._context.expect(when, cls, identity)


def turn(context: Context, waiting: list[tuple[type[tuple[Any, ...]], str]]) -> None:
    """Make the changes that are due of some objects, and of those that come of them, the earliest first.

    Args:
        context: of the moment up to which they are made.
        waiting: types and ids of the objects.
    """
    due = _Due(context)
    for cls, identity in waiting:
        due.look_at(context.work.get(cls, identity))
    for _ in range(MOST):
        if not due.make_next():
            return
    due.put_off()


def everything(context: Context) -> list[tuple[type[tuple[Any, ...]], str]]:
    """Return types and ids of all objects that may change by themselves."""
    return [
        (cls, row[0]) for cls, turns in TURNS.items() for row in context.work.listed(cls) if turns.when(row) is not None
    ]
