"""The store in a database: jobs that come at the same time share a transaction.

On PostgreSQL transactions see the state of their beginning (REPEATABLE READ); of two that change the same object, or
answer the same idempotency key, the second is told to try again. On SQLite one writes at a time.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, delete, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL

from tollbridge.simulator.state.idempotency import KEPT_SECONDS, Kept, Use
from tollbridge.simulator.state.recorded_call import RecordedCall
from tollbridge.simulator.state.retention import DATED, outdated
from tollbridge.simulator.state.settings import Shared
from tollbridge.simulator.state.sql.columns import shared_of, told_from
from tollbridge.simulator.state.sql.engine import in_turn, migrated, opened
from tollbridge.simulator.state.sql.failures import translated
from tollbridge.simulator.state.sql.jobs import Jobs
from tollbridge.simulator.state.sql.tables import ANSWERED, CALLS, EXCHANGES, KEYS, OBJECTS, SETTINGS, SHARED, WAITING
from tollbridge.simulator.state.sql.transaction import Transaction
from tollbridge.simulator.state.sql.whole import replaced, whole_in
from tollbridge.simulator.state.sql.worker import Worker
from tollbridge.simulator.state.unit_of_work import (
    TRIES,
    Again,
    Needed,
    Row,
    Unavailable,
    UnitOfWork,
    Whole,
    damage_told,
    nothing_needed,
)

T = TypeVar("T")
RECORDED = "recorded"
PRUNED_AT_ONCE = 2_000
"""Events, and deliveries; a process throws away what is old after 500 calls, each of which makes a few of them."""

FOLLOWED = "followed"
NEWEST = {
    "sqlite": text("SELECT seq FROM sqlite_sequence WHERE name = 'calls'"),
    "postgresql": text("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM calls_number_seq"),
}
ONE_BY_ONE = text("SELECT pg_advisory_xact_lock(hashtext('deliveries'), hashtext(:endpoint))")
"""Lets whoever takes a delivery of an endpoint wait for another who does: skipping a row that the other has locked, but
not marked yet, would take the one after it."""


class SqlStore:
    """Everything in a database, which others may share."""

    waits = True
    alone = False

    def __init__(self, url: URL, *, recorded: int) -> None:
        """Open a database, and bring its tables up to date.

        Args:
            url: of `state_url`.
            recorded: how many calls are kept, for everybody who shares the state: the newest server says it.

        Raises:
            Unavailable: it cannot be reached, or written to.
        """
        self._engine, self._reader = opened(url)
        self._in_turn = in_turn(self._engine)
        self._worker = Worker(self._engine)
        self._jobs = Jobs(self._worker.work)
        migrated(self._engine)
        self._set(RECORDED, b"%d" % recorded)

    def close(self) -> None:
        """End the thread, and let go of every connection."""
        self._jobs.end()
        self._worker.close()
        self._engine.dispose()
        self._reader.dispose()

    def run(self, job: Callable[[], T], needed: Callable[[], Needed] = nothing_needed, /) -> T:
        """Run a job in the store's thread; a job within a job is a part of it."""
        return job() if self._worker.transaction else self._jobs.wait(job, needed=needed)

    async def run_soon(self, job: Callable[[], T], needed: Callable[[], Needed] = nothing_needed, /) -> T:
        """Run a job without keeping the event loop waiting."""
        return await self._jobs.wait_soon(job, needed)

    def work(self) -> UnitOfWork:
        """Give a unit of work, in the transaction of the job that asks."""
        return UnitOfWork(self._transaction)

    @property
    def _transaction(self) -> Transaction:
        transaction = self._worker.transaction
        assert transaction is not None, "only a job has a transaction: see `run`"
        return transaction

    def counts(self) -> dict[str, int]:
        """Return how many rows there are of each type."""
        with translated(), self._reader.connect() as connection:
            rows = connection.execute(select(OBJECTS.c.type, func.count().label("n")).group_by(OBJECTS.c.type))
            return {row.type: row.n for row in rows}

    def whole(self) -> AbstractContextManager[Whole]:
        """Give the whole state as it is now, in one transaction."""
        return whole_in(self._reader)

    def replace(self, shared: Shared, rows: Iterable[Row], keys: Mapping[str, Kept], *, forgets_calls: bool) -> None:
        """Put a whole state in the place of the one that is here, in one transaction."""
        replacing = partial(replaced, self._in_turn, shared, rows, keys, forgets_calls=forgets_calls)
        self._jobs.wait(replacing, alone=True)

    def claim(self, key: str, use: Use, machine: int) -> bool:
        """Let a slow call use an idempotency key; False where another uses it."""
        return self.run(lambda: self._transaction.claim(key, use, machine))

    def release(self, key: str, owner: str) -> None:
        """End a call's use of a key; nothing where it uses it no more."""
        self.run(lambda: self._transaction.release(key, owner))

    def _set(self, name: str, value: bytes) -> None:
        """Keep a setting, in place of an earlier one."""
        setting = self._inserting(SETTINGS).values(name=name, value=value)
        setting = setting.on_conflict_do_update(index_elements=["name"], set_={"value": value})
        self._changed(lambda connection: connection.execute(setting))

    def _inserting(self, table: Table) -> Any:
        """Return an insert that may say what to do where the row is there."""
        return (sqlite if self._engine.dialect.name == "sqlite" else postgresql).insert(table)

    def prune(self, now: int, machine: int) -> None:
        """Throw away keys and events that no clock will bring back, and calls beyond the bound; after a job's end."""
        old = (KEYS.c.made < machine - KEPT_SECONDS) & (KEYS.c.created < now - KEPT_SECONDS)
        dead = ~ANSWERED & (KEYS.c.until < machine)
        last = select(func.max(CALLS.c.number)).scalar_subquery()

        def pruning() -> None:
            with suppress(Again, Unavailable), translated(), self._engine.begin() as connection:  # the next one will do
                connection.execute(delete(KEYS).where(old | dead))
                connection.execute(delete(CALLS).where(CALLS.c.number <= last - _bound(connection)))
                for name in DATED:
                    _drop_oldest(connection, name, now, machine)

        if self._worker.transaction:
            self._jobs.add(pruning)
        else:
            self._alone(pruning)

    def ready(self, now: int, machine: int) -> list[str]:
        """Return the endpoints that have a delivery due, and none under way."""
        query = select(WAITING.c.endpoint).distinct().where(WAITING.c.due <= now, ~_busy(WAITING.c.endpoint, machine))
        with translated(), self._reader.connect() as connection:
            return list(connection.execute(query).scalars())

    def take(self, endpoint: str, now: int, machine: int, until: int) -> str | None:
        """Return the id of an endpoint's next delivery, which no other process takes; None where none is due."""
        due = (WAITING.c.endpoint == endpoint) & (WAITING.c.due <= now)
        query = select(WAITING.c.delivery).where(due, ~_busy(WAITING.c.endpoint, machine))
        query = query.order_by(WAITING.c.due, WAITING.c.place).limit(1).with_for_update(skip_locked=True)
        taken: list[str] = []

        def taking(connection: Connection) -> None:
            if connection.dialect.name == "postgresql":  # on SQLite one writes at a time
                connection.execute(ONE_BY_ONE, {"endpoint": endpoint})
            taken[:] = connection.execute(query).scalars()
            if taken:
                connection.execute(update(WAITING).where(WAITING.c.delivery == taken[0]).values(until=until))

        self._changed(taking)
        return taken[0] if taken else None

    def waiting(self) -> int:
        """Return how many deliveries wait."""
        with translated(), self._reader.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(WAITING)).scalar_one())

    def excess(self, most: int) -> list[str]:
        """Return the ids of the deliveries that wait beyond a number of them: the last to be tried."""
        query = select(WAITING.c.delivery).order_by(WAITING.c.due, WAITING.c.place).offset(most).limit(PRUNED_AT_ONCE)
        with translated(), self._reader.connect() as connection:
            return list(connection.execute(query).scalars())

    def told(self, after: int, most: int) -> list[tuple[int, RecordedCall]]:
        """Return calls that are kept, of those after a number, each with its own."""
        last = func.coalesce(select(func.max(CALLS.c.number)).scalar_subquery(), 0)
        query = select(CALLS).where(CALLS.c.number > after).order_by(CALLS.c.number)
        with translated(), self._reader.connect() as connection:
            bound = _bound(connection)
            query = query.where(CALLS.c.number > last - bound).limit(min(most, bound))
            return [(row.number, told_from(row.content)) for row in connection.execute(query)]

    def told_total(self) -> int:
        """Return the number of the newest call, kept or not; a call that was tried again may have taken two."""
        with translated(), self._reader.connect() as connection:
            return int(connection.execute(NEWEST[self._engine.dialect.name]).scalar() or 0)

    def forget_told(self) -> None:
        """Forget every call."""
        self._changed(lambda connection: connection.execute(delete(CALLS)))

    def shared(self) -> Shared:
        """Return clock and faults; in a job, as they are in its transaction."""
        if transaction := self._worker.transaction:
            return transaction.shared()
        with translated(), self._reader.connect() as connection:
            value = connection.execute(select(SETTINGS.c.value).where(SETTINGS.c.name == SHARED)).scalar()
        return shared_of(value)

    def change(self, how: Callable[[Shared], T]) -> T:
        """Change clock and faults by a function of them, and return what it returns."""
        return self.run(lambda: self._transaction.change(how))

    def secret(self, name: str, fresh: bytes) -> bytes:
        """Return a secret that all who share this store have; the fresh one becomes it where there is none."""
        made = self._inserting(SETTINGS).on_conflict_do_nothing()
        values = {"name": f"secret {name}", "value": fresh}
        self._changed(lambda connection: connection.execute(made, values))
        with translated(), self._reader.connect() as connection:
            query = select(SETTINGS.c.value).where(SETTINGS.c.name == f"secret {name}")
            return bytes(connection.execute(query).scalar_one())

    def note(self, entries: list[bytes], most: int) -> None:
        """Keep entries of the servers' journal, and of all of them the newest so many."""

        def noting(connection: Connection) -> None:
            connection.execute(insert(EXCHANGES), [{"content": entry} for entry in entries])
            last = select(func.max(EXCHANGES.c.number)).scalar_subquery()
            connection.execute(delete(EXCHANGES).where(EXCHANGES.c.number <= last - most))

        self._changed(noting)

    def noted(self, after: int, most: int) -> list[tuple[int, bytes]]:
        """Return entries of the servers' journal after a number, the oldest first."""
        query = select(EXCHANGES).where(EXCHANGES.c.number > after).order_by(EXCHANGES.c.number).limit(most)
        with translated(), self._reader.connect() as connection:
            return [(row.number, bytes(row.content)) for row in connection.execute(query)]

    def noted_total(self) -> int:
        """Return the number of the newest entry of the servers' journal; 0 where none is kept."""
        with translated(), self._reader.connect() as connection:
            return int(connection.execute(select(func.max(EXCHANGES.c.number))).scalar() or 0)

    def forget_noted(self) -> None:
        """Forget every entry of the servers' journal; numbers go on."""
        self._changed(lambda connection: connection.execute(delete(EXCHANGES)))

    def follow(self, until: float) -> None:
        """Say that somebody follows the servers' journal, until a time in seconds since the epoch."""
        self._set(FOLLOWED, b"%d" % until)

    def followed(self) -> float:
        """Return the time until which somebody follows the servers' journal; 0 where nobody has."""
        with translated(), self._reader.connect() as connection:
            value = connection.execute(select(SETTINGS.c.value).where(SETTINGS.c.name == FOLLOWED)).scalar()
        return float(bytes(value)) if value else 0.0

    def _changed(self, how: Callable[[Connection], object]) -> None:
        """Change what no job changes, in a transaction of its own."""

        def changing() -> None:
            with translated(), self._in_turn.begin() as connection:
                how(connection)

        self._alone(changing)

    def _alone(self, job: Callable[[], None]) -> None:
        """Run a job that has its own transaction, between those of others; again where others come in between."""

        def tried() -> None:
            for _ in range(TRIES):
                with suppress(Again):
                    return job()
            raise Unavailable("Too many others change the same state.")

        self._jobs.wait(tried, alone=True)


def _busy(endpoint: Any, machine: int) -> Any:
    """Return the condition that a delivery of an endpoint is under way."""
    other = WAITING.alias()
    return select(other.c.delivery).where(other.c.endpoint == endpoint, other.c.until > machine).exists()


@damage_told()
def _bound(connection: Connection) -> int:
    """Return how many calls are kept."""
    value = connection.execute(select(SETTINGS.c.value).where(SETTINGS.c.name == RECORDED)).scalar_one()
    return int(bytes(value))


def _drop_oldest(connection: Connection, name: str, now: int, machine: int) -> None:
    """Throw away rows of a type that are too old; the next call of this goes on where there are more."""
    of_type = OBJECTS.c.type == name
    query = select(OBJECTS.c.place, OBJECTS.c.content).where(of_type).order_by(OBJECTS.c.place).limit(PRUNED_AT_ONCE)
    oldest = connection.execute(query).all()
    count = outdated(name, (bytes(row.content) for row in oldest), now, machine)
    if count:
        connection.execute(delete(OBJECTS).where(of_type, OBJECTS.c.place <= oldest[count - 1].place))
