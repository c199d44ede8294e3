"""Judging a consumer: what is delivered to it, in which order, and what it has to do then."""

import asyncio
from collections.abc import Iterable

from tollbridge.simulator.model.rows import Attempt
from tollbridge.verify.consumer import checks
from tollbridge.verify.consumer.checks import CONSUMER_CHECKS, ConsumerCheck
from tollbridge.verify.consumer.deliveries import Delivery, Line, forged, old, right, rolled
from tollbridge.verify.consumer.judgement import Endpoint, Fault, Judgement
from tollbridge.verify.consumer.payments import At, Document, Payment, alike, payment

MAX_UNANSWERED = 3
"""Deliveries without an answer after which no more are made."""

ROUNDS = 3
"""How often an event that is refused comes again."""

NO_STATE = "--webhook-state URL does not say where its state is seen"
NOT_SEEN = "what --webhook-state shows does not tell of its payment"
NOT_ALIKE = "what --webhook-state shows is another for two payments that are alike"


class Silent(Exception):
    """The consumer does not answer."""


def judge(endpoint: Endpoint, at: At) -> Judgement:
    """Judge a consumer, with events of payments at a simulator."""
    return asyncio.run(_Judge(endpoint, at).judged())


class _Judge:
    """One consumer under judgement."""

    def __init__(self, endpoint: Endpoint, at: At) -> None:
        self._endpoint = endpoint
        self._at = at
        self._line = Line(endpoint.url, endpoint.state, endpoint.seconds)
        self._unanswered = 0
        self._judgement = Judgement(endpoint.url)

    async def judged(self) -> Judgement:
        first = self._payment()
        try:
            if not first.events:
                self._put_aside(CONSUMER_CHECKS, "the endpoint gets none of the events of a payment that is refunded")
            elif await self._accepts(first):
                await self._refuses(self._payment())
                await self._keeps_state(first)
        except Silent:
            self._put_aside(CONSUMER_CHECKS, "it did not answer")
        finally:
            await self._line.close()
        return self._judgement

    def _payment(self) -> Payment:
        return payment(self._at, self._endpoint.types)

    async def _accepts(self, first: Payment) -> bool:
        """Deliver a payment's events, and tell whether the most important one is accepted."""
        accepted = True
        for event in first.events:
            delivery = right(event, self._endpoint.secret)
            attempt = await self._sent(delivery)
            before = await self._line.state(first)
            if event is first.main:
                accepted = self._hold(checks.ACCEPTS, delivery, attempt, accepted=True)
                await self._kept(first, delivery, attempt, before)
        if not accepted:
            self._put_aside(CONSUMER_CHECKS, "it does not accept what is right")
            return False
        both = rolled(self._payment().main, self._endpoint.secret)
        self._hold(checks.ACCEPTS, both, await self._sent(both), accepted=True)
        return True

    async def _refuses(self, unknown: Payment) -> None:
        """Deliver what nobody signed, of a payment that the consumer does not know; nor does it after that."""
        before = await self._line.state(unknown)
        for delivery in forged(unknown, self._endpoint.secret):
            self._hold(checks.SIGNATURE, delivery, await self._sent(delivery), accepted=False)
        if before is not None:
            after = await self._line.state(unknown)
            self._same(checks.SIGNATURE, before, after, "after deliveries that nobody signed were refused")
        late = old(unknown.main, self._endpoint.secret)
        self._hold(checks.TIMESTAMP, late, await self._sent(late), accepted=False)

    async def _kept(self, first: Payment, delivery: Delivery, attempt: Attempt, before: str | None) -> None:
        """Look at the state again, some time after an event was acknowledged."""
        if before is None:
            return
        await asyncio.sleep(self._endpoint.settled)
        self._same(checks.KEPT, before, await self._line.state(first), delivery.what, attempt)

    async def _keeps_state(self, first: Payment) -> None:
        """Deliver events again, and those of another payment in the other order."""
        reason = await self._why_stateless(first)
        if reason:
            self._put_aside((checks.DUPLICATES, checks.ORDER, checks.KEPT), reason)
            return
        state = await self._line.state(first)
        for event in first.events:
            await self._sent(right(event, self._endpoint.secret, again=True))
        await asyncio.sleep(self._endpoint.settled)
        self._same(checks.DUPLICATES, state, await self._line.state(first), "after the events came again")
        if len(first.events) < 2:
            self._put_aside((checks.ORDER,), "the endpoint gets one of the events only")
            return
        other = self._payment()
        await self._delivered(other.events[::-1])
        await asyncio.sleep(self._endpoint.settled)
        shown = await self._line.state(other)
        self._same(
            checks.ORDER, state, shown and alike(shown, other, first), "after the events came in the other order"
        )

    async def _why_stateless(self, first: Payment) -> str | None:
        """Return why the state of two payments cannot be compared; None where it can."""
        if self._endpoint.state is None:
            return NO_STATE
        twin = self._payment()
        unknown = await self._line.state(twin)
        await self._delivered(twin.events)
        await asyncio.sleep(self._endpoint.settled)
        state, shown = await self._line.state(first), await self._line.state(twin)
        if state is None or shown is None or shown == unknown:
            return NOT_SEEN
        return None if alike(shown, twin, first) == state else NOT_ALIKE

    async def _delivered(self, events: Iterable[Document]) -> None:
        """Deliver events; one that is not accepted comes again after the others, as Stripe's retries do."""
        waiting = list(events)
        for _ in range(ROUNDS):
            again = []
            for event in waiting:
                attempt = await self._sent(right(event, self._endpoint.secret), may_be_early=True)
                again += [] if _accepted(attempt) else [event]
            waiting = again

    async def _sent(self, delivery: Delivery, *, may_be_early: bool = False) -> Attempt:
        """Make a delivery, and judge what holds of every one.

        Raises:
            Silent: too many had no answer.
        """
        attempt = await self._line.post(delivery)
        self._judgement.sent += 1
        status = attempt["status"]
        self._count(checks.IN_TIME)
        if status is None:
            self._find(checks.IN_TIME, "no answer", delivery, attempt)
            self._unanswered += 1
            if self._unanswered >= MAX_UNANSWERED:
                raise Silent
        elif not may_be_early:
            self._count(checks.NO_ERROR)
            if status >= 500:
                self._find(checks.NO_ERROR, str(status), delivery, attempt)
        return attempt

    def _hold(self, check: ConsumerCheck, delivery: Delivery, attempt: Attempt, *, accepted: bool) -> bool:
        """Hold an answer against whether its event is accepted."""
        if attempt["status"] is None:
            return False
        self._count(check)
        if _accepted(attempt) != accepted:
            self._find(check, delivery.what, delivery, attempt)
        return _accepted(attempt) == accepted

    def _same(
        self, check: ConsumerCheck, before: str | None, after: str | None, what: str, attempt: Attempt | None = None
    ) -> None:
        """Hold two states against each other."""
        self._count(check)
        if before != after:
            shown = f"GET {self._endpoint.state}"
            told = f"{what}: {shown} showed another state"
            lines = f"before: {before}\nafter: {after}"
            self._judgement.faults.append(
                Fault(check, "state", told, f"{shown}\n", lines if attempt is None else f"{_answer(attempt)}\n{lines}")
            )

    def _find(self, check: ConsumerCheck, cause: str, delivery: Delivery, attempt: Attempt) -> None:
        if any(fault.check is check and fault.cause == cause for fault in self._judgement.faults):
            return
        head = "\n".join(f"{name}: {value}" for name, value in delivery.headers.items())
        sent = f"POST {self._endpoint.url}\n{head}\n\n{delivery.body.decode()}"
        found = f"{delivery.what}: {attempt['status'] or attempt['error']}"
        self._judgement.faults.append(Fault(check, cause, found, sent, _answer(attempt)))

    def _count(self, check: ConsumerCheck) -> None:
        self._judgement.judged[check.name] = self._judgement.judged.get(check.name, 0) + 1

    def _put_aside(self, which: Iterable[ConsumerCheck], reason: str) -> None:
        """Say why checks are not judged, of those that were not."""
        for check in which:
            if check.name not in self._judgement.judged:
                self._judgement.aside.setdefault(check.name, reason)


def _accepted(attempt: Attempt) -> bool:
    return attempt["status"] is not None and 200 <= attempt["status"] < 300


def _answer(attempt: Attempt) -> str:
    return f"{attempt['status'] or attempt['error']}\n\n{attempt['answer']}"
