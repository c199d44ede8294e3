"""Where objects live: rows as bytes, in units of work; here in this process's memory.

A row is a small JSON list, not a Python object, so that a million of them weigh little and cost the garbage
collector nothing, and so that a database can keep the same bytes. Its first item is its place in the order in which
objects were made: lists go by it. A unit of work sees its own writes and leaves nothing behind unless it is committed.
"""

from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import takewhile
from threading import RLock
from typing import Any, TypeVar

import orjson

from tollbridge.simulator.model.rows import LISTED_BY
from tollbridge.simulator.state.idempotency import KEPT_SECONDS, Kept, Known, Use
from tollbridge.simulator.state.recorded_call import RecordedCall
from tollbridge.simulator.state.retention import DATED, outdated
from tollbridge.simulator.state.settings import Shared
from tollbridge.simulator.state.unit_of_work import (
    EVERYBODY,
    TRIES,
    Again,
    Needed,
    Owner,
    Row,
    Rows,
    Unavailable,
    UnitOfWork,
    Whole,
    nothing_needed,
    place_of,
)
from tollbridge.simulator.state.waiting import DELIVERY, Waiting

WHEN, MADE = (Kept._fields.index(name) for name in ("when", "made"))
T = TypeVar("T")


class MemoryStore:
    """Everything in this process."""

    waits = False
    alone = True

    def __init__(self, *, recorded: int) -> None:
        """Begin with nothing.

        Args:
            recorded: how many calls are kept.
        """
        self._rows: Rows = {}
        self._lists: dict[tuple[str, Owner], list[str]] = {}
        self._places = 0
        self._keys: OrderedDict[str, tuple[Any, ...]] = OrderedDict()  # the garbage collector skips plain tuples
        self._uses: dict[str, Use] = {}
        self._told: deque[RecordedCall] = deque(maxlen=recorded)
        self._total = 0
        self._shared = Shared()
        self._secrets: dict[str, bytes] = {}
        self._waiting = Waiting()
        self._lock = RLock()

    def begin(self) -> None:
        """Let one thread at a time in."""
        self._lock.acquire()

    def run(self, job: Callable[[], T], _needed: Callable[[], Needed] = nothing_needed, /) -> T:
        """Run a job, here and now; again, where chance made an id twice."""
        for _ in range(TRIES):
            try:
                return job()
            except Again:
                continue
        raise Unavailable("Chance makes the same ids again and again.")

    async def run_soon(self, job: Callable[[], T], _needed: Callable[[], Needed] = nothing_needed, /) -> T:
        """Run a job, here and now: it waits for nothing."""
        return self.run(job)

    def work(self) -> UnitOfWork:
        """Give a unit of work; its writes are kept when its block ends without an exception."""
        return UnitOfWork(self)

    def stored(self, name: str, identity: str) -> bytes | None:
        """Return a stored row; None where nothing has the id."""
        rows = self._rows.get(name)
        return rows.get(identity) if rows else None

    def key(self, key: str) -> Known:
        """Return what is known of an idempotency key."""
        kept = self._keys.get(key)
        return Known(None if kept is None else Kept(*kept), self._uses.get(key))

    def next_place(self) -> int:
        """Return the place of an object that is being made."""
        self._places += 1
        return self._places

    def commit(self, writes: Rows, keys: dict[str, Kept], told: list[RecordedCall]) -> None:
        """Keep what a unit of work wrote."""
        try:
            self._keep(writes, keys, told)
        finally:
            self._lock.release()

    def abort(self) -> None:
        """Forget a unit of work: nothing of it is here."""
        self._lock.release()

    def _keep(self, writes: Rows, keys: dict[str, Kept], told: list[RecordedCall]) -> None:
        self._require_own_places(writes)
        for name, written in writes.items():
            kept = self._rows.setdefault(name, {})
            for identity, stored in written.items():
                self._list(name, identity, kept.get(identity), stored)
                if name == DELIVERY:
                    self._waiting.change(kept.get(identity), stored)
                kept[identity] = stored
        for key, first in keys.items():
            self._keys.pop(key, None)  # so that the keys stand in the order of the machine's clock
            self._keys[key] = tuple(first)
        self._told.extend(told)
        self._total += len(told)

    def _require_own_places(self, writes: Rows) -> None:
        """Refuse an object with the id of another.

        Raises:
            Again: chance made an id twice.
        """
        for name, written in writes.items():
            kept = self._rows.get(name, {})
            for identity, stored in written.items():
                if identity in kept and place_of(kept[identity]) != place_of(stored):
                    raise Again(f"There is a {name} {identity} already.")

    def listed(self, name: str, owner: Owner, beyond: int | None, *, newest_first: bool) -> Iterator[bytes]:
        """Yield the rows of a list from a place on; some may have another owner by now."""
        listed, rows = self._lists.get((name, owner), []), self._rows.get(name, {})
        if newest_first:
            end = len(listed) if beyond is None else bisect_left(listed, beyond, key=self._place(name))
            return (rows[listed[index]] for index in range(end - 1, -1, -1))
        begin = 0 if beyond is None else bisect_right(listed, beyond, key=self._place(name))
        return (rows[listed[index]] for index in range(begin, len(listed)))

    def counts(self) -> dict[str, int]:
        """Return how many rows there are of each type."""
        return {name: len(rows) for name, rows in self._rows.items()}

    @contextmanager
    def whole(self) -> Iterator[Whole]:
        """Give the whole state as it is now: references are copied in one turn, and what they lead to never changes."""
        with self._lock:
            shared = replace(self._shared)
            rows = [(name, kept.copy(), self._lists[name, EVERYBODY].copy()) for name, kept in self._rows.items()]
            keys = self._keys.copy()
        yield Whole(
            shared,
            sum(len(kept) for _, kept, _ in rows) + len(keys),
            ((name, kept[identity]) for name, kept, listed in rows for identity in listed),
            ((key, Kept(*kept)) for key, kept in keys.items()),
        )

    def replace(self, shared: Shared, rows: Iterable[Row], keys: Mapping[str, Kept], *, forgets_calls: bool) -> None:
        """Put a whole state in the place of the one that is here: made beside it, and put in its place in one turn."""
        fresh = MemoryStore(recorded=0)
        for name, values in rows:
            fresh._add(name, values)
        fresh._keys.update((key, tuple(kept)) for key, kept in keys.items())
        with self._lock:
            self._rows, self._lists, self._places, self._keys = fresh._rows, fresh._lists, fresh._places, fresh._keys
            self._uses, self._shared, self._waiting = {}, shared, fresh._waiting
            if forgets_calls:
                self._told.clear()

    def _add(self, name: str, values: list[Any]) -> None:
        """Put a row behind those that are here."""
        place, identity, *_ = values
        self._places = max(self._places, place)
        stored = self._rows.setdefault(name, {})[identity] = bytes(memoryview(orjson.dumps(values)))
        if name == DELIVERY:
            self._waiting.change(None, stored)
        owners = [(field, values[index]) for field, index in LISTED_BY.get(name, ()) if values[index] is not None]
        for owner in (EVERYBODY, *owners):
            self._lists.setdefault((name, owner), []).append(identity)

    def claim(self, key: str, use: Use, machine: int) -> bool:
        """Let a slow call use an idempotency key; False where another uses it."""
        with self._lock:
            other = self._uses.get(key)
            if other and other.until > machine:
                return False
            self._uses[key] = use
            return True

    def release(self, key: str, owner: str) -> None:
        """End a call's use of a key; nothing where it uses it no more."""
        with self._lock:
            use = self._uses.get(key)
            if use and use.owner == owner:
                del self._uses[key]

    def prune(self, now: int, machine: int) -> None:
        """Throw away keys and events that no clock will bring back; calls beyond the bound are not here."""
        with self._lock:
            old = takewhile(lambda item: machine - item[1][MADE] > KEPT_SECONDS, self._keys.items())
            for key in [key for key, kept in old if now - kept[WHEN] > KEPT_SECONDS]:
                del self._keys[key]
            self._uses = {key: use for key, use in self._uses.items() if use.until > machine}
            for name in DATED:
                self._drop_oldest(name, now, machine)

    def _drop_oldest(self, name: str, now: int, machine: int) -> None:
        rows, listed = self._rows.get(name, {}), self._lists.get((name, EVERYBODY), [])
        count = outdated(name, (rows[identity] for identity in listed), now, machine)
        for identity in listed[:count]:
            del rows[identity]
        del listed[:count]

    def ready(self, now: int, machine: int) -> list[str]:
        """Return the endpoints that have a delivery due, and none under way."""
        with self._lock:
            return self._waiting.ready(now, machine)

    def take(self, endpoint: str, now: int, machine: int, until: int) -> str | None:
        """Return the next delivery of an endpoint, under way until a time of the machine's; None for none."""
        with self._lock:
            return self._waiting.take(endpoint, now, machine, until)

    def waiting(self) -> int:
        """Return how many deliveries wait."""
        with self._lock:
            return len(self._waiting)

    def excess(self, most: int) -> list[str]:
        """Return the deliveries that wait beyond a number of them: the last to be tried."""
        with self._lock:
            return self._waiting.excess(most)

    def told(self, after: int, most: int) -> list[tuple[int, RecordedCall]]:
        """Return calls that are kept, of those after a number, each with its own; the first call ever has 1."""
        first = self._total - len(self._told) + 1
        begin = max(0, after - first + 1)
        return [(first + index, self._told[index]) for index in range(begin, min(len(self._told), begin + most))]

    def told_total(self) -> int:
        """Return how many calls were told, those too that are kept no more."""
        return self._total

    def forget_told(self) -> None:
        """Forget every call."""
        self._told.clear()

    def shared(self) -> Shared:
        """Return clock and faults."""
        return self._shared

    def change(self, how: Callable[[Shared], T]) -> T:
        """Change clock and faults by a function of them, and return what it returns."""
        with self._lock:
            return how(self._shared)

    def close(self) -> None:
        """Let go of nothing."""

    def secret(self, name: str, fresh: bytes) -> bytes:
        """Return a secret that all who share this store have; the fresh one becomes it where there is none."""
        return self._secrets.setdefault(name, fresh)

    def _list(self, name: str, identity: str, earlier: bytes | None, stored: bytes) -> None:
        """Put an id into the lists that its row belongs to."""
        if earlier == stored:
            return
        if earlier is None:
            self._insert(name, EVERYBODY, identity, stored)
        fields = LISTED_BY.get(name)
        if not fields:
            return
        now = orjson.loads(stored)
        before = orjson.loads(earlier) if earlier else None
        for field, index in fields:
            value = now[index]
            if value is not None and (before is None or before[index] != value):
                self._insert(name, (field, value), identity, stored)

    def _insert(self, name: str, owner: Owner, identity: str, stored: bytes) -> None:
        listed = self._lists.setdefault((name, owner), [])
        rows = self._rows[name]
        place = place_of(stored)
        if not listed or place_of(rows[listed[-1]]) < place:
            listed.append(identity)
        elif identity not in listed:  # it came back to an owner, or was made elsewhere in the order: rare
            listed.sort(key=self._place(name))
            insort(listed, identity, key=lambda other: place if other == identity else place_of(rows[other]))

    def _place(self, name: str) -> Any:
        rows = self._rows.get(name, {})
        return lambda identity: place_of(rows[identity])
