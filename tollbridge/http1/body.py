"""Reading a request's body, bounded in bytes and in time: the one reader of every route."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.types import Message, Receive


class BodyTooLarge(Exception):
    """More bytes came, or were announced, than are read."""


class BodyTooSlow(Exception):
    """The body was not complete in its time."""


class ClientGone(Exception):
    """The client left before its body was whole: what it sent is not acted upon, and nobody is there to answer."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much body is read, and for how long.

    Args:
        most: bytes; a body of exactly this size is read.
        within: seconds for a small body, and for the beginning of a large one.
        pace: bytes that a second each is added for, when they have come; only `pieces` are given more time.
    """

    most: int
    within: float = 10.0
    pace: int = 32_768


async def read_body(receive: Receive, bounds: Bounds) -> bytes:
    """Return the whole body.

    Args:
        receive: the ASGI channel.
        bounds: on bytes and time.

    Raises:
        BodyTooLarge: as soon as one byte too many has come.
        BodyTooSlow: its time is over.
        ClientGone: the connection was closed.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(bounds.within):
            while True:
                message = await receive()
                body += _piece(message, bounds.most - len(body))
                if not message.get("more_body"):
                    return bytes(body)
    except TimeoutError:
        raise BodyTooSlow from None


async def pieces(receive: Receive, bounds: Bounds) -> AsyncIterator[bytes]:
    """Yield the pieces of a large body as they come; arguments and exceptions as of `read_body`."""
    until = asyncio.get_running_loop().time() + bounds.within
    size, more = 0, True
    while more:
        try:
            async with asyncio.timeout_at(until + size / bounds.pace):
                message = await receive()
        except TimeoutError:
            raise BodyTooSlow from None
        piece = _piece(message, bounds.most - size)
        size += len(piece)
        more = message.get("more_body", False)
        yield piece


def _piece(message: Message, room: int) -> bytes:
    """Return what a message brings of the body."""
    if message["type"] == "http.disconnect":
        raise ClientGone
    piece: bytes = message.get("body", b"")
    if len(piece) > room:
        raise BodyTooLarge
    return piece
