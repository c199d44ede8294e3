"""Bringing a world's objects to a Stripe: customers, methods and subscriptions, made with the SDK."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import stripe

from tollbridge.gateway.client import SANDBOX_KEY, GatewayError, require_stand_in, require_test_key
from tollbridge.gateway.sdk import API_VERSION

TIMEOUT = 30
ID = re.compile(r"[A-Za-z0-9_]{1,255}")


@dataclass(frozen=True)
class Wanted:
    """An object that is to exist.

    Args:
        id: what the world calls it; what Stripe gives takes its place.
        of: the id of the customer that it belongs to; None for a customer, and for a method that is not attached.
        alias: the `pm_card_…` that a payment method is made from; None for others.
        more: further parameters.
    """

    id: str
    of: str | None
    alias: str | None
    more: Mapping[str, str]


def push(stripe_at: str, key: str | None, wanted: Sequence[Wanted], say: Callable[[str], None]) -> dict[str, str]:
    """Create objects, in their order.

    Args:
        stripe_at: a URL, or `live-test`.
        key: for `live-test`; never shown.
        wanted: customers before what is theirs.
        say: told of each object.

    Returns:
        Stripe's id for each of the world's.

    Raises:
        GatewayError: Stripe refused, or did not answer; objects made until then stay there.
    """
    client = _client(stripe_at, key)
    ids: dict[str, str] = {}
    price: list[str] = []
    for number, one in enumerate(wanted, 1):
        try:
            ids[one.id] = _make(client, one, ids, price)
        except stripe.StripeError as error:
            reason = error.user_message or type(error).__name__
            raise GatewayError(f"{one.id} could not be made at {stripe_at}: {reason}") from None
        say(f"{number} of {len(wanted)}: {one.id} is {ids[one.id]}")
    return ids


def _client(stripe_at: str, key: str | None) -> stripe.StripeClient:
    if stripe_at == "live-test":
        secret, base = require_test_key(key), stripe.DEFAULT_API_BASE
    else:
        secret, base = SANDBOX_KEY, require_stand_in(stripe_at)
    transport = stripe.HTTPXClient(timeout=TIMEOUT, allow_sync_methods=True)
    return stripe.StripeClient(
        secret, stripe_version=API_VERSION, base_addresses={"api": base}, max_network_retries=2, http_client=transport
    )


def _make(client: stripe.StripeClient, one: Wanted, ids: Mapping[str, str], price: list[str]) -> str:
    owner = None if one.of is None else ids[one.of]
    if one.alias is not None and owner is None:
        return _id(client.raw_request("get", f"/v1/payment_methods/{one.alias}"))
    if one.alias is not None:
        return _id(client.raw_request("post", f"/v1/payment_methods/{one.alias}/attach", customer=owner))
    if owner is None:
        return _id(client.raw_request("post", "/v1/customers", **one.more))
    if not price:
        price.append(_id(client.raw_request("post", "/v1/prices", **MONTHLY)))
    method = ids[one.more["default_payment_method"]]
    form: dict[str, Any] = {"customer": owner, "items": [{"price": price[0]}], "default_payment_method": method}
    return _id(client.raw_request("post", "/v1/subscriptions", **form))


MONTHLY: dict[str, Any] = {
    "currency": "usd",
    "unit_amount": 2000,
    "recurring": {"interval": "month"},
    "product_data": {"name": "Yard management"},
}
"""The product that the subscriptions are for."""


def _id(answer: Any) -> str:
    """Return the id of what was made; it goes into a world file, whatever a Stripe at another address says."""
    identity = answer.data.get("id") if isinstance(answer.data, dict) else None
    if not isinstance(identity, str) or not ID.fullmatch(identity):
        raise GatewayError(f"Stripe's answer has an id that is not an id: {str(identity)[:100]!r}.")
    return identity
