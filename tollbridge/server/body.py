"""Reading a request body: what the server tells where a bound is passed."""

from starlette.types import Receive, Scope

from tollbridge.http1 import body
from tollbridge.http1.body import Bounds
from tollbridge.problems import BodyTooLarge, RequestTimeout

MAX_BODY = 65_536
"""Bytes. A body of exactly this size is allowed."""


async def read_body(scope: Scope, receive: Receive, bounds: Bounds) -> bytes:
    """Read the whole body.

    Args:
        scope: the ASGI scope.
        receive: the ASGI channel.
        bounds: on bytes and time.

    Raises:
        BodyTooLarge: 413, before any of it is read where it is announced, or as soon as one byte too many has come.
        RequestTimeout: 408.
        body.ClientGone: the connection was closed.
    """
    try:
        return await body.read_body(scope, receive, bounds)
    except body.BodyTooLarge as reason:
        raise BodyTooLarge(str(reason)) from None
    except body.BodyTooSlow as reason:
        raise RequestTimeout(str(reason)) from None
