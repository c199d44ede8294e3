"""The one place where the parts meet: options in, an application out.

`compose` builds a server from `Options`: `state.py` begins the built-in Stripe, `gateway.py` joins payments to it or to
the Stripe that the options name, and `sandbox.py` puts contract, world and handlers before them. `watched` makes the
same again when one of the files is edited. `compose_stripe` builds the built-in Stripe alone.
"""

from tollbridge.compose.options import TOKEN_SECRET, Options, bundled
from tollbridge.compose.sandbox import BINDINGS, CANNOT_START, Sandbox, compose, watched
from tollbridge.compose.state import StateError
from tollbridge.compose.stripe_alone import compose_stripe
from tollbridge.compose.webhooks import delivers_to, types_of_events

__all__ = [
    "BINDINGS",
    "CANNOT_START",
    "TOKEN_SECRET",
    "Options",
    "Sandbox",
    "StateError",
    "bundled",
    "compose",
    "compose_stripe",
    "delivers_to",
    "types_of_events",
    "watched",
]
