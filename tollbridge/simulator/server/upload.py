"""A large body, kept in a file while it comes, so that neither memory nor the event loop is held by it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from tempfile import SpooledTemporaryFile
from typing import IO

from anyio.to_thread import run_sync
from starlette.types import Receive, Scope

from tollbridge.http1.body import Bounds, pieces
from tollbridge.simulator.state.snapshot_reading import MAX_LINE

MAX_IN_MEMORY = 8_000_000
BATCH = 1_000_000
"""Bytes that are written at once, by a thread."""


@asynccontextmanager
async def uploaded(scope: Scope, receive: Receive, bounds: Bounds) -> AsyncIterator[Iterator[bytes]]:
    """Give the lines of a body, once all of it has come.

    Args:
        scope: the ASGI scope.
        receive: the ASGI channel.
        bounds: on bytes and time.

    Raises:
        BodyTooLarge, BodyTooSlow, ClientGone: as of `pieces`.
        ValueError: while the lines are read: one of them is too long.
    """
    with SpooledTemporaryFile(MAX_IN_MEMORY) as kept:
        batch = bytearray()
        async for piece in pieces(scope, receive, bounds):
            batch += piece
            if len(batch) >= BATCH:
                await run_sync(kept.write, bytes(batch))
                batch.clear()
        await run_sync(kept.write, bytes(batch))
        kept.seek(0)
        yield _lines(kept)


def _lines(kept: IO[bytes]) -> Iterator[bytes]:
    number = 0
    while line := kept.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise ValueError(f"Line {number}: it is longer than {MAX_LINE} bytes.")
        yield line
