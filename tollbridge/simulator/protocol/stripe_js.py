"""Parameters of Stripe.js beside the documented ones: its key, its version, and its measurements.

Only a call with a publishable key may send them: with a secret key they are parameters that Stripe does not have. The
list is what public test suites and issue threads show; Stripe documents none of it.
"""

from contextlib import suppress
from dataclasses import replace

from tollbridge.simulator.model.errors import StripeFailure
from tollbridge.simulator.protocol.access import PUBLISHABLE_TEST_KEY, require_version
from tollbridge.simulator.protocol.forms import Form, decoded, text_of
from tollbridge.simulator.protocol.messages import Request

MEASURED = frozenset(
    {
        "client_attribution_metadata",
        "guid",
        "muid",
        "pasted_fields",
        "payment_user_agent",
        "radar_options",
        "referrer",
        "sid",
        "time_on_page",
    }
)
"""Beside the parameters, and within `payment_method_data`."""

UNDOCUMENTED = MEASURED | {"_stripe_account", "_stripe_version", "expected_payment_method_type", "is_stripe_sdk", "key"}
DATA = "payment_method_data"


def with_key(request: Request) -> Request:
    """Return a request with the publishable key that it has as a parameter as its header; a secret key stays unread.

    The gate judges secret keys by the header: one in a parameter would pass it.
    """
    if "authorization" in request.headers:
        return request
    key: object = None
    with suppress(StripeFailure):  # what cannot be read is refused when the parameters are
        key = decoded(text_of(request.method, request.query, request.body, request.headers)).get("key")
    if not isinstance(key, str) or not key.startswith(PUBLISHABLE_TEST_KEY):
        return request
    return replace(request, headers={**request.headers, "authorization": f"Bearer {key}"})


def documented(form: Form) -> Form:
    """Return the parameters of a browser's call without what only Stripe.js sends.

    `_stripe_account` counts for nothing: the simulator has one account.

    Raises:
        StripeFailure: 400, for what is not a version.
    """
    version = form.get("_stripe_version")
    if version is not None:
        require_version(version if isinstance(version, str) else "{...}")
    kept = {name: value for name, value in form.items() if name not in UNDOCUMENTED}
    data = kept.get(DATA)
    if isinstance(data, dict):
        kept[DATA] = {name: value for name, value in data.items() if name not in MEASURED}
    return kept
