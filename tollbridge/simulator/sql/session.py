"""A unit of work in a database: one transaction, from the first question to the end."""

import json
from collections import deque
from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, bindparam, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from tollbridge.simulator.envelope import encoded
from tollbridge.simulator.idempotency import Kept, Known, Use, storable
from tollbridge.simulator.record import Told
from tollbridge.simulator.rows import LISTED_BY, ROW_TYPES
from tollbridge.simulator.shared import Shared, shared_from
from tollbridge.simulator.sql.engine import translated
from tollbridge.simulator.sql.tables import CALLS, KEYS, OBJECTS, PLACES, PLACES_AT_ONCE
from tollbridge.simulator.work import EVERYBODY, Owner, Rows, damage_told, place_of

PAGE = 101


def _last_of(name: str) -> Any:
    return select(func.max(OBJECTS.c.place)).where(OBJECTS.c.type == name).scalar_subquery()


ONE = select(OBJECTS.c.content).where(OBJECTS.c.type == bindparam("t"), OBJECTS.c.id == bindparam("i"))
KEY = select(KEYS).where(KEYS.c.key == bindparam("k"))
CHANGED = update(OBJECTS).where(OBJECTS.c.type == bindparam("t"), OBJECTS.c.id == bindparam("i"))
NEXT_PLACE = text(f"SELECT nextval('{PLACES}')")
LAST_PLACE = select(
    func.max(*(func.coalesce(_last_of(name), 0) for name in ROW_TYPES))  # each by its index; max(place) alone has none
)
CLAIM = {
    "sqlite": sqlite.insert(KEYS).on_conflict_do_nothing().returning(KEYS.c.key),
    "postgresql": postgresql.insert(KEYS).on_conflict_do_nothing().returning(KEYS.c.key),
}


class Session:
    """What a unit of work asks, in one transaction."""

    def __init__(self, engine: Engine) -> None:
        """Begin nothing yet."""
        self._engine = engine
        self._connection: Connection | None = None
        self._known: set[tuple[str, str]] = set()
        self._places: deque[int] = deque()
        self._last = 0

    def begin(self) -> None:
        """Begin nothing: the first question does."""

    @property
    def _open(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def stored(self, name: str, identity: str) -> bytes | None:
        """Return a stored row; None where nothing has the id."""
        with translated():
            content = self._open.execute(ONE, {"t": name, "i": storable(identity)}).scalar()
        if content is None:
            return None
        self._known.add((name, identity))
        return bytes(content)

    def listed(self, name: str, owner: Owner, beyond: int | None, *, newest_first: bool) -> Iterator[bytes]:
        """Yield the rows of a list from a place on, a page at a time."""
        place = beyond
        while True:
            found = self._page(name, owner, place, newest_first=newest_first)
            yield from found
            if len(found) < PAGE:
                return
            place = place_of(found[-1])

    def _page(self, name: str, owner: Owner, beyond: int | None, *, newest_first: bool) -> list[bytes]:
        place = OBJECTS.c.place
        query = select(OBJECTS.c.content).where(OBJECTS.c.type == name).limit(PAGE)
        if owner != EVERYBODY:
            query = query.where(OBJECTS.c[owner[0]] == owner[1])
        if beyond is not None:
            query = query.where(place < beyond if newest_first else place > beyond)
        query = query.order_by(place.desc() if newest_first else place)
        with translated():
            return [bytes(content) for (content,) in self._open.execute(query)]

    def key(self, key: str) -> Known:
        """Return what is known of an idempotency key; of one that is not, whoever asks next waits for our end."""
        with translated():
            claimed = self._open.execute(CLAIM[self._engine.dialect.name], {"key": key})
            if claimed.first() is not None:
                return Known()
            row = self._open.execute(KEY, {"k": key}).one()
        return Known(kept_from(row) if row.path is not None else None, Use(row.owner, row.until) if row.owner else None)

    def next_place(self) -> int:
        """Return the place of an object that is being made."""
        if not self._places:
            self._places.extend(range(first := self._first_place(), first + PLACES_AT_ONCE))
        self._last = self._places.popleft()
        return self._last

    def _first_place(self) -> int:
        """Return the first of the next places."""
        with translated():
            if self._engine.dialect.name == "postgresql":
                return int(self._open.execute(NEXT_PLACE).scalar_one())
            stored = int(self._open.execute(LAST_PLACE).scalar() or 0)
        return max(stored, self._last) + 1

    def commit(self, writes: Rows, keys: dict[str, Kept], told: list[Told]) -> None:
        """Write all of it, and end the transaction."""
        try:
            with translated():
                self._write(writes, keys, told)
                if self._connection is not None:
                    self._connection.commit()
        finally:
            self.abort()

    def _write(self, writes: Rows, keys: dict[str, Kept], told: list[Told]) -> None:
        fresh: list[dict[str, Any]] = []
        for name, rows in writes.items():
            for identity, stored in rows.items():
                values = object_values(name, identity, stored)
                if (name, identity) in self._known:
                    where = {"t": values.pop("type"), "i": values.pop("id")}
                    self._open.execute(CHANGED.values(**values), where)
                else:
                    fresh.append(values)
        if fresh:
            self._open.execute(insert(OBJECTS), fresh)
        for key, kept in keys.items():
            values = key_values(key, kept)
            self._open.execute(update(KEYS).where(KEYS.c.key == values.pop("key")).values(**values))
        if told:
            self._open.execute(insert(CALLS), [{"content": encoded(tuple(call))} for call in told])

    def abort(self) -> None:
        """End the transaction, and what was not committed with it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with translated():
                connection.close()


def object_values(name: str, identity: str, stored: bytes) -> dict[str, Any]:
    """Return a row as the table has it."""
    fields = LISTED_BY.get(name, ())
    row = orjson.loads(stored) if fields else ()
    owners = {field: row[index] for field, index in fields}
    return {
        "type": name,
        "id": identity,
        "place": place_of(stored),
        "customer": owners.get("customer"),
        "payment_intent": owners.get("payment_intent"),
        "content": stored,
    }


def key_values(key: str, kept: Kept) -> dict[str, Any]:
    """Return a first answer as the table has it."""
    return {
        "key": key,
        "path": storable(kept.path),
        "fingerprint": kept.fingerprint,
        "status": kept.status,
        "content": kept.content,
        "type": kept.type,
        "request_id": kept.request_id,
        "created": kept.when,
        "made": kept.made,
    }


def kept_from(row: Any) -> Kept:
    """Return a first answer from the table's row."""
    content, fingerprint = bytes(row.content), bytes(row.fingerprint)
    return Kept(row.path, fingerprint, row.status, content, row.type, row.request_id, row.created, row.made)


@damage_told()
def shared_of(content: bytes | None) -> Shared:
    """Return clock and faults from what was kept of them; as they are at the beginning, where nothing was."""
    return shared_from(orjson.loads(content)) if content else Shared()


@damage_told()
def told_from(content: bytes) -> Told:
    """Return a call from what was kept of it."""
    try:
        told = Told(*orjson.loads(content))
    except orjson.JSONDecodeError:  # lone surrogates, as `encoded` spells them
        told = Told(*json.loads(content))
    return told._replace(effects=tuple((what, identity) for what, identity in told.effects))
