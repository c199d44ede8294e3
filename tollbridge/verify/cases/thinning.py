"""Thinning: which cases of the tables are played, so that a run of a slow target ends within its time."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tollbridge.verify.cases import CaseContext, cases, is_thinned_out
from tollbridge.verify.cases import Planned as Numbered
from tollbridge.verify.model.steps import Break, Call, Case, Together

HARNESS = 0.015
"""Seconds that the harness itself takes for a call, its judgement and its looks at Stripe."""

FAULT, SILENCE = 0.5, 2.5
"""Seconds that a target waits at a failing Stripe before it tries again, and at a silent one before it gives up."""

FOR_TABLES = 0.6
"""The part of a run's time that is planned with: random sequences, replays and scripts take the rest."""

FIRST = ("operations", "chains")
"""The tables that come first, of all operations: a run that is cut short has called each of them."""

MOST = 64
"""The most that tables are thinned: every so many-th case."""

Planned = tuple[CaseContext, str, Case]


@dataclass(frozen=True)
class Plan:
    """The cases that a run plays.

    Args:
        played: the cases of the tables, each with its table's name.
        left: those that are left out.
        every: of tables whose cases are alike, every so many-th case is played.
        answer_in: seconds that the target's first answers took.
    """

    played: Sequence[Planned]
    left: Sequence[Planned]
    every: int
    answer_in: float

    @cached_property
    def calls(self) -> int:
        """How many calls are planned."""
        return sum(calls_of(case) for _, _, case in self.played)

    @property
    def seconds(self) -> float:
        """How long the calls will take, and what the target waits at failing Stripes."""
        waits = sum(waits_of(case) for _, _, case in self.played)
        return self.calls * (self.answer_in + HARNESS) + waits


def plan(contexts: Sequence[CaseContext], every: int, answer_in: float, time: float) -> Plan:
    """Return what can be played in a time.

    Args:
        contexts: of the operations.
        every: how far the user has the tables thinned.
        answer_in: seconds that the target's first answers took.
        time: seconds that are left of the run.
    """
    whole = [(context, one) for context in contexts for one in cases(context)]
    made = _thinned(whole, every, answer_in)
    while made.seconds > FOR_TABLES * time and made.every < MOST:
        made = _thinned(whole, made.every * 2, answer_in)
    return made


def calls_of(case: Case) -> int:
    """Return how many calls a case sends."""
    return sum(len(step.calls) if isinstance(step, Together) else isinstance(step, Call) for step in case.steps)


def waits_of(case: Case) -> float:
    """Return how many seconds a target may wait in a case, as Stripe fails."""
    kinds = [step.fault.kind for step in case.steps if isinstance(step, Break)]
    return max((SILENCE if kind == "silence" else FAULT for kind in kinds if kind != "slow"), default=0.0)


def _thinned(whole: Sequence[tuple[CaseContext, Numbered]], every: int, answer_in: float) -> Plan:
    played: list[Planned] = []
    left: list[Planned] = []
    for context, (table, number, case) in whole:
        out = is_thinned_out((table, number, case), every)
        (left if out else played).append((context, table, case))
    played.sort(key=lambda planned: FIRST.index(planned[1]) if planned[1] in FIRST else len(FIRST))
    return Plan(played, left, every, answer_in)
