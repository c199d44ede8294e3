"""A thread that does jobs in the order in which they come, as many in one go as wait when it is free.

So many that wait share a transaction, its round trips and its flush to the disk: this is group commit.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from tollbridge.simulator.state.unit_of_work import NOTHING, Needed, nothing_needed

log = logging.getLogger(__name__)

MAX_AT_ONCE = 64

QUIET_TURNS = 3
"""Turns of an event loop without a further job, after which those that it has are handed over.

A request that is read in one turn becomes a job two turns later. So all that the loop has read are done together, and
the thread has something to do while the loop has not: both at once would wait for Python's lock."""

T = TypeVar("T")
Outcome = tuple[Any, Exception | None]
"""The result of a job, or its error."""


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """Something to do.

    Args:
        call: what is done; again, where a transaction has to begin again.
        future: where the outcome goes.
        alone: whether it looks after its transactions itself, and shares none.
        needed: what `call` will probably read.
        loop: the event loop that waits for the future; None where a thread does.
    """

    call: Callable[[], Any]
    future: "asyncio.Future[Any] | Future[Any]"
    alone: bool = False
    needed: Needed = NOTHING
    loop: asyncio.AbstractEventLoop | None = None


END = Job(lambda: None, Future(), alone=True)
"""Ends the thread."""

Together = Callable[[Sequence[Job]], Sequence[Outcome]]


class Jobs:
    """The thread, from the first job on."""

    def __init__(self, together: Together) -> None:
        """Begin without a thread.

        Args:
            together: does jobs, in the thread, and returns their outcomes; one that is alone comes alone.
        """
        self._together = together
        self._queue: SimpleQueue[Job] = SimpleQueue()
        self._next: Job | None = None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._gathered: dict[asyncio.AbstractEventLoop, list[Job]] = {}

    def wait(self, call: Callable[[], T], *, alone: bool = False, needed: Callable[[], Needed] = nothing_needed) -> T:
        """Do a job in its turn, and return what it returns."""
        future: Future[T] = Future()
        self._add(Job(call, future, alone, needed()))
        return future.result()

    async def wait_soon(self, call: Callable[[], T], needed: Callable[[], Needed]) -> T:
        """Do what `wait` does, without blocking the event loop; a cancelled caller gets no result."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        gathered = self._gathered.setdefault(loop, [])
        gathered.append(Job(call, future, needed=needed(), loop=loop))
        if len(gathered) == 1:
            loop.call_soon(self._hand_over, loop, 1, QUIET_TURNS)
        return await future

    def _hand_over(self, loop: asyncio.AbstractEventLoop, seen: int, turns: int) -> None:
        """Hand a loop's jobs over, once it has come to no other for some turns."""
        count = len(self._gathered[loop])
        if count > seen:
            turns = QUIET_TURNS
        if turns and count < MAX_AT_ONCE:
            loop.call_soon(self._hand_over, loop, count, turns - 1)
            return
        for job in self._gathered.pop(loop):
            self._add(job)

    def add(self, call: Callable[[], None]) -> None:
        """Let a job be done alone in its turn, whatever comes of it."""
        self._add(Job(call, Future(), alone=True))

    def end(self) -> None:
        """Let the thread end, after the jobs that wait; a later job begins another."""
        with self._starting:
            if self._thread is not None:
                self._queue.put(END)
                self._thread.join()
                self._thread = None
        if not self._queue.empty():  # a job came meanwhile
            self._start()

    def _add(self, job: Job) -> None:
        self._queue.put(job)
        if self._thread is None:
            self._start()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="tollbridge-state", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while END not in (taken := self._taken()):
            jobs = [job for job in taken if not job.future.cancelled()]
            try:
                outcomes = self._together(jobs)
            except Exception as error:  # no caller is left waiting, whatever happens
                log.exception("The state's thread failed.")
                outcomes = [(None, error)] * len(jobs)
            _tell(zip(jobs, outcomes, strict=True))

    def _taken(self) -> list[Job]:
        """Return the next jobs, once there is one."""
        first, self._next = self._next or self._queue.get(), None
        taken = [first]
        while not first.alone and len(taken) < MAX_AT_ONCE:
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
            if job.alone:
                self._next = job
                break
            taken.append(job)
        return taken


def _tell(ended: Iterable[tuple[Job, Outcome]]) -> None:
    """Set the futures, those of an event loop in one call of it."""
    of_loops: dict[asyncio.AbstractEventLoop, list[tuple[Job, Outcome]]] = {}
    for job, outcome in ended:
        if job.loop is None:
            _set(job, outcome)
        else:
            of_loops.setdefault(job.loop, []).append((job, outcome))
    for loop, group in of_loops.items():
        with suppress(RuntimeError):  # it is closed: there is no caller
            loop.call_soon_threadsafe(_set_all, group)


def _set_all(ended: Iterable[tuple[Job, Outcome]]) -> None:
    for job, outcome in ended:
        if not job.future.cancelled():
            _set(job, outcome)


def _set(job: Job, outcome: Outcome) -> None:
    result, error = outcome
    if error is None:
        job.future.set_result(result)
    else:
        job.future.set_exception(error)
