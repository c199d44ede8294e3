"""One exchange of a run: what was seen, and what a right answer is. It is made once, after the call."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

from tollbridge.verify.model.evidence import Evidence, Known, remembered
from tollbridge.verify.model.expectation import Expectation

MAX_TEXT, MAX_CALLS = 20_000, 60
"""Characters of an answer, and calls at Stripe, that a finding keeps."""


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
        """The run's knowledge after it."""
        return remembered(self.evidence, self.expectation.terms.secret)

    def kept(self) -> Self:
        """Return it as a finding keeps it: a target may have made long what came back and what Stripe was told."""
        return replace(self, evidence=_kept(self.evidence))


def _kept(x: Evidence) -> Evidence:
    answer = x.answer and replace(x.answer, text=x.answer.text[:MAX_TEXT])
    calls = None if x.calls is None else x.calls[:MAX_CALLS]
    parallel = [_kept(one) for one in x.parallel]
    return replace(x, answer=answer, calls=calls, intents=[], previous=None, parallel=parallel)
