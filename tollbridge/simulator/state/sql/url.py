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
    except (ArgumentError, ValueError):  # the second of a port that is no number
        raise StateError(f"--state is not {SYNTAX}.") from None  # it may hold a password: it is not repeated
    if url.drivername == "sqlite" and url.database and url.database != ":memory:":
        if url.query:
            raise StateError("--state: a file takes no options after a question mark; leave them out.")
        _require_folder(Path(url.database).parent)
        return url
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    raise StateError(f"--state {url.drivername}: is not {SYNTAX}.")


def shown(text: str) -> str:
    """Return an address that may be shown: without its password."""
    return make_url(text).render_as_string(hide_password=True)


def _require_folder(folder: Path) -> None:
    try:
        found = folder.is_dir()
    except OSError as error:  # of a name that is too long
        raise StateError(f"--state: {folder} cannot be looked at ({error.strerror}).") from None
    if not found:
        raise StateError(f"--state: there is no folder {folder} to keep a file in.")
