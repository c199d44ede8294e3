"""The harness as the target's Stripe: the simulator behind an address, watched and broken from here."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

import orjson
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from tollbridge.launch import free_port
from tollbridge.simulator import Fault, Request, Simulator, StripeDoor, control
from tollbridge.verify.model.evidence import Document, made_by
from tollbridge.verify.target.threaded_server import ThreadedServer, answer_in_process
from tollbridge.world import World

T = TypeVar("T")
CONTROL = "/_tollbridge/simulator"
OURS = "sk_test_tollbridgeverify"
HEADERS = {"authorization": f"Bearer {OURS}", "content-type": "application/x-www-form-urlencoded"}
QUIET_SECONDS = 0.3
"""The most that calls which are still under way, after the target has answered, are waited for."""

MAX_CALLS = 500
"""At Stripe, for one exchange; what comes after them is refused and not recorded."""

MAX_KEYS, MAX_KEY = 50, 256
"""API keys that are remembered, and characters of one."""

RECORDED = 20_000
"""Calls that the record keeps: far more than those of one exchange and of the ones before it that a check looks at."""

MAX_PAGES = 50
"""Pages of a list that are read."""


@dataclass(frozen=True)
class Moment:
    """Stripe's objects at one moment.

    Args:
        total: how many calls it had been told.
        subscriptions: every subscription, by id, as Stripe shows it.
    """

    total: int
    subscriptions: dict[str, Document]


@dataclass(frozen=True)
class Seen:
    """The calls that Stripe received since a moment.

    Args:
        calls: that it was told, as the record shows them.
        intents: that these calls made, as they are now.
        subscriptions: every one, by id, as it is now.
    """

    calls: list[Document]
    intents: list[Document]
    subscriptions: dict[str, Document]


class StripeDouble:
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
        self.simulator = Simulator(world.seed(), randomness=random.Random(seed), recorded=RECORDED)  # noqa: S311 - ids
        self.keys: set[str] = set()
        self.under_way = self.calls = 0
        self._controllable = False
        self._moment: Moment | None = None
        door, self._control = StripeDoor(self.simulator, silence=60.0), control(self.simulator)
        self._server = ThreadedServer(self._watching(door, self._control), self.host, self.port)

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
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()

    def _watching(self, door: ASGIApp, desk: ASGIApp) -> ASGIApp:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and scope["path"].startswith(CONTROL) and self._controllable:
                inner = dict(scope) | {"root_path": CONTROL}
                await desk(inner, receive, send)
                return
            self.calls += 1
            if self.flooded:
                await PlainTextResponse("These are too many calls for one request.", 429)(scope, receive, send)
                return
            self._remember_keys(scope)
            self.under_way += 1
            try:
                await door(scope, receive, send)
            finally:
                self.under_way -= 1

        return app

    def _remember_keys(self, scope: Scope) -> None:
        for name, value in scope.get("headers", ()):
            key = value.decode("latin-1").rpartition(" ")[2]
            if name == b"authorization" and len(self.keys) < MAX_KEYS and len(key) <= MAX_KEY:
                self.keys.add(key)

    @property
    def flooded(self) -> bool:
        """Whether the target asks more of Stripe than any request needs."""
        return self.calls > MAX_CALLS

    @contextmanager
    def controllable(self) -> Iterator[None]:
        """Let any caller reset, break and read Stripe, as scripts do; the target must not, while it is judged."""
        self._controllable = True
        try:
            yield
        finally:
            self._controllable = False

    def do(self, work: Callable[[Simulator], T]) -> T:
        """Return what some work on the simulator returns, done where its calls are answered."""

        async def doing() -> T:
            return work(self.simulator)

        return self._server.wait_for(doing())

    def moment(self) -> Moment:
        """Return what Stripe has now; nothing is read again where no call came since the moment before."""
        self.calls = 0
        return self.do(self._now)

    def _now(self, simulator: Simulator) -> Moment:
        last = self._moment
        return last if last and last.total == simulator.record.total else self._look(simulator)

    def _look(self, simulator: Simulator) -> Moment:
        """Look at Stripe, in the thread that answers its calls: so nobody calls meanwhile."""
        subscriptions = self._subscriptions(simulator)
        self._moment = Moment(simulator.record.total, subscriptions)
        return self._moment

    def since(self, moment: Moment) -> Seen:
        """Return what was seen since a moment, once the calls under way have ended, or have been waited for."""
        until = time.monotonic() + QUIET_SECONDS
        while self.under_way and time.monotonic() < until:
            time.sleep(0.001)
        calls = self._calls(moment.total)
        if all(call["method"] == "GET" for call in calls):
            return Seen(calls, [], moment.subscriptions)
        return self.do(lambda simulator: self._seen(simulator, calls))

    def _seen(self, simulator: Simulator, calls: list[Document]) -> Seen:
        """Return what calls have made of Stripe."""
        found = [_read(simulator, f"/v1/payment_intents/{identity}") for identity in made_by(calls)]
        return Seen(calls, [intent for intent in found if intent], self._look(simulator).subscriptions)

    def _calls(self, since: int) -> list[Document]:
        """Return the calls of the record after so many."""
        found: list[Document] = []
        for _ in range(MAX_PAGES):
            page = self._record(found[-1]["number"] if found else since)
            found += page["data"]
            if not page["data"] or found[-1]["number"] >= page["total"]:
                break
        return found

    def _record(self, since: int) -> Document:
        """Return a page of the record, by the control API."""
        asking = answer_in_process(self._control, "/record", f"since={since}&limit=1000")
        document: Document = orjson.loads(self._server.wait_for(asking))
        return document

    def _subscriptions(self, simulator: Simulator) -> dict[str, Document]:
        """Return every subscription by id, the cancelled ones too."""
        found: list[Document] = []
        reads, more = 0, True
        while more and reads < MAX_PAGES:
            after = f"&starting_after={found[-1]['id']}" if found else ""
            page = _read(simulator, f"/v1/subscriptions?limit=100&status=all{after}")
            found += page["data"] if page else []
            reads, more = reads + 1, bool(page and page["has_more"])
        return {subscription["id"]: subscription for subscription in found}

    def customer(self, identity: str) -> Document | None:
        """Return a customer; None where Stripe has no such one."""
        return self.read(f"/v1/customers/{identity}")

    def method(self, identity: str) -> Document | None:
        """Return a payment method; None where Stripe has no such one."""
        return self.read(f"/v1/payment_methods/{identity}")

    def read(self, path: str) -> Document | None:
        """Return what Stripe answers to a GET, whatever faults wait for the target; None for a refusal."""
        return self.do(lambda simulator: _read(simulator, path))

    def post(self, path: str, form: Mapping[str, str]) -> int:
        """Do something as another client of Stripe's, and return the status."""
        request = Request("POST", path, "", HEADERS, urlencode(form).encode())
        return self.do(lambda simulator: simulator.handle(request)).status

    def breaks(self, fault: Fault) -> None:
        """Let a fault wait for its call."""
        self.do(lambda simulator: simulator.inject(fault))

    def mend(self) -> None:
        """Forget every fault."""
        self.do(lambda simulator: simulator.forgive())

    def reset(self) -> None:
        """Go back to the beginning."""
        self._moment = None
        self.seed += 1  # with the same one it would issue the same secrets again
        self.do(lambda simulator: simulator.reset(self.seed))


def _read(simulator: Simulator, path: str) -> Document | None:
    """Return what Stripe answers to a GET, in the thread that answers its calls."""
    route, _, query = path.partition("?")
    waiting = simulator.faults()
    simulator.forgive()  # they are for the target's calls, not for ours
    try:
        reply = simulator.handle(Request("GET", route, query, HEADERS, b""))
    finally:
        for fault in waiting:
            simulator.inject(fault)
    document: Document | None = orjson.loads(reply.body) if reply.status < 300 else None
    return document


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
            reply = scratch.handle(Request("POST", "/v1/payment_intents", "", HEADERS, urlencode(form).encode()))
            verdicts[method.stripe] = orjson.loads(reply.body).get("error", {})
    return verdicts
