"""The simulator's core: `handle(Request) -> Reply`, synchronous, over a store.

The order of one call: route → fault before → key, version, account → decoding → parameters → idempotency → the
operation, in a unit of work → fault after. Validation failures are not stored for idempotency, so they may be
mended and repeated.
"""

import logging
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import IO, Any, TypeVar

import orjson

from tollbridge.simulator.access import from_browser, require_access
from tollbridge.simulator.answer import Answer
from tollbridge.simulator.challenge import after_challenge
from tollbridge.simulator.chance import Chance
from tollbridge.simulator.clock import Clock
from tollbridge.simulator.context import Context
from tollbridge.simulator.envelope import form_of, name_log
from tollbridge.simulator.expansion import expanded, wanted
from tollbridge.simulator.failures import StripeFailure, unavailable
from tollbridge.simulator.faults import HEADER, Fault, asked_for
from tollbridge.simulator.foresight import foreseen
from tollbridge.simulator.forms import Form
from tollbridge.simulator.hold import held
from tollbridge.simulator.idempotency import earlier, first_answer, key_of
from tollbridge.simulator.message import Late, Reply, Request
from tollbridge.simulator.reading import Reading
from tollbridge.simulator.record import Told
from tollbridge.simulator.recorded import Record
from tollbridge.simulator.replies import faulted, refusal_of, reply_to
from tollbridge.simulator.routes import ROUTES, found_route, is_template
from tollbridge.simulator.routing import Route, require_known
from tollbridge.simulator.rows import PaymentIntent, Subscription
from tollbridge.simulator.seed import plant, planted
from tollbridge.simulator.shared import Shared
from tollbridge.simulator.snapshot import dump
from tollbridge.simulator.store import MemoryStore
from tollbridge.simulator.work import Needed, R, Store, Unavailable, Work, damage_told

log = logging.getLogger(__name__)

RECORDED = 10_000

PRUNE_EVERY = 500
"""Calls, after which old idempotency keys, and calls beyond the record's bound, are thrown away."""

