"""Making a case small: steps and members that a finding does not need are left out, and the rest is played again."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from tollbridge.verify.model.steps import Break, Call, Case, Mend, Step, Together

MAX_TRIES = 60
MAX_SECONDS = 8.0

Fails = Callable[[Case], bool]


def reduced(case: Case, fails: Fails) -> Case:
    """Return the smallest case that still fails, as far as that is found within a bound.

    Args:
        case: one that fails.
        fails: plays a case from the beginning, and tells whether it shows the same finding.
    """
    until = time.monotonic() + MAX_SECONDS
    tries = 0
    smaller = True
    while smaller:
        smaller = False
        for candidate in _candidates(case):
            tries += 1
            if tries > MAX_TRIES or time.monotonic() > until:
                return case
            if fails(candidate):
                case, smaller = candidate, True
                break
    return case


def _candidates(case: Case) -> Iterator[Case]:
    """Yield cases with something less, the largest cuts first."""
    steps = case.steps
    least = 2 if case.same or case.equal else 1
    calls = [n for n, step in enumerate(steps) if isinstance(step, Call | Together)]
    if len(calls) > least:
        yield replace(case, steps=tuple(step for n, step in enumerate(steps) if n not in calls[: len(calls) - least]))
        for n in calls[:-1]:
            yield replace(case, steps=steps[:n] + steps[n + 1 :])
        if least == 1:
            yield replace(case, steps=steps[: calls[-1]])  # the wrong one may be an earlier one
    for n, step in enumerate(steps):
        if not isinstance(step, Call | Together) and not _needed(steps, n):
            yield replace(case, steps=steps[:n] + steps[n + 1 :])
    for n, step in enumerate(steps):
        for smaller in _smaller(step):
            yield replace(case, steps=(*steps[:n], smaller, *steps[n + 1 :]))


def _needed(steps: tuple[Step, ...], n: int) -> bool:
    """A fault that is never mended would outlive its call."""
    return isinstance(steps[n], Mend) and any(isinstance(step, Break) for step in steps[:n])


def _smaller(step: Step) -> Iterator[Step]:
    if isinstance(step, Together) and len(step.calls) > 2:
        half = len(step.calls) // 2
        yield Together(step.calls[:half])
        yield Together(step.calls[half:])
    if isinstance(step, Call) and step.raw is None and step.right is None:  # which is of the whole call
        yield from _smaller_body(step)
        yield from (step.but(headers=tuple(one for one in step.headers if one != header)) for header in step.headers)


def _smaller_body(call: Call) -> Iterator[Call]:
    """Yield the call with fewer members, then with shorter texts."""
    if not isinstance(call.document, dict):
        return
    required = call.operation.body.schema.get("required", ()) if call.operation.body else ()
    optional = [name for name in call.document if name not in required]
    if len(optional) > 1:
        yield call.but(document={name: value for name, value in call.document.items() if name in required})
    for name in optional:
        yield call.but(document={key: value for key, value in call.document.items() if key != name})
    for name in optional:
        if isinstance(value := call.document[name], str) and len(value) > 8:
            yield call.but(document=call.document | {name: value[: len(value) // 2]})
