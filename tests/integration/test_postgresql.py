"""The store in PostgreSQL."""

import asyncio
import random
import string
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest

from tests.postgresql import Postgres, running
from tests.stores import StoreRules, differences
from tests.unit.stripe_calls import NOW, call, create, on
from tollbridge.simulator import Store, Unavailable
from tollbridge.simulator.model.rows import Customer, PaymentMethod
from tollbridge.simulator.state.sql import SqlStore, state_url


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


def test_what_began_before_a_state_was_put_back_adds_nothing_to_it(postgres: Postgres) -> None:
    """A unit of work that saw the old state is told to begin again, and sees the new one then."""
    url = state_url(postgres.emptied())
    with closing(SqlStore(url, recorded=10)) as store, closing(SqlStore(url, recorded=10)) as again:
        stripe, other = on(store, randomness=random.Random(1)), on(again, randomness=random.Random(2))
        kept = list(stripe.snapshot())
        customer = call(stripe, "POST", "/v1/customers").document["id"]

        def attached(method: str) -> PaymentMethod:
            return PaymentMethod(method, "4242424242424242", customer, NOW)

        def late() -> None:
            with store.work() as work:
                seen.append(work.get(Customer, customer))
                if len(seen) == 1:
                    other.restore(kept)
                    work.put(attached("pm_late"))

        seen: list[Customer | None] = []
        store.run(late)
        assert [row is not None for row in seen] == [True, False]
        assert stripe.row(PaymentMethod, "pm_late") is None
        assert list(stripe.snapshot()) == kept
        assert create(stripe).status == 200


def test_a_database_that_was_moved_is_written_to(postgres: Postgres) -> None:
    """The numbers of another server's transactions mean nothing here: whoever starts forgets them."""
    url = state_url(postgres.emptied())
    SqlStore(url, recorded=10).close()
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute("SELECT setval('replaced_by', 1000000000)")
    with closing(SqlStore(url, recorded=10)) as store:
        assert create(on(store)).status == 200


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


def test_a_connection_that_was_cut_is_made_again(postgres: Postgres) -> None:
    """Nobody notices: nothing had begun on it."""
    with closing(SqlStore(state_url(postgres.emptied()), recorded=10)) as store:
        stripe = on(store)
        assert create(stripe).status == 200
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend'"
            connection.execute(f"{others} AND pid <> pg_backend_pid()")
        assert create(stripe).status == 200


def test_what_the_database_refuses_keeps_nothing_else_from_being_kept(postgres: Postgres) -> None:
    """Of jobs that share a transaction, the one with an id that is too long for the index fails alone."""
    with closing(SqlStore(state_url(postgres.emptied()), recorded=10)) as store:
        stripe = on(store)
        chance = random.Random(1)
        ids = ["cus_1", "cus_" + "".join(chance.choices(string.ascii_letters, k=20_000)), "cus_2"]

        def job(identity: str) -> Callable[[], None]:
            return lambda: stripe.row(Customer, identity) or keep(store, Customer(identity, None, None, None, NOW))

        async def together() -> list[BaseException | None]:
            return await asyncio.gather(*(store.run_soon(job(one)) for one in ids), return_exceptions=True)

        outcomes = asyncio.run(together())
        assert [type(outcome) for outcome in outcomes] == [type(None), Unavailable, type(None)]
        assert [stripe.row(Customer, one) is None for one in ids] == [False, True, False]


def keep(store: Store, row: Customer) -> None:
    """Write a row, in a job."""
    with store.work() as work:
        work.put(row)
