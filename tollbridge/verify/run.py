"""One run: its parts, and how far it has come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tollbridge import quoting
from tollbridge.contract import Contract
from tollbridge.verify.cases import CaseContext
from tollbridge.verify.consumer.judgement import Endpoint, Judgement
from tollbridge.verify.errors import VerifyError
from tollbridge.verify.evaluator import Evaluator, Verdict
from tollbridge.verify.evidence.file import Writer
from tollbridge.verify.model.evidence import Known
from tollbridge.verify.model.exchange import Exchange
from tollbridge.verify.model.finding import brief, masked
from tollbridge.verify.model.steps import Case
from tollbridge.verify.options import VerifyOptions
from tollbridge.verify.target.connection import CLOSED
from tollbridge.verify.target.runner import Runner
from tollbridge.verify.target.stripe_double import StripeDouble
from tollbridge.verify.target.target import Target
from tollbridge.world import World

if TYPE_CHECKING:  # what serves no random sequences does without Hypothesis
    from hypothesis.database import ExampleDatabase

Tell = Callable[[str, str], None]
"""Told the severity and the title of a finding as soon as it is found."""

Announce = Callable[[str], None]
"""Told once, before the tables are played, how long they will take."""

Say = Callable[[str, float], None]
"""Told what is being done, and which part of the run is over, from 0 to 1."""


def in_words(why: VerifyError, known: Known, log: Sequence[str] = ()) -> list[str]:
    """Return why a target cannot be judged, in lines without secrets.

    Args:
        why: the error.
        known: from the run, whose secrets are masked.
        log: the end of the target's log, where the error brings none of its own.
    """
    lines = [masked(line, known) for line in str(why).split("\n")]
    log = [quoting.terminal(brief(line, known)) for line in why.log or log]
    return [*lines, *(["The end of the log:", *log] if log else [])]


@dataclass
class Run:
    """The parts of one run, and how far it has come."""

    options: VerifyOptions
    contract: Contract
    world: World
    target: Target
    stripe: StripeDouble | None
    runner: Runner
    evaluator: Evaluator
    contexts: list[CaseContext]
    say: Say
    history: list[tuple[CaseContext, Case]] = field(default_factory=list)
    unfinished: str | None = None
    not_reached: str | None = None
    not_judged: list[str] = field(default_factory=list)
    tell: Tell = lambda _severity, _title: None
    announce: Announce = lambda _plan: None
    generated: int = 0
    dropped: int = 0
    uncalled: dict[str, str] = field(default_factory=dict)
    """Why operations cannot be called, by their ids."""
    right: dict[int, str] = field(default_factory=dict)
    writer: Writer | None = None
    alone: dict[str, list[Verdict]] = field(default_factory=dict)
    """Results of calls that were played alone, by what was sent."""
    endpoint: Endpoint | None = None
    """The target's endpoint of webhooks; None where it has none."""
    consumer: Judgement | None = None
    examples: "Callable[[str, int], ExampleDatabase] | None" = None
    """Opens Hypothesis's examples of an operation and a turn; None where none are kept."""

    def play(self, context: CaseContext, case: Case) -> list[Exchange]:
        """Play a case, and wait a moment for a process that it may have ended.

        Raises:
            VerifyError: the target asks Stripe for what the simulator does not have.
            Enough: the run has ended, before the case or within it.
        """
        played = self.runner.play(context, case)
        if any(x.evidence.broken == CLOSED for x in played):
            self.target.await_end()
        return played

    def in_words(self, why: VerifyError) -> list[str]:
        """Return why the target cannot be judged, and the end of its log, in lines without the run's secrets."""
        return in_words(why, self.runner.known, self.target.words())

    def set_back(self, *, fresh: bool) -> None:
        """Set the target back where it can be: if that is asked for, or if its process has ended."""
        if self.target.can_reset and (fresh or self.target.ended):
            self.runner.hang_up()
            self.target.reset()
