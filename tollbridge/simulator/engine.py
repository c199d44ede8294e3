"""The way of one call through the simulator, synchronous, over a store.

Its order: route → fault before → key, version, account → decoding → parameters → idempotency → the operation, in a
unit of work → fault after. Validation failures are not stored for idempotency, so they may be mended and repeated.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import orjson

from tollbridge.simulator.model.errors import StripeFailure, unavailable
from tollbridge.simulator.model.randomness import Chance
from tollbridge.simulator.protocol.access import api_key_of, is_publishable, require_access
from tollbridge.simulator.protocol.answer import Answer
from tollbridge.simulator.protocol.call import Call, arrived
from tollbridge.simulator.protocol.envelope import name_log
from tollbridge.simulator.protocol.faults import HEADER, Fault, asked_for
from tollbridge.simulator.protocol.messages import Late, Reply, Request
from tollbridge.simulator.protocol.responses import faulted, original, refusal_of, reply_to
from tollbridge.simulator.protocol.routing import Route, require_known
from tollbridge.simulator.protocol.stripe_js import documented, with_key
from tollbridge.simulator.resources.agenda import Agenda
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.event_log import Cause, note_events
from tollbridge.simulator.resources.expansion import expanded, wanted
from tollbridge.simulator.resources.routes import found_route
from tollbridge.simulator.state.call_log import CallLog
from tollbridge.simulator.state.clock import Clock
from tollbridge.simulator.state.foresight import foreseen
from tollbridge.simulator.state.idempotency import Kept, earlier, first_answer, key_of, storable
from tollbridge.simulator.state.idempotency_hold import held
from tollbridge.simulator.state.settings import Shared
from tollbridge.simulator.state.unit_of_work import Needed, Store, Unavailable, UnitOfWork, damage_told

log = logging.getLogger(__name__)

PRUNE_EVERY = 500
"""Calls, after which old idempotency keys, and calls beyond the record's bound, are thrown away."""

NOT_REACHED = Reply(0, {}, b"")
"""Stands for the answer that a fault before the effect kept from being made."""

T = TypeVar("T")


def worked(store: Store, operation: Callable[[UnitOfWork], T]) -> T:
    """Return what an operation returns, as a job of its own or as a part of the one that runs."""
    return store.run(job_of(store, operation))


def job_of(store: Store, operation: Callable[[UnitOfWork], T]) -> Callable[[], T]:
    """Return the job that does an operation in a unit of work, and tells where a store is damaged that others write."""

    def job() -> T:
        with store.work() as work:
            return operation(work)

    return job if store.alone else damage_told()(job)


