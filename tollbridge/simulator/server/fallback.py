"""Another stand-in for Stripe, such as stripe-mock, that answers what the simulator cannot.

That is what the simulator does not have, and what is asked of objects that it does not know: a suite that was written
for stripe-mock names objects that nobody made. The other one's answers are hostile: they are read within bounds, and of
their heads only what clients of Stripe read is passed on.
"""

import asyncio
import logging
from http.cookiejar import CookieJar, DefaultCookiePolicy
from time import monotonic

import httpx
import orjson

from tollbridge.http1.media import JSON
from tollbridge.simulator.model.errors import NOT_SIMULATED
from tollbridge.simulator.protocol.messages import Reply, Request

log = logging.getLogger(__name__)

SECONDS = 10.0
MAX_BODY = 16_777_216
LOOK_SECONDS = 10.0
"""How long it is not asked again for its version, after it has not told it: every call would wait for that."""

MARK, VERSION = "tollbridge-fallback", "stripe-mock-version"
"""The header that says who answered, and the one by which stripe-mock tells its version to suites."""

SENT = (
    *("accept", "authorization", "content-type", "idempotency-key", "stripe-account", "stripe-context"),
    *("stripe-version", "user-agent"),
)
PASSED_ON = ("content-type", "idempotency-key", "original-request", "request-id", "stripe-version")
UNKNOWN = ("account_invalid", "resource_missing")
"""The codes of refusals that name what the simulator does not know."""

KINDS = (JSON, "application/pdf")
"""The media types of answers that are passed on."""


class Fallback:
    """The other stand-in."""

    def __init__(self, url: str, seconds: float = SECONDS) -> None:
        """Begin without a connection.

        Args:
            url: its address, without a slash at the end.
            seconds: that one answer may take.
        """
        self._url = url
        self._seconds = seconds
        self._version: str | None = None
        self._look_again = 0.0
        limits, cookies = httpx.Limits(max_keepalive_connections=0), CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx.AsyncClient(timeout=seconds, trust_env=False, limits=limits, cookies=cookies)

    async def instead(self, request: Request, reply: Reply) -> Reply:
        """Return the other stand-in's answer, marked, where the simulator has none; else the simulator's own.

        The simulator's refusal stays too where the other one cannot answer.
        """
        if self._version is None and monotonic() >= self._look_again:
            self._look_again = monotonic() + LOOK_SECONDS  # before it, as others come while this one waits
            await self._asked("GET", "/")
        other = await self._asked(request.method, _target(request), request) if is_wanting(reply) else None
        known = {VERSION: self._version} if self._version else {}
        if other is None or other.status >= 500:
            return Reply(reply.status, {**reply.headers, **known}, reply.body)
        return Reply(other.status, {**other.headers, **known, MARK: self._url}, other.body)

    async def _asked(self, method: str, target: str, request: Request | None = None) -> Reply | None:
        """Return what the other one answers; None where it does not, or in another kind."""
        headers = {name: request.headers[name] for name in SENT if name in request.headers} if request else {}
        headers["accept-encoding"] = "identity"  # what is packed has no bound before it is unpacked
        content = request.body if request else b""
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._client.stream(method, self._url + target, content=content, headers=headers) as response,
            ):
                self._version = response.headers.get(VERSION, self._version)
                body = await _bounded(response)
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as failure:
            log.warning("--fallback %s gave no answer: %s", self._url, type(failure).__name__)
            return None
        passed = {name: response.headers[name] for name in PASSED_ON if name in response.headers}
        return Reply(response.status_code, passed, body) if _is_known(passed) else None


def is_wanting(reply: Reply) -> bool:
    """Tell whether the simulator does not have what was asked for, or does not know what it was asked of."""
    if NOT_SIMULATED in reply.headers:
        return True
    if reply.status not in (400, 403, 404) or not any(code.encode() in reply.body for code in UNKNOWN):
        return False
    return orjson.loads(reply.body)["error"].get("code") in UNKNOWN


def _target(request: Request) -> str:
    return f"{request.path}?{request.query}" if request.query else request.path


async def _bounded(response: httpx.Response) -> bytes:
    """Return the body.

    Raises:
        ValueError: it is longer than `MAX_BODY`, or packed.
    """
    body = bytearray()
    if "content-encoding" in response.headers:
        raise ValueError("the answer is packed")
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > MAX_BODY:
            raise ValueError("the answer is too long")
    return bytes(body)


def _is_known(headers: dict[str, str]) -> bool:
    return headers.get("content-type", "").partition(";")[0].strip() in KINDS
