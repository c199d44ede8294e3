"""The store in a database: a unit of work is a transaction.

On PostgreSQL transactions see the state of their beginning (REPEATABLE READ); of two that change the same object, or
claim the same idempotency key, the second is told to try again. On SQLite one writes at a time.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, Table, delete, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL

from tollbridge.simulator.idempotency import KEPT_SECONDS, Kept, Use
from tollbridge.simulator.record import Told
from tollbridge.simulator.rows import LISTED_BY, ROW_TYPES
from tollbridge.simulator.shared import Shared, shared_from
from tollbridge.simulator.sql.engine import in_turn, migrated, opened, settled, translated
from tollbridge.simulator.sql.session import Session, kept_from, key_values, object_values, told_from
from tollbridge.simulator.sql.tables import CALLS, KEYS, OBJECTS, PLACES, SETTINGS
from tollbridge.simulator.work import Again, Unavailable, Work, packed

T = TypeVar("T")
BATCH = 1_000
SHARED = "shared"
RECORDED = "recorded"
NEWEST = {
    "sqlite": text("SELECT seq FROM sqlite_sequence WHERE name = 'calls'"),
    "postgresql": text("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM calls_number_seq"),
}
TRIES = 50
ANSWERED = KEYS.c.path.is_not(None)


class SqlStore:
    """Everything in a database, which others may share."""

    waits = True
    alone = False

    def __init__(self, url: URL, *, recorded: int) -> None:
        """Open a database, and bring its tables up to date.

        Args:
            url: of `state_url`.
            recorded: how many calls are kept, for everybody who shares the state: the newest server says it.

        Raises:
            Unavailable: it cannot be reached, or written to.
        """
        self._engine, self._reader = opened(url)
        self._in_turn = in_turn(self._engine)
        migrated(self._engine)
        self._set(RECORDED, b"%d" % recorded)

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()
        self._reader.dispose()

    def work(self) -> Work:
        """Give a unit of work: a transaction, begun by its first question."""
        return Work(Session(self._engine))

    def counts(self) -> dict[str, int]:
        """Return how many rows there are of each type."""
        with translated(), self._reader.connect() as connection:
            rows = connection.execute(select(OBJECTS.c.type, func.count().label("n")).group_by(OBJECTS.c.type))
            return {row.type: row.n for row in rows}

    def dump(self) -> Iterator[tuple[str, bytes]]:
        """Yield the type and the bytes of every row, oldest first within a type."""
        for name in ROW_TYPES:
            query = select(OBJECTS.c.content).where(OBJECTS.c.type == name).order_by(OBJECTS.c.place)
            with translated(), self._reader.connect() as connection:
                for (content,) in connection.execution_options(yield_per=BATCH).execute(query):
                    yield name, bytes(content)

    def first_answers(self) -> Iterator[tuple[str, Kept]]:
        """Yield the idempotency keys, the oldest first."""
        with translated(), self._reader.connect() as connection:
            for row in connection.execute(select(KEYS).where(ANSWERED).order_by(KEYS.c.made)):
                yield row.key, kept_from(row)

    def load(self, rows: Iterable[tuple[str, list[Any]]], keys: dict[str, Kept]) -> None:
        """Replace objects and keys by what was dumped, in one transaction.

        Raises:
            ValueError: one of them is no row; what was here stays.
        """
        found = _checked(rows)
        most = 0
        with _undisturbed(), translated(), self._engine.begin() as connection:
            connection.execute(delete(OBJECTS))
            connection.execute(delete(KEYS))
            while batch := list(islice(found, BATCH)):
                connection.execute(insert(OBJECTS), batch)
                most = max(most, *(values["place"] for values in batch))
            if keys:
                connection.execute(insert(KEYS), [key_values(key, kept) for key, kept in keys.items()])
            if self._engine.dialect.name == "postgresql":
                connection.execute(text(f"SELECT setval('{PLACES}', :most)"), {"most": max(most, 1)})
        settled(self._engine)

    def clear(self) -> None:
        """Forget objects, keys, calls, clock and faults; secrets stay."""

        def clearing(connection: Connection) -> None:
            for table in (OBJECTS, KEYS, CALLS):
                connection.execute(delete(table))
            connection.execute(delete(SETTINGS).where(SETTINGS.c.name == SHARED))

        self._changed(clearing)

    def claim(self, key: str, use: Use, machine: int) -> bool:
        """Let a slow call use an idempotency key; False where another uses it."""
        values = use._asdict()
        claiming = self._inserting(KEYS).values(key=key, **values)
        free = KEYS.c.until.is_(None) | (KEYS.c.until <= machine)
        claiming = claiming.on_conflict_do_update(index_elements=["key"], set_=values, where=free)
        return self._changed(lambda connection: connection.execute(claiming.returning(KEYS.c.key)).first() is not None)

    def release(self, key: str, owner: str) -> None:
        """End a call's use of a key; nothing where it uses it no more."""
        own = (KEYS.c.key == key) & (KEYS.c.owner == owner)

        def releasing(connection: Connection) -> None:
            connection.execute(delete(KEYS).where(own, ~ANSWERED))
            connection.execute(update(KEYS).where(own).values(owner=None, until=None))

        self._changed(releasing)

    def _set(self, name: str, value: bytes) -> None:
        """Keep a setting, in place of an earlier one."""
        setting = self._inserting(SETTINGS).values(name=name, value=value)
        setting = setting.on_conflict_do_update(index_elements=["name"], set_={"value": value})
        self._changed(lambda connection: connection.execute(setting))

    def _inserting(self, table: Table) -> Any:
        """Return an insert that may say what to do where the row is there."""
        return (sqlite if self._engine.dialect.name == "sqlite" else postgresql).insert(table)

    def prune(self, now: int, machine: int) -> None:
        """Throw away keys that no clock will bring back, and calls beyond the bound."""
        old = (KEYS.c.made < machine - KEPT_SECONDS) & (KEYS.c.created < now - KEPT_SECONDS)
        dead = ~ANSWERED & (KEYS.c.until < machine)
        last = select(func.max(CALLS.c.number)).scalar_subquery()
        with suppress(Again, Unavailable), translated(), self._engine.begin() as connection:  # the next one will do
            connection.execute(delete(KEYS).where(old | dead))
            connection.execute(delete(CALLS).where(CALLS.c.number <= last - _bound(connection)))

    def told(self, after: int, most: int) -> list[tuple[int, Told]]:
        """Return calls that are kept, of those after a number, each with its own."""
        last = func.coalesce(select(func.max(CALLS.c.number)).scalar_subquery(), 0)
        query = select(CALLS).where(CALLS.c.number > after).order_by(CALLS.c.number)
        with translated(), self._reader.connect() as connection:
            bound = _bound(connection)
            query = query.where(CALLS.c.number > last - bound).limit(min(most, bound))
            return [(row.number, told_from(row.content)) for row in connection.execute(query)]

    def told_total(self) -> int:
        """Return the number of the newest call, kept or not; a call that was tried again may have taken two."""
        with translated(), self._reader.connect() as connection:
            return int(connection.execute(NEWEST[self._engine.dialect.name]).scalar() or 0)

    def forget_told(self) -> None:
        """Forget every call."""
        self._changed(lambda connection: connection.execute(delete(CALLS)))

    def shared(self) -> Shared:
        """Return clock and faults."""
        with translated(), self._reader.connect() as connection:
            value = connection.execute(select(SETTINGS.c.value).where(SETTINGS.c.name == SHARED)).scalar()
        return shared_from(orjson.loads(value)) if value else Shared()

    def change(self, how: Callable[[Shared], T]) -> T:
        """Change clock and faults by a function of them, and return what it returns."""

        def changing(connection: Connection) -> T:
            query = select(SETTINGS.c.value).where(SETTINGS.c.name == SHARED).with_for_update()
            value = connection.execute(query).scalar()
            shared = shared_from(orjson.loads(value)) if value else Shared()
            result = how(shared)
            fresh = orjson.dumps(shared.document())
            if value:
                connection.execute(update(SETTINGS).where(SETTINGS.c.name == SHARED), {"value": fresh})
            else:
                connection.execute(insert(SETTINGS), {"name": SHARED, "value": fresh})
            return result

        return self._changed(changing)

    def secret(self, name: str, fresh: bytes) -> bytes:
        """Return a secret that all who share this store have; the fresh one becomes it where there is none."""
        made = self._inserting(SETTINGS).on_conflict_do_nothing()
        values = {"name": f"secret {name}", "value": fresh}
        self._changed(lambda connection: connection.execute(made, values))
        with translated(), self._reader.connect() as connection:
            query = select(SETTINGS.c.value).where(SETTINGS.c.name == f"secret {name}")
            return bytes(connection.execute(query).scalar_one())

    def _changed(self, how: Callable[[Connection], T]) -> T:
        """Return what a function of a transaction returns, once nobody came in between."""
        for _ in range(TRIES):
            try:
                with translated(), self._in_turn.begin() as connection:
                    return how(connection)
            except Again:
                continue
        raise Unavailable("Too many others change the same state.")


def _bound(connection: Connection) -> int:
    """Return how many calls are kept."""
    value = connection.execute(select(SETTINGS.c.value).where(SETTINGS.c.name == RECORDED)).scalar_one()
    return int(bytes(value))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Say so where others come in between of what cannot be tried again."""
    try:
        yield
    except Again as reason:
        raise Unavailable(f"Others changed the state meanwhile: {reason}") from None


def _checked(rows: Iterable[tuple[str, list[Any]]]) -> Iterator[dict[str, Any]]:
    for name, (place, *row) in rows:
        try:
            whole = ROW_TYPES[name](*row)
        except TypeError:
            raise ValueError(f"A row of {name} cannot be read.") from None
        if not isinstance(place, int) or not isinstance(whole[0], str):
            raise ValueError(f"A row of {name} begins with its place and its id.")
        yield object_values(name, whole[0], packed(place, whole))


assert {field for fields in LISTED_BY.values() for field, _ in fields} == {"customer", "payment_intent"}
"""The columns that lists are asked by are the tables'."""
