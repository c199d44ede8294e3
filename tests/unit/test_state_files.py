"""What stands where a state is to be kept, and is not a state that can be used."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from tests.unit.stripe_calls import create
from tollbridge.compose import Options, StateError, compose_stripe
from tollbridge.simulator import Simulator
from tollbridge.simulator.sql import SqlStore, state_url

ROOT = Path(__file__).resolve().parents[2]
VERSION = "UPDATE alembic_version SET version_num ="
HEAD = ScriptDirectory(str(ROOT / "tollbridge" / "simulator" / "sql" / "migrations")).get_current_head()
NEWER = (
    f"its tables are of version {{}}, and this Tollbridge knows those up to {HEAD}. Use the Tollbridge that wrote it "
    "or a newer one, or give another --state."
)
NOT_REGULAR = "it is a pipe or a device, not a regular file."


def used(path: Path) -> None:
    """Make a state in which something was done."""
    store = SqlStore(state_url(f"sqlite:///{path}"), recorded=10)
    assert create(Simulator({}, store=store)).status == 200
    store.close()


def changed(path: Path, *statements: str) -> None:
    """Make a state, and change it as a program would that knows SQLite and not us."""
    used(path)
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def foreign(path: Path) -> None:
    """Make another program's database."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE users (name)")
        connection.commit()


def truncated(path: Path) -> None:
    """Make a state, and lose the second half of its file."""
    used(path)
    os.truncate(path, path.stat().st_size // 2)


def scrambled(path: Path) -> None:
    """Make a state, and turn its pages after the first inside out."""
    used(path)
    content = path.read_bytes()
    path.write_bytes(content[:4096] + bytes(255 - byte for byte in content[4096:]))


STATES: dict[str, tuple[Callable[[Path], object], str]] = {
    "of a newer version": (lambda path: changed(path, f"{VERSION} '0999'"), NEWER.format("0999")),
    "of another program's versions": (lambda path: changed(path, f"{VERSION} '{'ab' * 500}'"), NEWER.format("ab" * 20)),
    "another program's": (foreign, "it holds another program's tables (users). Give it a file of its own."),
    "text": (lambda path: path.write_text("not a database, but long enough " * 40), "file is not a database."),
    "one byte": (lambda path: path.write_bytes(b"x"), "file is not a database."),
    "half of a state": (truncated, "database disk image is malformed."),
    "damaged pages": (scrambled, "database disk image is malformed."),
    "without its tables": (lambda path: changed(path, "DROP TABLE objects"), "no such table: objects."),
    "a pipe": (os.mkfifo, NOT_REGULAR),
    "a device": (lambda path: path.symlink_to("/dev/zero"), NOT_REGULAR),
    "a folder": (Path.mkdir, "Is a directory."),
    "a link to itself": (lambda path: path.symlink_to(path), "Too many levels of symbolic links."),
}  # fmt: skip


@pytest.mark.parametrize(("make", "said"), STATES.values(), ids=STATES)
def test_a_state_that_cannot_be_used_is_a_sentence(tmp_path: Path, make: Callable[[Path], object], said: str) -> None:
    """It names the file and what was found there; the file stays as it was."""
    path = tmp_path / "state.db"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StateError) as caught:
        compose_stripe(Options(state=f"sqlite:///{path}"))
    assert str(caught.value) == f"--state: the database sqlite:///{path} cannot be used: {said}"
    assert (path.read_bytes() if path.is_file() else None) == before


CONTENTS = {
    "JSON that ends": "x'5b31'",
    "not JSON": "x'ff'",
    "nothing": "x''",
    "another shape": "CAST('[1,2]' AS BLOB)",
    "an object": "CAST('{}' AS BLOB)",
    "text": "'[1]'",
    "a number": "7",
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_a_damaged_row_is_blamed_on_the_database(tmp_path: Path, content: str) -> None:
    """And not on the world, whose objects are looked for in it."""
    path = tmp_path / "state.db"
    compose_stripe(Options(state=f"sqlite:///{path}"))
    changed(path, f"UPDATE objects SET content = {content} WHERE type = 'Customer'")
    with pytest.raises(StateError) as caught:
        compose_stripe(Options(state=f"sqlite:///{path}"))
    told = str(caught.value)
    assert told.startswith(f"--state: the database sqlite:///{path} is damaged, or another program wrote to it: ")
    assert told.endswith("Restore it from a copy, or give another --state.")


def test_an_empty_file_becomes_a_state(tmp_path: Path) -> None:
    """As one that is not there yet does."""
    (tmp_path / "state.db").touch()
    compose_stripe(Options(state=f"sqlite:///{tmp_path}/state.db"))
    assert (tmp_path / "state.db").read_bytes().startswith(b"SQLite format 3\x00")
