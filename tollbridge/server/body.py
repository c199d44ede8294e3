"""Reading a request body: the bounds of this server, and what is told where one is passed."""

from starlette.types import Receive

from tollbridge.http1 import body
from tollbridge.problems import BodyTooLarge, RequestTimeout

MAX_BODY = 65_536
"""Bytes. A body of exactly this size is allowed."""


def require_small(lengths: list[bytes], most: int = MAX_BODY) -> None:
    """Refuse a body that is announced as too large, before any of it is read.

    Args:
        lengths: every `Content-Length` value of the request (the HTTP parser has refused bad ones).
        most: bytes that are allowed.

    Raises:
        BodyTooLarge: 413.
    """
    if lengths and int(lengths[0]) > most:
        raise _too_large(most)


async def read_body(receive: Receive, *, within: float = 10.0, most: int = MAX_BODY) -> bytes:
    """Read the whole body.

    Args:
        receive: the ASGI channel.
        within: seconds.
        most: bytes that are allowed.

    Raises:
        BodyTooLarge: 413, as soon as one byte too many has come.
        RequestTimeout: 408.
        body.ClientGone: the connection was closed.
    """
    try:
        return await body.read_body(receive, body.Bounds(most, within))
    except body.BodyTooLarge:
        raise _too_large(most) from None
    except body.BodyTooSlow:
        raise RequestTimeout(f"The body was not complete after {within:g} seconds.") from None


def _too_large(most: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {most} bytes, the most that is read.")
