"""The stores that need nothing but this process: memory, and an SQLite file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stores import StoreRules, differences
from tests.unit.stripe_calls import create
from tollbridge.simulator import Simulator, Store, Unavailable
from tollbridge.simulator.sql import SqlStore, StateError, state_url
from tollbridge.simulator.store import MemoryStore


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


def test_the_migrations_make_the_tables_that_the_statements_are_for(tmp_path: Path) -> None:
    """Alembic finds no difference; opening it again changes nothing."""
    url = f"sqlite:///{tmp_path}/state.db"
    for _ in range(2):
        SqlStore(state_url(url), recorded=1).close()
        assert differences(url) == []


@pytest.mark.parametrize(
    "text", ["", "sqlite://", "sqlite:///:memory:", "sqlite:////nowhere/at/all/x.db", "mysql://h/d", "file.db"]
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
