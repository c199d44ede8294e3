"""The Stripe SDK, as this package uses it: what is changed in it, and what is taken from its inside.

`StripeClient` would do the same for a call at twice the cost: it makes headers that never change anew for each call,
and reads answers with a slow parser. The version is pinned (16.1.0), and `tests/unit/test_gateway_sdk.py` says that
both send the same request and raise the same errors.
"""

import logging
import os
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote_plus

import orjson
import stripe
from stripe import _api_requestor
from stripe._requestor_options import RequestorOptions

from tollbridge.gateway.attempts import Attempts
from tollbridge.gateway.transport import Transport

API_VERSION = "2026-08-26.dahlia"
"""The version of the pinned stripe-mock, so that the referee and we speak of the same shapes."""

Headers = dict[str, str]
PLAIN = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch
"""Texts that a form holds unchanged."""


class LoggingRefused(Exception):
    """The environment makes the SDK print client secrets; the sentence says which variable."""


class _Requestor(_api_requestor._APIRequestor):
    """The SDK's maker of requests, for one call."""

    def __init__(self, options: RequestorOptions, transport: Transport, headers: dict[str, Headers]) -> None:
        """Take what all calls share.

        Args:
            options: key, version, address and retries.
            transport: of this call.
            headers: those that never change, by method, as far as they were worked out.
        """
        super().__init__(options, transport)
        self._headers = headers

    def request_headers(self, method: str, api_mode: str, options: Mapping[str, object]) -> Headers:
        """Return the headers of a request: the SDK's own, worked out once, and the idempotency key."""
        known = self._headers.get(method)
        if known is None:
            known = super().request_headers(method, api_mode, options)  # type: ignore[arg-type]
            known.pop("Idempotency-Key", None)
            self._headers[method] = known
        key = options["idempotency_key"]
        return {**known, "Idempotency-Key": str(key)} if key else {**known}


class Sdk:
    """The SDK, set up for one Stripe."""

    def __init__(self, key: str, base: str, transport: Transport, *, retries: int) -> None:
        """Set it up.

        Args:
            key: the secret key.
            base: the address of Stripe, without a path.
            transport: how it is reached.
            retries: how often a call is repeated after a lost connection, a 409 or a 5xx.

        Raises:
            LoggingRefused: the environment makes the SDK print client secrets.
        """
        _silence()
        setattr(_api_requestor, "urlencode", form_encoded)  # noqa: B010 - mypy sees no name there to assign to
        self._transport = transport
        self._options = RequestorOptions(
            api_key=key, stripe_version=API_VERSION, base_addresses={"api": base}, max_network_retries=retries
        )
        self._headers: dict[str, Headers] = {}

    async def ask(
        self, method: str, path: str, params: Mapping[str, object], key: str | None, attempts: Attempts
    ) -> object:
        """Make a call, and return the JSON that Stripe answers.

        Args:
            method: `get` or `post`.
            path: such as `/v1/payment_intents`.
            params: Stripe's parameters.
            key: the idempotency key; None for a read.
            attempts: where the attempts are noted.

        Raises:
            stripe.StripeError: Stripe refused, could not be reached, or answered something else.
            AttributeError, KeyError, TypeError, ValueError: the SDK trips over an error body of another shape, such as
                {"error": "text"}.
        """
        requestor = _Requestor(self._options, self._transport.noting(attempts), self._headers)
        body, status, headers = await requestor.request_raw_async(
            method, path, params, {"idempotency_key": key}, base_address="api", api_mode="V1"
        )
        if 200 <= status < 300:
            try:
                return orjson.loads(body)  # type: ignore[arg-type]
            except orjson.JSONDecodeError:
                pass  # the SDK's parser takes more: it decides
        return requestor._interpret_response(body, status, headers, "V1").data


def form_encoded(pairs: Iterable[tuple[str, object]]) -> str:
    """Return names and values as a form: what `urllib.parse.urlencode` does for them, in a third of the time."""
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)


def _quoted(value: object) -> str:
    text = str(value)
    return text if PLAIN(text) else quote_plus(text)


def _silence() -> None:
    """Keep the SDK from printing whole replies, secrets included, and from writing telemetry files."""
    if os.environ.get("STRIPE_LOG"):
        raise LoggingRefused("STRIPE_LOG makes the Stripe SDK print client secrets: unset it.")
    stripe.enable_telemetry = False
    logging.getLogger("stripe").disabled = True
    # The SDK (16.1.0) puts each line together before it asks whether anybody reads it: a quarter of a call's cost.
    for name in ("log_info", "log_debug"):
        setattr(_api_requestor, name, _say_nothing)


def _say_nothing(_message: str, **_params: object) -> None:
    """Stand in for the SDK's two log functions."""
