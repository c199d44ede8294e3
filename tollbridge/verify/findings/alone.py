"""Playing calls alone before others that were under way, or a fault of Stripe's, are blamed for what they got."""

from collections.abc import Iterator

from tollbridge.verify.cases import CaseContext
from tollbridge.verify.evaluator import Verdict
from tollbridge.verify.findings.earlier import was_right
from tollbridge.verify.model.check import Check
from tollbridge.verify.model.exchange import Exchange
from tollbridge.verify.model.steps import AtStripe, Call, Case, Together
from tollbridge.verify.run import Run
from tollbridge.verify.target.connection import REFUSED

MAX_ALONE = 16
"""Calls of one group that are played alone."""

MAX_REMEMBERED = 100
"""Calls of which a run remembers what they showed alone: each may have been answered with a megabyte."""

Shown = tuple[Case, list[Verdict]]
"""A case, and what it shows."""


def judged(run: Run, context: CaseContext, case: Case, played: list[Exchange], verdicts: list[Verdict]) -> list[Shown]:
    """Return the verdicts on a case that was played; where a call of it fails alone, what that shows in their place."""
    kept: list[Verdict] = []
    instead: list[Shown] = []
    for x, check, wrong in verdicts:
        found = [*_alone(run, context, case, played.index(x))] if check.alone else []
        echoed = [shown for shown in found if _fails_from_the_first(run, check, shown)]
        instead += echoed
        kept += [] if echoed else [(x, check, wrong)]
    return [(case, kept), *instead]


def _fails_from_the_first(run: Run, check: Check, shown: Shown) -> bool:
    """Tell whether a call alone shows what a check blames on others, and did not go right before they came."""
    return any(one.name in check.alone and not was_right(run, x) for x, one, _ in shown[1])


def _alone(run: Run, context: CaseContext, case: Case, index: int) -> Iterator[Shown]:
    """Yield a case for each call of an exchange, of a group all of them, with what the call shows alone."""
    for name, alone in _calls(case, index).items():
        if name not in run.alone:
            run.set_back(fresh=False)
            played = run.play(context, alone)
            if any(x.evidence.broken == REFUSED for x in played):
                continue  # a target that has gone shows nothing
            if len(run.alone) >= MAX_REMEMBERED:
                del run.alone[next(iter(run.alone))]  # the oldest; it is played once more where it comes again
            run.alone[name] = run.evaluator.judge(played)
        yield alone, run.alone[name]


def _calls(case: Case, index: int) -> dict[str, Case]:
    """Return cases of one call each, of the step whose exchange has an index, by what is sent."""
    before: list[AtStripe] = []
    for step in case.steps:
        calls = step.calls if isinstance(step, Together) else (step,) if isinstance(step, Call) else ()
        if index < len(calls):
            found = {_key(before, call): Case("a call alone", (*before, call)) for call in calls}
            return dict([*found.items()][:MAX_ALONE])
        index -= len(calls)
        before += [step] if isinstance(step, AtStripe) else []
    return {}


def _key(before: list[AtStripe], call: Call) -> str:
    """Return what is done at Stripe and then sent, whatever its note says."""
    done = [(step.path, sorted(step.form.items())) for step in before]
    return repr((done, call.verb, call.target, call.account, call.token, call.content, call.headers, call.body))
