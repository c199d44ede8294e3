"""A unit of work: what every store gives, whatever it keeps its rows in."""

import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from heapq import merge
from typing import Any, NamedTuple, Protocol, Self, TypeVar, runtime_checkable

import orjson

from tollbridge.simulator.state.idempotency import Kept, Known, Use
from tollbridge.simulator.state.recorded_call import RecordedCall
from tollbridge.simulator.state.settings import Shared

R = TypeVar("R", bound=tuple[Any, ...])
T = TypeVar("T")
Rows = dict[str, dict[str, bytes]]
"""By type, by id."""

Owner = tuple[str, str]
"""A field and its value, such as `("customer", "cus_…")`."""

EVERYBODY: Owner = ("", "")

Row = tuple[str, list[Any]]
"""A type, and a row of it: its place in the order of creation, then its fields."""


TRIES = 50
"""How often a job is tried that others come in between of."""


class Again(Exception):
    """Another unit of work came in between: nothing of this one is kept, and it may be tried again."""


class Unavailable(Exception):
    """The state's store cannot be reached, or is full; nothing of this unit of work is known to be kept."""


class Needed(NamedTuple):
    """The rows that a job will probably ask for, so that one query can fetch them all.

    Args:
        keys: idempotency keys.
        rows: types and ids of objects.
    """

    keys: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()


NOTHING = Needed()


def nothing_needed() -> Needed:
    """Return that nothing is foreseen: a job asks for what it needs when it needs it."""
    return NOTHING


@contextmanager
def damage_told(*, damageable: bool = True) -> Iterator[None]:
    """Say that a state is damaged, where what it holds makes us fail: in as many ways as there are bytes in it.

    Args:
        damageable: whether anybody but this process writes to it; otherwise a failure is our own, and nothing is said.

    Raises:
        Unavailable: it is damaged.
    """
    try:
        yield
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        if not damageable:
            raise
        *_, frame = traceback.walk_tb(error.__traceback__)
        place = f"{type(error).__name__} in {frame[0].f_globals.get('__name__')}, line {frame[1]}"
        raise Unavailable(
            f"what it holds cannot be read ({place}): it is damaged, or another program wrote to it. Restore it from a "
            "copy, or use another."
        ) from None


def packed(place: int, row: tuple[Any, ...]) -> bytes:
    """Return a row as it is stored."""
    # orjson 3.13.0 gives bytes with the room it wrote them in, kilobytes of it; a copy is as long as it says.
    return bytes(memoryview(orjson.dumps((place, *row))))


def unpacked(cls: type[R], stored: bytes) -> R:
    """Return the row that was stored."""
    return cls(*orjson.loads(stored)[1:])


def place_of(stored: bytes) -> int:
    """Return a stored row's place in the order of creation."""
    return int(stored[1 : stored.index(b",")])


@dataclass(frozen=True)
class Whole:
    """A whole state, as it was at one moment; read once.

    Args:
        shared: clock and faults.
        lines: how many rows and keys there are.
        rows: type and bytes of every row, oldest first within a type.
        keys: the idempotency keys with a first answer, oldest first.
    """

    shared: Shared
    lines: int
    rows: Iterable[tuple[str, bytes]]
    keys: Iterable[tuple[str, Kept]]


class Source(Protocol):
    """The questions of a unit of work."""

    def begin(self) -> None:
        """Begin; ended by `commit` or `abort`, whichever comes, also where that raises."""

    def stored(self, name: str, identity: str) -> bytes | None:
        """Return a stored row; None where nothing has the id."""

    def listed(self, name: str, owner: Owner, beyond: int | None, *, newest_first: bool) -> Iterator[bytes]:
        """Yield the rows of a list from a place on; some may have another owner by now."""

    def key(self, key: str) -> Known:
        """Return what is known of an idempotency key; one without a first answer is this unit's from now on."""

    def next_place(self) -> int:
        """Return the place of an object that is being made."""

    def commit(self, writes: Rows, keys: dict[str, Kept], told: list[RecordedCall]) -> None:
        """Keep all of it, or raise and keep none."""

    def abort(self) -> None:
        """Keep nothing."""


