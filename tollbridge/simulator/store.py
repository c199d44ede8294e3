"""Where objects live: rows as bytes, in units of work.

A row is a small JSON list, not a Python object, so that a million of them weigh little and cost the garbage
collector nothing, and so that a database can keep the same bytes. Its first item is its place in the order in which
objects were made: lists go by it. A unit of work sees its own writes and leaves nothing behind unless it is committed.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from typing import Any, Self, TypeVar

import orjson

from tollbridge.simulator.rows import LISTED_BY, ROW_TYPES

R = TypeVar("R", bound=tuple[Any, ...])
Rows = dict[str, dict[str, bytes]]
"""By type, by id."""

Owner = tuple[str, str]
"""A field and its value, such as `("customer", "cus_…")`."""

EVERYBODY: Owner = ("", "")


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


class MemoryStore:
    """Rows in this process."""

    def __init__(self) -> None:
        self._rows: Rows = {}
        self._lists: dict[tuple[str, Owner], list[str]] = {}
        self._places = 0

    def work(self) -> "Work":
        """Give a unit of work; its writes are kept when its block ends without an exception."""
        return Work(self)

    def stored(self, name: str, identity: str) -> bytes | None:
        """Return a stored row; None where nothing has the id."""
        rows = self._rows.get(name)
        return rows.get(identity) if rows else None

    def next_place(self) -> int:
        """Return the place of an object that is being made."""
        self._places += 1
        return self._places

    def commit(self, writes: Rows) -> None:
        """Keep what a unit of work wrote."""
        for name, written in writes.items():
            kept = self._rows.setdefault(name, {})
            for identity, stored in written.items():
                self._list(name, identity, kept.get(identity), stored)
                kept[identity] = stored

    def ids(self, name: str, owner: Owner, beyond: int | None, *, newest_first: bool) -> Iterator[str]:
        """Yield the ids of a list from a place on; some may have another owner by now."""
        listed = self._lists.get((name, owner), [])
        if newest_first:
            end = len(listed) if beyond is None else bisect_left(listed, beyond, key=self._place(name))
            return (listed[index] for index in range(end - 1, -1, -1))
        begin = 0 if beyond is None else bisect_right(listed, beyond, key=self._place(name))
        return (listed[index] for index in range(begin, len(listed)))

    def counts(self) -> dict[str, int]:
        """Return how many rows there are of each type."""
        return {name: len(rows) for name, rows in self._rows.items()}

    def dump(self) -> Iterator[tuple[str, bytes]]:
        """Yield the type and the bytes of every row, oldest first within a type."""
        for name, rows in self._rows.items():
            for identity in self._lists[name, EVERYBODY]:
                yield name, rows[identity]

    def load(self, rows: Iterable[tuple[str, list[Any]]]) -> None:
        """Replace everything by rows that were dumped, each with its place.

        Raises:
            ValueError: one of them is no row; what was here stays.
        """
        fresh = MemoryStore()
        for name, (place, *row) in rows:
            try:
                whole = ROW_TYPES[name](*row)
            except TypeError:
                raise ValueError(f"A row of {name} cannot be read.") from None
            if not isinstance(place, int) or not isinstance(whole[0], str):
                raise ValueError(f"A row of {name} begins with its place and its id.")
            fresh.commit({name: {whole[0]: packed(place, whole)}})
            fresh._places = max(fresh._places, place)
        self._rows, self._lists, self._places = fresh._rows, fresh._lists, fresh._places

    def __len__(self) -> int:
        return sum(len(rows) for rows in self._rows.values())

    def _list(self, name: str, identity: str, earlier: bytes | None, stored: bytes) -> None:
        """Put an id into the lists that its row belongs to."""
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


class Work:
    """One unit of work.

    Args:
        writes: what it wrote, as it will be stored.
    """

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.writes: Rows = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: object) -> None:
        if kind is None:
            self._store.commit(self.writes)

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
        cursor = self._store.stored(name, beyond) if beyond is not None else None
        place = None if cursor is None else place_of(cursor)
        field, value = owner
        for identity in self._store.ids(name, owner, place, newest_first=newest_first):
            stored = self._store.stored(name, identity)
            row = unpacked(cls, stored) if stored else None
            if row is not None and (not field or getattr(row, field) == value):
                yield row

    def written(self, row: tuple[Any, ...] | None) -> bytes | None:
        """Return a row as this unit stores it; None where it wrote none such."""
        return self.writes.get(type(row).__name__, {}).get(row[0]) if row else None

    def put(self, row: tuple[Any, ...]) -> None:
        """Write a row, in place of an earlier one with its id."""
        name = type(row).__name__
        earlier = self._stored(name, row[0])
        place = self._store.next_place() if earlier is None else place_of(earlier)
        self.writes.setdefault(name, {})[row[0]] = packed(place, row)

    def _stored(self, name: str, identity: str) -> bytes | None:
        written = self.writes.get(name)
        if written is not None and identity in written:
            return written[identity]
        return self._store.stored(name, identity)
