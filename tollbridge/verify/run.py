"""One run: its parts, and how far it has come."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tollbridge.contract import Contract
from tollbridge.verify.cases import CaseContext
from tollbridge.verify.evaluator import Evaluator, Verdict
from tollbridge.verify.evidence.file import Writer
from tollbridge.verify.model.steps import Case
from tollbridge.verify.options import VerifyOptions
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
    tell: Tell = lambda _severity, _title: None
    announce: Announce = lambda _plan: None
    generated: int = 0
    dropped: int = 0
    right: dict[int, str] = field(default_factory=dict)
    writer: Writer | None = None
    alone: dict[str, list[Verdict]] = field(default_factory=dict)
    """Results of calls that were played alone, by what was sent."""
    examples: "Callable[[str, int], ExampleDatabase] | None" = None
    """Opens Hypothesis's examples of an operation and a turn; None where none are kept."""

    def set_back(self, *, fresh: bool) -> None:
        """Set the target back where it can be: if that is asked for, or if its process has ended."""
        if self.target.can_reset and (fresh or self.target.ended):
            self.runner.hang_up()
            self.target.reset()
