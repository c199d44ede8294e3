"""One exchange of a run: what was seen, and what a right answer is. It is made once, after the call."""

from dataclasses import dataclass
from functools import cached_property

from tollbridge.verify.model.evidence import Evidence, Known, remembered
from tollbridge.verify.model.expectation import Expectation


@dataclass(frozen=True)
class Exchange:
    """One request and its answer.

    Args:
        evidence: what was seen.
        expectation: what a right answer is.
    """

    evidence: Evidence
    expectation: Expectation

    @property
    def operation(self) -> str:
        """The operation's id."""
        return self.expectation.terms.operation

    @cached_property
    def known(self) -> Known:
        """What the run knows after it."""
        return remembered(self.evidence, self.expectation.terms.secret)
