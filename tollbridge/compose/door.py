"""The built-in Stripe's door, with the stand-in behind it."""

from tollbridge.compose.options import Options
from tollbridge.gateway import require_stand_in
from tollbridge.simulator import Fallback, Simulator, StripeDoor


def door_of(options: Options, simulator: Simulator) -> StripeDoor:
    """Return the door of a simulator.

    Raises:
        GatewayError: the fallback is no URL, or Stripe's own.
    """
    url = options.fallback
    return StripeDoor(simulator, fallback=Fallback(require_stand_in(url, "--fallback")) if url else None)
