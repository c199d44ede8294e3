"""Where objects live: rows as bytes, in units of work.

A row is a small JSON list, not a Python object, so that a million of them weigh little and cost the garbage
collector nothing, and so that a database can keep the same bytes. A unit of work sees its own writes and
leaves nothing behind unless it is committed.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import orjson

R = TypeVar("R", bound=tuple[Any, ...])


class MemoryStore:
    """Rows in this process."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], bytes] = {}

    @contextmanager
    def work(self) -> Iterator["Work"]:
        """Give a unit of work; its writes are kept when the block ends without an exception."""
        work = Work(self._rows)
        yield work
        self._rows.update(work.writes)

    def __len__(self) -> int:
        return len(self._rows)


class Work:
    """One unit of work.

    Args:
        writes: what it wrote, by type and id, as it will be stored.
    """

    def __init__(self, rows: Mapping[tuple[str, str], bytes]) -> None:
        self._rows = rows
        self.writes: dict[tuple[str, str], bytes] = {}

    def get(self, cls: type[R], identity: str) -> R | None:
        """Return a row; None where nothing has the id."""
        key = (cls.__name__, identity)
        stored = self.writes.get(key) or self._rows.get(key)
        return cls(*orjson.loads(stored)) if stored else None

    def every(self, cls: type[R]) -> list[R]:
        """Return all rows of a type, in the order of their first write."""
        seen = {**self._rows, **self.writes}
        return [cls(*orjson.loads(stored)) for (name, _), stored in seen.items() if name == cls.__name__]

    def put(self, row: tuple[Any, ...]) -> None:
        """Write a row, in place of an earlier one with its id."""
        self.writes[type(row).__name__, row[0]] = orjson.dumps(tuple(row))
