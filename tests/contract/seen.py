"""What a test sees of the Stripe behind a server."""

from typing import Any

from tests.contract.conftest import Server
from tollbridge.simulator.serializers import payment_intent

SUBSCRIPTION = "sub_QuayOne0000001"


def intents(server: Server) -> list[dict[str, Any]]:
    """Return every payment intent, oldest first, as Stripe shows it."""
    return [payment_intent(row) for row in server.stripe.intents()]


def subscription_method(server: Server) -> str | None:
    """Return the default payment method of the default organization's subscription."""
    row = server.stripe.subscription(SUBSCRIPTION)
    assert row is not None
    return row.default_payment_method


def effects(server: Server) -> list[str]:
    """Return the calls that changed something, as method and route."""
    return [f"{told.method} {told.route}" for told in server.stripe.record if told.effects]
