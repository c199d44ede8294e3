"""Work that has to end in time, without a timer for work that does not wait.

A timer is made and cancelled for each `asyncio.timeout`, which costs as much as parsing a request. Most of what is
bounded has nothing to wait for: a body that came with its head, a Stripe in this process.
"""

import asyncio
from collections.abc import Coroutine, Generator
from types import coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def done_by(deadline: float, work: Coroutine[Any, Any, T]) -> T:
    """Return what some work returns.

    Args:
        deadline: the loop time at which it is cancelled, where it waits for something then.
        work: runs at once, as far as it comes without waiting; only then the timer is made.

    Raises:
        TimeoutError: it was cancelled at its deadline.
    """
    try:
        awaited = work.send(None)
    except StopIteration as end:
        returned: T = end.value
        return returned
    async with asyncio.timeout_at(deadline):
        return await _continued(work, awaited)


@coroutine
def _continued(work: Coroutine[Any, Any, T], awaited: Any) -> Generator[Any, Any, T]:
    """Go on with work that waits for something, as `await` would have done from its beginning."""
    try:
        while True:
            try:
                sent = yield awaited
            except BaseException as error:  # a cancellation too is the work's
                awaited = work.throw(error)
            else:
                awaited = work.send(sent)
    except StopIteration as end:
        returned: T = end.value
        return returned
