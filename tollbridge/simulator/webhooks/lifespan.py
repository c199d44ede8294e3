"""An application during whose life deliveries are made."""

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tollbridge.simulator.simulator import Simulator
from tollbridge.simulator.webhooks.deliverer import Deliverer


class Delivering:
    """Passes everything on; from the application's start to its end, the events of a simulator are delivered."""

    def __init__(self, app: ASGIApp, simulator: Simulator, timeout: float) -> None:
        """Take the application, the simulator that it serves, and the seconds that an endpoint may take."""
        self._timeout = timeout
        self.app = app
        self._simulator = simulator
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or begin and end."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return

        async def watched(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":
                self._task = asyncio.create_task(Deliverer(self._simulator, timeout=self._timeout).run())
            if message["type"].startswith("lifespan.shutdown"):
                await self._end()  # while the server still waits: afterwards its loop may stop with connections open
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            await self._end()

    async def _end(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
