"""The deliveries of a process: to several endpoints at once, to each of them one after the other."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from anyio.to_thread import run_sync

from tollbridge.simulator.model.rows import Attempt
from tollbridge.simulator.resources.deliveries import Sendable
from tollbridge.simulator.simulator import Simulator
from tollbridge.simulator.state.unit_of_work import Unavailable
from tollbridge.simulator.webhooks.signature import delivery_headers

if TYPE_CHECKING:
    from tollbridge.simulator.webhooks.post import Poster

log = logging.getLogger(__name__)

SLOTS = 256
"""Endpoints that are delivered to at once."""

POLL_SECONDS = 1.0
"""How often it is looked for what became due, or what other processes have left."""

MARGIN_SECONDS = 2
"""How much longer than its time-out a delivery is left to the process that took it."""

T = TypeVar("T")


class Deliverer:
    """Delivers what waits in a simulator's outbox, until it is cancelled."""

    def __init__(self, simulator: Simulator, *, timeout: float, slots: int = SLOTS) -> None:
        """Begin with nothing under way.

        Args:
            simulator: whose events are delivered.
            timeout: seconds that an endpoint may take; Stripe does not say its own.
            slots: endpoints that are delivered to at once.
        """
        self._simulator = simulator
        self._outbox = simulator.outbox
        self._timeout = timeout
        self._slots = slots
        self._poster: Poster | None = None
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._woken = asyncio.Event()

    @property
    def busy(self) -> bool:
        """Whether a delivery is under way."""
        return bool(self._under_way)

    async def run(self) -> None:
        """Deliver; what is under way when this is cancelled is delivered again by the next deliverer."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop is closed: deliveries have ended
                loop.call_soon_threadsafe(self._woken.set)

        self._outbox.wake_by(wake)
        try:
            while True:
                await self._turn()
        finally:
            self._outbox.sleep(wake)
            under_way = [*self._under_way.values()]
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
            if self._poster:
                await self._poster.close()

    async def _turn(self) -> None:
        self._woken.clear()
        await self._asked(self._simulator.turn, None)
        nothing: list[str] = []
        waiting = [one for one in await self._asked(self._outbox.ready, nothing) if one not in self._under_way]
        for endpoint in waiting[: self._slots - len(self._under_way)]:
            self._under_way[endpoint] = task = asyncio.create_task(self._deliver_all(endpoint))
            task.add_done_callback(partial(self._ended, endpoint))
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):  # not `wait_for`: that of Python 3.11 may lose a cancellation
                await self._woken.wait()

    def _ended(self, endpoint: str, _task: asyncio.Task[None]) -> None:
        del self._under_way[endpoint]
        self._woken.set()

    async def _deliver_all(self, endpoint: str) -> None:
        """Deliver what is due at one endpoint."""
        seconds = int(2 * self._timeout) + MARGIN_SECONDS
        while delivery := await self._asked(lambda: self._outbox.take(endpoint, seconds), None):
            await self._deliver(delivery)

    async def _deliver(self, delivery: str) -> None:
        sendable = await self._asked(lambda: self._outbox.sendable(delivery), None)
        if sendable is None:
            return

        attempt = await self._sent(sendable)
        if sendable.twice and attempt["error"] is None:
            await self._sent(sendable)
        await self._asked(lambda: self._outbox.settle(delivery, attempt), None)

    async def _sent(self, sendable: Sendable) -> Attempt:
        """Send a delivery, signed at this moment; return what came of it."""
        clock = self._simulator.clock
        machine = clock.machine()
        now = await self._asked(clock, machine)
        headers = delivery_headers(sendable.secret, sendable.body, machine)
        return await self._posting().post(sendable.url, sendable.body, headers, now)

    def _posting(self) -> "Poster":
        """Return what sends, made when there is something to send: it loads the machine's certificates."""
        if self._poster is None:
            from tollbridge.simulator.webhooks.post import Poster  # and a library that few of those who load us need

            self._poster = Poster(self._timeout)
        return self._poster

    async def _asked(self, question: Callable[[], T], otherwise: T) -> T:
        """Ask the outbox; where the state cannot be reached, go on with something else, and come back."""
        try:
            return await run_sync(question) if self._outbox.waits else question()
        except Unavailable as reason:
            log.warning("The deliveries of events cannot be read or kept: %s", reason)
            return otherwise