class UnitOfWork:
    """One unit of work.

    Args:
        writes: what it wrote, as it will be stored.
        changes: the same by type and id, in the order of the first writes: the row as it was stored before, None for a
            new one, and as it is now.
        fresh: ids that were made in it, for which no store need be asked.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.writes: Rows = {}
        self.changes: dict[tuple[str, str], tuple[bytes | None, tuple[Any, ...]]] = {}
        self.fresh: set[str] = set()
        self._keys: dict[str, Kept] = {}
        self._told: list[RecordedCall] = []

    def __enter__(self) -> Self:
        self._source.begin()
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: object) -> None:
        if kind is None:
            self._source.commit(self.writes, self._keys, self._told)
        else:
            self._source.abort()

    def get(self, cls: type[R], identity: str) -> R | None:
        """Return a row; None where nothing has the id."""
        stored = self._stored(cls.__name__, identity)
        return None if stored is None else unpacked(cls, stored)

    def listed(
        self, cls: type[R], owner: Owner = EVERYBODY, *, beyond: str | None = None, newest_first: bool = True
    ) -> Iterator[R]:
        """Yield the rows of a list as they were when this unit began, lazily.

        Args:
            cls: their type.
            owner: a field and its value; all rows where none is given.
            beyond: the id of a row of the type, to go on after; None begins at the end.
            newest_first: the direction.
        """
        name = cls.__name__
        cursor = self._source.stored(name, beyond) if beyond is not None else None
        place = None if cursor is None else place_of(cursor)
        field, value = owner
        for stored in self._source.listed(name, owner, place, newest_first=newest_first):
            row = unpacked(cls, stored)
            if not field or getattr(row, field) == value:
                yield row

    def interleaved(
        self,
        types: tuple[type[tuple[Any, ...]], ...],
        beyond: tuple[type[tuple[Any, ...]], str] | None = None,
        *,
        newest_first: bool = True,
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of several types in one order of creation, lazily; `beyond` names one to go on after."""
        cursor = self._source.stored(beyond[0].__name__, beyond[1]) if beyond is not None else None
        place = None if cursor is None else place_of(cursor)

        def stored(cls: type[tuple[Any, ...]]) -> Iterator[tuple[int, type[tuple[Any, ...]], bytes]]:
            for row in self._source.listed(cls.__name__, EVERYBODY, place, newest_first=newest_first):
                yield place_of(row), cls, row

        merged = merge(*map(stored, types), key=lambda found: found[0], reverse=newest_first)
        return (unpacked(cls, row) for _, cls, row in merged)

    def written(self, row: tuple[Any, ...] | None) -> bytes | None:
        """Return a row as this unit stores it; None where it wrote none such."""
        return self.writes.get(type(row).__name__, {}).get(row[0]) if row else None

    def put(self, row: tuple[Any, ...]) -> None:
        """Write a row, in place of an earlier one with its id."""
        name = type(row).__name__
        earlier = self._stored(name, row[0])
        place = self._source.next_place() if earlier is None else place_of(earlier)
        changed = name, row[0]
        before = self.changes[changed][0] if changed in self.changes else earlier
        self.changes[changed] = before, row
        self.writes.setdefault(name, {})[row[0]] = packed(place, row)

    def key(self, key: str) -> Known:
        """Return what is known of an idempotency key; one without a first answer is this unit's from now on."""
        return self._source.key(key)

    def keep(self, key: str, first: Kept) -> None:
        """Keep the first answer to a key."""
        self._keys[key] = first

    def tell(self, told: RecordedCall) -> None:
        """Record a call."""
        self._told.append(told)

    def _stored(self, name: str, identity: str) -> bytes | None:
        written = self.writes.get(name)
        if written is not None and identity in written:
            return written[identity]
        return None if identity in self.fresh else self._source.stored(name, identity)


