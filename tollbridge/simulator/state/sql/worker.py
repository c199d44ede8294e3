"""The store's thread: runs jobs, those that came together in one transaction.

The thread waits: for the database to begin, and for the disk. The jobs themselves are done where their callers are, on
the event loop: two threads that both have something to do in Python hand its lock to each other dozens of times a job,
which costs as much as the job. So a job on the loop is given what was foreseen, and where it asks a distant database
for more, the jobs are done in the thread after all.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from threading import get_ident
from typing import TypeVar

from sqlalchemy import Engine

from tollbridge.simulator.state.idempotency import storable
from tollbridge.simulator.state.sql.connection import Connection, Found
from tollbridge.simulator.state.sql.engine import connected
from tollbridge.simulator.state.sql.failures import Lost
from tollbridge.simulator.state.sql.jobs import Job, Outcome
from tollbridge.simulator.state.sql.transaction import Transaction, Unforeseen
from tollbridge.simulator.state.unit_of_work import TRIES, Again, Needed, Unavailable

TRIES_TOGETHER = 5
"""How often jobs are tried in one transaction, before each gets its own."""

PATIENCE = 0.5
"""Seconds that a loop may be busy with something else, before the thread does its jobs."""

T = TypeVar("T")


class Worker:
    """Does jobs, over a connection that it keeps."""

    def __init__(self, engine: Engine) -> None:
        """Connect when there is something to do."""
        self._engine = engine
        self._connection: Connection | None = None
        self._transaction: Transaction | None = None
        self._thread = 0

    @property
    def transaction(self) -> Transaction | None:
        """The transaction of the job that runs in this thread; None where none does."""
        return self._transaction if self._thread == get_ident() else None

    def close(self) -> None:
        """Disconnect."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def work(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Do jobs, and return the outcome of each; one that is alone looks after its transactions itself."""
        if jobs and jobs[0].alone:
            return [_alone(jobs[0])]
        return self._together(jobs) if jobs else []

    def _together(self, jobs: Sequence[Job]) -> list[Outcome]:
        for _ in range(TRIES if len(jobs) == 1 else TRIES_TOGETHER):
            try:
                return self._tried(jobs)
            except Again:
                continue
            except Lost as reason:
                return [(None, reason)] * len(jobs)
            except Unavailable as reason:
                if len(jobs) > 1:
                    break
                return [(None, reason)]
        return self._apart(jobs)

    def _apart(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Give each job a transaction of its own: what keeps one from being written is not to keep the others."""
        if len(jobs) == 1:
            return [(None, Unavailable("Too many others change the same objects."))]
        return [outcome for job in jobs for outcome in self._together([job])]

    def _tried(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Do jobs in a transaction; return their outcomes once it is committed."""
        with self._begun(jobs) as (connection, found):
            outcomes = self._done(jobs, connection, found)
            connection.commit()
        return outcomes

    def _done(self, jobs: Sequence[Job], connection: Connection, found: Found) -> list[Outcome]:
        """Do jobs, on their event loop where they have one, and write what they did."""
        loop = jobs[0].loop
        if loop is not None and all(job.loop is loop for job in jobs):
            try:
                return _on(loop, lambda: self._called(jobs, Transaction(connection, found, may_wait=False)))
            except Unforeseen:
                pass
        return self._called(jobs, Transaction(connection, found, may_wait=True))

    def _called(self, jobs: Sequence[Job], transaction: Transaction) -> list[Outcome]:
        self._transaction, self._thread = transaction, get_ident()
        try:
            outcomes = [_outcome(job) for job in jobs]
            transaction.write()
        finally:
            self._transaction = None
        return outcomes

    @contextmanager
    def _begun(self, jobs: Sequence[Job]) -> Iterator[tuple[Connection, Found]]:
        keys = tuple(storable(key) for job in jobs for key in job.needed.keys)
        needed = Needed(keys, tuple(row for job in jobs for row in job.needed.rows))
        connection, found = self._beginning(needed, len(jobs))
        try:
            yield connection, found
        except BaseException:
            self._roll_back(connection)
            raise

    def _beginning(self, needed: Needed, jobs: int) -> tuple[Connection, Found]:
        """Begin a transaction; over a new connection, where the one that was kept is gone: nothing has happened yet.

        Raises:
            Lost: it cannot begin.
        """
        try:
            if self._connection is not None:
                with suppress(Lost):
                    return self._connection, self._connection.begin(needed, jobs)
            connection = self._connected()
            return connection, connection.begin(needed, jobs)
        except Unavailable as reason:
            if self._connection is not None:
                self._roll_back(self._connection)
            raise Lost(str(reason)) from None

    def _connected(self) -> Connection:
        self.close()
        self._connection = connected(self._engine)
        return self._connection

    def _roll_back(self, connection: Connection) -> None:
        """End a transaction that failed; where even that fails, the next one has another connection."""
        try:
            connection.rollback()
        except Unavailable:
            self.close()


def _alone(job: Job) -> Outcome:
    try:
        return job.call(), None
    except Exception as error:  # it goes to the caller who waits for the job
        return None, error


def _outcome(job: Job) -> Outcome:
    """Do a job that shares its transaction.

    Raises:
        Again, Unavailable, Unforeseen: the transaction is over, or cannot go on here.
    """
    try:
        return job.call(), None
    except (Again, Unavailable, Unforeseen):
        raise
    except Exception as error:  # it goes to the caller who waits for the job
        return None, error


def _on(loop: asyncio.AbstractEventLoop, call: Callable[[], T]) -> T:
    """Return what a call on an event loop returns; here, where the loop has ended or does not come to it."""
    called: Future[T] = Future()
    try:
        loop.call_soon_threadsafe(_answer, called, call)
        return called.result(PATIENCE)
    except (RuntimeError, TimeoutError):
        return call() if called.cancel() else called.result()


def _answer(called: "Future[T]", call: Callable[[], T]) -> None:
    if called.set_running_or_notify_cancel():
        try:
            called.set_result(call())
        except Exception as error:  # it goes to the thread that waits
            called.set_exception(error)
