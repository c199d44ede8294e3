"""Playing cases: each step in turn, each call as an exchange with what Stripe was told in between."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from tollbridge.simulator import Fault
from tollbridge.verify.cases.context import CaseContext
from tollbridge.verify.errors import VerifyError
from tollbridge.verify.model.evidence import (
    NOT_SIMULATED,
    Answer,
    Document,
    Evidence,
    Known,
    Sent,
)
from tollbridge.verify.model.exchange import Exchange
from tollbridge.verify.model.expectation import Expectation
from tollbridge.verify.model.oracle import Oracle
from tollbridge.verify.model.ordinary import expected_of
from tollbridge.verify.model.steps import (
    AtStripe,
    Break,
    Call,
    Case,
    Headers,
    Mend,
    Step,
    Together,
)
from tollbridge.verify.model.stripe_routes import CREATE, MAY_CARRY
from tollbridge.verify.model.tokens import Tokens
from tollbridge.verify.run_limit import RunLimit
from tollbridge.verify.target import proof
from tollbridge.verify.target.authorization import Authorization
from tollbridge.verify.target.connection import REFUSED, Broken, RawConnection
from tollbridge.verify.target.filling import filled
from tollbridge.verify.target.stripe_double import MAX_CALLS, OURS, Moment, StripeDouble

GIVEN_UP = (502, 503)
"""The statuses with which a target says that it does not ask Stripe for now, as a circuit breaker does."""

HEALS_WITHIN, PAUSE = 30.0, 0.5
"""Seconds in which a breaker has to try Stripe again, and between two looks at it."""


@dataclass
class Runner:
    """Plays cases against one target.

    Args:
        url: of the target.
        within: seconds for one answer.
        stripe: the target's Stripe; None where it is not ours.
        tokens: of the world's accounts.
        limit: of the run.
        known: from the exchanges so far.
        sent: how many calls were sent.
        timings: of each answer, its status, 0 where none came, and the seconds until it was there.
        heals_within: seconds after a fault of Stripe's in which a target may still say that Stripe is not well.
    """

    url: str
    within: float
    stripe: StripeDouble | None
    tokens: Tokens
    limit: RunLimit
    known: Known = field(default_factory=Known)
    sent: int = 0
    timings: list[tuple[int, float]] = field(default_factory=list)
    heals_within: float = HEALS_WITHIN
    line: RawConnection | None = None
    _faults: tuple[Fault, ...] = ()
    _mended: bool = False
    _authorization: Authorization = field(init=False)
    _oracles: dict[int, tuple[CaseContext, Oracle]] = field(default_factory=dict)
    """By the context's identity, with the context, which so lives as long."""

    def __post_init__(self) -> None:
        """Show the tokens of this run."""
        self._authorization = Authorization(self.tokens, self.limit)

    def play(self, context: CaseContext, case: Case) -> list[Exchange]:
        """Play a case and return its exchanges, in order.

        Raises:
            VerifyError: the target asks Stripe for what the simulator does not have.
            Enough: the run has ended, before the case or within it.
        """
        played: list[Exchange] = []
        last = max((n for n, step in enumerate(case.steps) if isinstance(step, Call | Together)), default=0)
        try:
            for n, step in enumerate(case.steps):
                compared = case if n == last and played and (case.same or case.equal) else None
                self._step(context, step, played, compared)
                if _is_gone(played):
                    del played[-1]  # the call before it is what the target did not bear
                    break
        finally:
            self._faults, self._mended = (), False
            if self.stripe:
                self.stripe.mend()
                if any(isinstance(step, AtStripe) for step in case.steps):
                    self.stripe.reset()  # the next case begins with what the world file says
        return played

    def hang_up(self) -> None:
        """Close the connection to the target, if there is one; the next call makes another."""
        if self.line:
            self.line.close()

    def _step(self, context: CaseContext, step: Step, played: list[Exchange], compared: Case | None) -> None:
        self.limit.require()
        match step:
            case Call():
                call = filled(step, played)
                played.append(self._one(context, call, played[-1] if compared else None, compared))
            case Together(calls):
                played += self._together(context, calls)
            case AtStripe(path, form):
                self._stripe().post(path, form)
            case Break(fault):
                # What only takes its time is no failure: the answer has to be as ever.
                self._faults += () if fault.kind == "slow" else (fault,)
                self._stripe().breaks(fault)
            case Mend():
                self._mended, self._faults = bool(self._faults), ()
                self._stripe().mend()

    def _stripe(self) -> StripeDouble:
        assert self.stripe is not None
        return self.stripe

    def _one(self, context: CaseContext, call: Call, previous: Exchange | None, compared: Case | None) -> Exchange:
        """Send a call; after a fault of Stripe's once more and again, until a target that gave Stripe up tries it."""
        until, mended = time.monotonic() + self.heals_within, self._mended
        made = self._asked(context, call, previous, compared)
        while mended and made.evidence.status in GIVEN_UP and time.monotonic() < until and not self.limit.over:
            time.sleep(PAUSE)
            self._mended = True
            made = self._asked(context, call, previous, compared)
        if mended and made.evidence.status in GIVEN_UP:
            self.heals_within = 0.0  # it does not heal: that is found once, and not waited for again
        return self._kept(made)

    def _asked(self, context: CaseContext, call: Call, previous: Exchange | None, compared: Case | None) -> Exchange:
        expectation = self.expected(context, call)
        before = self.stripe.moment() if self.stripe else None
        if self.line is None:
            self.line = RawConnection(self.url, self.within)
        answer, broken = self._ask(self.line, call)
        evidence = self._evidence(
            call,
            answer,
            broken,
            faults=[asdict(fault) for fault in self._faults],
            after_fault=self._mended,
            previous=previous.evidence if previous else None,
            same=bool(compared and compared.same),
            equal=bool(compared and compared.equal),
            **(self._seen_since(before) if before else {}),
        )
        self._mended = False
        if previous:
            expectation = replace(expectation, previous=previous.expectation)
        return Exchange(evidence, expectation)

    def expected(self, context: CaseContext, call: Call) -> Expectation:
        """Return what a right answer to a call is, as things stand now at Stripe."""
        context = context.others.get(call.operation.operation_id, context)
        if call.right:
            return expected_of(context.terms, call, context.default().role)
        return self._oracle(context).expected(call)

    def _oracle(self, context: CaseContext) -> Oracle:
        """Return an operation's oracle, which works its terms out once."""
        known = self._oracles.get(id(context))
        if known is None or known[0] is not context:
            made = Oracle(context.subject, context.world, context.held, context.cards, self.stripe)
            known = self._oracles[id(context)] = context, made
        return known[1]

    def _evidence(self, call: Call, answer: Answer | None, broken: str | None, **more: Any) -> Evidence:
        self.sent += 1
        return Evidence(self.sent, sent_by(call), answer, broken, known=self.known, **more)

    def _kept(self, x: Exchange) -> Exchange:
        """Return an exchange, after the run has remembered it."""
        self.known = x.known
        return x

    def _ask(self, line: RawConnection, call: Call) -> tuple[Answer | None, str | None]:
        begun, status = time.monotonic(), 0
        try:
            target = proof.target_of(call, self.tokens)
            answer = line.ask(call.verb, target, self.headers(call), call.body, call.head)
            status = answer.status
        except Broken as error:
            return None, str(error)
        finally:
            self.timings.append((status, time.monotonic() - begun))
        return answer, None

    def headers(self, call: Call) -> Headers:
        """Return a call's headers, its token among them."""
        return (*call.content, *self._authorization.headers(call), *call.headers)

    def _together(self, context: CaseContext, calls: Sequence[Call]) -> list[Exchange]:
        oracle = self._oracle(context)
        expected = [oracle.expected(call) for call in calls]
        before = self.stripe.moment() if self.stripe else None
        self.hang_up()  # a target that serves one connection at a time would wait for it

        def asking(call: Call) -> tuple[Answer | None, str | None]:
            with RawConnection(self.url, self.within) as line:
                return self._ask(line, call)

        with ThreadPoolExecutor(len(calls)) as pool:
            answers = list(pool.map(asking, calls))
        played = []
        for call, expectation, (answer, broken) in zip(calls, expected, answers, strict=True):
            evidence = self._evidence(call, answer, broken, together=True)
            played.append(self._kept(Exchange(evidence, expectation)))
        if before:
            played[-1] = self._closing(played, self._seen_since(before))
        return played

    def _closing(self, played: list[Exchange], seen: dict[str, Any]) -> Exchange:
        """Return the last exchange of a group, with the group and what Stripe was told of all of it."""
        last = played[-1]
        group = [x.evidence for x in played] if len(played) > 1 else []
        expectation = replace(last.expectation, parallel=[x.expectation for x in played] if group else [])
        return self._kept(
            replace(last, evidence=replace(last.evidence, parallel=group, **seen), expectation=expectation)
        )

    def _seen_since(self, before: Moment) -> dict[str, Any]:
        """Return the part of the evidence that is Stripe's: what it was told since a moment, and has now."""
        stripe = self._stripe()
        if stripe.flooded:
            self.limit.stop(f"the target asked Stripe more than {MAX_CALLS} times for one request")
        seen = stripe.since(before)
        _require_known(seen.calls)
        return {
            "calls": seen.calls,
            "intents": seen.intents,
            "before": before.subscriptions,
            "after": seen.subscriptions,
            "api_keys": sorted(stripe.keys - {OURS}),
        }


