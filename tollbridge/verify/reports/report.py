"""The result of one run, and its document: plain JSON with secrets masked, of which every report is made."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tollbridge import __version__
from tollbridge.contract import Contract, operation_lines, rule_lines
from tollbridge.verify.checks import CHECKS, SEVERITIES
from tollbridge.verify.consumer.judgement import Judgement
from tollbridge.verify.consumer.verdict import checks_of, findings_of
from tollbridge.verify.evaluator import Tally
from tollbridge.verify.model.finding import Finding, brief, masked
from tollbridge.verify.model.hold import held_names
from tollbridge.verify.model.terms import Held
from tollbridge.verify.reports.answers import Timing, answers_document

CLEAN, FOUND, NOT_ASKED = 0, 1, 2

MAX_PASSED = 60
"""Calls that were let pass which a report names, and characters of each."""

Document = Mapping[str, Any]
"""A run as `Report.document` returns it; `schema.json` says what is in it."""

HEADER_IGNORED = "who pays where a header names it: the target does not read the contract's"


@dataclass(frozen=True)
class Report:
    """One run.

    Args:
        url: of the target.
        contract: what it was held against.
        held: which of its rules.
        two_sided: whether Stripe's side was seen.
        seed: of the run.
        seconds: that it took.
        calls: how many were sent.
        tally: what was counted.
        findings: what is wrong.
        known: what is wrong and in the baseline.
        aside: checks that were not applicable, with the reason.
        unexercised: what had to be exercised and was not.
        unprovoked: documented problems that could not be provoked, with the reason.
        unfinished: why the run ended before its end; None where it did not, or where its time was over.
        generated: how many random cases there were.
        stale: fingerprints of the baseline that were not seen, of checks that had something to judge.
        world: the world file's name.
        timings: of each answer, its status and the seconds until it was there.
        not_reached: what the run's time did not suffice for; None where it sufficed.
        aside_at: by operation, checks that are not applicable there, with the reason.
        shard: which part of a run this is, such as `2/8`; None for the whole.
        not_judged: what the target does otherwise than the contract says, and is not judged.
        consumer: what was found out of the target as a consumer of webhooks; None where it is not judged as one.
        baseline: fingerprints that are known, of the consumer's findings too.
        ended: when the run ended.
    """

    url: str
    contract: Contract
    held: Held
    two_sided: bool
    seed: int
    seconds: float
    calls: int
    tally: Tally
    findings: Sequence[Finding]
    known: Sequence[Finding]
    aside: dict[str, str]
    unexercised: Sequence[str]
    unprovoked: dict[str, str]
    unfinished: str | None
    generated: int
    stale: Sequence[str] = ()
    world: str = ""
    timings: Sequence[Timing] = ()
    not_reached: str | None = None
    aside_at: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    shard: str | None = None
    not_judged: Sequence[str] = ()
    consumer: Judgement | None = None
    baseline: Mapping[str, str] = field(default_factory=dict)
    ended: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def exit_code(self) -> int:
        """0 clean, 1 findings, 2 not everything could be asked."""
        # What one shard did not exercise, another may have: the merged report tells.
        unexercised = () if self.shard else self.unexercised
        new, known = self._of_consumer()
        return exit_code([*self.findings, *new], [*self.known, *known], unexercised, self._unfinished)

    @property
    def _unfinished(self) -> str | None:
        """Why the run ended before its end; a consumer of which nothing could be judged is such a run."""
        silent = self.consumer is not None and not self.consumer.judged
        return self.unfinished or (
            f"no webhook was judged: {self.consumer.reason}" if silent and self.consumer else None
        )

    def _of_consumer(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return what is wrong with the consumer, and what of it is known."""
        return findings_of(self.consumer, self.baseline) if self.consumer else ([], [])

    @property
    def ordered(self) -> list[Finding]:
        """The findings, the worst first."""
        return sorted(self.findings, key=lambda f: (SEVERITIES.index(f.check.severity), f.after))

    def document(self) -> dict[str, Any]:
        """Return the run as plain JSON, secrets masked."""
        lines = Lines(rule_lines(self.contract), operation_lines(self.contract))
        new, known = self._of_consumer()
        return {
            "format": 1,
            "tollbridge": __version__,
            "ended": self.ended.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "target": self.url,
            "contract": self.contract.path.name,
            "contract_file": shown_path(self.contract.path),
            "world": self.world,
            "held": held_names(self.held),
            "two_sided": self.two_sided,
            "seed": self.seed,
            "shard": self.shard,
            "seconds": round(self.seconds, 3),
            "calls": self.calls,
            "random_cases": self.generated,
            "exit_code": self.exit_code,
            "unfinished": None if self._unfinished is None else masked(self._unfinished),
            "not_reached": self.not_reached,
            "findings": [*(self._finding(finding, lines) for finding in self.ordered), *new],
            "known": [*(_known(finding) for finding in self.known), *known],
            "stale": list(self.stale),
            "not_judged": [*self.not_judged, *([] if self.held.names_organization else [HEADER_IGNORED])],
            "let_pass": [masked(what)[:MAX_PASSED] for what in [*self.tally.let_pass][:MAX_PASSED]],
            "not_exercised": [masked(what) for what in self.unexercised],
            "checks": [*map(self._check, CHECKS), *(checks_of(self.consumer) if self.consumer else ())],
            "rules": [*self._rules(lines)],
            "problems_not_provoked": self.unprovoked,
            "answers": answers_document(self.timings),
        }

    def _finding(self, finding: Finding, lines: "Lines") -> dict[str, Any]:
        hides = sum(one.follows == finding.fingerprint for one in self.findings)
        return finding.document() | {"hides": hides, "line": lines.of(finding)}

    def _check(self, name: str) -> dict[str, Any]:
        return {
            "name": name,
            "severity": CHECKS[name].severity,
            "asserts": CHECKS[name].asserts,
            "held": self.tally.held[name],
            "findings": sum(f.check.name == name for f in self.findings),
            "not_applicable": self.aside.get(name),
            "operations": {operation: self._at(name, operation) for operation in self.aside_at},
        }

    def _at(self, check: str, operation: str) -> dict[str, Any]:
        return {
            "held": self.tally.held_at[check, operation],
            "not_applicable": self.aside.get(check, self.aside_at[operation].get(check)),
        }

    def _rules(self, lines: "Lines") -> Iterator[dict[str, Any]]:
        broken = {rule for finding in (*self.findings, *self.known) for rule in finding.rules}
        for rule in self.contract.rules:
            count = self.tally.rules[rule.id]
            kept = count and self.held.rule(rule.id)
            verdict = "broken" if rule.id in broken else "kept" if kept else self._why_not(rule.id, waiver=rule.waiver)
            yield {
                "id": rule.id,
                "origin": rule.origin,
                "statement": masked(rule.statement),
                "place": rule.place,
                "line": lines.rules[rule.id],
                "exercised": count,
                "verdict": verdict,
            }

    def _why_not(self, identity: str, *, waiver: str | None) -> str:
        """Return why a rule was not exercised."""
        judges = [check for check in CHECKS.values() if identity in check.rules]
        if not self.held.rule(identity):
            return "not held"
        if waiver:
            return "waived"
        if judges and all(check.name in self.aside for check in judges):
            return "not applicable"
        return "not exercised" if judges else "not the harness's to see"


