"""Judging a run's evidence again, without the target: after a check was changed, or where the target is not at hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tollbridge.contract import ContractError, load_contract
from tollbridge.verify.errors import VerifyError
from tollbridge.verify.evaluator import Evaluator, chosen_checks, set_aside
from tollbridge.verify.evidence.file import KEPT, Saved, read, reading
from tollbridge.verify.model.steps import Case
from tollbridge.verify.model.terms import Held
from tollbridge.verify.reports.report import Report


@dataclass(frozen=True)
class Again:
    """Options of a run that judges evidence again.

    Args:
        file: with the evidence.
        contract: whose ledger words the report.
        checks: names of checks; empty for all.
        exclude: names of checks that are left out.
        baseline: fingerprints that are known and not reported again, each with its check.
    """

    file: Path
    contract: Path
    checks: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    baseline: Mapping[str, str] = field(default_factory=dict)


def verify_again(again: Again) -> Report:
    """Judge a file of evidence.

    Raises:
        VerifyError: the file cannot be read, or is something else; with a sentence that says why.
    """
    saved, evaluator = read(again.file), Evaluator(chosen_checks(again.checks, again.exclude))
    try:
        contract = load_contract(again.contract)
    except ContractError as error:
        raise VerifyError(*str(error).split("\n")) from None
    count = _judge(saved, evaluator)
    findings = evaluator.findings
    for finding in findings.values():
        finding.replay = "evidence was judged again, without the target"
    return Report(
        url=saved.head.target,
        contract=contract,
        held=Held(
            frozenset(saved.head.origins),
            contract,
            names_organization=saved.head.names_organization,
            rules=frozenset(saved.head.rules),
        ),
        two_sided=saved.head.two_sided,
        seed=saved.head.seed,
        seconds=0.0,
        calls=count,
        tally=evaluator.tally,
        findings=[finding for name, finding in findings.items() if name not in again.baseline],
        known=[finding for name, finding in findings.items() if name in again.baseline],
        aside=set_aside(evaluator, saved.aside, whole=True),
        aside_at=saved.aside,
        unexercised=[],
        unprovoked={},
        unfinished=None,
        generated=0,
        stale=evaluator.unseen(again.baseline),
        world=saved.head.world,
    )


def _judge(saved: Saved, evaluator: Evaluator) -> int:
    """Judge every exchange of a file, and return how many there are."""
    count = 0
    for line in saved.lines():
        with reading(saved.path, line.number):
            verdicts = evaluator.judge([line.exchange])
            if line.use == KEPT:
                evaluator.keep(Case(line.case, ()), verdicts)
        count += 1
    return count
