"""Our server and our Stripe in somebody's own tests, as plain Python.

`run_server` and `run_stripe` start them on free ports, as processes that end with the one that started them; the pytest
fixtures `tollbridge_server` and `tollbridge_stripe` are made of these. Nothing here needs pytest.
"""

from tollbridge.launch import LaunchError
from tollbridge.testing.control import Unexpected
from tollbridge.testing.processes import ServerOptions, run_server, run_stripe
from tollbridge.testing.server import Server
from tollbridge.testing.stripe import Effect, Stripe, StripeCall, StripeRefused
from tollbridge.world import Account, Organization, PaymentMethod, World

__all__ = [
    "Account",
    "Effect",
    "LaunchError",
    "Organization",
    "PaymentMethod",
    "Server",
    "ServerOptions",
    "Stripe",
    "StripeCall",
    "StripeRefused",
    "Unexpected",
    "World",
    "run_server",
    "run_stripe",
]
