"""A connection to PostgreSQL, by libpq's pipeline: what is asked together is one round trip.

A transaction is two where everything that it needs was foreseen: it begins and reads, it writes and commits. The
statements are prepared; lists of values go as arrays, so that many rows are one statement. psycopg connects, and gives
us its libpq: its own cursors wait for the server at each turn of a pipeline, and cost as much as the rest of a call.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from select import POLLIN, POLLOUT, poll
from struct import Struct
from typing import Any

import psycopg
from psycopg import pq

from tollbridge.simulator.state.idempotency import storable
from tollbridge.simulator.state.sql.columns import KeyRow, ObjectRow
from tollbridge.simulator.state.sql.connection import PAGE, Changes, Found
from tollbridge.simulator.state.sql.failures import COLLISIONS, Lost
from tollbridge.simulator.state.sql.tables import PLACES, PLACES_AT_ONCE
from tollbridge.simulator.state.unit_of_work import EVERYBODY, Again, Needed, Owner, Unavailable

Value = bytes | None
Command = tuple[str, Sequence[Value]]
"""A statement, and its parameters in PostgreSQL's binary format."""

TEXT, BYTEA, INT8, INT2 = 25, 17, 20, 21
BINARY = pq.Format.BINARY

BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ"
ROWS = """
SELECT (SELECT content FROM objects WHERE type = wanted.type AND id = wanted.id)
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (type, id, number) ORDER BY number
"""
KEYS = f"SELECT {', '.join(KeyRow._fields)} FROM idempotency_keys WHERE key = ANY($1::text[])"
SHARED = "SELECT value FROM settings WHERE name = 'shared'"
NEXT_PLACES = f"SELECT nextval('{PLACES}') FROM generate_series(1, $1::int8)"
FRESH = f"""
INSERT INTO objects ({", ".join(ObjectRow._fields)})
SELECT * FROM unnest($1::text[], $2::text[], $3::int8[], $4::text[], $5::text[], $6::bytea[])
"""
CHANGED = """
UPDATE objects SET place = $3::int8, customer = $4::text, payment_intent = $5::text, content = $6::bytea
WHERE type = $1::text AND id = $2::text
"""
KEEP_FRESH = f"""
INSERT INTO idempotency_keys ({", ".join(KeyRow._fields)})
SELECT * FROM unnest(
  $1::text[], $2::text[], $3::bytea[], $4::int2[], $5::bytea[], $6::text[], $7::text[], $8::int8[], $9::int8[],
  $10::text[], $11::int8[]
)
"""
KEEP = f"""
{KEEP_FRESH}
ON CONFLICT (key) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in KeyRow._fields[1:])}
"""
FREE = "DELETE FROM idempotency_keys WHERE key = ANY($1::text[])"
TELL = "INSERT INTO calls (content) SELECT * FROM unnest($1::bytea[])"
SHARE = "INSERT INTO settings VALUES ('shared', $1::bytea) ON CONFLICT (name) DO UPDATE SET value = excluded.value"

WAIT = """
INSERT INTO waiting (delivery, endpoint, due, place)
SELECT * FROM unnest($1::text[], $2::text[], $3::int8[], $4::int8[])
ON CONFLICT (delivery) DO UPDATE SET due = excluded.due, until = NULL
"""
END = "DELETE FROM waiting WHERE delivery = ANY($1::text[])"

SETTINGS = (
    "SET lock_timeout = 25000",  # another's transaction that does not end is a 503, not a server that stands still
    "SET plan_cache_mode = force_generic_plan",  # a plan is made once
    "SET enable_seqscan = off",  # also for tables that are small at that moment
    "SET jit = off",  # what has to be scanned all the same (a sequence, by a trigger) is not worth compiling
)

ANSWER_SECONDS = 30
"""The most that the server may think about one round trip."""

_array_head = Struct("!iiIii").pack
_length = Struct("!i").pack
NULL = b"\xff\xff\xff\xff"
ENCODED: dict[int, Callable[[Any], bytes]] = {
    TEXT: str.encode,
    BYTEA: bytes,
    INT8: Struct("!q").pack,
    INT2: Struct("!h").pack,
}
OBJECT_KINDS = (TEXT, TEXT, INT8, TEXT, TEXT, BYTEA)
WAIT_KINDS = (TEXT, TEXT, INT8, INT8)
KEY_KINDS = (TEXT, TEXT, BYTEA, INT2, BYTEA, TEXT, TEXT, INT8, INT8, TEXT, INT8)