@runtime_checkable
class SharedJournal(Protocol):
    """Keeps the entries of a journal for all servers that share a state; the simulator does not read them."""

    def note(self, entries: list[bytes], most: int) -> None:
        """Keep entries, and of all of them the newest so many."""

    def noted(self, after: int, most: int) -> list[tuple[int, bytes]]:
        """Return entries after a number, the oldest first; the first ever has 1."""

    def noted_total(self) -> int:
        """Return the number of the newest entry that is kept; 0 where none is."""

    def forget_noted(self) -> None:
        """Forget every entry; numbers go on."""

    def follow(self, until: float) -> None:
        """Say that somebody follows the entries, until a time in seconds since the epoch."""

    def followed(self) -> float:
        """Return the time until which a page follows the entries; 0 for none."""


class Store(Protocol):
    """Keeps the simulator's state.

    Args:
        waits: whether a call may wait for a disk or a network.
        alone: whether it is this process's only; others may share it otherwise.
    """

    waits: bool
    alone: bool

    def run(self, job: Callable[[], T], needed: Callable[[], Needed] = nothing_needed, /) -> T:
        """Run a job: what it does to the state is kept when this returns, or when the job's own exception comes out.

        It is run again from its beginning where others came in between. A job within a job is a part of it.

        Raises:
            Unavailable: the state cannot be reached; nothing of the job is known to be kept.
        """

    async def run_soon(self, job: Callable[[], T], needed: Callable[[], Needed] = nothing_needed, /) -> T:
        """Do what `run` does, without keeping the event loop waiting."""

    def work(self) -> UnitOfWork:
        """Give a unit of work, in a job."""

    def counts(self) -> dict[str, int]:
        """Return how many rows there are of each type."""

    def whole(self) -> AbstractContextManager[Whole]:
        """Give the whole state as it is now, whatever others do to it while it is read."""

    def replace(self, shared: Shared, rows: Iterable[Row], keys: Mapping[str, Kept], *, forgets_calls: bool) -> None:
        """Put a whole state in the place of the one that is here, at once: others see the one or the other.

        What raises while the rows are read leaves all as it was.

        Args:
            shared: clock and faults.
            rows: in the order of their places within a type.
            keys: complete when the rows were read.
            forgets_calls: whether the record is cleared too; its numbers go on.
        """

    def claim(self, key: str, use: Use, machine: int) -> bool:
        """Let a slow call use an idempotency key; False where another uses it.

        Args:
            key: which.
            use: by which call, until when.
            machine: seconds since the epoch, by the machine's clock.
        """

    def release(self, key: str, owner: str) -> None:
        """End a call's use of a key; nothing where it uses it no more."""

    def prune(self, now: int, machine: int) -> None:
        """Throw away keys and events that no clock will bring back, and calls beyond the bound.

        Args:
            now: seconds since the epoch, by the simulator's clock.
            machine: the same by the machine's.
        """

    def ready(self, now: int, machine: int) -> list[str]:
        """Return the endpoints that have a delivery due, and none under way.

        Args:
            now: seconds since the epoch, by the simulator's clock.
            machine: the same by the machine's.
        """

    def take(self, endpoint: str, now: int, machine: int, until: int) -> str | None:
        """Return the id of an endpoint's next delivery, which no other process takes; None where none is due.

        It is under way until it is written again, or until a time of the machine's: the process that took it may have
        died.
        """

    def waiting(self) -> int:
        """Return how many deliveries wait."""

    def excess(self, most: int) -> list[str]:
        """Return the ids of the deliveries that wait beyond a number of them: the last to be tried."""

    def told(self, after: int, most: int) -> list[tuple[int, RecordedCall]]:
        """Return calls that are kept, of those after a number, each with its own; the first call ever has 1."""

    def told_total(self) -> int:
        """Return how many calls were told."""

    def forget_told(self) -> None:
        """Forget every call."""

    def shared(self) -> Shared:
        """Return clock and faults; what is done to them is not kept."""

    def change(self, how: Callable[[Shared], T]) -> T:
        """Change clock and faults by a function of them, and return what it returns."""

    def close(self) -> None:
        """Let go of it; the next question opens it again."""

    def secret(self, name: str, fresh: bytes) -> bytes:
        """Return a secret that all who share this store have; the fresh one becomes it where there is none."""
