"""Folding: what follows from a simpler finding is told under it, so that one fault is one finding."""

from collections.abc import Iterable, Sequence

from tollbridge.verify.cases.context import AMOUNT
from tollbridge.verify.model.evidence import Evidence
from tollbridge.verify.model.finding import Finding
from tollbridge.verify.model.steps import JSON, OWN

VERDICTS = frozenset(
    {
        "answers",
        "no-server-error",
        "documented-status",
        "accepts-valid",
        "refuses-invalid",
        "wire-verdict",
        "judges-tokens",
        "judges-state",
        "tells-declines",
        "answers-under-faults",
        "documented-under-faults",
        "recovers",
    }
)
"""Checks that judge which answer came at all. What another one finds in the same answer is a fault of its own."""

Trait = tuple[str, str]


def fold(findings: Sequence[Finding], default_account: int) -> None:
    """Set for each finding the one that it follows from: the same answer to a call that had less about it.

    Args:
        findings: of a run, without those of the baseline, in the order in which they were found.
        default_account: whose token is nothing special.
    """
    traits = {f.fingerprint: _traits(f, default_account) for f in findings if f.check.name in VERDICTS}
    judged = [f for f in findings if f.fingerprint in traits]
    roots: list[Finding] = []
    for finding in sorted(judged, key=lambda f: len(traits[f.fingerprint])):
        about = traits[finding.fingerprint]
        root = next((r for r in roots if _came(r) == _came(finding) and traits[r.fingerprint] <= about), None)
        finding.follows = root.fingerprint if root else None
        roots += [] if root else [finding]


def _came(finding: Finding) -> tuple[str, int, str]:
    """Return the operation, and the status and code of the answer; of two answers that did not come, the same."""
    x = finding.exchange.evidence
    return finding.exchange.operation, x.status, x.code or ""


def _traits(finding: Finding, default_account: int) -> frozenset[Trait]:
    """Return what is special about the call that showed a finding, compared with the plainest right one."""
    x = finding.exchange.evidence
    found = {*_of_call(x, finding.exchange.expectation.terms.method)}
    found |= {(f"fault {number}", repr(fault)) for number, fault in enumerate(x.faults)}
    found |= {("after a fault", "")} if x.after_fault else set()
    found |= {("together", "")} if x.together or x.parallel else set()
    found |= {("steps", repr(finding.case.steps))} if len(finding.case.steps) > 1 else set()
    return frozenset(found) - {("account", str(default_account))}


def _of_call(x: Evidence, method: str) -> Iterable[Trait]:
    """Yield what is special about what was sent.

    Args:
        x: that shows it.
        method: of the operation.
    """
    sent = x.sent
    if sent.account is not None:
        yield "account", str(sent.account)
    if sent.token != OWN:
        yield "token", sent.token
    for name, value in sent.headers:
        if (name, value) != JSON:
            yield f"header {name.lower()}", value
    if sent.method != method or not isinstance(sent.document, dict):
        yield "by hand", f"{sent.method} {sent.target} {sent.text}"
        return
    for name, value in sent.document.items():
        if value not in (AMOUNT, "usd"):
            yield f"member {name}", repr(value)
