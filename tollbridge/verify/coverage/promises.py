"""What has to come of an operation and has not yet, and which cases may bring it: a short run plays those too."""

from collections.abc import Iterator
from dataclasses import asdict

from tollbridge.verify.cases import CaseContext
from tollbridge.verify.checks import CHECKS
from tollbridge.verify.checks.fault import SAYS_NOTHING, problem_of
from tollbridge.verify.coverage.applicable import not_applicable, unreachable
from tollbridge.verify.model.expectation import Expectation
from tollbridge.verify.model.steps import Break, Call, Case, Together
from tollbridge.verify.model.stripe_routes import CREATE
from tollbridge.verify.run import Run

Told = tuple[str, str]
"""A status and an `error_code`."""

SUCCESS: Told = ("2xx", "")

PAIRS = "indistinguishable"
"""The check that judges pairs of calls, which stand in tables that are thinned."""

PAIR: Told = ("a pair", PAIRS)


def awaited(run: Run, context: CaseContext) -> list[Told]:
    """Return what an operation never answered, of what it has to: a success, and each problem that can be provoked."""
    tally, subject = run.evaluator.tally, context.subject
    none = [] if tally.successes[subject.operation.operation_id] else [SUCCESS]
    if subject.ordinary:
        return none  # which calls lead to its problems, the contract does not say
    codes = [told for told in sorted(subject.codes) if not unreachable(context, *told) and not tally.codes[told]]
    return [*none, *codes]


def brings(run: Run, context: CaseContext, case: Case) -> bool:
    """Tell whether a case may bring what is awaited."""
    wanted = {*awaited(run, context), *_pairs_awaited(run, context)}
    return bool(wanted) and not wanted.isdisjoint(promised(run, context, case))


def anything_awaited(run: Run) -> bool:
    """Tell whether anything is awaited of any operation."""
    return any(awaited(run, context) or _pairs_awaited(run, context) for context in run.contexts)


def _pairs_awaited(run: Run, context: CaseContext) -> list[Told]:
    """Return that a pair of calls is awaited, where that has to be judged and was not."""
    idle = any(check.name == PAIRS for check in run.evaluator.checks) and not run.evaluator.tally.held[PAIRS]
    return [PAIR] if idle and not not_applicable(CHECKS[PAIRS], context) else []


def promised(run: Run, context: CaseContext, case: Case) -> set[Told]:
    """Return what a case may bring, as things stand now at Stripe."""
    found: set[Told] = {PAIR} if case.same else set()
    faults = [asdict(step.fault) for step in case.steps if isinstance(step, Break)]
    for call in _calls(case):
        right = run.runner.expected(context, call)
        found |= {(str(status), code) for status in right.statuses for code in right.codes}
        found |= {SUCCESS} if right.success else set()
        found |= {_told_of(fault, right) for fault in faults}
    return found


def _told_of(fault: dict[str, object], right: Expectation) -> Told:
    """Return what the contract has for a fault at a call."""
    at_create = fault["path"] == CREATE
    unknown = right.charges and at_create and fault["kind"] in SAYS_NOTHING
    status, code = problem_of(fault, charged=right.charges and not at_create, unknown=unknown)
    return str(status), code


def _calls(case: Case) -> Iterator[Call]:
    for step in case.steps:
        if isinstance(step, Call | Together):
            yield from step.calls if isinstance(step, Together) else (step,)
