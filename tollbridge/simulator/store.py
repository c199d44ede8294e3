"""Where objects live: rows as bytes, in units of work.

A row is a small JSON list, not a Python object, so that a million of them weigh little and cost the garbage
collector nothing, and so that a database can keep the same bytes. A unit of work sees its own writes and
leaves nothing behind unless it is committed.
"""

from typing import Any, Self, TypeVar

import orjson

R = TypeVar("R", bound=tuple[Any, ...])
Rows = dict[str, dict[str, bytes]]
"""By type, by id."""


def packed(row: tuple[Any, ...]) -> bytes:
    """Return a row as it is stored."""
    # orjson 3.13.0 gives bytes with the room it wrote them in, kilobytes of it; a copy is as long as it says.
    return bytes(memoryview(orjson.dumps(tuple(row))))


def unpacked(cls: type[R], stored: bytes) -> R:
    """Return the row that was stored."""
    return cls(*orjson.loads(stored))


class MemoryStore:
    """Rows in this process."""

    def __init__(self) -> None:
        self._rows: Rows = {}

    def work(self) -> "Work":
        """Give a unit of work; its writes are kept when its block ends without an exception."""
        return Work(self._rows)

    def __len__(self) -> int:
        return sum(len(rows) for rows in self._rows.values())


class Work:
    """One unit of work.

    Args:
        writes: what it wrote, as it will be stored.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.writes: Rows = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: object) -> None:
        if kind is None:
            for name, written in self.writes.items():
                self._rows.setdefault(name, {}).update(written)

    def get(self, cls: type[R], identity: str) -> R | None:
        """Return a row; None where nothing has the id."""
        name = cls.__name__
        for rows in (self.writes, self._rows):
            stored = rows[name].get(identity) if name in rows else None
            if stored is not None:
                return unpacked(cls, stored)
        return None

    def every(self, cls: type[R]) -> list[R]:
        """Return all rows of a type, in the order of their first write."""
        name = cls.__name__
        seen = {**self._rows.get(name, {}), **self.writes.get(name, {})}
        return [unpacked(cls, stored) for stored in seen.values()]

    def written(self, row: tuple[Any, ...] | None) -> bytes | None:
        """Return a row as this unit stores it; None where it wrote none such."""
        return self.writes.get(type(row).__name__, {}).get(row[0]) if row else None

    def put(self, row: tuple[Any, ...]) -> None:
        """Write a row, in place of an earlier one with its id."""
        self.writes.setdefault(type(row).__name__, {})[row[0]] = packed(row)