class Engine:
    """Answers calls."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        chance: Chance,
        record: CallLog,
        settlement_currency: str,
        base: Callable[[Mapping[str, str]], str],
        agenda: Agenda,
    ) -> None:
        """Take the parts of a simulator.

        Args:
            store: what keeps the state.
            clock: the simulator's.
            chance: what makes ids and secrets.
            record: of the calls.
            settlement_currency: of the account.
            base: the server's own address as the headers of a call tell it.
            agenda: of what changes by itself.

        `wake` is called, from whatever thread, when deliveries of events have been kept.
        """
        self._agenda = agenda
        self._base = base
        self._store = store
        self._clock = clock
        self._chance = chance
        self._record = record
        self._settlement_currency = settlement_currency
        self._handled_calls = 0
        self._deliverable = 0
        self.wake: Callable[[], None] = lambda: None

    def handle(self, request: Request) -> Reply:
        """Answer a request.

        Raises:
            NoAnswer: a fault says that nothing comes back.
            Late: a fault says that the answer comes later.
        """
        with self.waking():
            try:
                return self._store.run(*self._job(request))
            except Unavailable as reason:
                return self._unavailable(request, reason)

    async def answer(self, request: Request) -> Reply:
        """Do what `handle` does, without keeping the event loop waiting."""
        with self.waking():
            try:
                return await self._store.run_soon(*self._job(request))
            except Unavailable as reason:
                return self._unavailable(request, reason)

    def note_events(self, context: Context, cause: Cause) -> None:
        """Keep the events of what a unit of work changed, with the change."""
        if context.work.changes and note_events(context, cause):
            self._deliverable += 1

    @contextmanager
    def waking(self) -> Iterator[None]:
        """Wake the deliverer, where deliveries were kept meanwhile."""
        before = self._deliverable
        yield
        if self._deliverable != before:
            self.wake()

    def context(
        self, work: UnitOfWork, now: int, *, browser: bool = False, base: str = "", version: str = ""
    ) -> Context:
        """Return what an operation works with.

        Args:
            work: the unit of work.
            now: seconds since the epoch.
            browser: whether the call came with a publishable key.
            base: the server's own address, as the call tells it.
            version: of the API that the call asks for; empty where it says none.
        """

        def new_id(prefix: str) -> str:
            identity = self._chance.new_id(prefix)
            work.fresh.add(identity)
            return identity

        def expect(when: int, cls: type[tuple[Any, ...]], identity: str) -> None:
            self._agenda.expect(when - now, cls, identity)

        return Context(
            work,
            now,
            new_id,
            self._chance.randomness,
            self._settlement_currency,
            browser=browser,
            base=base,
            version=version,
            machine=self._clock.machine,
            expect=expect,
            shared=self._store.shared,
            change=self._store.change,
        )

    def _job(self, request: Request) -> tuple[Callable[[], Reply], Callable[[], Needed]]:
        """Return what answers a request, and what foresees its needs."""
        return partial(self._called, request, self._chance.new_id("req")), partial(foreseen, request)

    def _called(self, request: Request, request_id: str) -> Reply:
        self._prune()
        shared = self._store.shared()
        now, machine = self._clock.at(shared), self._clock.machine()
        try:
            route, named = found_route(request.method, request.path)
            fault = asked_for(request.headers.get(HEADER)) or self._fault(shared, route)
        except StripeFailure as failure:
            return self._refused(arrived(request, request_id, now, machine), failure)
        if route.browser:
            request = with_key(request)
        call = Call(request, request_id, now, machine, api_key_of(request.headers), route, named, fault)
        if fault and fault.kind == "slow":
            raise self._late(call, fault)
        return self._handled(call, route)

    def _prune(self) -> None:
        """Throw away what is old, now and then."""
        self._handled_calls += 1
        if self._handled_calls % PRUNE_EVERY == 0:
            self._store.prune(self._clock(), self._clock.machine())

    def _fault(self, shared: Shared, route: Route) -> Fault | None:
        """Return the fault that waits for a call of a route."""
        if not shared.faults.wait_for(route.method, route.template):
            return None
        return self._store.change(lambda shared: shared.faults.take(route.method, route.template))

    def _late(self, call: Call, fault: Fault) -> Late:
        """Return the answer that comes later; meanwhile its idempotency key is in use.

        Raises:
            Unavailable: the state cannot be reached.
        """
        key = None
        with suppress(StripeFailure):  # a key of a wrong length is refused when the call is answered
            key = key_of(call.request)
        hold = held(self._store, key, call.id, fault.seconds, call.machine)
        made = self._handled_now(call) if hold.other or fault.when == "after" else None

        def answer() -> Reply:
            try:
                return made or self._handled_now(call)
            finally:
                hold.end()

        def answered() -> Reply:
            with self.waking():
                try:
                    return self._store.run(answer, partial(foreseen, call.request))
                except Unavailable as reason:
                    return self._unavailable(call.request, reason)

        return Late(fault.seconds, answered)

    def _handled_now(self, call: Call) -> Reply:
        assert call.route is not None  # a fault waits for a route
        return self._handled(call.later(self._clock(), self._clock.machine()), call.route)

    def _handled(self, call: Call, route: Route) -> Reply:
        reply = NOT_REACHED
        try:
            if call.arrives:
                require_access(call.api_key, call.request.headers, browser=route.browser)
            call = call.read()
            if route.browser and is_publishable(call.api_key):
                call = replace(call, form=documented(call.form))
            if call.arrives:
                require_known(route, call.form)
                reply = self._answered(call, route)
            else:
                self._record.add(self._record.told(call, reply.status))
        except StripeFailure as failure:
            reply = self._refused(call, failure)
        return faulted(call, call.fault) if call.fault and call.fault.kind != "slow" else reply

    def _answered(self, call: Call, route: Route) -> Reply:
        """Return the answer; what it changed, its idempotency key and its line in the record are kept as one."""
        key = key_of(call.request)
        paths = wanted(route, call.form) if "expand" in call.form else []

        def once(work: UnitOfWork) -> Reply:
            first = None if key is None else earlier(work.key(key), key, call)
            if first:
                return self._replayed(work, call, first)
            browser, base = is_publishable(call.api_key), self._base(call.request.headers)
            version = call.request.headers.get("stripe-version", "")
            context = self.context(work, call.now, browser=browser, base=base, version=version)
            answer: Answer = route.operation(context, call.form, **call.named)
            if paths and answer.status < 400:
                answer = Answer(answer.status, expanded(context, answer.document, paths))
            if answer.status >= 400:
                name_log(answer.document, call.id, call.now)
            self.note_events(context, Cause(call.machine, call.id, key and storable(key)))
            if key is not None:
                work.keep(key, first_answer(call, answer, work.written(answer.row)))
            refusal = answer.document if answer.status >= 400 else None
            work.tell(self._record.told(call, answer.status, tuple(context.effects), refusal))
            return reply_to(call, answer.status, orjson.dumps(answer.document), original(call))

        return worked(self._store, once)

    def _replayed(self, work: UnitOfWork, call: Call, first: Kept) -> Reply:
        """Return a first answer again, and record the call."""
        refusal = orjson.loads(first.body) if first.status >= 400 else None
        work.tell(self._record.told(call, first.status, refusal=refusal))
        replay = {"idempotent-replayed": "true", "original-request": first.request_id}
        return reply_to(call, first.status, first.body, replay)

    def _refused(self, call: Call, failure: StripeFailure) -> Reply:
        """Return a refusal, which changed nothing, and record it."""
        reply = refusal_of(call, failure)
        self._record.add(self._record.told(call, reply.status, refusal=failure.document()))
        return reply

    def _unavailable(self, request: Request, reason: Unavailable) -> Reply:
        """Return the answer where the store cannot be reached: so neither the record nor the clock can be."""
        log.warning("A call could not be kept or recorded: %s", reason)
        now = int(time.time())
        return refusal_of(arrived(request, self._chance.new_id("req"), now, now), unavailable())
