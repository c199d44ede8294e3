"""The endpoint as stock Connexion serves it: its own routing, strict validation and response validation.

The handler asks the same gateway and the same simulator as ours, once, so that only the server differs.
It is no equal in what it refuses; it is what one would write first.
"""

import logging
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from connexion import AsyncApp
from connexion.resolver import Resolver

from tollbridge.compose import Options
from tollbridge.gateway import Settings, simulator_gateway
from tollbridge.payments import Payments
from tollbridge.simulator import Request, Simulator
from tollbridge.world import World, load_world

# Connexion 3.3.0 answers 500 to a reply without the documented headers, and to one without a Content-Type
# where an operation documents two media types.
HEADERS = {"Content-Type": "application/json", "Cache-Control": "no-store", "X-Request-Id": "req-bench"}


def payments(world: World) -> Payments:
    """Return the use case on a simulator of a world."""
    simulator = Simulator(world.seed())

    async def exchange(method: str, url: str, headers: Any, body: bytes) -> tuple[int, Any, bytes]:
        parts = urlsplit(url)
        lower = {name.lower(): value for name, value in headers.items()}
        reply = simulator.handle(Request(method, parts.path, parts.query, lower, body))
        return reply.status, reply.headers, reply.body

    return Payments(simulator_gateway(exchange, Settings()))


def build(contract: Path) -> AsyncApp:
    """Return the stock app.

    Args:
        contract: path of the OpenAPI document.
    """
    world = load_world(Options().world)
    use_case = payments(world)
    payer = world.organizations[world.default_account.organization or 0]

    async def create_payment_intent(body: dict[str, Any]) -> tuple[dict[str, str], int, dict[str, str]]:
        secret = await use_case.create_intent(payer, **body)
        return {"client_secret": secret}, 200, HEADERS

    app = AsyncApp("plain_connexion")
    resolver = Resolver(function_resolver=lambda _: create_payment_intent)
    app.add_api(contract, resolver=resolver, strict_validation=True, validate_responses=True)
    return app


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    app = build(Path(sys.argv[1]).resolve())
    address = {"host": "127.0.0.1", "port": int(sys.argv[2])}
    uvicorn.run(app, **address, http="httptools", lifespan="on", access_log=False, log_level="error")
