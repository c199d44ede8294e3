"""Running the application: sockets first, so that a taken port is a sentence; then uvicorn."""

import gc
import logging
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from tollbridge.http1.protocol import LimitedProtocol
from tollbridge.server.redaction import RedactingFormatter

BACKLOG = 2048
GRACE_SECONDS = 5


class BindError(Exception):
    """The address cannot be had; the sentence says why and what to do."""


class OneByOne(socket.socket):
    """A listening socket that takes one connection in each turn of the event loop.

    asyncio takes all that wait. Of several workers on one socket, the first to wake up would take every connection of
    a client that opens a dozen at once, and serve them alone for as long as they live.
    """

    _took = False

    def accept(self) -> tuple[socket.socket, Any]:
        """Take a connection; the next call in a row finds none."""
        if self._took:
            self._took = False
            raise BlockingIOError
        taken = super().accept()
        self._took = True
        return taken


def bind(host: str, port: int) -> list[socket.socket]:
    """Take an address.

    Args:
        host: a name or an address. `localhost` is 127.0.0.1 and, where the machine has it, ::1.
        port: 0 for any that is free.

    Raises:
        BindError: the port is taken, or the host is not this machine's.
    """
    if host != "localhost":
        return [_bound(host, port)]
    first = _bound("127.0.0.1", port)
    try:
        return [first, _bound("::1", first.getsockname()[1])]
    except BindError:
        if _has_ipv6():
            first.close()
            raise
        return [first]


class _Server(uvicorn.Server):
    """A server that says when it is told to end: answers that would never end have to."""

    def __init__(self, config: uvicorn.Config, ending: Callable[[], None]) -> None:
        super().__init__(config)
        self._ending = ending

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal."""
        self._ending()
        super().handle_exit(sig, frame)


def run(app: ASGIApp, sockets: Sequence[socket.socket], ending: Callable[[], None] = lambda: None) -> None:
    """Serve until SIGINT or SIGTERM; requests under way get a few seconds to end.

    Args:
        app: that is served.
        sockets: on which.
        ending: told that the server is to end, before requests under way are waited for.
    """
    config = uvicorn.Config(
        app,
        http=LimitedProtocol,
        interface="asgi3",  # not guessed: uvicorn takes an application whose `__call__` is wrapped for ASGI 2
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # uvicorn's default believes X-Forwarded-* of whatever runs on this machine
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = _Server(config, ending)
    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn raises the signal again when it is done; having ended as asked is success.
        signal.signal(number, lambda *_: _end(server))
    # What start-up made stays: the collector need not walk it again and again.
    gc.collect()
    gc.freeze()
    server.run(sockets=list(sockets))


def _end(server: uvicorn.Server) -> None:
    """Remember that the server is to end: a signal may come before uvicorn listens for it."""
    server.should_exit = True


def set_up_logging(*, colours: bool) -> None:
    """Send warnings and errors to stderr, with secrets masked.

    Args:
        colours: whether the level is coloured.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter(colours=colours))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle off only where the protocol is named; without, each answer waits 40 ms for an ACK.
    bound = OneByOne(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        bound.bind((host, port))
        bound.listen(BACKLOG)
    except OSError as error:
        bound.close()
        reason = error.strerror or str(error)
        raise BindError(f"Cannot listen on {host} port {port}: {reason}. Choose another with --port.") from None
    bound.set_inheritable(True)
    return bound


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
