"""Equal calls that were answered rightly before: what a target at a URL remembers can be told by them alone."""

from collections.abc import Iterable

from tollbridge.verify.model.exchange import Exchange
from tollbridge.verify.model.finding import Finding
from tollbridge.verify.run import Run

REMEMBERS = (
    "the target remembers: an equal call was answered rightly before, in {case!r}; a target just started may pass the "
    "script (--start CMD or --reset CMD sets it back before each)"
)


def keep_right(run: Run, case: str, played: Iterable[Exchange], wrong: Iterable[Exchange]) -> None:
    """Keep which calls of a case were answered rightly.

    Args:
        run: that remembers them.
        case: its name.
        played: the exchanges of the case.
        wrong: those of them that a check found wrong.
    """
    numbers = {x.evidence.number for x in wrong}
    for x in played:
        if x.evidence.number not in numbers:
            run.right.setdefault(_call_of(x), case)


def was_right(run: Run, x: Exchange) -> bool:
    """Tell whether a call equal to that of an exchange was answered rightly before."""
    return _call_of(x) in run.right


def tell_memory(run: Run, finding: Finding, first: Exchange) -> None:
    """Say that the target remembers, where a finding of one call does not show each time and nothing sets it back.

    Args:
        run: that has found it.
        finding: made small.
        first: the exchange that showed it, before it was made small.
    """
    if run.target.can_reset or len(finding.case.steps) > 1:
        return
    case = run.right.get(_call_of(finding.exchange), run.right.get(_call_of(first)))
    if case is not None:
        finding.remembers = REMEMBERS.format(case=case)


def _call_of(x: Exchange) -> int:
    """Return what names equal calls: what is sent, while Stripe fails or not, and what is right for it then."""
    sent, e = x.evidence.sent, x.expectation
    what = (sent.method, sent.target, sent.headers, sent.text, sent.account, sent.token)
    return hash(repr((what, x.evidence.faults, x.evidence.together, e.kind, e.statuses, e.codes, e.effect)))
