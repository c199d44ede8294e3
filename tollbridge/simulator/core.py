"""The simulator's core: `handle(Request) -> Reply`, synchronous, over a store.

The order of one call: route → fault before → key, version, account → decoding → parameters → idempotency → the
operation, in a unit of work → fault after. Validation failures are not stored for idempotency, so they may be
mended and repeated.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson

from tollbridge.simulator.access import from_browser, key_of, require_access
from tollbridge.simulator.challenge import after_challenge
from tollbridge.simulator.clock import Clock
from tollbridge.simulator.context import Answer, Context
from tollbridge.simulator.envelope import form_of, joined, name_log, status_told
from tollbridge.simulator.expansion import expanded, wanted
from tollbridge.simulator.failures import IN_FLIGHT, StripeFailure
from tollbridge.simulator.faults import HEADER, Fault, Faults, asked_for
from tollbridge.simulator.forms import Form
from tollbridge.simulator.idempotency import Idempotency
from tollbridge.simulator.ids import id_maker
from tollbridge.simulator.message import Late, Reply, Request
from tollbridge.simulator.record import MOST_PATH, Record, Told
from tollbridge.simulator.replies import faulted, refusal_of, reply_to
from tollbridge.simulator.routes import ROUTES, found_route, is_template
from tollbridge.simulator.routing import Route, require_known
from tollbridge.simulator.rows import PaymentIntent, Subscription
from tollbridge.simulator.seed import plant
from tollbridge.simulator.snapshot import dump, load
from tollbridge.simulator.store import MemoryStore

RECORDED = 10_000
NOT_REACHED = Reply(0, {}, b"")
"""Stands for the answer that a fault before the effect kept from being made."""


class Simulator:
    """Stripe, as far as it goes; what it does not know is a loud 501."""

    def __init__(
        self,
        seed: Mapping[str, Any],
        *,
        clock: Callable[[], int] = lambda: int(time.time()),
        randomness: random.Random | None = None,
        recorded: int = RECORDED,
    ) -> None:
        """Begin with the objects of a seed.

        Args:
            seed: `settlement_currency`, and lists of `customers`, `payment_methods` and `subscriptions`.
            clock: seconds since the epoch.
            randomness: for ids and secrets; None for the system's own.
            recorded: how many calls the record keeps.
        """
        self._seed = seed
        self.clock = Clock(clock)
        self._settlement_currency = str(seed.get("settlement_currency", "usd"))
        self._begin(randomness or random.SystemRandom())
        self.record = Record(most=recorded, key=self._randomness.randbytes(16))

    def _begin(self, randomness: random.Random) -> None:
        """Take the objects of the seed, and nothing else."""
        self._randomness = randomness
        self._new_id = id_maker(randomness)
        self._store = MemoryStore()
        self._idempotency = Idempotency()
        self._faults = Faults()
        self._in_flight: Counter[str] = Counter()
        with self._store.work() as work:
            plant(work, self._seed, self.clock())

    def reset(self, seed: int | None = None) -> None:
        """Go back to the beginning: objects, idempotency keys, faults and record.

        Args:
            seed: makes the ids that follow repeatable; None leaves them to the system's randomness.
        """
        self._begin(random.SystemRandom() if seed is None else random.Random(seed))  # noqa: S311 - test ids, on purpose
        self.record.clear()
        self.clock.set(None)

    def snapshot(self) -> Iterator[bytes]:
        """Yield the whole state as lines; see the module `snapshot`."""
        return dump(self._store, self._idempotency, self.clock, self._randomness)

    def restore(self, lines: Iterable[bytes]) -> None:
        """Put a state back; faults are forgotten, and the record goes on.

        Raises:
            ValueError: it is no snapshot; what was here stays.
        """
        store, keys, head = load(lines)
        self._begin(head["randomness"] or random.SystemRandom())
        self._store, self._idempotency = store, keys
        self.clock.set(head["stopped_at"])
        self.clock.advance(head["ahead"] or 0)

    def faults(self) -> list[Fault]:
        """Return the faults that wait for their call."""
        return self._faults.waiting()

    def forgive(self) -> None:
        """Forget every fault."""
        self._faults = Faults()

    def counts(self) -> dict[str, int]:
        """Return how many objects there are of each type."""
        return self._store.counts()

    def authenticate(self, identity: str, *, passes: bool) -> dict[str, Any]:
        """End the 3-D Secure challenge of an intent, as its cardholder would.

        Args:
            identity: of a payment intent or a setup intent that requires action.
            passes: whether the cardholder proves who they are.

        Returns:
            The intent as Stripe shows it; or, of a card that is declined afterwards, as the refusal embeds it.

        Raises:
            StripeFailure: 404 where there is no such intent, 400 where nothing is asked of its cardholder.
        """
        with self._store.work() as work:
            context = Context(work, self.clock(), self._new_id, self._randomness, self._settlement_currency)
            return after_challenge(context, identity, passes=passes)

    def inject(self, fault: Fault) -> None:
        """Let a fault wait for its call.

        Raises:
            ValueError: no call will come, as the simulator has no such route.
        """
        if not is_template(fault.method, fault.path):
            raise ValueError(f"A fault waits for a route such as POST {ROUTES[-1].template}, not {fault.path}.")
        self._faults.add(fault)

    def intents(self) -> list[PaymentIntent]:
        """Return every payment intent, oldest first: for whoever stands beside the simulator."""
        with self._store.work() as work:
            return list(work.listed(PaymentIntent, newest_first=False))

    def subscription(self, identity: str) -> Subscription | None:
        """Return a subscription; None where there is none with the id."""
        with self._store.work() as work:
            return work.get(Subscription, identity)

    def handle(self, request: Request) -> Reply:
        """Answer a request.

        Raises:
            NoAnswer: a fault says that nothing comes back.
            Late: a fault says that the answer comes later.
        """
        request_id = self._new_id("req")
        try:
            route, named = found_route(request.method, request.path)
            fault = asked_for(request.headers.get(HEADER)) or self._faults.take(route.method, route.template)
        except StripeFailure as failure:
            self._note(request, "", {}, None, status=failure.status, effects=())
            return refusal_of(request, request_id, failure, self.clock())
        if fault and fault.kind == "slow":
            raise self._late(request, request_id, route, named, fault)
        return self._handled(request, request_id, route, named, fault)

    def _late(self, request: Request, request_id: str, route: Route, named: dict[str, str], fault: Fault) -> Late:
        """Return the answer that comes later; meanwhile its idempotency key is in use."""
        key = request.headers.get("idempotency-key", "")
        made = self._handled(request, request_id, route, named, fault) if fault.when == "after" else None
        self._in_flight[key] += 1

        def answer() -> Reply:
            self._in_flight[key] -= 1
            return made or self._handled(request, request_id, route, named, fault)

        return Late(fault.seconds, answer)

    def _handled(
        self, request: Request, request_id: str, route: Route, named: dict[str, str], fault: Fault | None
    ) -> Reply:
        reply = NOT_REACHED
        form: Form = {}
        effects: list[tuple[str, str]] = []
        try:
            reached = fault is None or fault.when == "after" or fault.kind == "slow"
            if reached:
                require_access(request.headers, browser=route.browser)
            form = form_of(request)
            if reached:
                require_known(route, form)
                reply = self._answered(request, request_id, route, named, form, effects)
        except StripeFailure as failure:
            effects.clear()  # the unit of work left none behind
            reply = refusal_of(request, request_id, failure, self.clock())
        self._note(request, route.template, form, fault, status=status_told(fault, reply), effects=tuple(effects))
        return faulted(request, request_id, fault, self.clock()) if fault and fault.kind != "slow" else reply

    def _answered(
        self,
        request: Request,
        request_id: str,
        route: Route,
        named: dict[str, str],
        form: Form,
        effects: list[tuple[str, str]],
    ) -> Reply:
        now = self.clock()
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        if key is not None:
            if self._in_flight[key]:
                raise StripeFailure(409, IN_FLIGHT.format(key=key), "idempotency_error", "idempotency_key_in_use")
            earlier = self._idempotency.earlier(key, request, now)
            if earlier:
                replay = {"idempotent-replayed": "true", "original-request": earlier.request_id}
                return reply_to(request, request_id, earlier.status, earlier.body, replay)
        paths = wanted(route, form) if "expand" in form else []
        with self._store.work() as work:
            context = Context(work, now, self._new_id, self._randomness, self._settlement_currency, effects)
            context.browser = from_browser(request.headers)
            answer: Answer = route.operation(context, form, **named)
            if paths and answer.status < 400:
                answer = Answer(answer.status, expanded(context, answer.document, paths))
        if answer.status >= 400:
            name_log(answer.document, request_id, now)
        body = orjson.dumps(answer.document)
        if key is not None:
            self._idempotency.keep(key, request, answer, work.written(answer.row), request_id, now)
        own = {"original-request": request_id} if request.method == "POST" else {}
        return reply_to(request, request_id, answer.status, body, own)

    def _note(
        self,
        request: Request,
        template: str,
        form: Form,
        fault: Fault | None,
        *,
        status: int,
        effects: tuple[tuple[str, str], ...],
    ) -> None:
        body = "" if request.method == "GET" else request.body.decode("utf-8", "replace")
        key = request.headers.get("idempotency-key")
        self.record.add(
            Told(
                method=request.method,
                path=self.record.masked_text(request.path[:MOST_PATH]),
                route=template,
                form=self.record.masked(joined(request.query, body), form),
                idempotency_key=None if key is None else self.record.masked_text(key[:MOST_PATH]),
                status=status,
                effects=effects,
                fault=f"{fault.kind} {fault.when}" if fault else None,
                key=self.record.key(key_of(request.headers)),
            )
        )
