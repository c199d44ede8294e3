"""The events of a call: noted with what it changed, in the same unit of work, and shown when they are asked for.

A plain call is not to become slower, so what is kept is one row for all events of a call, with the bytes of the changed
objects' rows, and no object is rendered before somebody reads it.
"""

from dataclasses import dataclass
from typing import Any

import orjson

from tollbridge.simulator.model.ids import token
from tollbridge.simulator.model.rows import MAX_EVENTS, ROW_TYPES, Delivery, Event
from tollbridge.simulator.protocol.responses import API_VERSION
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.event_types import (
    ABOUT_PAYMENTS,
    BY_NAME,
    LAST,
    LATE_SECONDS,
    RANK,
    EventType,
    made_by,
)
from tollbridge.simulator.resources.showing import as_of
from tollbridge.simulator.state.settings import Shared
from tollbridge.simulator.state.unit_of_work import UnitOfWork, unpacked

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
assert len(DIGITS) ** 2 == MAX_EVENTS

ALL = "*"
"""The type with which an endpoint asks for every event."""

RANDOM_PART = 21
ROW_LENGTH = len("evt_1") + RANDOM_PART


@dataclass(frozen=True, slots=True)
class Cause:
    """The request that made a change.

    Args:
        machine: seconds since the epoch, by the machine's clock.
        request: the id of the call; None where no call asked for it.
        key: its idempotency key; None where it had none.
    """

    machine: int
    request: str | None = None
    key: str | None = None


def note_events(context: Context, cause: Cause) -> bool:
    """Keep the events of what a unit of work changed, with the change; return whether any is to be delivered."""
    changes: list[list[Any]] = []
    found: list[tuple[int, str, int]] = []
    work = context.work
    for (name, identity), (stored, row) in work.changes.items():
        before = None if stored is None else unpacked(type(row), stored)
        names = made_by(name, before, row)
        if names:
            found += [(RANK[one], one, len(changes)) for one in names]
            kept = None if stored is None else orjson.Fragment(stored)
            changes.append([name, kept, orjson.Fragment(work.writes[name][identity])])
    found.sort()
    for begin in range(0, len(found), MAX_EVENTS):
        shared = context.shared()
        types = [_entry(shared, name, index) for _, name, index in found[begin : begin + MAX_EVENTS]]
        identity = _new_id(context, found[begin][1])
        row = Event(identity, context.now, cause.machine, cause.request, cause.key, changes, types)
        work.put(row)
        if shared.followers:
            _let_wait(context, row, shared.order)
    return bool(found and context.shared().followers)


def _entry(shared: Shared, name: str, index: int) -> list[Any]:
    """Return the entry of an event, with the endpoints that want it, where there are any."""
    wanted = [endpoint for endpoint, types in shared.followers.items() if name in types or ALL in types]
    return [name, index, wanted] if wanted else [name, index]


def _let_wait(context: Context, row: Event, order: str) -> None:
    """Write the deliveries of a row's events, in the order in which they are to be made."""
    events = events_of(row)
    if order == "arrival":
        events.sort(key=_arrival)
    for one in events:
        for endpoint in one.endpoints:
            identity = delivery_id(one.id, endpoint)
            context.work.fresh.add(identity)
            context.work.put(Delivery(identity, one.id, one.type, endpoint, one.created, row.made, one.created))


def _arrival(one: "OneEvent") -> bool:
    return one.type in LAST


def delivery_id(event: str, endpoint: str) -> str:
    """Return the id of the delivery of an event to an endpoint."""
    return f"{event}_{endpoint}"


def _new_id(context: Context, name: str) -> str:
    kind = 3 if name.startswith(ABOUT_PAYMENTS) else 1
    identity = f"evt_{kind}{token(context.randomness, RANDOM_PART)}"
    context.work.fresh.add(identity)
    return identity


@dataclass(frozen=True, slots=True)
class OneEvent:
    """One of the events of a row.

    Args:
        row: where it is kept.
        index: its place among them.
    """

    row: Event
    index: int

    @property
    def id(self) -> str:
        """Its id."""
        return f"{self.row.id}{DIGITS[self.index // len(DIGITS)]}{DIGITS[self.index % len(DIGITS)]}"

    @property
    def type(self) -> str:
        """The name of its type."""
        return str(self.row.types[self.index][0])

    @property
    def is_late(self) -> bool:
        """Whether it tells what time has added to an object that the call has made, and no call has asked for it."""
        _, before, _ = self.row.changes[self.row.types[self.index][1]]
        return before is None and self.type in LATE_SECONDS

    @property
    def created(self) -> int:
        """When it happened, in seconds since the epoch; before that it is not shown."""
        return self.row.created + (LATE_SECONDS[self.type] if self.is_late else 0)

    @property
    def endpoints(self) -> list[str]:
        """The endpoints that it is delivered to."""
        entry = self.row.types[self.index]
        return list(entry[2]) if len(entry) > 2 else []

    def pending(self, work: UnitOfWork) -> int:
        """Return how many endpoints have not acknowledged it, of those that are still there."""
        found = (work.get(Delivery, delivery_id(self.id, endpoint)) for endpoint in self.endpoints)
        return sum(one is not None and one.status not in ("delivered", "ended") for one in found)

    def shown(self, pending: int) -> dict[str, Any]:
        """Return the `event` object.

        Args:
            pending: endpoints that have not acknowledged it.
        """
        kind, before, after = self._change()
        request, key = (None, None) if self.is_late else (self.row.request, self.row.key)
        return {
            "id": self.id,
            "object": "event",
            "api_version": API_VERSION,
            "created": self.created,
            "data": kind.shows(before, after),
            "livemode": False,
            "pending_webhooks": pending,
            "request": {"id": request, "idempotency_key": key},
            "type": kind.name,
        }

    def _change(self) -> tuple[EventType, Any, Any]:
        name, before, after = self.row.changes[self.row.types[self.index][1]]
        was, now = (stored and as_of(ROW_TYPES[name](*stored[1:]), self.row.created) for stored in (before, after))
        return BY_NAME[name, self.type], was, now


def events_of(row: Event) -> list[OneEvent]:
    """Return the events of a row, in their order; a type that a newer Tollbridge has made is passed over."""
    kinds = ((row.changes[change][0], name) for name, change, *_ in row.types)
    return [OneEvent(row, index) for index, kind in enumerate(kinds) if kind in BY_NAME]


def event_named(context: Context, identity: str) -> OneEvent | None:
    """Return the event with an id; None where there is none."""
    row, number = context.work.get(Event, identity[:ROW_LENGTH]), identity[ROW_LENGTH:]
    if row is None:
        return None
    return next((one for one in events_of(row) if one.id[ROW_LENGTH:] == number), None)
