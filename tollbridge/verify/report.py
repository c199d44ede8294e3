"""What a run says: for people, and as JSON."""

import json
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tollbridge import __version__
from tollbridge.contract import Contract
from tollbridge.verify.checks import CHECKS, SEVERITIES
from tollbridge.verify.finding import Finding, came_back, masked, sent, step_line, told_line
from tollbridge.verify.findings.shell_script import STEPS
from tollbridge.verify.judge import Tally
from tollbridge.verify.model.terms import Held

MOST_LINE = 400
CLEAN, FOUND, NOT_ASKED = 0, 1, 2

Style = Callable[[str, str], str]
"""Takes a text and what it is (`bad`, `good`, `dim`, `head`); returns it as it is shown."""


def plain(text: str, _what: str) -> str:
    """Show a text as it is."""
    return text


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
        unfinished: why the run ended before its end; None where it did not.
        generated: how many random cases there were.
        stale: fingerprints of the baseline that were not seen.
        world: the world file's name.
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

    @property
    def exit_code(self) -> int:
        """0 clean, 1 findings, 2 not everything could be asked."""
        if self.findings:
            return FOUND
        # What is known may be why something else was not reached: it is said, and is no failure.
        return NOT_ASKED if (self.unexercised and not self.known) or self.unfinished else CLEAN

    def document(self) -> dict[str, Any]:
        """Return the run for machines."""
        return {
            "format": 1,
            "tollbridge": __version__,
            "target": self.url,
            "contract": self.contract.path.name,
            "world": self.world,
            "held": sorted(self.held.origins),
            "two_sided": self.two_sided,
            "seed": self.seed,
            "seconds": round(self.seconds, 3),
            "calls": self.calls,
            "random_cases": self.generated,
            "exit_code": self.exit_code,
            "unfinished": self.unfinished,
            "findings": [finding.document() for finding in self.ordered],
            "known": [finding.fingerprint for finding in self.known],
            "stale": list(self.stale),
            "not_exercised": list(self.unexercised),
            "checks": [
                {
                    "name": name,
                    "held": self.tally.held[name],
                    "findings": sum(f.check.name == name for f in self.findings),
                    "not_applicable": self.aside.get(name),
                }
                for name in CHECKS
            ],
            "rules": [
                {"id": identity, "origin": origin, "exercised": count, "verdict": verdict}
                for identity, origin, count, verdict in self.rules()
            ],
            "problems_not_provoked": self.unprovoked,
        }

    def json(self) -> str:
        """Return the document as text."""
        return json.dumps(self.document(), indent=1, ensure_ascii=False)

    @property
    def ordered(self) -> list[Finding]:
        """The findings, the worst first."""
        return sorted(self.findings, key=lambda f: (SEVERITIES.index(f.check.severity), f.after))

    def rules(self) -> Iterator[tuple[str, str, int, str]]:
        """Yield each rule of the ledger with its origin, how often it was exercised, and the verdict."""
        broken = {rule for finding in (*self.findings, *self.known) for rule in finding.rules}
        for rule in self.contract.rules:
            count = self.tally.rules[rule.id]
            kept = count and self.held.rule(rule.id)
            verdict = "broken" if rule.id in broken else "kept" if kept else self._why_not(rule.id, waiver=rule.waiver)
            yield rule.id, rule.origin, count, verdict

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

    def text(self, style: Style = plain, *, width: int = 100, full: bool = False) -> str:
        """Return the run for people."""
        lines: list[str] = []
        for number, finding in enumerate(self.ordered, 1):
            lines += [*_finding(number, finding, self.contract, style, width), ""]
        if full or not self.findings:
            lines += [*self._checks(style), "", *self._ledger(style), ""]
            lines += [*_by_reason("not provoked", self.unprovoked, style), *([""] if self.unprovoked else [])]
        else:
            lines += [*_by_reason("not applicable", self.aside, style), "--full shows each check and the ledger."]
        if not self.held.names_organization:
            lines += [
                style("not judged: who pays where a header names it: the target does not read the contract's", "dim")
            ]
        if self.known:
            names = dict.fromkeys(f"{finding.check.name} {finding.fingerprint}" for finding in self.known)
            lines += [style(f"known: {', '.join(names)}", "dim")]
        if self.stale:
            lines += [style(f"in the baseline, and not seen: {', '.join(self.stale)}", "dim")]
        lines += [style(f"not exercised: {what}", "bad") for what in self.unexercised]
        if self.unfinished:
            lines.append(style(f"not finished: {self.unfinished}", "bad"))
        return "\n".join([*lines, self._summary(style)])

    def _checks(self, style: Style) -> Iterator[str]:
        yield style(f"{'check':<36}{'judged':>8}  verdict", "head")
        for name in CHECKS:
            yield f"{name:<36}{self.tally.held[name]:>8}  {self._verdict(name, style)}"

    def _verdict(self, name: str, style: Style) -> str:
        found = sum(f.check.name == name for f in self.findings)
        if found:
            return style(f"{found} found", "bad")
        if name in self.aside:
            return style(f"not applicable: {self.aside[name]}", "dim")
        return style("kept", "good") if self.tally.held[name] else style("not exercised", "bad")

    def _ledger(self, style: Style) -> Iterator[str]:
        yield style(f"{'rule':<28}{'origin':<12}{'exercised':>9}  verdict", "head")
        for identity, origin, count, verdict in self.rules():
            kind = {"broken": "bad", "kept": "good"}.get(verdict, "dim")
            yield f"{identity:<28}{origin:<12}{count:>9}  {style(verdict, kind)}"

    def _summary(self, style: Style) -> str:
        rules = list(self.rules())
        exercised = sum(1 for _, _, count, _ in rules if count)
        sides = "both sides" if self.two_sided else "the client's side only"
        known = f", {len(self.known)} known" if self.known else ""
        verdict = (
            style(f"{len(self.findings)} finding{'s' * (len(self.findings) != 1)}", "bad")
            if self.findings
            else style(
                "clean" if not self.exit_code else "not everything was asked", "bad" if self.exit_code else "good"
            )
        )
        ran = sum(1 for name in CHECKS if self.tally.held[name])
        return (
            f"{verdict}{known}: {self.calls} calls in {self.seconds:.1f} s from {sides}, {ran} checks exercised, "
            f"{exercised} of {len(rules)} rules, held {', '.join(sorted(self.held.origins))}, seed {self.seed}."
        )


