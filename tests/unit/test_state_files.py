"""What stands where a state is to be kept, and is not a state that can be used."""

import os
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from tests.unit.stripe_calls import INTENTS, Answered, call, create
from tollbridge.compose import Options, StateError, compose, compose_stripe
from tollbridge.simulator import Simulator, Unavailable
from tollbridge.simulator.state.sql import SqlStore, state_url

ROOT = Path(__file__).resolve().parents[2]
VERSION = "UPDATE alembic_version SET version_num ="
HEAD = ScriptDirectory(str(ROOT / "tollbridge" / "simulator" / "state" / "sql" / "migrations")).get_current_head()
NEWER = (
    f"its tables are of version {{}}, and this Tollbridge knows those up to {HEAD}. Use the Tollbridge that wrote it "
    "or a newer one, or give another --state."
)
DAMAGED = r"it is damaged, or another program wrote to it\. Restore it from a copy"
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
    assert told.startswith(f"--state: the database sqlite:///{path} cannot be used: what it holds cannot be read (")
    assert told.endswith("): it is damaged, or another program wrote to it. Restore it from a copy, or use another.")


def test_an_empty_file_becomes_a_state(tmp_path: Path) -> None:
    """As one that is not there yet does."""
    (tmp_path / "state.db").touch()
    compose_stripe(Options(state=f"sqlite:///{tmp_path}/state.db"))
    assert (tmp_path / "state.db").read_bytes().startswith(b"SQLite format 3\x00")


def test_a_state_without_its_tables_is_a_sentence(tmp_path: Path) -> None:
    """Of ours, from which somebody took one away."""
    path = tmp_path / "state.db"
    changed(path, "DROP TABLE objects")
    with pytest.raises(StateError) as caught:
        compose_stripe(Options(state=f"sqlite:///{path}"))
    assert str(caught.value) == f"--state: the database sqlite:///{path} cannot be used: no such table: objects."


def test_a_damaged_secret_is_blamed_on_the_database(tmp_path: Path) -> None:
    """The one that signs tokens is kept there; too short a one was blamed on the environment."""
    path = tmp_path / "state.db"
    compose(Options(state=f"sqlite:///{path}"), lambda _exchange: None).close()
    changed(path, "UPDATE settings SET value = x'00' WHERE name = 'secret tokens'")
    with pytest.raises(StateError, match=r"cannot be used: what it holds cannot be read \(ValueError in "):
        compose(Options(state=f"sqlite:///{path}", environment={}), lambda _exchange: None)


PAID = {"amount": 1000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true"} | {
    "payment_method_types[]": "card"
}


def told(answered: Answered) -> Answered:
    """Return an answer; a client is told that the state cannot be used, and not why."""
    if answered.status == 503:
        assert answered.error["message"] == "The simulator's state cannot be reached; the server's log says why."
        raise Unavailable
    return answered


def kept_again(stripe: Simulator) -> Answered:
    """Pay under a key; the second time its first answer is read."""
    return told(call(stripe, "POST", INTENTS, PAID, idempotency_key="key"))


DAMAGES: dict[str, tuple[str, Callable[[Simulator], object]]] = {
    "a row": ("UPDATE objects SET content = x'5b' WHERE type = 'PaymentIntent'", lambda stripe: stripe.intents()),
    "a row of another shape": (
        "UPDATE objects SET content = CAST('[1,\"pi_1\"]' AS BLOB) WHERE type = 'PaymentIntent'",
        lambda stripe: stripe.intents(),
    ),
    "a card that there is not": (
        "UPDATE objects SET content = replace(CAST(content AS TEXT), '4242', '424x') WHERE type = 'Charge'",
        lambda stripe: told(call(stripe, "GET", "/v1/charges")),
    ),
    "a call": ("UPDATE calls SET content = x'5b'", lambda stripe: stripe.record.after(0, 10)),
    "the bound of the calls": (
        "UPDATE settings SET value = x'ff' WHERE name = 'recorded'",
        lambda s: s.record.after(0, 10),
    ),
    "clock and faults": ("INSERT OR REPLACE INTO settings VALUES ('shared', x'7b7d')", lambda stripe: stripe.faults()),
    "clock and faults that end": ("INSERT OR REPLACE INTO settings VALUES ('shared', x'7b')", lambda s: s.clock()),
    "a first answer": ("UPDATE idempotency_keys SET content = x'5b'", lambda stripe: list(stripe.snapshot())),
    "a first answer of no type": (
        "UPDATE idempotency_keys SET type = 'Nothing'",
        kept_again,
    ),
}


@pytest.mark.parametrize(("statement", "use"), DAMAGES.values(), ids=DAMAGES)
def test_a_state_that_is_damaged_while_it_is_used_is_unavailable(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, statement: str, use: Callable[[Simulator], object]
) -> None:
    """Whatever is read of it: the error, or the log where a client asked, says that it is damaged, and what to do."""
    path = tmp_path / "state.db"
    used(path)
    with closing(SqlStore(state_url(f"sqlite:///{path}"), recorded=10)) as store:
        stripe = Simulator({}, store=store)
        kept_again(stripe)
        with closing(sqlite3.connect(path)) as connection:
            changed_rows = connection.execute(statement).rowcount
            connection.commit()
        assert changed_rows
        with pytest.raises(Unavailable) as caught:
            use(stripe)
    assert re.search(DAMAGED, f"{caught.value}{caplog.text}")
