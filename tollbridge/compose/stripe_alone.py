"""The built-in Stripe alone, without our endpoint."""

from starlette.types import ASGIApp

from tollbridge.browser import browser_routes
from tollbridge.compose.cardholders import Cardholders
from tollbridge.compose.customers import Customers
from tollbridge.compose.door import door_of
from tollbridge.compose.options import Options
from tollbridge.compose.readiness import readiness
from tollbridge.compose.state import simulator_of
from tollbridge.server.areas import Area
from tollbridge.server.builtin_routes import bare_surface
from tollbridge.server.gate import Gate
from tollbridge.server.middleware import Edge
from tollbridge.server.stripecalls import StripeCalls
from tollbridge.simulator import Delivering, api_key_of, control, is_for_pages
from tollbridge.world import load_world


def compose_stripe(options: Options) -> ASGIApp:
    """Build the simulator alone, at the address where Stripe's clients expect it.

    Args:
        options: its world, whose customers, cards and subscriptions exist at the start, its seed, and its record.

    Raises:
        WorldError, GatewayError: with a sentence that says what to mend.
    """
    simulator = simulator_of(options, load_world(options.world))
    mounts = {"simulator": control(simulator, snapshot_limit=options.snapshot_limit)}
    ours = bare_surface(readiness(simulator), mounts, browser_routes("", Cardholders(simulator), Customers(simulator)))
    # Its secret keys are open to whom it is shared with: for that it is started.
    gate = Gate(options.exposure, StripeCalls(is_for_pages, api_key_of, keys_are_open=True), outside=Area.STRIPE)
    app = Edge(door_of(options, simulator), ours, gate, lambda _exchange: None)
    return Delivering(app, simulator, options.webhook_timeout)
