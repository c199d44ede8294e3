"""Connections: how they are opened, and the tables brought up to date."""

import sqlite3
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL

from tollbridge.simulator.state.sql.connection import Connection
from tollbridge.simulator.state.sql.failures import translated
from tollbridge.simulator.state.sql.file import require_file
from tollbridge.simulator.state.sql.sqlite import Sqlite
from tollbridge.simulator.state.sql.tables import REPLACED_BY
from tollbridge.simulator.state.sql.version import require_known

BUSY_SECONDS = 5
CONNECTIONS = 8
"""At once; as many threads wait for them."""


MOVED = text(
    f"SELECT setval('{REPLACED_BY}', 1) FROM {REPLACED_BY} "
    "WHERE last_value >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
)
"""Forgets the number of a transaction that is none of this server's: the database was dumped at another one."""

MIGRATING = 7_210_001
"""The advisory lock that one process at a time holds while it changes the tables."""


def opened(url: URL) -> tuple[Engine, Engine]:
    """Return an engine that writes and one that only reads; nothing is connected yet.

    An SQLite file is written by one at a time: the writers of this process wait for their one connection, which costs
    less than SQLite's own waiting. Readers see the state of their beginning, and do not wait.
    """
    if url.drivername == "sqlite":
        require_file(Path(str(url.database)))
        return _sqlite(url, "IMMEDIATE", 1), _sqlite(url, "DEFERRED", CONNECTIONS)
    engine = create_engine(
        url,
        isolation_level="REPEATABLE READ",
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_pre_ping=True,  # a database that went and came back is found again
        pool_timeout=BUSY_SECONDS,
        connect_args={"connect_timeout": BUSY_SECONDS},
    )
    return engine, engine


def in_turn(engine: Engine) -> Engine:
    """Return an engine for changes of one row that everybody changes: each waits for the one before, and sees it.

    With the state of its beginning, all but the first of those who wait would have to begin again.
    """
    return engine.execution_options(isolation_level="READ COMMITTED") if _is_postgresql(engine) else engine


def _is_postgresql(engine: Engine) -> bool:
    return engine.dialect.name == "postgresql"


def _sqlite(url: URL, begin: str, connections: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(f"BEGIN {begin}"))
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: _sqlite does
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA cell_size_check=ON")  # a damaged page is told of, where it would be read as it is
    connection.execute("PRAGMA synchronous=FULL")  # what was acknowledged outlives the machine, not the process only


def connected(engine: Engine) -> Connection:
    """Return a connection of its own, past SQLAlchemy: for the transactions that have to be quick.

    Raises:
        Unavailable: the database cannot be reached.
    """
    with translated():
        pooled = engine.connect()
        driver: Any = pooled.connection.driver_connection
        pooled.detach()
    if isinstance(driver, sqlite3.Connection):
        return Sqlite(driver)
    # Imported here: psycopg is loaded with --state postgresql:// only.
    from tollbridge.simulator.state.sql.postgresql import Postgres

    return Postgres(driver)


def migrated(engine: Engine) -> None:
    """Bring the tables up to date; others wait meanwhile.

    Raises:
        Unavailable: the database cannot be reached, or changed, or a newer program has changed it.
    """
    with translated(), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # after waiting, it has to see what the others made meanwhile
            connection.execution_options(isolation_level="READ COMMITTED")
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATING})
        config = steps(connection)
        require_known(connection, config)
        command.upgrade(config, "head")
        if engine.dialect.name == "postgresql":
            connection.execute(MOVED)
        connection.commit()


def steps(connection: SqlConnection) -> Config:
    """Return what Alembic has to know: the steps between the versions of the tables, and the database."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def settled(engine: Engine) -> None:
    """Let a database take in what was written to it at once: its log, and its statistics.

    Without it SQLite reads through a log of gigabytes, and PostgreSQL plans for an empty table.
    """
    with translated(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE objects")
            return
    raw = engine.raw_connection()  # outside of a transaction, which the engine begins for every connection
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        raw.close()
