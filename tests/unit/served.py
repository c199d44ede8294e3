"""An application behind our protocol, on a socket pair: bytes in, in the pieces that a test cuts; bytes out."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.server import ServerState

from tollbridge.http1.protocol import LimitedProtocol

PATIENCE = 20.0
"""Seconds that a test waits before it says that nothing comes."""


@dataclass(frozen=True)
class Client:
    """The client's end of a connection, and what serves it.

    Args:
        socket: the client's end.
        protocol: the server's.
        state: of the server, with the requests that are being answered.
    """

    socket: socket.socket
    protocol: LimitedProtocol
    state: Any

    async def send(self, sent: bytes) -> None:
        """Send bytes."""
        await asyncio.get_running_loop().sock_sendall(self.socket, sent)

    async def receive(self, most: int = 1 << 20) -> bytes:
        """Return what has come; empty at the end of the connection."""
        async with asyncio.timeout(PATIENCE):
            return await asyncio.get_running_loop().sock_recv(self.socket, most)

    async def everything(self) -> bytes:
        """Return all that comes until the server ends the connection."""
        received = b""
        while chunk := await self.receive():
            received += chunk
        return received

    async def idle(self) -> None:
        """Wait until nothing is being answered."""
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*self.state.tasks)

    async def dropped(self) -> None:
        """Wait until the server has let go of the connection."""
        async with asyncio.timeout(PATIENCE):
            while self.protocol in self.state.connections:  # noqa: ASYNC110 - uvicorn tells nobody
                await asyncio.sleep(0.005)


@asynccontextmanager
async def connected(app: ASGIApp, how: type[LimitedProtocol] = LimitedProtocol) -> AsyncIterator[Client]:
    """Serve one connection for the length of an `async with` block."""
    loop = asyncio.get_running_loop()
    config = uvicorn.Config(app, http=how, ws="none", lifespan="off", log_config=None, access_log=False)
    config.load()
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    state: Any = ServerState()
    transport, protocol = await loop.connect_accepted_socket(lambda: how(config, state, {}, loop), ours)
    try:
        yield Client(theirs, protocol, state)
    finally:
        theirs.close()
        transport.abort()
        await asyncio.gather(*state.tasks)


def answers_to(app: ASGIApp, pieces: Iterable[bytes]) -> bytes:
    """Return all that comes back over one connection until the server ends it.

    Args:
        app: that serves.
        pieces: what the server is given, each by itself.
    """

    async def asked() -> bytes:
        async with connected(app) as client:
            for piece in pieces:
                client.protocol.data_received(piece)
                await asyncio.sleep(0)
            return await client.everything()

    return asyncio.run(asked())
