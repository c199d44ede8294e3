"""Reading a request body, bounded in bytes and in time."""

import asyncio
from contextlib import suppress

from starlette.types import Message, Receive

from tollbridge.problems import BodyTooLarge, RequestTimeout

MAX_BODY = 65_536
"""Bytes. A body of exactly this size is allowed."""

DRAIN_BYTES = 1_048_576
DRAIN_SECONDS = 1.0


class ClientGone(Exception):
    """The client went away before its body was whole; there is nobody to answer."""


def require_small(lengths: list[bytes]) -> None:
    """Refuse a body that is announced as too large, before any of it is read.

    Args:
        lengths: every `Content-Length` value of the request (the HTTP parser has refused bad ones).

    Raises:
        BodyTooLarge: 413.
    """
    if lengths and int(lengths[0]) > MAX_BODY:
        raise _too_large()


async def read_body(receive: Receive, *, within: float) -> bytes:
    """Read the whole body.

    Args:
        receive: the ASGI channel.
        within: seconds.

    Raises:
        BodyTooLarge: 413, as soon as one byte too many has come.
        RequestTimeout: 408.
        ClientGone: the connection was closed.
    """
    body = bytearray()
    more = True
    try:
        async with asyncio.timeout(within):
            while more:
                message = await _next(receive)
                body += message.get("body", b"")
                if len(body) > MAX_BODY:
                    raise _too_large()
                more = message.get("more_body", False)
    except TimeoutError:
        raise RequestTimeout(f"The body was not complete after {within:g} seconds.") from None
    return bytes(body)


async def drain(receive: Receive) -> None:
    """Read on for a moment after a refusal, so that closing does not take the answer back (RFC 9112 §9.6)."""
    with suppress(TimeoutError, ClientGone):
        async with asyncio.timeout(DRAIN_SECONDS):
            left = DRAIN_BYTES
            while left > 0:
                message = await _next(receive)
                left -= len(message.get("body", b""))
                if not message.get("more_body"):
                    return


async def _next(receive: Receive) -> Message:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    return message


def _too_large() -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {MAX_BODY} bytes, the most that is read.")
