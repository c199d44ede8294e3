"""The file of an SQLite database, looked at before SQLite opens it: that changes some files, and waits for others."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

from tollbridge.simulator.state.sql.version import VERSIONS
from tollbridge.simulator.state.unit_of_work import Unavailable

MAGIC = b"SQLite format 3\x00"
"""The first bytes of every SQLite file."""

PRIVATE, OTHERS = 0o600, 0o077
BESIDE = ("-wal", "-shm", "-journal")
"""The files that SQLite keeps beside a database."""

PATIENCE = 5
"""Seconds that another process may hold the file."""

TABLES_SHOWN = 3


def require_file(path: Path) -> None:
    """Make the file where there is none, and let it be its owner's only, with those beside it: it holds client secrets.

    Raises:
        Unavailable: it is not a regular file, not a database, or another program's.
    """
    try:
        _require_database(path)
        _require_ours(path)
        _make_private(path)
    except OSError as error:
        raise Unavailable(f"{error.strerror}.") from None
    except (ValueError, sqlite3.Error) as error:  # the first of a NUL in its name
        raise Unavailable(f"{error}.") from None


def _require_database(path: Path) -> None:
    handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NONBLOCK, PRIVATE)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Unavailable("it is a pipe or a device, not a regular file.")
        if os.read(handle, len(MAGIC)) not in (b"", MAGIC):  # SQLite itself would write over a short file
            raise Unavailable("file is not a database.")
    finally:
        os.close(handle)


def _require_ours(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=PATIENCE)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    tables = sorted(str(name) for (name,) in rows)
    if tables and VERSIONS not in tables:
        names = ", ".join(tables[:TABLES_SHOWN])
        raise Unavailable(f"it holds another program's tables ({names}). Give it a file of its own.")


def _make_private(path: Path) -> None:
    """Take it from others; new files beside it get its mode from SQLite."""
    for file in (path, *(path.with_name(path.name + end) for end in BESIDE)):
        if file.exists() and file.stat().st_mode & OTHERS:
            file.chmod(PRIVATE)
