"""Work with a deadline ends as within `asyncio.timeout_at`, whether or not it waits."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tollbridge.deadline import done_by

Work = Callable[[list[str]], Coroutine[Any, Any, object]]


async def at_once(_seen: list[str]) -> str:
    """Wait for nothing."""
    return "at once"


async def fails_at_once(_seen: list[str]) -> str:
    """Fail before anything is waited for."""
    raise KeyError("at once")


async def waits(seen: list[str]) -> str:
    """Wait for a future, a turn of the loop, and a task."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[str] = loop.create_future()
    loop.call_soon(future.set_result, "future")
    seen.append(await future)
    await asyncio.sleep(0)
    seen.append(await asyncio.create_task(asyncio.sleep(0, "task")))
    return "waited"


async def fails_later(_seen: list[str]) -> str:
    """Fail after something was waited for."""
    await asyncio.sleep(0)
    raise KeyError("later")


async def fails_as_what_it_waits_for(seen: list[str]) -> str:
    """Wait for something that fails, go on, and return."""
    try:
        await asyncio.create_task(fails_later(seen))
    except KeyError as error:
        seen.append(repr(error))
    await asyncio.sleep(0)
    return "went on"


async def for_ever(seen: list[str]) -> str:
    """Wait for what never comes, and tidy up."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        seen.append("cancelled")
        raise
    finally:
        await asyncio.sleep(0)
        seen.append("tidied up")
    return "never"


async def bounded_itself(seen: list[str]) -> str:
    """Have a deadline of its own, which comes first."""
    try:
        async with asyncio.timeout(0):
            await asyncio.Event().wait()
    except TimeoutError:
        seen.append("its own")
    return "went on"


WORKS: list[Work] = [
    at_once,
    fails_at_once,
    waits,
    fails_later,
    fails_as_what_it_waits_for,
    for_ever,
    bounded_itself,
]


async def plainly(deadline: float, work: Coroutine[Any, Any, object]) -> object:
    """Await work as the standard library bounds it."""
    async with asyncio.timeout_at(deadline):
        return await work


def outcome(bounded: Callable[..., Any], work: Work, *, seconds: float, cancels: bool = False) -> tuple[object, ...]:
    """Return what comes of work: what it noted, what it returned or raised, and whether its task was cancelled."""
    seen: list[str] = []

    async def run() -> object:
        task = asyncio.ensure_future(bounded(asyncio.get_running_loop().time() + seconds, work(seen)))
        if cancels:
            asyncio.get_running_loop().call_soon(task.cancel)
        try:
            return await task
        except (KeyError, TimeoutError, asyncio.CancelledError) as error:
            return repr(error), task.cancelled()

    return asyncio.run(run()), *seen


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.__name__)
@pytest.mark.parametrize("cancels", [False, True])
@pytest.mark.parametrize("seconds", [-1, 0, 60])
def test_work_ends_as_within_the_standard_librarys_timeout(work: Work, seconds: float, cancels: bool) -> None:
    """What is returned, raised, noted and cancelled is the same: in time, too late, and where its task is cancelled."""
    if work is for_ever and seconds == 60 and not cancels:
        return
    expected = outcome(plainly, work, seconds=seconds, cancels=cancels)
    assert outcome(done_by, work, seconds=seconds, cancels=cancels) == expected


def test_work_that_does_not_wait_makes_no_timer() -> None:
    """Nothing is scheduled for work that is done at once; for other work, one timer, which is cancelled."""

    timers: list[asyncio.TimerHandle] = []

    class Loop(asyncio.SelectorEventLoop):
        def call_at(self, *given: Any, **named: Any) -> asyncio.TimerHandle:
            timers.append(super().call_at(*given, **named))
            return timers[-1]

    loop = Loop()
    try:
        made = []
        for work in (at_once, waits):
            loop.run_until_complete(done_by(loop.time() + 60, work([])))
            made.append(len(timers))
    finally:
        loop.close()
    assert made == [0, 1]
    assert timers[0].cancelled()
