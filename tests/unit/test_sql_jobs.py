"""The thread of an SQL store: which jobs are done together, and what becomes of each."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from tollbridge.simulator.state.sql.jobs import MAX_AT_ONCE, QUIET_TURNS, Job, Jobs, Outcome
from tollbridge.simulator.state.unit_of_work import nothing_needed


@dataclass
class Thread:
    """A thread whose first job goes on until it is let go.

    Args:
        free: set, when it may go on.
        sizes: how many jobs were done together, each time.
    """

    free: threading.Event = field(default_factory=threading.Event)
    sizes: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Keep the thread busy."""
        self.jobs = Jobs(self.together)
        self.jobs.add(lambda: self.free.wait(10) and None)

    def together(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Do jobs."""
        self.sizes.append(len(jobs))
        return [(job.call(), None) for job in jobs]


@pytest.fixture
def thread() -> Iterator[Thread]:
    """A thread that is busy."""
    made = Thread()
    yield made
    made.free.set()
    made.jobs.end()


async def handed_over() -> None:
    """Let the loop come to no other job for some turns."""
    for _ in range(2 * QUIET_TURNS):
        await asyncio.sleep(0)


async def waiting(thread: Thread, count: int) -> list[int]:
    """Let the thread go when so many jobs wait; what they returned."""
    jobs = [asyncio.ensure_future(thread.jobs.wait_soon(lambda n=n: n, nothing_needed)) for n in range(count)]
    await handed_over()
    thread.free.set()
    return await asyncio.gather(*jobs)


def test_jobs_that_wait_are_done_together(thread: Thread) -> None:
    """Each gets its own answer."""
    assert asyncio.run(waiting(thread, 10)) == list(range(10))
    assert thread.sizes == [1, 10]


def test_jobs_of_following_turns_are_done_together(thread: Thread) -> None:
    """What the loop has read already becomes a job in the next turns."""

    async def answered() -> None:
        jobs = []
        for _ in range(4):
            jobs.append(asyncio.ensure_future(thread.jobs.wait_soon(int, nothing_needed)))
            for _ in range(QUIET_TURNS - 1):
                await asyncio.sleep(0)
        await asyncio.gather(*jobs)

    thread.free.set()
    asyncio.run(answered())
    assert thread.sizes == [1, 4]


def test_no_more_than_a_bound_are_done_together(thread: Thread) -> None:
    """Those that are too many come next."""
    assert asyncio.run(waiting(thread, MAX_AT_ONCE + 1)) == list(range(MAX_AT_ONCE + 1))
    assert thread.sizes == [1, MAX_AT_ONCE, 1]


def test_a_job_that_is_to_be_alone_is_alone_in_its_turn(thread: Thread) -> None:
    """What came before it is done before it, what comes after it after it."""
    done: list[str] = []

    async def three() -> None:
        before = asyncio.ensure_future(thread.jobs.wait_soon(lambda: done.append("before"), nothing_needed))
        await handed_over()
        thread.jobs.add(lambda: done.append("alone"))
        after = asyncio.ensure_future(thread.jobs.wait_soon(lambda: done.append("after"), nothing_needed))
        await handed_over()
        thread.free.set()
        await asyncio.gather(before, after)

    asyncio.run(three())
    assert (done, thread.sizes) == (["before", "alone", "after"], [1, 1, 1, 1])


def test_a_job_that_nobody_waits_for_is_not_done(thread: Thread) -> None:
    """A client that left before its turn changed nothing."""
    done: list[str] = []

    async def left() -> None:
        gone = asyncio.ensure_future(thread.jobs.wait_soon(lambda: done.append("gone"), nothing_needed))
        stays = asyncio.ensure_future(thread.jobs.wait_soon(lambda: done.append("stays"), nothing_needed))
        await handed_over()
        gone.cancel()
        await handed_over()
        thread.free.set()
        await stays

    asyncio.run(left())
    assert done == ["stays"]


def test_nobody_is_left_waiting_where_the_thread_fails(caplog: pytest.LogCaptureFixture) -> None:
    """Each is told what happened, the log says it, and the next job is done."""
    failing = [True, False]

    def together(jobs: Sequence[Job]) -> list[Outcome]:
        if failing.pop(0):
            raise ZeroDivisionError
        return [(job.call(), None) for job in jobs]

    jobs = Jobs(together)
    with pytest.raises(ZeroDivisionError):
        jobs.wait(lambda: 1)
    assert "The state's thread failed" in caplog.text
    assert jobs.wait(lambda: 2) == 2
    jobs.end()


def test_a_thread_that_ended_begins_again() -> None:
    """Whoever asks after the end is answered; threads that ask at once are answered by one thread."""
    idents: set[int] = set()

    def together(jobs: Sequence[Job]) -> list[Outcome]:
        idents.add(threading.get_ident())
        return [(job.call(), None) for job in jobs]

    jobs = Jobs(together)
    assert jobs.wait(lambda: 1) == 1
    jobs.end()
    jobs.end()
    idents.clear()
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda n: jobs.wait(lambda: n), range(40))) == list(range(40))
    assert len(idents) == 1
    jobs.end()
