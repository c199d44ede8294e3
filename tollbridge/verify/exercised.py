"""No vacuous green: what had to be exercised and was not, and what could not be provoked."""

from collections.abc import Iterator

from tollbridge.verify.applies import unreachable
from tollbridge.verify.cases import Stage
from tollbridge.verify.plan import Run
from tollbridge.world import Account


def unexercised(run: Run, aside: dict[str, str]) -> Iterator[str]:
    """Yield what had to be exercised and was not."""
    tally = run.evaluator.tally
    if run.unfinished or (run.plan.fail_fast and run.evaluator.findings):
        return  # what was not reached says nothing
    for check in run.evaluator.checks:
        if check.name not in aside and not tally.held[check.name]:
            yield f"the check {check.name}: its precondition never held"
    for role in sorted({account.role for stage in run.stages for account in _who_can_act(stage)}):
        if not any(tally.accounts[a.id] for a in run.world.accounts.values() if a.role == role):
            yield f"the role {role}: nobody asked as it"
    for stage in run.stages:
        yield from _unreached(run, stage)
    if run.dropped * 2 > run.generated > 0:
        yield f"the generator: {run.dropped} of {run.generated} cases were dropped"


def _who_can_act(stage: Stage) -> Iterator[Account]:
    """Yield the accounts with an organization to act for, of their own or by the contract's header."""
    for account in stage.usable():
        if account.active and (account.organization or stage.subject.organization):
            yield account


def _unreached(run: Run, stage: Stage) -> Iterator[str]:
    """Yield what an operation never answered."""
    name = stage.subject.operation.operation_id
    if not run.evaluator.tally.successes[name]:
        yield f"the operation {name}: it never got a 2xx"
    for status, code in sorted(stage.subject.codes):
        if not unreachable(stage, status, code) and not run.evaluator.tally.codes[status, code]:
            yield f"the problem {status} {code} of {name}: it never came"


def unprovoked(stages: list[Stage]) -> Iterator[tuple[str, str]]:
    for stage in stages:
        for status, code in sorted(stage.subject.codes):
            reason = unreachable(stage, status, code)
            if reason:
                yield f"{status} {code}", reason
