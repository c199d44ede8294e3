"""The two ways from the SDK to a Stripe: over HTTP, or into a callable of this process.

Each call has a transport of its own, which notes whether an attempt may have reached Stripe; all share what is behind
it. Both cap the SDK's pauses.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Self

import anyio
import httpx
import stripe

from tollbridge.gateway.attempts import Attempts

StripeExchange = Callable[[str, str, Mapping[str, str], bytes], Awaitable[tuple[int, Mapping[str, str], bytes]]]
"""`(method, url, headers, body) -> (status, lower-case headers, body)`; OSError where nothing came back."""

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class Transport(stripe.HTTPClient):
    """A client that notes attempts, and whose pauses between retries are capped: the answer has its bound."""

    _longest_pause: float
    _attempts: Attempts

    def noting(self, attempts: Attempts) -> Self:
        """Return this transport for one call, whose attempts are noted; connections are shared."""
        own = object.__new__(type(self))  # what `copy.copy` does, at a third of its cost
        own.__dict__ = {**self.__dict__, "_attempts": attempts}
        return own

    async def sleep_async(self, secs: float) -> None:
        """Wait before a retry."""
        await anyio.sleep(min(secs, self._longest_pause))


class CallableTransport(Transport):
    """Plugs a callable in below the SDK; neither side knows the other."""

    name = "callable"

    def __init__(self, exchange: StripeExchange, *, longest_pause: float) -> None:
        """Wrap a callable.

        Args:
            exchange: the stand-in for Stripe.
            longest_pause: seconds, the most that a retry waits.
        """
        super().__init__()
        self._exchange = exchange
        self._longest_pause = longest_pause

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | None = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Ask the callable (the SDK's own signature)."""
        self._attempts.sending()
        try:
            status, answered, body = await self._exchange(method.upper(), url, headers, (post_data or "").encode())
        except OSError as error:
            self._attempts.lost(arrived=not isinstance(error, ConnectionRefusedError))
            # A bare OSError would escape the SDK unwrapped (stripe 16.1.0), and unretried.
            lost = stripe.APIConnectionError(f"No answer: {error}", should_retry=True)  # type: ignore[no-untyped-call]
            raise lost from error
        self._attempts.answered(status)
        return body, status, answered

    async def close_async(self) -> None:
        """Nothing is held open."""


class UrlTransport(Transport, stripe.HTTPXClient):
    """The SDK's own HTTP client, with notes on what may have arrived."""

    def __init__(self, *, timeout: float, longest_pause: float) -> None:
        """Make a client.

        Args:
            timeout: seconds for each step of one attempt (connect, write, read).
            longest_pause: seconds, the most that a retry waits.
        """
        super().__init__(timeout=timeout)
        self._longest_pause = longest_pause

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | None = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Ask over HTTP (the SDK's own signature)."""
        self._attempts.sending()
        try:
            answer = await super().request_async(method, url, headers, post_data)
        except stripe.APIConnectionError as error:
            self._attempts.lost(arrived=not isinstance(error.__cause__, NOT_SENT))
            raise
        self._attempts.answered(answer[1])
        return answer
