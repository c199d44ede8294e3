"""Whether a server can do its work: what its readiness probe asks."""

import logging

from tollbridge.server.builtin_routes import Ready
from tollbridge.simulator import Simulator, Unavailable, off_the_loop

log = logging.getLogger(__name__)


def readiness(simulator: Simulator | None) -> Ready:
    """Return what asks whether the state can be reached; the contract is loaded before a server listens.

    Anybody on the network may probe, so the reason, which may name hosts, is logged and not answered: once while it
    stays the same.
    """
    told = ""

    async def ready() -> bool:
        nonlocal told
        reason = await _unreachable(simulator)
        if reason and reason != told:
            log.warning("The state cannot be reached: %s", reason)
        told = reason
        return not reason

    return ready


async def _unreachable(simulator: Simulator | None) -> str:
    """Return why the state cannot be reached; empty where it can, or is not here."""
    try:
        if simulator is not None:
            await off_the_loop(simulator, simulator.faults)
    except Unavailable as reason:
        return str(reason) or type(reason).__name__
    return ""
