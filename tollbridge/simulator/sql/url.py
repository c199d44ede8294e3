"""Where a state is kept, as `--state` says it."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

SYNTAX = "`memory`, `sqlite:///FILE`, or `postgresql://USER@HOST/DATABASE`"


class StateError(Exception):
    """The state cannot be kept there; the sentence says why."""


def state_url(text: str) -> URL:
    """Return the address of a database, with the driver that is used.

    Raises:
        StateError: it is none, or one of another kind of database.
    """
    try:
        url = make_url(text)
    except ArgumentError:
        raise StateError(f"--state is not {SYNTAX}.") from None  # it may hold a password: it is not repeated
    if url.drivername == "sqlite" and url.database and url.database != ":memory:":
        folder = Path(url.database).parent
        if not folder.is_dir():
            raise StateError(f"--state: there is no folder {folder} to keep a file in.")
        return url
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    raise StateError(f"--state {url.drivername}: is not {SYNTAX}.")
