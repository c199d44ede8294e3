"""CORS for pages served from this machine, so that a frontend under development can call the server."""

import re

ORIGIN = re.compile(rb"https?://(?:localhost|[a-z0-9-]+\.localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?")
EXPOSED = b"Allow, Retry-After, WWW-Authenticate, X-Request-Id"
SECONDS = b"600"

HeaderList = list[tuple[bytes, bytes]]


def local_origin(headers: HeaderList) -> bytes | None:
    """Return the request's `Origin` where it is of this machine; None otherwise."""
    origin = next((value for name, value in headers if name == b"origin"), None)
    return origin if origin is not None and ORIGIN.fullmatch(origin) else None


def response_headers(origin: bytes) -> HeaderList:
    """Return what lets a page of this origin read the answer, problems included."""
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-expose-headers", EXPOSED),
        (b"vary", b"Origin"),
    ]


def preflight_headers(headers: HeaderList) -> HeaderList | None:
    """Return the answer to a preflight; None where the request asks for no method."""
    asked = dict(headers)
    method = asked.get(b"access-control-request-method")
    if method is None:
        return None
    allowed = [
        (b"access-control-allow-methods", method),
        (b"access-control-max-age", SECONDS),
        (b"cache-control", b"no-store"),
    ]
    wanted = asked.get(b"access-control-request-headers")
    if wanted is not None:
        allowed.append((b"access-control-allow-headers", wanted))
    if asked.get(b"access-control-request-private-network") == b"true":
        allowed.append((b"access-control-allow-private-network", b"true"))
    return allowed
