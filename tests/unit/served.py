"""An application behind our protocol, on a socket pair: bytes in, in the pieces that a test cuts; bytes out."""

import asyncio
import socket
from collections.abc import Iterable
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.server import ServerState

from tollbridge.http1.protocol import LimitedProtocol


def answers_to(app: ASGIApp, pieces: Iterable[bytes], *, how: type[LimitedProtocol] = LimitedProtocol) -> bytes:
    """Return all that comes back over one connection until the server ends it.

    Args:
        app: that serves.
        pieces: what the server is given, each by itself.
        how: the protocol.
    """
    return asyncio.run(_served(app, pieces, how))


async def _served(app: ASGIApp, pieces: Iterable[bytes], how: type[LimitedProtocol]) -> bytes:
    loop = asyncio.get_running_loop()
    config = uvicorn.Config(app, http=how, ws="none", lifespan="off", log_config=None, access_log=False)
    config.load()
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    state: Any = ServerState()
    transport, protocol = await loop.connect_accepted_socket(lambda: how(config, state, {}, loop), ours)
    for piece in pieces:
        if protocol.parser is not None:
            protocol.data_received(piece)
        await asyncio.sleep(0)
    received = b""
    async with asyncio.timeout(20):
        while chunk := await loop.sock_recv(theirs, 1 << 20):
            received += chunk
    theirs.close()
    await asyncio.gather(*state.tasks)
    transport.abort()
    return received
