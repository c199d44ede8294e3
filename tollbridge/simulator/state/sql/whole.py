"""A whole state in a database: read at one moment, and replaced at one."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Select, delete, func, insert, select, text, union_all

from tollbridge.simulator.model.rows import LISTED_BY, ROW_TYPES
from tollbridge.simulator.state.idempotency import Kept, Known
from tollbridge.simulator.state.settings import Shared
from tollbridge.simulator.state.sql.columns import kept_from, key_row, shared_of, wait_row
from tollbridge.simulator.state.sql.engine import settled
from tollbridge.simulator.state.sql.failures import translated
from tollbridge.simulator.state.sql.tables import (
    ANSWERED,
    CALLS,
    KEYS,
    OBJECTS,
    PLACES,
    REPLACED_BY,
    SETTINGS,
    SHARED,
    WAITING,
)
from tollbridge.simulator.state.unit_of_work import TRIES, Again, Row, Unavailable, Whole
from tollbridge.simulator.state.waiting import DELIVERY

BATCH = 1_000
COLUMNS = ", ".join(OBJECTS.columns.keys())
INSERT = f"INSERT INTO objects ({COLUMNS}) VALUES ({', '.join('?' * len(OBJECTS.columns))})"
COPY = f"COPY objects ({COLUMNS}) FROM STDIN"
REPLACED = text(f"SELECT setval('{REPLACED_BY}', pg_current_xact_id()::text::bigint)")
"""Refuses the writes of transactions that see the older state; run after our own inserts, as it binds them too."""

LOCKED = "LOCK TABLE idempotency_keys, objects, calls, settings, waiting IN EXCLUSIVE MODE"
"""In the order in which units of work write. Readers do not wait."""


@contextmanager
def whole_in(engine: Engine) -> Iterator[Whole]:
    """Give the whole state as it is now: one transaction sees the state of its beginning.

    Args:
        engine: one whose transactions do.
    """
    with translated(), engine.connect() as connection:
        value = connection.execute(select(SETTINGS.c.value).where(SETTINGS.c.name == SHARED)).scalar()
        shared = shared_of(value)
        counted = [select(func.count()).select_from(OBJECTS), select(func.count()).where(ANSWERED)]
        lines = sum(connection.execute(union_all(*counted)).scalars())
        yield Whole(shared, lines, _rows(connection), _keys(connection))


def _rows(connection: Connection) -> Iterator[tuple[str, bytes]]:
    for name in ROW_TYPES:
        query = select(OBJECTS.c.content).where(OBJECTS.c.type == name).order_by(OBJECTS.c.place)
        for (content,) in _streamed(connection, query):
            yield name, bytes(content)


def _keys(connection: Connection) -> Iterator[tuple[str, Kept]]:
    for row in _streamed(connection, select(KEYS).where(ANSWERED).order_by(KEYS.c.made, KEYS.c.key)):
        yield row.key, kept_from(row)


def _streamed(connection: Connection, query: Select[Any]) -> Iterable[Any]:
    return connection.execution_options(yield_per=BATCH).execute(query)


def replaced(
    engine: Engine, shared: Shared, rows: Iterable[Row], keys: Mapping[str, Kept], *, forgets_calls: bool
) -> None:
    """Put a whole state in the place of the one that is there, in one transaction.

    Args:
        engine: one whose statements see what others did before.
        shared: clock and faults.
        rows: type, and place and fields; read when no other transaction can change the state any more.
        keys: complete when the rows were read.
        forgets_calls: whether the record is cleared too.

    Raises:
        Unavailable: the database cannot be reached, or changed.
    """
    forgotten = (OBJECTS, KEYS, WAITING, CALLS) if forgets_calls else (OBJECTS, KEYS, WAITING)
    with translated(), _alone(engine) as connection:
        for table in forgotten:
            connection.execute(delete(table))
        connection.execute(delete(SETTINGS).where(SETTINGS.c.name == SHARED))
        written, most = _inserted(connection, rows)
        if keys:
            connection.execute(insert(KEYS), [key_row(key, Known(kept))._asdict() for key, kept in keys.items()])
        connection.execute(insert(SETTINGS), {"name": SHARED, "value": orjson.dumps(shared.document())})
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT setval('{PLACES}', :most)"), {"most": max(most, 1)})
            connection.execute(REPLACED)
        connection.commit()
    if written > BATCH:
        settled(engine)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """Give a connection in whose transaction no other one changes the state: on SQLite its beginning sees to that."""
    with engine.connect() as connection:
        for _ in range(TRIES):
            try:
                with translated():
                    connection.begin()
                    if engine.dialect.name == "postgresql":
                        connection.exec_driver_sql(LOCKED)
                break
            except Again:  # it and a unit of work waited for each other
                connection.rollback()
        else:
            raise Unavailable("Too many others change the same state.")
        yield connection


def _inserted(connection: Connection, rows: Iterable[Row]) -> tuple[int, int]:
    """Write rows, a batch at a time; return how many there were, and the last of their places."""
    written = most = 0
    rows = iter(rows)
    copies = connection.dialect.name == "postgresql"
    while batch := [_object(name, values) for name, values in islice(rows, BATCH)]:
        if copies:
            _copied(connection, batch)
        else:
            connection.exec_driver_sql(INSERT, batch)
        waits = (wait_row(content) for name, *_, content in batch if name == DELIVERY)
        if waiting := [wait._asdict() for wait in waits if wait]:
            connection.execute(insert(WAITING), waiting)
        written += len(batch)
        most = max(most, *(place for _, _, place, *_ in batch))
    return written, most


def _object(name: str, values: list[Any]) -> tuple[Any, ...]:
    """Return a row as the table has it, its columns in their order."""
    place, identity, *_ = values
    owners = {column: values[index] for column, index in LISTED_BY.get(name, ())}
    content = bytes(memoryview(orjson.dumps(values)))
    return name, identity, place, owners.get("customer"), owners.get("payment_intent"), content


def _copied(connection: Connection, batch: list[tuple[Any, ...]]) -> None:
    """Write rows by COPY, which only the driver has: several times as quick as inserts.

    Raises:
        Unavailable: the database takes no more.
    """
    driver = connection.connection.driver_connection
    assert driver is not None
    try:
        with driver.cursor() as cursor, cursor.copy(COPY) as copy:
            for row in batch:
                copy.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:  # it comes past SQLAlchemy, which would translate it
        raise Unavailable(" ".join(str(error).split())[:200]) from None


# The tables have a column for each field that lists are asked by.
assert {field for fields in LISTED_BY.values() for field, _ in fields} == {"customer", "payment_intent"}
