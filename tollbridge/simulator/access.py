"""API keys: which are let in, and what the others are told."""

import base64
import binascii
from collections.abc import Mapping

from tollbridge.simulator.failures import StripeFailure

NO_KEY = (
    "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth "
    "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
)
PUBLISHABLE = (
    "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of "
    "your API keys at https://dashboard.stripe.com/account/apikeys."
)


def require_key(headers: Mapping[str, str]) -> None:
    """Let in any secret test key.

    Raises:
        StripeFailure: 401 without one or with another (row 28), 403 for a publishable one.
    """
    key = _key(headers.get("authorization", ""))
    if key.startswith("sk_test_") and len(key) > len("sk_test_"):
        return
    if not key:
        raise StripeFailure(401, NO_KEY)
    if key.startswith("pk_"):
        raise StripeFailure(403, PUBLISHABLE, code="secret_key_required")
    raise StripeFailure(401, f"Invalid API Key provided: {key[:7]}***")


def _key(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode("ascii").partition(":")[0]
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
