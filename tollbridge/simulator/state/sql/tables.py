"""The tables. What they look like in a database is the migrations' business; this is what the statements say."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, SmallInteger, String, Table, Text

METADATA = MetaData()

BIG = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up in a column of this very name only

OBJECTS = Table(
    "objects",
    METADATA,
    Column("type", String(40), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("place", BIG, nullable=False),
    Column("customer", Text),
    Column("payment_intent", Text),
    Column("content", LargeBinary, nullable=False),
    Index("objects_by_place", "type", "place"),
    Index("objects_by_customer", "type", "customer", "place"),
    Index("objects_by_payment_intent", "type", "payment_intent", "place"),
)
"""Objects: `content` is the row as the memory store has it, its place first."""

KEYS = Table(
    "idempotency_keys",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("path", Text),
    Column("fingerprint", LargeBinary),
    Column("status", SmallInteger),
    Column("content", LargeBinary),
    Column("type", String(40)),
    Column("request_id", Text),
    Column("created", BigInteger),
    Column("made", BigInteger, index=True),
    Column("owner", String(40)),
    Column("until", BigInteger),
)
"""First answers: `created` by the simulator's clock, `made` by the machine's. They are
null where a unit of work has claimed the key and has not ended, or where a slow call, the `owner`, uses it `until` a
time of the machine's."""

ANSWERED = KEYS.c.path.is_not(None)

CALLS = Table(
    "calls",
    METADATA,
    Column("number", BIG, primary_key=True, autoincrement=True),
    Column("content", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
"""The record."""

WAITING = Table(
    "waiting",
    METADATA,
    Column("delivery", Text, primary_key=True),
    Column("endpoint", Text, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("until", BigInteger),
    Index("waiting_by_endpoint", "endpoint", "due", "place"),
    Index("waiting_by_due", "due"),
)
"""The outbox: a row for each delivery that waits, written with it. A process that takes one says `until` when, by the
machine's clock; another takes it after that."""

EXCHANGES = Table(
    "exchanges",
    METADATA,
    Column("number", BIG, primary_key=True, autoincrement=True),
    Column("content", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)
"""The journal of the servers that share the state: what the console shows."""

SETTINGS = Table(
    "settings", METADATA, Column("name", String(40), primary_key=True), Column("value", LargeBinary, nullable=False)
)
"""Clock and faults as JSON; secrets; how many calls are recorded."""

SHARED = "shared"
"""The name of the setting with clock and faults."""

PLACES_AT_ONCE = 16
PLACES = "places"
"""PostgreSQL's sequence of places, of which a unit of work takes sixteen at a time. An SQLite file, which is written by
one at a time, counts for itself."""

REPLACED_BY = "replaced_by"
"""PostgreSQL's sequence with the number of the transaction that replaced the state last. A trigger on the objects
refuses transactions that do not see what it did (migration 0005)."""
