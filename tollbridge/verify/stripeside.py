"""The harness as the target's Stripe: the simulator behind an address, watched and broken from here."""

import asyncio
import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

import orjson
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from tollbridge.http1.protocol import LimitedProtocol
from tollbridge.launch import free_port
from tollbridge.simulator import Fault, Request, Simulator, StripeDoor, Told, control
from tollbridge.simulator.rows import Customer, PaymentIntent, PaymentMethod, Subscription
from tollbridge.verify.error import VerifyError
from tollbridge.world import World

T = TypeVar("T")
CONTROL = "/_tollbridge/simulator"
OURS = "sk_test_tollbridgeverify"
START_SECONDS = 120.0
"""The most that the thread which listens is waited for while it lives: on a busy machine it takes its time."""

QUIET_SECONDS = 0.3
"""The most that calls which are still under way, after the target has answered, are waited for."""


@dataclass(frozen=True)
class Moment:
    """What Stripe had at one moment.

    Args:
        told: how many calls it had been told.
        subscriptions: every subscription of the world, by id.
    """

    told: int
    subscriptions: Mapping[str, Subscription]


class StripeSide:
    """The simulator, served from a thread."""

    def __init__(self, world: World, listen: tuple[str, int] | None, *, seed: int = 1) -> None:
        """Prepare it.

        Args:
            world: whose customers, cards and subscriptions it has.
            listen: host and port; None for a free port of this machine.
            seed: of its ids.
        """
        self.world = world
        self.host, self.port = listen or ("127.0.0.1", free_port())
        self.seed = seed
        self.simulator = Simulator(world.seed(), randomness=random.Random(seed), recorded=200_000)  # noqa: S311 - ids
        self.keys: set[str] = set()
        self.under_way = 0
        door, desk = StripeDoor(self.simulator, silence=60.0), control(self.simulator)
        config = uvicorn.Config(
            self._watching(door, desk),
            host=self.host,
            port=self.port,
            http=LimitedProtocol,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        # It says on every reset that is asked for that an answer was not completed.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="stripe", daemon=True)

    @property
    def url(self) -> str:
        """Where it is."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def __enter__(self) -> Self:
        """Listen.

        Raises:
            VerifyError: the address cannot be had.
        """
        self._thread.start()
        until = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive():
                raise VerifyError(
                    f"--stripe-listen {self.host}:{self.port} cannot be had: something else listens there, or it is "
                    "no address of this machine."
                )
            if time.monotonic() > until:
                raise VerifyError(f"The harness's Stripe did not begin to listen within {START_SECONDS:g} s.")
            time.sleep(0.005)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(5)

    def _run(self) -> None:
        async def serving() -> None:
            self._loop = asyncio.get_running_loop()
            try:
                await self._server.serve()
            except SystemExit:  # uvicorn's way to say that the address is taken
                return

        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        asyncio.run(serving())

    def _watching(self, door: ASGIApp, desk: ASGIApp) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and scope["path"].startswith(CONTROL):
                inner = dict(scope) | {"root_path": CONTROL}
                await desk(inner, receive, send)
                return
            for name, value in scope.get("headers", ()):
                if name == b"authorization":
                    self.keys.add(value.decode("latin-1").rpartition(" ")[2])
            self.under_way += 1
            try:
                await door(scope, receive, send)
            finally:
                self.under_way -= 1

        return app

    def do(self, work: Callable[[Simulator], T]) -> T:
        """Return what some work on the simulator returns, done where its calls are answered."""
        assert self._loop is not None

        async def doing() -> T:
            return work(self.simulator)

        return asyncio.run_coroutine_threadsafe(doing(), self._loop).result(30)

    def moment(self) -> Moment:
        """Return what Stripe has now."""
        wanted = [o.subscription for o in self.world.organizations.values() if o.subscription]

        def looking(simulator: Simulator) -> Moment:
            found = {one: simulator.subscription(one) for one in wanted}
            return Moment(simulator.record.total, {one: row for one, row in found.items() if row})

        return self.do(looking)

    def told_after(self, moment: Moment) -> list[Told]:
        """Return the calls since a moment, once those under way have ended, or have been waited for."""
        until = time.monotonic() + QUIET_SECONDS
        while self.under_way and time.monotonic() < until:
            time.sleep(0.001)
        return self.do(lambda simulator: [told for _, told in simulator.record.after(moment.told)])

    def intents(self, ids: list[str]) -> list[PaymentIntent]:
        """Return payment intents by id."""
        found = self.do(lambda simulator: [simulator.row(PaymentIntent, one) for one in ids])
        return [row for row in found if row]

    def customer(self, identity: str) -> Customer | None:
        """Return a customer; None where there is none."""
        return self.do(lambda simulator: simulator.row(Customer, identity))

    def method(self, identity: str) -> PaymentMethod | None:
        """Return a payment method; None where there is none."""
        return self.do(lambda simulator: simulator.row(PaymentMethod, identity))

    def post(self, path: str, form: Mapping[str, str]) -> int:
        """Do something as another client of Stripe's, and return the status."""
        headers = {"authorization": f"Bearer {OURS}", "content-type": "application/x-www-form-urlencoded"}
        request = Request("POST", path, "", headers, urlencode(form).encode())
        return self.do(lambda simulator: simulator.handle(request)).status

    def breaks(self, fault: Fault) -> None:
        """Let a fault wait for its call."""
        self.do(lambda simulator: simulator.inject(fault))

    def mend(self) -> None:
        """Forget every fault."""
        self.do(lambda simulator: simulator.forgive())

    def reset(self) -> None:
        """Go back to the beginning."""
        self.seed += 1  # with the same one it would issue the same secrets again
        self.do(lambda simulator: simulator.reset(self.seed))


def charged_alone(world: World) -> dict[str, dict[str, Any]]:
    """Return what Stripe says when each of a world's cards is charged on the server: the error; empty for a success.

    Each is tried in a simulator of its own, so that nothing of it is left.
    """
    verdicts: dict[str, dict[str, Any]] = {}
    scratch = Simulator(world.seed())
    for organization in world.organizations.values():
        for method in organization.payment_methods.values():
            if not (organization.customer and method.attached):
                continue
            form = {
                "amount": "100000",
                "currency": world.settlement_currency,
                "customer": organization.customer,
                "payment_method": method.stripe,
                "payment_method_types[]": "card",
                "confirm": "true",
                "error_on_requires_action": "true",
            }
            headers = {"authorization": f"Bearer {OURS}", "content-type": "application/x-www-form-urlencoded"}
            reply = scratch.handle(Request("POST", "/v1/payment_intents", "", headers, urlencode(form).encode()))
            verdicts[method.stripe] = orjson.loads(reply.body).get("error", {})
    return verdicts