T = TypeVar("T")
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
        store: Store | None = None,
    ) -> None:
        """Begin with the objects of a seed, as far as the store has them not yet.

        Args:
            seed: `settlement_currency`, and lists of `customers`, `payment_methods` and `subscriptions`.
            clock: seconds since the epoch.
            randomness: for ids and secrets; None for the system's own.
            recorded: how many calls the record keeps, where no store is given.
            store: what keeps the state; None for this process's memory.

        Raises:
            ValueError: a card of the seed is none of the test cards.
            Unavailable: the store cannot be reached.
        """
        self._seed = seed
        self._store: Store = MemoryStore(recorded=recorded) if store is None else store
        self.clock = Clock(clock, self._store)
        self._settlement_currency = str(seed.get("settlement_currency", "usd"))
        self._handled_calls = 0
        self._chance = Chance(randomness)
        self._worked(lambda work: plant(work, seed, self.clock()))
        self.record = Record(self._store, key=self._store.secret("record", self._chance.randomness.randbytes(16)))

    def secret(self, name: str, fresh: bytes) -> bytes:
        """Return a secret that all who share the state have; the fresh one becomes it where there is none."""
        return self._store.secret(name, fresh)

    def close(self) -> None:
        """Let go of what keeps the state."""
        self._store.close()

    @property
    def waits(self) -> bool:
        """Whether a call may wait for a disk or a network, and so belongs into a thread of its own."""
        return self._store.waits

    def reset(self, seed: int | None = None) -> None:
        """Go back to the beginning: objects, idempotency keys, faults, clock and record.

        Args:
            seed: makes the ids that follow repeatable; None leaves them to the system's randomness.

        Raises:
            ValueError: a seed, where others may share the state.
        """
        if seed is not None and not self._store.alone:
            raise ValueError(
                "A seed repeats the ids of one process, and other processes may share this state: leave seed out, or "
                "keep the state in memory."
            )
        shared = Shared()
        self._store.replace(shared, planted(self._seed, self.clock.at(shared)), {}, forgets_calls=True)
        self._chance.follow(None if seed is None else random.Random(seed))  # noqa: S311 - test ids, on purpose

    def snapshot(self) -> Iterator[bytes]:
        """Yield the whole state, as it is when the first is asked for, as lines; see the module `snapshot`."""
        with self.snapshot_file() as file:
            yield from file

    def snapshot_file(self) -> IO[bytes]:
        """Return the whole state, as it is now, as a file of lines, which the caller closes.

        Raises:
            OSError: there is no room for the file.
            Unavailable: the store cannot be reached.
        """
        with damage_told(damageable=not self._store.alone):
            return dump(self._store, self._chance.repeating if self._store.alone else None)

    def restore(self, lines: Iterable[bytes]) -> None:
        """Put a state back, at once; faults are forgotten, and the record goes on.

        Raises:
            ValueError: it is not a snapshot; what was here stays.
            Unavailable: the store cannot be reached; what was here stays.
        """
        reading = Reading(lines, self.clock.machine())
        head = reading.head()
        shared = Shared(head.stopped_at, head.ahead or 0)
        rows = reading.rows(planted(self._seed, self.clock.at(shared)))
        self._store.replace(shared, rows, reading.keys, forgets_calls=False)
        self._chance.follow(reading.randomness if self._store.alone else None)

    def faults(self) -> list[Fault]:
        """Return the faults that wait for their call."""
        return [replace(one.fault) for one in self._store.shared().faults.waiting]

    def forgive(self) -> None:
        """Forget every fault."""
        self._store.change(lambda shared: shared.faults.forget())

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
        return self._worked(lambda work: after_challenge(self._context(work, self.clock()), identity, passes=passes))

    def inject(self, fault: Fault) -> None:
        """Let a fault wait for its call.

        Raises:
            ValueError: no call will come, as the simulator has no such route.
        """
        if not is_template(fault.method, fault.path):
            raise ValueError(f"A fault waits for a route such as POST {ROUTES[-1].template}, not {fault.path}.")
        seed = self._chance.seed_of_draws()
        self._store.change(lambda shared: shared.faults.add(fault, seed))

    def intents(self) -> list[PaymentIntent]:
        """Return every payment intent, oldest first: for whoever stands beside the simulator."""
        return self._worked(lambda work: list(work.listed(PaymentIntent, newest_first=False)))

    def subscription(self, identity: str) -> Subscription | None:
        """Return a subscription; None where there is none with the id."""
        return self.row(Subscription, identity)

    def row(self, cls: type[R], identity: str) -> R | None:
        """Return what is remembered of an object; None where nothing of the type has the id."""
        return self._worked(lambda work: work.get(cls, identity))

    def _worked(self, operation: Callable[[Work], T]) -> T:
        """Return what an operation returns, as a job of its own or as a part of the one that runs."""

        def job() -> T:
            with damage_told(damageable=not self._store.alone), self._store.work() as work:
                return operation(work)

        return self._store.run(job)

    def _context(self, work: Work, now: int, effects: list[tuple[str, str]] | None = None) -> Context:
        kept = [] if effects is None else effects

        def new_id(prefix: str) -> str:
            identity = self._chance.new_id(prefix)
            work.fresh.add(identity)
            return identity

        return Context(work, now, new_id, self._chance.randomness, self._settlement_currency, kept)

    def handle(self, request: Request) -> Reply:
        """Answer a request.

        Raises:
            NoAnswer: a fault says that nothing comes back.
            Late: a fault says that the answer comes later.
        """
        try:
            return self._store.run(*self._job(request))
        except Unavailable as reason:
            return self._unavailable(request, reason)

    async def answer(self, request: Request) -> Reply:
        """Do what `handle` does, without keeping the event loop waiting."""
        try:
            return await self._store.run_soon(*self._job(request))
        except Unavailable as reason:
            return self._unavailable(request, reason)

    def _job(self, request: Request) -> tuple[Callable[[], Reply], Callable[[], Needed]]:
        """Return what answers a request, and what foresees its needs."""
        return partial(self._called, request, self._chance.new_id("req")), partial(foreseen, request)

    def _called(self, request: Request, request_id: str) -> Reply:
        try:
            self._prune()
            route, named = found_route(request.method, request.path)
            shared = self._store.shared()
            fault = asked_for(request.headers.get(HEADER)) or self._fault(shared, route)
            late = self._late(request, request_id, route, named, fault) if fault and fault.kind == "slow" else None
        except StripeFailure as failure:
            return self._refused(request, request_id, failure, "", {}, None)
        if late:
            raise late
        return self._handled(request, request_id, route, named, fault, self.clock.at(shared))

    def _prune(self) -> None:
        """Throw away what is old, now and then."""
        self._handled_calls += 1
        if self._handled_calls % PRUNE_EVERY == 0:
            self._store.prune(self.clock(), self.clock.machine())

    def _fault(self, shared: Shared, route: Route) -> Fault | None:
        """Return the fault that waits for a call of a route."""
        if not shared.faults.wait_for(route.method, route.template):
            return None
        return self._store.change(lambda shared: shared.faults.take(route.method, route.template))

    def _late(self, request: Request, request_id: str, route: Route, named: dict[str, str], fault: Fault) -> Late:
        """Return the answer that comes later; meanwhile its idempotency key is in use.

        Raises:
            Unavailable: the state cannot be reached.
        """
        key = None
        with suppress(StripeFailure):  # a key of a wrong length is refused when the call is answered
            key = key_of(request)
        hold = held(self._store, key, request_id, fault.seconds, self.clock.machine())
        made: Reply | None = None
        if hold.other or fault.when == "after":
            made = self._handled(request, request_id, route, named, fault, self.clock())

        def answer() -> Reply:
            try:
                return made or self._handled(request, request_id, route, named, fault, self.clock())
            finally:
                hold.end()

        def answered() -> Reply:
            try:
                return self._store.run(answer, partial(foreseen, request))
            except Unavailable as reason:
                return self._unavailable(request, reason)

        return Late(fault.seconds, answered)

    def _handled(
        self, request: Request, request_id: str, route: Route, named: dict[str, str], fault: Fault | None, now: int
    ) -> Reply:
        reply = NOT_REACHED
        form: Form = {}
        try:
            reached = fault is None or fault.when == "after" or fault.kind == "slow"
            if reached:
                require_access(request.headers, browser=route.browser)
            form = form_of(request)
            if reached:
                require_known(route, form)
                telling = partial(self.record.told, request, route.template, form, fault)
                reply = self._answered(request, request_id, route, named, form, now, telling)
        except StripeFailure as failure:
            reply = self._refused(request, request_id, failure, route.template, form, fault)
        if reply is NOT_REACHED:
            self.record.add(self.record.told(request, route.template, form, fault, reply.status, ()))
        return faulted(request, request_id, fault, now) if fault and fault.kind != "slow" else reply

    def _answered(
        self,
        request: Request,
        request_id: str,
        route: Route,
        named: dict[str, str],
        form: Form,
        now: int,
        telling: Callable[[int, tuple[tuple[str, str], ...]], Told],
    ) -> Reply:
        """Return the answer; what it changed, its idempotency key and its line in the record are kept as one."""
        key, machine = key_of(request), self.clock.machine()
        paths = wanted(route, form) if "expand" in form else []

        def once(work: Work) -> Reply:
            first = earlier(work.key(key), key, request, request_id, now, machine) if key is not None else None
            if first:
                replay = {"idempotent-replayed": "true", "original-request": first.request_id}
                work.tell(telling(first.status, ()))
                return reply_to(request, request_id, first.status, first.body, replay)
            effects: list[tuple[str, str]] = []
            context = self._context(work, now, effects)
            context.browser = from_browser(request.headers)
            answer: Answer = route.operation(context, form, **named)
            if paths and answer.status < 400:
                answer = Answer(answer.status, expanded(context, answer.document, paths))
            if answer.status >= 400:
                name_log(answer.document, request_id, now)
            if key is not None:
                stored = work.written(answer.row)
                work.keep(key, first_answer(request, answer, stored, request_id, now, machine))
            work.tell(telling(answer.status, tuple(effects)))
            own = {"original-request": request_id} if request.method == "POST" else {}
            return reply_to(request, request_id, answer.status, orjson.dumps(answer.document), own)

        return self._worked(once)

    def _refused(
        self,
        request: Request,
        request_id: str,
        failure: StripeFailure,
        template: str,
        form: Form,
        fault: Fault | None,
    ) -> Reply:
        """Return a refusal, which changed nothing, and record it."""
        reply = refusal_of(request, request_id, failure, self.clock())
        self.record.add(self.record.told(request, template, form, fault, reply.status, ()))
        return reply

    def _unavailable(self, request: Request, reason: Unavailable) -> Reply:
        """Return the answer where the store cannot be reached: so neither the record nor the clock can be."""
        log.warning("A call could not be kept or recorded: %s", reason)
        return refusal_of(request, self._chance.new_id("req"), unavailable(), int(time.time()))
