"""What changes by itself as time goes by: which objects, when, and how.

Whoever reads such an object, and whoever moves the clock, makes the changes that have become due first, each at its own
time. So a change is written like any other, and once, however many processes share the state.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from typing import Any, TypeVar

from tollbridge.simulator.model.rows import Dispute, Refund
from tollbridge.simulator.resources import dispute_outcomes, refund_outcomes
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.event_log import Cause, note_events

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
    Dispute: Turns(dispute_outcomes.next_change, dispute_outcomes.changed),
    Refund: Turns(refund_outcomes.next_change, refund_outcomes.changed),
}


def up_to_now(context: Context, row: R) -> R:
    """Return a row after the changes that are due by the time of a call, which are written."""
    turns = TURNS[type(row)]
    while (when := turns.when(row)) is not None and when <= context.now:
        row = _made(replace(context, now=when), row)
    if when is not None:
        context.expect(when, type(row), row[0])
    return row


def _made(context: Context, row: R) -> R:
    """Make the next change of a row, with events of its own, which no call has asked for."""
    changed: R = TURNS[type(row)].make(context, row)
    note_events(context, Cause(context.machine()))
    context.work.changes.clear()
    return changed


def turn(context: Context, waiting: list[tuple[type[tuple[Any, ...]], str]]) -> None:
    """Make the changes that are due of some objects, and of those that come of them, the earliest first.

    Args:
        context: of the moment up to which they are made.
        waiting: types and ids of the objects.
    """
    due: list[tuple[int, int, type[tuple[Any, ...]], str]] = []

    def expect(when: int, cls: type[tuple[Any, ...]], identity: str) -> None:
        if when <= context.now:
            heappush(due, (when, len(due), cls, identity))
        else:
            context.expect(when, cls, identity)

    def expect_next(row: tuple[Any, ...] | None) -> None:
        when = TURNS[type(row)].when(row) if row is not None else None
        if row is not None and when is not None:
            expect(when, type(row), row[0])

    for cls, identity in waiting:
        expect_next(context.work.get(cls, identity))
    while due:
        when, _, cls, identity = heappop(due)
        row = context.work.get(cls, identity)
        if row is not None and TURNS[cls].when(row) == when:  # it may be in the list twice
            expect_next(_made(replace(context, now=when, expect=expect), row))


def everything(context: Context) -> list[tuple[type[tuple[Any, ...]], str]]:
    """Return types and ids of all objects that may change by themselves."""
    return [
        (cls, row[0]) for cls, turns in TURNS.items() for row in context.work.listed(cls) if turns.when(row) is not None
    ]
