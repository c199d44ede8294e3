"""The stores that need nothing but this process: memory, and an SQLite file."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine
from starlette.testclient import TestClient

from tests.stores import StoreRules, differences
from tests.unit.stripe_calls import ANN, BOB, EVE, INTENTS, KEY, NOW, call, create, on
from tollbridge.simulator import Reply, Request, Simulator, Store, Unavailable, control
from tollbridge.simulator.state.memory import MemoryStore
from tollbridge.simulator.state.sql import SqlStore, StateError, state_url
from tollbridge.simulator.state.sql.engine import steps


class TestMemory(StoreRules):
    """In this process."""

    @pytest.fixture
    def store(self) -> Store:
        """An empty store."""
        return MemoryStore(recorded=10)

    @pytest.fixture
    def again(self, store: Store) -> Store:
        """Memory is shared by sharing the store."""
        return store


class TestSqlite(StoreRules):
    """In a file."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        """An empty file."""
        made = SqlStore(state_url(f"sqlite:///{tmp_path}/state.db"), recorded=10)
        yield made
        made.close()

    @pytest.fixture
    def again(self, store: Store, tmp_path: Path) -> Iterator[Store]:
        """The same file, opened once more."""
        made = SqlStore(state_url(f"sqlite:///{tmp_path}/state.db"), recorded=10)
        yield made
        made.close()

    def test_the_newest_server_says_how_many_calls_are_recorded(self, store: Store, tmp_path: Path) -> None:
        """Every server of the state shows as many, and throws no more away."""
        one = on(store)
        for _ in range(12):
            create(one)
        assert len(one.record) == 10
        with closing(SqlStore(state_url(f"sqlite:///{tmp_path}/state.db"), recorded=3)) as newest:
            assert len(on(newest).record) == len(one.record) == 3
        SqlStore(state_url(f"sqlite:///{tmp_path}/state.db"), recorded=11).close()
        store.prune(NOW, NOW)
        assert len(one.record) == 11

    def test_a_seed_is_refused_over_http_too(self, store: Store) -> None:
        """With a sentence that says what to do."""
        with TestClient(control(on(store))) as http:
            refused = http.post("/reset", json={"seed": 7})
        assert (refused.status_code, "leave seed out" in refused.json()["detail"]) == (400, True)

    def test_a_file_outlives_its_process(self, tmp_path: Path) -> None:
        """What was made is there when it is opened again, and nobody else may read it."""
        url = state_url(f"sqlite:///{tmp_path}/kept.db")
        for expected in (0, 1, 2):
            store = SqlStore(url, recorded=10)
            stripe = Simulator({}, store=store)
            assert len(stripe.intents()) == expected
            create(stripe)
            store.close()
        assert (tmp_path / "kept.db").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("mode", [0o644, 0o664, 0o777, 0o604])
def test_a_file_that_was_there_before_becomes_its_owners_only(tmp_path: Path, mode: int) -> None:
    """Whatever mode a database had, nobody but its owner may read it or the files beside it once it was opened."""
    url, file = state_url(f"sqlite:///{tmp_path}/old.db"), tmp_path / "old.db"
    store = SqlStore(url, recorded=10)
    create(Simulator({}, store=store))
    files = sorted(tmp_path.iterdir())
    assert {path.name for path in files} == {"old.db", "old.db-shm", "old.db-wal"}
    for path in files:
        path.chmod(mode)
    again = SqlStore(url, recorded=10)
    assert [oct(path.stat().st_mode & 0o777) for path in files] == ["0o600"] * 3
    again.close()
    store.close()
    file.chmod(0o600)
    SqlStore(url, recorded=10).close()
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_migrations_make_the_tables_that_the_statements_are_for(tmp_path: Path) -> None:
    """Alembic finds no difference; opening it again changes nothing."""
    url = f"sqlite:///{tmp_path}/state.db"
    for _ in range(2):
        SqlStore(state_url(url), recorded=1).close()
        assert differences(url) == []


def test_what_an_older_version_kept_is_brought_up_to_date(tmp_path: Path) -> None:
    """Its keys are taken, and its faults wait and draw."""
    url = f"sqlite:///{tmp_path}/state.db"
    SqlStore(state_url(url), recorded=1).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        command.downgrade(steps(connection), "0001")
    engine.dispose()
    with sqlite3.connect(tmp_path / "state.db") as old:
        fault = {"method": None, "path": None, "kind": "500", "when": "before", "times": 1, "share": 1, "seconds": 1.0}
        shared = json.dumps({"stopped_at": None, "ahead": 0, "faults": [fault]})
        old.execute("INSERT INTO settings VALUES ('shared', ?)", (shared.encode(),))
        old.execute("INSERT INTO idempotency_keys VALUES ('k', '/v1/x', x'00', 402, x'7b7d', NULL, 'req_1', 18e8)")
    old.close()
    store = SqlStore(state_url(url), recorded=1)
    stripe = on(store)
    assert [create(stripe).status, create(stripe).status] == [500, 200]
    refused = call(stripe, "POST", INTENTS, idempotency_key="k")
    assert (refused.status, refused.error["type"]) == (400, "idempotency_error")
    store.close()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:////nowhere/at/all/x.db",
        "mysql://h/d",
        "file.db",
        "sqlite:///x?mode=ro",
        "postgresql://h:port/d",
        f"sqlite:///{'a' * 300}/x.db",
        "sqlite:///a\x00/x.db",
    ],
)
def test_an_address_that_is_none_is_a_sentence(text: str) -> None:
    """It says what an address looks like."""
    with pytest.raises(StateError, match="--state"):
        state_url(text)


def test_a_password_is_not_repeated() -> None:
    """Neither in a refusal of the address, nor where nobody answers there."""
    with pytest.raises(StateError) as caught:
        state_url("oracle://me:hunter2@h/d")
    assert "hunter2" not in str(caught.value)
    with pytest.raises(Unavailable) as gone:
        SqlStore(state_url("postgresql://me:hunter2@127.0.0.1:1/d"), recorded=1)
    assert "hunter2" not in str(gone.value)


def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    """It is left as it was."""
    path = tmp_path / "state.db"
    path.write_bytes(b"not a database at all, and long enough to be looked at" * 40)
    with pytest.raises(Unavailable, match="not a database"):
        SqlStore(state_url(f"sqlite:///{path}"), recorded=1)
    assert path.read_bytes().startswith(b"not a database")


def test_a_damaged_object_is_a_503_for_those_who_ask_for_it(tmp_path: Path) -> None:
    """Not for those who are answered in the same transaction."""
    with closing(SqlStore(state_url(f"sqlite:///{tmp_path}/state.db"), recorded=10)) as store:
        stripe = on(store)
        with closing(sqlite3.connect(tmp_path / "state.db")) as other, other:
            other.execute("UPDATE objects SET content = x'5b312c' WHERE id = ?", (BOB,))
        headers = {"authorization": f"Bearer {KEY}"}

        async def asked() -> list[Reply]:
            paths = [f"/v1/customers/{customer}" for customer in (ANN, BOB, EVE)]
            return await asyncio.gather(*(stripe.answer(Request("GET", path, "", headers, b"")) for path in paths))

        assert [reply.status for reply in asyncio.run(asked())] == [200, 503, 200]
