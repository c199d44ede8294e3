"""The store in PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.postgresql import Postgres, running
from tests.stores import StoreRules, differences
from tests.unit.stripe_calls import create, on
from tollbridge.simulator import Store
from tollbridge.simulator.sql import SqlStore, state_url


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A server for all tests of the module."""
    with running() as server:
        yield server


class TestPostgresql(StoreRules):
    """In a database that others share."""

    @pytest.fixture
    def store(self, postgres: Postgres) -> Iterator[Store]:
        """An empty database."""
        made = SqlStore(state_url(postgres.emptied()), recorded=10)
        yield made
        made.close()

    @pytest.fixture
    def again(self, store: Store, postgres: Postgres) -> Iterator[Store]:
        """Another's connections to it."""
        made = SqlStore(state_url(postgres.url), recorded=10)
        yield made
        made.close()


def test_the_migrations_make_the_tables_that_the_statements_are_for(postgres: Postgres) -> None:
    """Alembic finds no difference, also where several servers start at once on an empty database."""
    url = postgres.emptied()
    with ThreadPoolExecutor(4) as threads:
        for store in threads.map(lambda _: SqlStore(state_url(url), recorded=1), range(4)):
            store.close()
    assert differences(url) == []


def test_a_database_that_goes_is_a_503_and_is_found_again(postgres: Postgres) -> None:
    """Nothing is restarted but the database; what was there is there."""
    store = SqlStore(state_url(postgres.emptied()), recorded=10)
    stripe = on(store)
    assert create(stripe).status == 200
    postgres.stop()
    gone = create(stripe)
    assert (gone.status, gone.error["type"]) == (503, "api_error")
    postgres.start()
    assert create(stripe).status == 200
    assert len(stripe.intents()) == 2
    store.close()
