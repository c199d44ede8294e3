"""The two ways from the SDK to a Stripe: over HTTP, or into a callable of this process.

Both note on `attempts.current` whether an attempt may have reached Stripe, and cap the SDK's pauses.
"""

from collections.abc import Awaitable, Callable, Mapping

import anyio
import httpx
import stripe

from tollbridge.gateway.attempts import current

StripeExchange = Callable[[str, str, Mapping[str, str], bytes], Awaitable[tuple[int, Mapping[str, str], bytes]]]
"""`(method, url, headers, body) -> (status, lower-case headers, body)`; OSError where nothing came back."""

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class _ShortPauses(stripe.HTTPClient):
    """A client whose pauses between retries are capped, as the answer has to come within its bound."""

    _longest_pause: float

    async def sleep_async(self, secs: float) -> None:
        """Wait before a retry."""
        await anyio.sleep(min(secs, self._longest_pause))


class CallableTransport(_ShortPauses):
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
        attempts = current.get()
        attempts.sending()
        try:
            status, answered, body = await self._exchange(method.upper(), url, headers, (post_data or "").encode())
        except OSError as error:
            attempts.lost(arrived=not isinstance(error, ConnectionRefusedError))
            # A bare OSError would escape the SDK unwrapped (stripe 16.1.0), and unretried.
            lost = stripe.APIConnectionError(f"No answer: {error}", should_retry=True)  # type: ignore[no-untyped-call]
            raise lost from error
        attempts.answered(status)
        return body, status, answered

    async def close_async(self) -> None:
        """Nothing is held open."""


class UrlTransport(_ShortPauses, stripe.HTTPXClient):
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
        attempts = current.get()
        attempts.sending()
        try:
            answer = await super().request_async(method, url, headers, post_data)
        except stripe.APIConnectionError as error:
            attempts.lost(arrived=not isinstance(error.__cause__, NOT_SENT))
            raise
        attempts.answered(answer[1])
        return answer
