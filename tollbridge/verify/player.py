"""Playing cases: each step in turn, each call as an exchange with what Stripe was told in between."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tollbridge.simulator import Fault, Told
from tollbridge.verify.calls import (
    BARE,
    BASIC,
    EMPTY,
    EXPIRED,
    LOWER,
    NO_TOKEN_OF_ANYBODY,
    OTHER_SCHEME,
    SCHEME_ONLY,
    TWICE,
    TWO,
    UNKNOWN,
    AtStripe,
    Break,
    Call,
    Case,
    Headers,
    Mend,
    Step,
    Together,
)
from tollbridge.verify.error import VerifyError
from tollbridge.verify.exchange import NOT_SIMULATED, Exchange, Memory, adds
from tollbridge.verify.forgery import FORGED, forged
from tollbridge.verify.line import Broken, Line, Reply
from tollbridge.verify.oracle import Expected, Oracle
from tollbridge.verify.stripeside import OURS, Moment, StripeSide
from tollbridge.verify.subject import Subject, Tokens

SPELT = {
    BASIC: "Basic {}",
    LOWER: "bearer {}",
    BARE: "{}",
    SCHEME_ONLY: "Bearer",
    EMPTY: "",
    OTHER_SCHEME: "Token {}",
}
"""How a good token is shown, by what is wrong with that."""


@dataclass
class Player:
    """Plays cases against one target.

    Args:
        url: of the target.
        within: seconds for one answer.
        stripe: the target's Stripe; None where it is not ours.
        oracle: knows the right answers.
        tokens: of the world's accounts.
        memory: of the run.
        sent: how many calls were sent.
    """

    url: str
    within: float
    stripe: StripeSide | None
    oracle: Oracle
    tokens: Tokens
    memory: Memory
    sent: int = 0
    line: Line | None = None
    _faults: tuple[Fault, ...] = ()
    _mended: bool = False

    def play(self, subject: Subject, case: Case) -> list[Exchange]:
        """Play a case and return its exchanges, in order.

        Raises:
            VerifyError: the target asks Stripe for what the simulator does not have.
        """
        played: list[Exchange] = []
        try:
            for step in case.steps:
                self._step(subject, step, played)
        finally:
            self._faults, self._mended = (), False
            if self.stripe:
                self.stripe.mend()
        if len(played) > 1 and (case.same or case.equal):
            last = played[-1]
            last.previous, last.same, last.equal = played[-2], case.same, case.equal
        return played

    def _step(self, subject: Subject, step: Step, played: list[Exchange]) -> None:
        match step:
            case Call():
                played.append(self._one(subject, step))
            case Together(calls):
                played += self._together(subject, calls)
            case AtStripe(path, form):
                self._stripe().post(path, form)
            case Break(fault):
                # What only takes its time is no failure: the answer has to be as ever.
                self._faults += () if fault.kind == "slow" else (fault,)
                self._stripe().breaks(fault)
            case Mend():
                self._mended, self._faults = bool(self._faults), ()
                self._stripe().mend()

    def _stripe(self) -> StripeSide:
        assert self.stripe is not None
        return self.stripe

    def _one(self, subject: Subject, call: Call) -> Exchange:
        before = self.stripe.moment() if self.stripe else None
        x = self._exchange(subject, call, self.oracle.expected(subject, call))
        x.faults, x.after_fault, self._mended = self._faults, self._mended, False
        if self.line is None:
            self.line = Line(self.url, self.within)
        x.reply, x.broken = self._ask(self.line, call)
        if before:
            self._watch([x], before)
        return x

    def _exchange(self, subject: Subject, call: Call, expected: Expected) -> Exchange:
        self.sent += 1
        account = self.oracle.account(call)
        return Exchange(self.sent, subject, call, expected, self.oracle.held, self.memory, account=account)

    def _ask(self, line: Line, call: Call) -> tuple[Reply | None, str | None]:
        try:
            return line.ask(call.verb, call.target, self.headers(call), call.body, call.head), None
        except Broken as error:
            return None, str(error)

    def headers(self, call: Call) -> Headers:
        """Return a call's headers, its token among them."""
        return (*call.content, *self._authorization(call), *call.headers)

    def _authorization(self, call: Call) -> Headers:
        if call.account is None:
            return ()
        token = self.tokens.good.get(call.account, NO_TOKEN_OF_ANYBODY)
        other = self.tokens.of_another(call.account)
        special: dict[str, list[str | None]] = {
            EXPIRED: [self.tokens.expired.get(call.account, "")],
            UNKNOWN: [NO_TOKEN_OF_ANYBODY],
            TWICE: [token, token],
            TWO: [other, token],
        }
        if call.token in FORGED:
            special[call.token] = [forged(token, call.token, other)]
        spelt = SPELT.get(call.token, "Bearer {}")
        return tuple(("Authorization", spelt.format(one)) for one in special.get(call.token, [token]))

    def _together(self, subject: Subject, calls: Sequence[Call]) -> list[Exchange]:
        before = self.stripe.moment() if self.stripe else None
        if self.line:
            self.line.close()  # a target that serves one connection at a time would wait for it
        played = [self._exchange(subject, call, self.oracle.expected(subject, call)) for call in calls]

        def asking(x: Exchange) -> None:
            with Line(self.url, self.within) as line:
                x.reply, x.broken = self._ask(line, x.call)

        with ThreadPoolExecutor(len(played)) as pool:
            list(pool.map(asking, played))
        for x in played:
            x.together = True
        if before:
            self._watch(played, before)
        return played

    def _watch(self, played: list[Exchange], before: Moment) -> None:
        """Give the exchange, or the last of a group, what Stripe was told since a moment."""
        assert self.stripe is not None
        told = self.stripe.told_after(before)
        self.memory.canaries |= dict.fromkeys(self.stripe.keys - {OURS}, "an API key")
        _require_known(told)
        last = played[-1]
        last.told = told
        made = [identity for one in told for what, identity in one.effects if what == "payment_intent.created"]
        last.intents = self.stripe.intents(made)
        last.before, last.after = before.subscriptions, self.stripe.moment().subscriptions
        if len(played) > 1:
            last.group = tuple(played)


def _require_known(told: list[Told]) -> None:
    """Refuse to judge what follows from a route that the simulator has not; a parameter it has not is a finding's."""
    strange = next((one for one in told if not one.route or (one.status == NOT_SIMULATED and not adds(one))), None)
    if strange:
        raise VerifyError(
            f"The target asked Stripe for {strange.method} {strange.path}, which the simulator does not have, or with "
            f"a parameter or an expansion that it does not have ({', '.join(strange.parameters) or 'none sent'}): what "
            "follows from it cannot be judged. docs/simulator.md lists what it has."
        )
