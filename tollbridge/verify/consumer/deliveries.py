"""Deliveries: right ones, and each kind of wrong one."""

import asyncio
import hmac
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

import httpx

from tollbridge.simulator.model.rows import Attempt
from tollbridge.simulator.webhooks.post import Poster
from tollbridge.simulator.webhooks.signature import delivery_headers
from tollbridge.verify.consumer.payments import Document, Payment, printed

SIGNED = "Stripe-Signature"
AN_HOUR = 3_600
MAX_STATE = 65_536
"""Bytes of a consumer's state that are compared."""

ANOTHER = "whsec_anotherEndpointsSecretAltogether"


@dataclass(frozen=True)
class Delivery:
    """One POST to the consumer.

    Args:
        what: in words.
        body: as it is sent.
        headers: with its signature.
    """

    what: str
    body: bytes
    headers: Mapping[str, str]


def right(event: Document, secret: str, *, again: bool = False) -> Delivery:
    """Return a delivery as Stripe makes it."""
    body = printed(event)
    return Delivery(f"{event['type']}{' again' * again}", body, delivery_headers(secret, body, int(time.time())))


def rolled(event: Document, secret: str) -> Delivery:
    """Return a delivery while a secret is rolled: the other one's signature first."""
    body, now = printed(event), int(time.time())
    both = f"t={now},v1={_hmac(ANOTHER, body, now)},v1={_hmac(secret, body, now)}"
    return _with(event, body, secret, both, "signed with the old and the new secret")


def old(event: Document, secret: str) -> Delivery:
    """Return a delivery that was signed an hour ago."""
    body, then = printed(event), int(time.time()) - AN_HOUR
    return _with(event, body, secret, f"t={then},v1={_hmac(secret, body, then)}", "signed an hour ago")


def forged(payment: Payment, secret: str) -> Iterator[Delivery]:
    """Yield deliveries that nobody with the secret signed so."""
    event = payment.main
    body, now = printed(event), int(time.time())
    signed = _hmac(secret, body, now)
    altered = body.replace(b'"amount": 1999', b'"amount": 9991')
    for what, header in (
        ("signed with another secret", f"t={now},v1={_hmac(ANOTHER, body, now)}"),
        ("signed without the secret's prefix", f"t={now},v1={_hmac(secret.removeprefix('whsec_'), body, now)}"),
        ("without the header Stripe-Signature", None),
        ("with an empty Stripe-Signature", ""),
        ("without a signature in its header", f"t={now}"),
        ("with an empty v1", f"t={now},v1="),
        ("signed by the scheme v0 only", f"t={now},v0={signed}"),
        ("signed by the scheme v2 only", f"t={now},v2={signed}"),
        ("signed at another time than it says", f"t={now - 1},v1={signed}"),
        ("without a timestamp", f"v1={signed}"),
        ("with a timestamp that is not a number", f"t=now,v1={signed}"),
        ("with half of its signature", f"t={now},v1={signed[:32]}"),
    ):
        yield _with(event, body, secret, header, what)
    yield _with(event, altered, secret, f"t={now},v1={signed}", "altered after it was signed")


def _with(event: Document, body: bytes, secret: str, header: str | None, what: str) -> Delivery:
    headers = delivery_headers(secret, body, int(time.time()))
    del headers[SIGNED]
    return Delivery(f"{event['type']}, {what}", body, headers if header is None else headers | {SIGNED: header})


def _hmac(secret: str, body: bytes, timestamp: int) -> str:
    return hmac.new(secret.encode(), b"%d.%b" % (timestamp, body), sha256).hexdigest()


class Line:
    """The way to a consumer, bounded in time and bytes."""

    def __init__(self, url: str, state: str | None, seconds: float) -> None:
        """Begin without a connection.

        Args:
            url: of the endpoint.
            state: where its state is seen, with `{payment_intent}` for the payment's id; None where it is not.
            seconds: that one answer may take.
        """
        self.url = url
        self.state_url = state
        self._seconds = seconds
        self._poster = Poster(seconds)
        self._client = httpx.AsyncClient(timeout=seconds, trust_env=False)

    async def post(self, delivery: Delivery) -> Attempt:
        """Deliver."""
        return await self._poster.post(self.url, delivery.body, delivery.headers, int(time.time()))

    async def state(self, payment: Payment) -> str | None:
        """Return the state that the consumer shows of a payment; None where it shows none."""
        if self.state_url is None:
            return None
        url = self.state_url.replace("{payment_intent}", payment.intent)
        found = bytearray()
        try:
            async with asyncio.timeout(self._seconds), self._client.stream("GET", url) as response:
                async for piece in response.aiter_raw(MAX_STATE):
                    found += piece
                    if len(found) >= MAX_STATE:
                        break
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            return None
        return f"{response.status_code} {bytes(found[:MAX_STATE]).decode('utf-8', 'replace')}"

    async def close(self) -> None:
        """End what is under way."""
        await self._poster.close()
        await self._client.aclose()