class Postgres:
    """A connection to a server."""

    distant = True

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        """Take a connection, for itself alone."""
        self._connection = connection
        self._libpq = connection.pgconn
        self._readable, self._both = poll(), poll()
        self._readable.register(self._libpq.socket, POLLIN)
        self._both.register(self._libpq.socket, POLLIN | POLLOUT)
        self._waiting: list[Command] = []
        self._prepared: dict[str, bytes] = {}
        self._named = 0
        self._libpq.enter_pipeline_mode()
        self._asked([(setting, ()) for setting in SETTINGS])

    def begin(self, needed: Needed, jobs: int) -> Found:
        """Begin a transaction, and read what is needed, in one round trip."""
        rows = list(dict.fromkeys(needed.rows))
        keys = list(dict.fromkeys(needed.keys))
        commands: list[Command] = [(BEGIN, ()), (SHARED, ()), (NEXT_PLACES, [ENCODED[INT8](jobs)])]
        commands += [(ROWS, _columns((TEXT, TEXT), rows))] if rows else []
        commands += [(KEYS, _columns((TEXT,), [(key,) for key in keys]))] if keys else []
        _, shared, places, *asked = self._asked(commands)
        found = [result.get_value(index, 0) for result in asked[: bool(rows)] for index in range(len(rows))]
        known: dict[str, KeyRow | None] = dict.fromkeys(keys)
        known |= {row.key: row for result in asked[bool(rows) :] for row in _key_rows(result)}
        return Found(
            rows=dict(zip(rows, found, strict=True)),
            keys=known,
            shared=shared.get_value(0, 0) if shared.ntuples else None,
            places=_places(places),
        )

    def row(self, name: str, identity: str) -> bytes | None:
        """Return an object."""
        (found,) = self._asked([(ROWS, _columns((TEXT, TEXT), [(name, identity)]))])
        return found.get_value(0, 0)

    def key(self, key: str) -> KeyRow | None:
        """Return an idempotency key."""
        (found,) = self._asked([(KEYS, _columns((TEXT,), [(key,)]))])
        return next(_key_rows(found), None)

    def page(self, name: str, owner: Owner, beyond: int | None, *, newest_first: bool) -> list[bytes]:
        """Return up to `PAGE` rows of a list from a place on."""
        query, parameters = "SELECT content FROM objects WHERE type = $1::text", [name.encode()]
        field, value = owner
        if owner != EVERYBODY:
            parameters.append(storable(value).encode())
            query += f" AND {field} = ${len(parameters)}::text"
        if beyond is not None:
            parameters.append(ENCODED[INT8](beyond))
            query += f" AND place {'<' if newest_first else '>'} ${len(parameters)}::int8"
        query += f" ORDER BY place {'DESC' if newest_first else 'ASC'} LIMIT {PAGE}"
        (found,) = self._asked([(query, parameters)])
        return [content for index in range(found.ntuples) if (content := found.get_value(index, 0))]

    def places(self, _last: int) -> Iterable[int]:
        """Return places that no other transaction takes."""
        return _places(self._asked([(NEXT_PLACES, [ENCODED[INT8](1)])])[0])

    def write(self, changes: Changes) -> None:
        """Write, with what is asked next; in the order in which a replacement of the state locks the tables."""
        commands = self._waiting
        for statement, kinds, rows in (
            (KEEP_FRESH, KEY_KINDS, changes.new_keys),
            (KEEP, KEY_KINDS, changes.keys),
            (FREE, (TEXT,), [(key,) for key in changes.freed]),
            (FRESH, OBJECT_KINDS, changes.fresh),
        ):
            commands += _of_rows(statement, kinds, rows)
        commands += [(CHANGED, _values(OBJECT_KINDS, row)) for row in changes.changed]
        commands += _of_rows(TELL, (BYTEA,), [(content,) for content in changes.told])
        if changes.shared is not None:
            commands.append((SHARE, [changes.shared]))
        commands += _of_rows(WAIT, WAIT_KINDS, changes.waits)
        commands += _of_rows(END, (TEXT,), [(delivery,) for delivery in changes.ended])

    def commit(self) -> None:
        """Send what was written, and end the transaction, in one round trip."""
        (ended,) = self._asked([("COMMIT", ())])
        if ended.command_status != b"COMMIT":
            raise Unavailable("A statement failed before: the server rolled back instead of committing.")

    def rollback(self) -> None:
        """End the transaction, and what it wrote with it."""
        self._waiting.clear()
        if self._libpq.transaction_status != pq.TransactionStatus.IDLE:
            self._asked([("ROLLBACK", ())])

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()

    def _asked(self, commands: Sequence[Command]) -> list[pq.abc.PGresult]:
        """Send what was written and statements, and return the result of each of these: one round trip.

        Raises:
            Again: others came in between.
            Unavailable: the server refused one, and with it the transaction.
            Lost: it does not answer.
        """
        fresh: dict[str, bytes] = {}
        wanted: list[int] = []
        waiting, self._waiting = self._waiting, []
        try:
            for number, (statement, parameters) in enumerate([*waiting, *commands]):
                self._send(statement, parameters, fresh)
                wanted.append(number + len(fresh))
            self._libpq.pipeline_sync()
            results = self._results()
        except psycopg.Error as error:
            raise Lost(" ".join(str(error).split())[:200]) from None
        for result in results:
            if result.status == pq.ExecStatus.FATAL_ERROR:
                raise self._failure(result)
        self._prepared |= fresh
        return [results[index] for index in wanted[len(waiting) :]]

    def _send(self, statement: str, parameters: Sequence[Value], fresh: dict[str, bytes]) -> None:
        """Send a statement; one that the server has not seen yet is prepared, and its name is put into `fresh`."""
        name = self._prepared.get(statement) or fresh.get(statement)
        if name is None:
            self._named += 1
            name = fresh[statement] = b"tollbridge_%d" % self._named
            self._libpq.send_prepare(name, statement.encode())
        self._libpq.send_query_prepared(name, parameters, [BINARY] * len(parameters), BINARY)

    def _results(self) -> list[pq.abc.PGresult]:
        """Wait for the results of all that was sent."""
        libpq = self._libpq
        while libpq.flush():
            self._wait(self._both)
            libpq.consume_input()
        results: list[pq.abc.PGresult] = []
        while True:
            while libpq.is_busy():
                self._wait(self._readable)
                libpq.consume_input()
            result = libpq.get_result()
            if result is not None and result.status == pq.ExecStatus.PIPELINE_SYNC:
                return results
            if result is not None:
                results.append(result)
            elif libpq.status == pq.ConnStatus.BAD:
                raise Lost("The server closed the connection.")

    def _wait(self, which: poll) -> None:
        if not which.poll(ANSWER_SECONDS * 1000):
            raise Lost(f"The server did not answer within {ANSWER_SECONDS} seconds.")

    def _failure(self, result: pq.abc.PGresult) -> Exception:
        code = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
        said = (result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or b"").decode("utf-8", "replace")[:200]
        if code in COLLISIONS:
            return Again(said)
        gone = self._libpq.status == pq.ConnStatus.BAD or not code or code.startswith("57P")
        return Lost(said) if gone else Unavailable(said)