def _by_reason(what: str, reasons: Mapping[str, str], style: Style) -> Iterator[str]:
    """Yield what stands aside, by the reason.

    Args:
        what: is said of it.
        reasons: by the name of a check or of a documented problem.
        style: of the report.
    """
    for reason in dict.fromkeys(reasons.values()):
        named = ", ".join(name for name, why in reasons.items() if why == reason)
        told = f"{what}: {named} ({reason})"
        yield style(textwrap.fill(told, 100, subsequent_indent="  ", break_on_hyphens=False), "dim")


def _finding(number: int, finding: Finding, contract: Contract, style: Style, width: int) -> Iterator[str]:
    x = finding.exchange
    head = f"{number}. {finding.check.name}  [{finding.check.severity}]  {finding.fingerprint}"
    yield style(head, "bad")
    yield f"   found     {masked(finding.wrong.said, x.known)}"
    yield f"   expected  {masked(finding.wrong.expected, x.known)}"
    yield f"   asserts   {finding.check.asserts}"
    for rule in (rule for rule in contract.rules if rule.id in finding.rules[:3]):
        said = f"{rule.id} ({rule.origin}, at {rule.place}): {rule.statement}"
        yield textwrap.fill(said, width, initial_indent="   rule      ", subsequent_indent="             ")
    if not finding.rules:
        yield "   rule      none of the ledger's: it holds of any HTTP API, or the schema says it"
    more = f" and {finding.count - 1} more exchanges" if finding.count > 1 else ""
    yield f"   seen in   {'; '.join(finding.seen[:4])}{more}"
    yield style("   sent", "head")
    yield textwrap.indent(sent(x), "     ")
    if x.evidence.calls is not None:
        yield style("   Stripe was told", "head")
        for call in x.evidence.calls:
            yield f"     {told_line(call, x.known)}"
        if not x.evidence.calls:
            yield "     nothing"
    yield style("   came back", "head")
    yield textwrap.indent(came_back(x), "     ")
    if finding.scripts.get("sh"):
        yield style("   script (run, and it failed)", "head")
        yield textwrap.indent(steps_of(masked(finding.scripts["sh"], x.known), finding.check.name), "     ")
    else:
        if len(finding.case.steps) > 1:
            yield style("   steps", "head")
            yield from (f"     {masked(step_line(step), x.known)}" for step in finding.case.steps)
        yield f"   script    none: {finding.replay}"


def _cut(line: str) -> str:
    return line if len(line) <= MOST_LINE else f"{line[:MOST_LINE]}… (the rest is in --scripts)"


def steps_of(script: str, check: str) -> str:
    """Return the lines of a sh script that a person reads: its steps and what judges them, without the machinery."""
    lines = script.partition(f"{STEPS}\n")[2].partition("if [ -e ")[0].splitlines()
    lines = [line for line in lines if not line.startswith("look ")]
    shown = [line.removeprefix("n=$((n+1)); ").replace("ask -X", "curl -X", 1) for line in lines]
    return "\n".join([*map(_cut, shown), f"# judged by the check's own function: {check}"])
