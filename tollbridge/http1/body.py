"""Reading a request's body, bounded in bytes and in time: the one reader of every route."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.types import Message, Receive, Scope

from tollbridge.deadline import done_by


class BodyTooLarge(Exception):
    """More bytes came, or were announced, than are read."""

    def __init__(self, most: int) -> None:
        super().__init__(f"The body is larger than {most} bytes, the most that is read.")


class BodyTooSlow(Exception):
    """The body was not complete in its time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The body was not complete after {seconds:g} seconds.")


class ClientGone(Exception):
    """The client left before its body was whole: its request has no effect, and gets no answer."""


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


async def read_body(scope: Scope, receive: Receive, bounds: Bounds) -> bytes:
    """Return the whole body.

    Args:
        scope: the ASGI scope.
        receive: the ASGI channel.
        bounds: on bytes and time.

    Raises:
        BodyTooLarge: where `Content-Length` says so, before any of it is read; else as soon as one byte too many came.
        BodyTooSlow: its time is over.
        ClientGone: the connection was closed.
    """
    _require_announced(scope, bounds)
    deadline = asyncio.get_running_loop().time() + bounds.within
    try:
        return await done_by(deadline, _whole(receive, bounds.most))
    except TimeoutError:
        raise BodyTooSlow(bounds.within) from None


async def _whole(receive: Receive, most: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += _piece(message)
        if len(body) > most:
            raise BodyTooLarge(most)
        if not message.get("more_body"):
            return bytes(body)


async def pieces(scope: Scope, receive: Receive, bounds: Bounds) -> AsyncIterator[bytes]:
    """Yield the pieces of a large body as they come; arguments and exceptions as of `read_body`."""
    _require_announced(scope, bounds)
    begun = asyncio.get_running_loop().time()
    size, more = 0, True
    while more:
        allowed = bounds.within + size / bounds.pace
        try:
            async with asyncio.timeout_at(begun + allowed):
                message = await receive()
        except TimeoutError:
            raise BodyTooSlow(round(allowed)) from None
        piece = _piece(message)
        size += len(piece)
        if size > bounds.most:
            raise BodyTooLarge(bounds.most)
        more = message.get("more_body", False)
        yield piece


def _require_announced(scope: Scope, bounds: Bounds) -> None:
    for name, value in scope["headers"]:
        if name == b"content-length" and int(value) > bounds.most:  # the parser has refused what is not a number
            raise BodyTooLarge(bounds.most)


def _piece(message: Message) -> bytes:
    """Return what a message brings of the body."""
    if message["type"] == "http.disconnect":
        raise ClientGone
    piece: bytes = message.get("body", b"")
    return piece