def _values(kinds: Sequence[int], row: Sequence[Any]) -> list[Value]:
    return [_encoded(kind, [value])[0] for kind, value in zip(kinds, row, strict=True)]


def _of_rows(statement: str, kinds: Sequence[int], rows: Sequence[Sequence[Any]]) -> list[Command]:
    """Return a statement that writes rows; none where there are none."""
    return [(statement, _columns(kinds, rows))] if rows else []


def _columns(kinds: Sequence[int], rows: Sequence[Sequence[Any]]) -> list[Value]:
    """Return the rows' columns, each as an array; there is at least one row."""
    columns = zip(*rows, strict=True)
    return [_array(kind, _encoded(kind, column)) for kind, column in zip(kinds, columns, strict=True)]


def _encoded(kind: int, values: Sequence[Any]) -> list[Value]:
    encode = ENCODED[kind]
    return [None if value is None else encode(value) for value in values]


def _array(kind: int, items: Sequence[Value]) -> bytes:
    head = _array_head(1, None in items, kind, len(items), 1)
    return head + b"".join([NULL if item is None else _length(len(item)) + item for item in items])


def _integer(value: Value) -> int:
    return int.from_bytes(value or b"", "big", signed=True)


def _places(found: pq.abc.PGresult) -> list[int]:
    firsts = [_integer(found.get_value(index, 0)) for index in range(found.ntuples)]
    return [first + more for first in firsts for more in range(PLACES_AT_ONCE)]


def _key_rows(found: pq.abc.PGresult) -> Iterator[KeyRow]:
    for index in range(found.ntuples):
        yield KeyRow(*map(_decoded, KEY_KINDS, (found.get_value(index, column) for column in range(len(KEY_KINDS)))))


def _decoded(kind: int, value: Value) -> Any:
    if value is None or kind == BYTEA:
        return value
    return value.decode() if kind == TEXT else _integer(value)