def _is_gone(played: list[Exchange]) -> bool:
    """Tell whether the last call found no target after one that got no answer."""
    return len(played) > 1 and played[-1].evidence.broken == REFUSED and played[-2].evidence.broken is not None


def sent_by(call: Call) -> Sent:
    """Return what a call sends, as evidence."""
    return Sent(
        method=call.verb,
        target=call.target,
        headers=[list(header) for header in (*call.content, *call.headers)],
        text=call.body.decode("utf-8", "replace"),
        document=call.document,
        account=call.account,
        token=call.token,
        note=call.note,
    )


def adds(call: Document) -> bool:
    """Tell whether a call makes, changes or confirms an intent with what changes what the intent does."""
    return call["method"] == "POST" and call["route"].startswith(CREATE) and not call["parameters"].keys() <= MAY_CARRY


def _require_known(calls: list[Document]) -> None:
    """Refuse to judge what follows from a route that the simulator lacks; a parameter that it lacks is a finding's."""
    strange = next((c for c in calls if not c["route"] or (c["status"] == NOT_SIMULATED and not adds(c))), None)
    if strange:
        raise VerifyError(
            f"The target asked Stripe for {strange['method']} {strange['path']}, which the simulator does not have, or "
            f"with a parameter or an expansion that it lacks ({', '.join(strange['parameters']) or 'none sent'}): "
            "what follows from it cannot be judged. docs/simulator.md lists what it has."
        )
