"""Access: keys, versions, accounts, and the refusals for the wrong ones.

Facts are numbered as in `docs/stripe-facts.md`.
"""

import base64
import binascii
import re
from collections.abc import Mapping

from tollbridge.simulator.model.errors import StripeFailure, invalid, no_access

SECRET_TEST_KEYS = ("sk_test_", "rk_test_")
PUBLISHABLE_KEY = "pk_"
PUBLISHABLE_TEST_KEY = "pk_test_"
OTHER_ACCOUNTS = ("stripe-account", "stripe-context")
"""The headers that name an account other than the key's own; of the second, the answer is unverified."""

VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z_]+)?(;[ -~]*)?")
NO_KEY = (
    "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth "
    "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we "
    "can help at https://support.stripe.com/."
)
PUBLISHABLE = (
    "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of "
    "your API keys at https://dashboard.stripe.com/account/apikeys."
)


def require_access(key: str, headers: Mapping[str, str], *, browser: bool = False) -> None:
    """Let in any secret test key, for any version, to its own account; where a browser may come, a publishable one.

    Args:
        key: as `api_key_of` returns it.
        headers: of the request.
        browser: whether a publishable key opens the route.

    Raises:
        StripeFailure: 401 without a key or with another (fact e28), 403 for a publishable one and for another
            account (fact e29), 400 for what is no version.
    """
    if not key:
        raise StripeFailure(401, NO_KEY)
    if is_publishable(key) and not browser:
        raise StripeFailure(403, PUBLISHABLE, code="secret_key_required")
    if not key.startswith((*SECRET_TEST_KEYS, PUBLISHABLE_TEST_KEY)) or len(key) <= len("sk_test_"):
        raise StripeFailure(401, f"Invalid API Key provided: {key[:7]}***")
    if "stripe-version" in headers:
        require_version(headers["stripe-version"])
    for name in OTHER_ACCOUNTS:
        if name in headers:
            raise no_access(key, headers[name])


def is_publishable(key: str) -> bool:
    """Tell whether a key is one that browsers have."""
    return key.startswith(PUBLISHABLE_KEY)


def require_version(version: str) -> None:
    """Take any version.

    Raises:
        StripeFailure: 400, for what is not one.
    """
    if not VERSION.fullmatch(version):
        raise invalid(f"Invalid Stripe API version: {version[:60]}")


def api_key_of(headers: Mapping[str, str]) -> str:
    """Return the API key of a request; empty where it has none."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode("ascii").partition(":")[0]
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
