"""An ASGI application that is served from a thread, and what another thread asks of it."""

import asyncio
import logging
import threading
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvicorn
from starlette.types import ASGIApp, Message

from tollbridge.http1.protocol import LimitedProtocol
from tollbridge.verify.errors import VerifyError

T = TypeVar("T")
START_SECONDS = 120.0
"""The most that the thread which listens is waited for while it lives: on a busy machine it takes its time."""

WORK_SECONDS = 30.0
"""The most that work in the thread is waited for."""


class ThreadedServer:
    """The server of one application."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        """Prepare it.

        Args:
            app: that answers.
            host: name or address to listen at.
            port: to listen at.
        """
        self._address = f"{host}:{port}"
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            http=LimitedProtocol,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        # It says on every reset that is asked for that an answer was not completed.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="stripe", daemon=True)

    def start(self) -> None:
        """Listen.

        Raises:
            VerifyError: the address cannot be had.
        """
        self._thread.start()
        until = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive():
                raise VerifyError(
                    f"--stripe-listen {self._address} cannot be had: something else listens there, or it is no address "
                    "of this machine."
                )
            if time.monotonic() > until:
                raise VerifyError(f"The harness's Stripe did not begin to listen within {START_SECONDS:g} s.")
            time.sleep(0.005)

    def stop(self) -> None:
        """End, whatever is under way."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(5)

    def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what some work returns that is done in the thread of the server."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WORK_SECONDS)

    def _run(self) -> None:
        async def serving() -> None:
            self._loop = asyncio.get_running_loop()
            try:
                await self._server.serve()
            except SystemExit:  # uvicorn's way to say that the address is taken
                return

        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        asyncio.run(serving())


async def answer_in_process(app: ASGIApp, path: str, query: str) -> bytes:
    """Return the body with which an ASGI application answers a GET."""
    body = bytearray()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        body.extend(message.get("body", b""))

    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []}
    await app(scope, receive, send)
    return bytes(body)
