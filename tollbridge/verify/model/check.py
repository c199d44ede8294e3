"""Checks, and the list of all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tollbridge.verify.model.evidence import Evidence
from tollbridge.verify.model.expectation import Expectation

CRITICAL, HIGH, MEDIUM, LOW = "critical", "high", "medium", "low"
SEVERITIES = (CRITICAL, HIGH, MEDIUM, LOW)

NAME = re.compile(r"[a-z]{1,40}(?:-[a-z]{1,40}){0,20}")
"""Names that a check can have: they stand in file names and in scripts."""

MAX_SAID = 2_000
"""Characters of what a verdict says."""


@dataclass(frozen=True)
class Wrong:
    """A verdict that the target is wrong.

    Args:
        cause: tells causes of one check apart, the same in every run.
        said: what was seen.
        expected: what is right.
        rules: the ledger's rules that are broken; None for those of the check that the exchange could have broken.
    """

    cause: str
    said: str
    expected: str
    rules: tuple[str, ...] | None = None

    def brief(self) -> Wrong:
        """Return it with no more of its words than a report shows: they may repeat a whole answer."""
        return replace(self, said=self.said[:MAX_SAID], expected=self.expected[:MAX_SAID])


Judge = Callable[[Evidence, Expectation], "list[Wrong] | None"]
Condition = Callable[[Evidence, Expectation], bool]


@dataclass(frozen=True)
class Check:
    """A pure function that judges evidence.

    Args:
        name: in kebab case.
        asserts: what it asserts, a sentence.
        rules: the ledger's rules that it enforces, each with the exchanges that could have broken it.
        severity: of what it finds.
        sample: how a finding of it reads.
        function: returns what is wrong, or None where it has nothing to judge.
        when: what has to be true of an exchange before it is judged.
        gate: whether later checks have nothing to judge where this one finds something.
        needs: what the run has to have for it: `stripe` (its side seen), a role of the operation's members, or what
            else `coverage/applicable.py` names; without one of them it is not applicable. Of those that are choices of
            ours, by their ids in the ledger, one has to be held.
        optional: whether a right target may never give it an occasion.
        decided: in which exchanges it judges, besides its own rules, those that decided what a right answer is.
        ordinary: whether it judges operations, too, that say nothing of what they are for at Stripe.
        alone: checks that tell of a call alone what this one tells of it under way with others, or while Stripe fails:
            where one of them finds the call wrong when it is played alone, neither the group nor the fault is to blame.
    """

    name: str
    asserts: str
    rules: Mapping[str, Condition]
    severity: str
    sample: str
    function: Judge
    when: tuple[Condition, ...] = ()
    gate: bool = False
    needs: tuple[str, ...] = ()
    optional: bool = False
    decided: Condition | None = None
    alone: tuple[str, ...] = ()
    ordinary: bool = False

    def judge(self, x: Evidence, e: Expectation) -> list[Wrong] | None:
        """Return what is wrong with an exchange; None where there is nothing to judge."""
        for condition in self.when:  # a loop, as this is asked fifty times for each exchange
            if not condition(x, e):
                return None
        return self.function(x, e)

    def exercised(self, x: Evidence, e: Expectation) -> set[str]:
        """Return the ledger's rules that an exchange could have broken, of those that the check judges."""
        own = {rule for rule, could_break in self.rules.items() if could_break(x, e)}
        deciding = e.rules if self.decided and self.decided(x, e) else ()
        return {*own, *deciding} & e.terms.ledger.keys()


CHECKS: dict[str, Check] = {}
"""By name, in the order in which an exchange is judged."""


def check(
    name: str,
    asserts: str,
    *,
    severity: str,
    sample: str,
    rules: Mapping[str, Condition] | None = None,
    when: tuple[Condition, ...] = (),
    gate: bool = False,
    needs: tuple[str, ...] = (),
    optional: bool = False,
    decided: Condition | None = None,
    alone: tuple[str, ...] = (),
    ordinary: bool = False,
) -> Callable[[Judge], Judge]:
    """Put a function on the list of checks; its arguments are those of `Check`."""

    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not in kebab case.")

    def listing(function: Judge) -> Judge:
        CHECKS[name] = Check(
            name,
            asserts,
            rules or {},
            severity,
            sample,
            function,
            when,
            gate,
            needs,
            optional,
            decided,
            alone,
            ordinary,
        )
        return function

    return listing
