"""The way from payments to the Stripe that the options name."""

from collections.abc import Mapping
from functools import partial
from time import perf_counter
from urllib.parse import urlsplit

from tollbridge.compose.options import Options
from tollbridge.gateway import Gateway, StripeExchange, live_test_gateway, simulator_gateway, url_gateway
from tollbridge.server.journal import note_call
from tollbridge.simulator import NoAnswer, Request, Simulator, answered


def gateway_of(options: Options, simulator: Simulator | None) -> Gateway:
    if simulator is not None:
        return simulator_gateway(_exchange_with(simulator), options.calls)
    if options.stripe == "live-test":
        return live_test_gateway(options.environment.get("STRIPE_API_KEY"), options.calls)
    return url_gateway(options.stripe, options.calls)


def _exchange_with(simulator: Simulator) -> StripeExchange:
    """Join the SDK's transport to the simulator; neither knows the other."""

    async def exchange(
        method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        parts = urlsplit(url)
        lower = {name.lower(): value for name, value in headers.items()}
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        noting = partial(note_call, method, target, body, lower.get("idempotency-key"), perf_counter())
        try:
            reply = await answered(simulator, Request(method, parts.path, parts.query, lower, body))
        except NoAnswer as silence:
            noting(0, b"")
            raise ConnectionResetError(f"the simulator was told to give no answer ({silence.kind})") from None
        noting(reply.status, reply.body)
        return reply.status, reply.headers, reply.body

    return exchange
