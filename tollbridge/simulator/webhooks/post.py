"""One POST to an endpoint, which may be anything: it costs a bounded time and a bounded number of bytes."""

import asyncio
import logging
from collections.abc import Mapping
from time import perf_counter

import httpx

from tollbridge.simulator.model.rows import Attempt

MAX_READ = 16_384
"""Bytes of an answer's body that are read; its head is bounded by the library."""

MAX_SHOWN = 200
"""Characters of it that are kept."""

logging.getLogger("httpx").setLevel(logging.WARNING)  # it writes a line for each request, at the level of our own


class Poster:
    """Sends deliveries, each over a connection of its own."""

    def __init__(self, seconds: float) -> None:
        """Begin without a connection.

        Args:
            seconds: that all of one delivery may take.
        """
        self._seconds = seconds
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        self._client = httpx.AsyncClient(timeout=seconds, trust_env=False, limits=limits)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], now: int) -> Attempt:
        """Send a delivery; redirects are not followed, and what is answered is not believed.

        Args:
            url: where to.
            body: the event.
            headers: with its signature.
            now: seconds since the epoch, by the simulator's clock: when this try is made.
        """
        begun = perf_counter()
        status: int | None = None
        error: str | None = None
        answer = bytearray()
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._client.stream("POST", url, content=body, headers=headers) as response,
            ):
                status = response.status_code
                async for piece in response.aiter_raw(MAX_READ):  # as it was sent: nothing is unpacked
                    answer += piece
                    if len(answer) >= MAX_READ:
                        break
        except (TimeoutError, httpx.TimeoutException):
            error = f"no answer within {self._seconds:g} seconds"
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as failure:
            error = _sentence(failure)
        return Attempt(
            at=now,
            status=status,
            error=None if status else error,  # what follows the status is not needed
            milliseconds=round(1000 * (perf_counter() - begun)),
            answer=_shown(bytes(answer)),
        )

    async def close(self) -> None:
        """End what is under way."""
        await self._client.aclose()


def _shown(answer: bytes) -> str:
    return answer[: 4 * MAX_SHOWN].decode("utf-8", "replace").replace("\x00", "\ufffd")[:MAX_SHOWN]


def _sentence(failure: Exception) -> str:
    said = " ".join(str(failure).split())[:MAX_SHOWN]
    return f"{type(failure).__name__}: {said}" if said else type(failure).__name__
