"""Our door to Stripe, and the only room that imports its SDK."""

from tollbridge.gateway.calls import FoundIntent, Gateway, Intent, StripeSession
from tollbridge.gateway.client import (
    GatewayError,
    Settings,
    live_test_gateway,
    require_stand_in,
    simulator_gateway,
    url_gateway,
)
from tollbridge.gateway.push import Wanted, push
from tollbridge.gateway.sdk import API_VERSION
from tollbridge.gateway.transport import StripeExchange

__all__ = [
    "API_VERSION",
    "FoundIntent",
    "Gateway",
    "GatewayError",
    "Intent",
    "Settings",
    "StripeExchange",
    "StripeSession",
    "Wanted",
    "live_test_gateway",
    "push",
    "require_stand_in",
    "simulator_gateway",
    "url_gateway",
]