@dataclass(frozen=True)
class Lines:
    """Lines of the contract.

    Args:
        rules: by a rule's id.
        operations: by an operation's id.
    """

    rules: Mapping[str, int]
    operations: Mapping[str, int]

    def of(self, finding: Finding) -> int:
        """Return the line to which a finding belongs: of the first rule that is broken, or else of the operation."""
        rules = [self.rules[rule] for rule in finding.rules if rule in self.rules]
        return rules[0] if rules else self.operations.get(finding.exchange.operation, 1)


def exit_code(
    findings: Sequence[object], known: Sequence[object], unexercised: Sequence[str], unfinished: str | None
) -> int:
    """Return how a run ends: 0 clean, 1 findings, 2 not everything could be asked."""
    if findings:
        return FOUND
    # What is known may be why something else was not reached: it is said, and is no failure.
    return NOT_ASKED if (unexercised and not known) or unfinished else CLEAN


def _known(finding: Finding) -> dict[str, str]:
    found = brief(finding.wrong.said, finding.exchange.known)
    where = {"check": finding.check.name, "operation": finding.exchange.operation}
    return {"fingerprint": finding.fingerprint, **where, "found": found}


def shown_path(path: Path) -> str:
    """Return the path of a file as others find it: within the folder of the run, or else its name alone."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.name
