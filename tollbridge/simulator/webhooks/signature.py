"""The signature of a delivery, and its headers, as Stripe sends them in test mode."""

import hmac
from hashlib import sha256

FALSE_KEY = b"whsec_v0"
"""The key of the deliberately wrong scheme `v0`: no consumer may take it for a signature."""


def signature(secret: str, body: bytes, timestamp: int) -> str:
    """Return the header `Stripe-Signature`.

    Args:
        secret: of the endpoint, with its prefix.
        body: exactly as it is sent.
        timestamp: seconds since the epoch, by the machine's clock: SDKs refuse what is more than five minutes old.
    """
    signed = b"%d.%b" % (timestamp, body)
    right, wrong = (hmac.new(key, signed, sha256).hexdigest() for key in (secret.encode(), FALSE_KEY))
    return f"t={timestamp},v1={right},v0={wrong}"


def delivery_headers(secret: str, body: bytes, timestamp: int) -> dict[str, str]:
    """Return the headers of a delivery."""
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Accept": "*/*; q=0.5, application/xml",
        "Accept-Encoding": "gzip",
        "Cache-Control": "no-cache",
        "Connection": "close",
        "Stripe-Signature": signature(secret, body, timestamp),
    }
