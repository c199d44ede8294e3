"""A connection to an SQLite file, for transactions that write: one at a time has one."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from tollbridge.simulator.model.rows import ROW_TYPES
from tollbridge.simulator.state.sql.columns import KeyRow, ObjectRow
from tollbridge.simulator.state.sql.connection import PAGE, Changes, Found
from tollbridge.simulator.state.unit_of_work import EVERYBODY, Again, Needed, Owner, Unavailable

ROW = "SELECT content FROM objects WHERE type = ? AND id = ?"
KEY = f"SELECT {', '.join(KeyRow._fields)} FROM idempotency_keys WHERE key = ?"
SHARED = "SELECT value FROM settings WHERE name = 'shared'"
FRESH = f"INSERT INTO objects ({', '.join(ObjectRow._fields)}) VALUES ({', '.join('?' for _ in ObjectRow._fields)})"
CHANGED = "UPDATE objects SET place = ?, customer = ?, payment_intent = ?, content = ? WHERE type = ? AND id = ?"
KEEP = (
    f"INSERT OR REPLACE INTO idempotency_keys ({', '.join(KeyRow._fields)}) "
    f"VALUES ({', '.join('?' for _ in KeyRow._fields)})"
)
FREE = "DELETE FROM idempotency_keys WHERE key = ?"
TELL = "INSERT INTO calls (content) VALUES (?)"
SHARE = "INSERT OR REPLACE INTO settings (name, value) VALUES ('shared', ?)"
WAIT = "INSERT OR REPLACE INTO waiting (delivery, endpoint, due, place) VALUES (?, ?, ?, ?)"
END = "DELETE FROM waiting WHERE delivery = ?"
LAST_OF_EACH = ", ".join(f"coalesce((SELECT max(place) FROM objects WHERE type = '{name}'), 0)" for name in ROW_TYPES)
LAST_PLACE = f"SELECT max({LAST_OF_EACH})"
"""Each by its index; max(place) alone has none."""

PLACES_AT_ONCE = 64


class Sqlite:
    """A connection to a file."""

    distant = False

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take a connection that begins nothing by itself."""
        self._connection = connection

    def begin(self, _needed: Needed, _jobs: int) -> Found:
        """Begin, once no other transaction writes; rows are read when they are needed: it is a look into memory."""
        with _translated():
            self._connection.execute("BEGIN IMMEDIATE")
            shared = self._connection.execute(SHARED).fetchone()
        return Found({}, {}, shared[0] if shared else None, ())

    def row(self, name: str, identity: str) -> bytes | None:
        """Return an object."""
        with _translated():
            found = self._connection.execute(ROW, (name, identity)).fetchone()
        return found[0] if found else None

    def key(self, key: str) -> KeyRow | None:
        """Return an idempotency key."""
        with _translated():
            found = self._connection.execute(KEY, (key,)).fetchone()
        return KeyRow(*found) if found else None

    def page(self, name: str, owner: Owner, beyond: int | None, *, newest_first: bool) -> list[bytes]:
        """Return up to `PAGE` rows of a list from a place on."""
        query, parameters = "SELECT content FROM objects WHERE type = ?", [name]
        field, value = owner
        if owner != EVERYBODY:
            query, parameters = f"{query} AND {field} = ?", [name, value]
        after = "" if beyond is None else f" AND place {'<' if newest_first else '>'} {beyond:d}"
        with _translated():
            order = f"{after} ORDER BY place{' DESC' if newest_first else ''} LIMIT {PAGE}"
            return [content for (content,) in self._connection.execute(query + order, parameters)]

    def places(self, last: int) -> Iterable[int]:
        """Return places after the last that there is: one writes at a time."""
        with _translated():
            (stored,) = self._connection.execute(LAST_PLACE).fetchone()
        first = max(stored, last) + 1
        return range(first, first + PLACES_AT_ONCE)

    def write(self, changes: Changes) -> None:
        """Write, into memory mostly."""
        if not self._connection.in_transaction:
            raise Unavailable("A statement failed before, and SQLite ended the transaction.")
        connection = self._connection
        with _translated():
            connection.executemany(FRESH, changes.fresh)
            connection.executemany(CHANGED, [(*row[2:], *row[:2]) for row in changes.changed])
            connection.executemany(KEEP, changes.new_keys + changes.keys)
            connection.executemany(FREE, [(key,) for key in changes.freed])
            connection.executemany(TELL, [(content,) for content in changes.told])
            if changes.shared is not None:
                connection.execute(SHARE, (changes.shared,))
            connection.executemany(WAIT, changes.waits)
            connection.executemany(END, [(delivery,) for delivery in changes.ended])

    def commit(self) -> None:
        """End the transaction: what it wrote is on the disk."""
        with _translated():
            self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """End the transaction, and what it wrote with it."""
        if self._connection.in_transaction:
            with _translated():
                self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise Again(str(error)) from None
    except sqlite3.Error as error:
        raise Unavailable(str(error)) from None
