"""No vacuous green: what had to be exercised and was not, and what could not be provoked."""

from collections.abc import Iterator

from tollbridge.verify.cases import CaseContext
from tollbridge.verify.coverage.applicable import unreachable
from tollbridge.verify.coverage.promises import SUCCESS, awaited
from tollbridge.verify.run import Run
from tollbridge.world import Account

HEADER = (
    "who pays where a header names it: nothing that names an organization arrives, as an administrator's {name} "
    "decides nothing. A proxy may drop headers with an underscore (nginx does, without underscores_in_headers on); "
    "where the target spells it otherwise, tell it by --organization-header NAME"
)


def unexercised(run: Run, aside: dict[str, str]) -> Iterator[str]:
    """Yield what had to be exercised and was not."""
    tally = run.evaluator.tally
    if run.unfinished or (run.options.fail_fast and run.evaluator.findings):
        return  # what was not reached says nothing
    for check in run.evaluator.checks:
        if check.name not in aside and not tally.held[check.name]:
            yield f"the check {check.name}: its precondition never held"
    yield from _roles(run)
    for name, reason in run.uncalled.items():
        yield f"the operation {name}: it was not called: {reason}"
    for context in run.contexts:
        yield from unreached(run, context)
        yield from _header(context)
    if run.dropped * 2 > run.generated > 0:
        yield f"the generator: {run.dropped} of {run.generated} cases were dropped"


def _roles(run: Run) -> Iterator[str]:
    """Yield the roles that no call was made with."""
    of_stripe = [context for context in run.contexts if not context.subject.ordinary]
    for role in sorted({account.role for context in of_stripe for account in _who_can_act(context)}):
        if not any(run.evaluator.tally.accounts[a.id] for a in run.world.accounts.values() if a.role == role):
            yield f"the role {role}: no call was made with it"


def _header(context: CaseContext) -> Iterator[str]:
    """Yield the header that names the organization, where it decided nothing: a documented rule was never tried."""
    if context.subject.organization and not context.held.names_organization:
        yield HEADER.format(name=context.subject.organization.name)


def _who_can_act(context: CaseContext) -> Iterator[Account]:
    """Yield the accounts with an organization to act for, of their own or by the contract's header."""
    for account in context.usable():
        if account.active and (account.organization or context.subject.organization):
            yield account


def unreached(run: Run, context: CaseContext) -> Iterator[str]:
    """Yield what an operation never answered."""
    name = context.subject.operation.operation_id
    for told in awaited(run, context):
        status, code = told
        yield (
            f"the operation {name}: it never got a 2xx"
            if told == SUCCESS
            else f"the problem {status} {code} of {name}: it never came"
        )


def unprovoked(contexts: list[CaseContext]) -> Iterator[tuple[str, str]]:
    for context in contexts:
        for status, code in sorted(context.subject.codes) if not context.subject.ordinary else ():
            reason = unreachable(context, status, code)
            if reason:
                yield f"{status} {code}", reason
