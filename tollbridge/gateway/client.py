"""Making a gateway: key, address, retries and time-outs, each decided in this place."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import stripe

from tollbridge.gateway.calls import Gateway
from tollbridge.gateway.sdk import LoggingRefused, Sdk
from tollbridge.gateway.transport import CallableTransport, StripeExchange, Transport, UrlTransport

SANDBOX_KEY = "sk_test_tollbridge"
"""Not a secret: what a stand-in for Stripe is shown, because the SDK insists on a key."""


class GatewayError(Exception):
    """The gateway cannot be made; the sentence says why and what to do."""


@dataclass(frozen=True)
class Settings:
    """How long and how often.

    Args:
        answer_within: seconds that the whole of one request may take at Stripe, clean-up included.
        retries: how often the SDK asks again after a lost connection, a 409 or a 5xx.
    """

    answer_within: float = 30.0
    retries: int = 2

    @property
    def attempt(self) -> float:
        """Seconds for one attempt: three attempts and their pauses fit into four fifths of the whole."""
        return self.answer_within / 5

    @property
    def longest_pause(self) -> float:
        """Seconds, the most that a retry waits."""
        return self.answer_within / 20


def simulator_gateway(exchange: StripeExchange, settings: Settings) -> Gateway:
    """Return a gateway to a stand-in for Stripe in this process."""
    transport = CallableTransport(exchange, longest_pause=settings.longest_pause)
    return _gateway(SANDBOX_KEY, stripe.DEFAULT_API_BASE, transport, settings)


def url_gateway(url: str, settings: Settings) -> Gateway:
    """Return a gateway to a stand-in for Stripe at a URL, such as stripe-mock.

    Raises:
        GatewayError: it is no URL, or Stripe's own, which takes a test key and `live-test`.
    """
    base = require_stand_in(url)
    transport = UrlTransport(timeout=settings.attempt, longest_pause=settings.longest_pause)
    return _gateway(SANDBOX_KEY, base, transport, settings)


def require_stand_in(url: str, option: str = "--stripe") -> str:
    """Return the address of a stand-in for Stripe, without a slash at its end.

    Args:
        url: the address.
        option: by which it was given.

    Raises:
        GatewayError: it is no URL, or Stripe's own.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        others = "neither `simulator`, nor `live-test`, nor an" if option == "--stripe" else "not an"
        raise GatewayError(f"{option} {url!r} is {others} http URL.")
    if parts.hostname == "stripe.com" or parts.hostname.endswith(".stripe.com"):
        advice = "use --stripe live-test with a test key" if option == "--stripe" else "give a stand-in's address"
        raise GatewayError(f"{option} {url} is Stripe itself: {advice}.")
    return url.rstrip("/")


def live_test_gateway(key: str | None, settings: Settings) -> Gateway:
    """Return a gateway to Stripe's test mode.

    Args:
        key: a secret test key; never shown.
        settings: how long and how often.

    Raises:
        GatewayError: there is no key, or it is not a secret test key.
    """
    transport = UrlTransport(timeout=settings.attempt, longest_pause=settings.longest_pause)
    return _gateway(require_test_key(key), stripe.DEFAULT_API_BASE, transport, settings)


def require_test_key(key: str | None) -> str:
    """Return a secret test key.

    Raises:
        GatewayError: there is none, or it is another kind of key.
    """
    if not key:
        raise GatewayError("--stripe live-test needs a secret test key: set STRIPE_API_KEY=sk_test_….")
    if not key.startswith("sk_test_") or len(key) <= len("sk_test_"):
        raise GatewayError("STRIPE_API_KEY is not a secret test key: it has to begin with sk_test_.")
    return key


def _gateway(key: str, base: str, transport: Transport, settings: Settings) -> Gateway:
    try:
        sdk = Sdk(key, base, transport, retries=settings.retries)
    except LoggingRefused as reason:
        raise GatewayError(str(reason)) from None
    return Gateway(sdk, answer_within=settings.answer_within)
