"""The lifespan of an application that is begun and ended by us, not by the server."""

import asyncio
from typing import Any

from starlette.types import ASGIApp, Message


class Lifespan:
    """Begins an application, and ends it."""

    def __init__(self, app: ASGIApp) -> None:
        """Begin nothing yet."""
        self._app = app
        self._asked: asyncio.Queue[Message] = asyncio.Queue()
        self._told: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[Any] | None = None

    async def begin(self) -> None:
        """Let the application make what it serves from.

        Raises:
            RuntimeError: it says that it cannot.
        """
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        self._task = asyncio.create_task(self._run(scope))
        await self._ask("startup")

    async def end(self) -> None:
        """Let the application end."""
        await self._ask("shutdown")
        if self._task is not None:
            await self._task

    async def _run(self, scope: dict[str, Any]) -> None:
        try:
            await self._app(scope, self._asked.get, self._told.put)
        except Exception as error:
            await self._told.put({"type": "lifespan.failed", "message": repr(error)})
        finally:  # so that no caller waits for an application that has gone
            await self._told.put({"type": "lifespan.over"})

    async def _ask(self, what: str) -> None:
        await self._asked.put({"type": f"lifespan.{what}"})
        told = await self._told.get()
        if told["type"] != f"lifespan.{what}.complete":
            raise RuntimeError(f"The application's {what} failed: {told.get('message', '')}")
