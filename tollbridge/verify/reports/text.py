"""What a run says: for people, and as JSON."""

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tollbridge import __version__, quoting
from tollbridge.contract import Contract
from tollbridge.verify.checks import CHECKS, SEVERITIES
from tollbridge.verify.evaluator import Tally
from tollbridge.verify.findings.shell_script import steps_of
from tollbridge.verify.model.finding import Finding, brief, came_back, masked, sent, step_line, told_lines
from tollbridge.verify.model.terms import Held

MAX_LINE, MAX_PARAGRAPH = 400, 2_000
CLEAN, FOUND, NOT_ASKED = 0, 1, 2

Span = tuple[str, str]
"""A text, and what it is: `bad`, `good`, `dim`, `head`, or empty."""

Line = tuple[Span, ...]


def line(text: str, what: str = "") -> Line:
    """Return a line that is one thing."""
    return ((text, what),)


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
        return json.dumps(self.document(), indent=1)

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

    def text(self, *, width: int = 100, full: bool = False) -> str:
        """Return the run for people, without styles."""
        shown = ("".join(quoting.terminal(text) for text, _ in spans) for spans in self.lines(width=width, full=full))
        return "\n".join(shown)

    def lines(self, *, width: int = 100, full: bool = False) -> Iterator[Line]:
        """Yield the lines of the run for people.

        A text in them is whatever a target, a contract or a world says: whoever shows it makes it safe to show.
        """
        for number, finding in enumerate(self.ordered, 1):
            yield from (*_finding(number, finding, self.contract, width), line(""))
        if full or not self.findings:
            yield from (*self._checks(), line(""), *self._ledger(), line(""))
            yield from (*_by_reason("not provoked", self.unprovoked), *([line("")] if self.unprovoked else []))
        else:
            yield from (*_by_reason("not applicable", self.aside), line("--full shows each check and the ledger."))
        yield from self._ending()

    def _ending(self) -> Iterator[Line]:
        """Yield what was not judged, known, gone or not reached; and the verdict."""
        if not self.held.names_organization:
            said = "not judged: who pays where a header names it: the target does not read the contract's"
            yield line(said, "dim")
        if self.known:
            names = dict.fromkeys(f"{finding.check.name} {finding.fingerprint}" for finding in self.known)
            yield line(f"known: {', '.join(names)}", "dim")
        if self.stale:
            yield line(f"in the baseline, and not seen: {', '.join(self.stale)}", "dim")
        yield from (line(f"not exercised: {what}", "bad") for what in self.unexercised)
        if self.unfinished:
            yield line(f"not finished: {self.unfinished}", "bad")
        yield self._summary()

    def _checks(self) -> Iterator[Line]:
        yield line(f"{'check':<36}{'judged':>8}  verdict", "head")
        for name in CHECKS:
            yield ((f"{name:<36}{self.tally.held[name]:>8}  ", ""), self._verdict(name))

    def _verdict(self, name: str) -> Span:
        found = sum(f.check.name == name for f in self.findings)
        if found:
            return f"{found} found", "bad"
        if name in self.aside:
            return f"not applicable: {self.aside[name]}", "dim"
        return ("kept", "good") if self.tally.held[name] else ("not exercised", "bad")

    def _ledger(self) -> Iterator[Line]:
        yield line(f"{'rule':<28}{'origin':<12}{'exercised':>9}  verdict", "head")
        for identity, origin, count, verdict in self.rules():
            kind = {"broken": "bad", "kept": "good"}.get(verdict, "dim")
            yield ((f"{identity:<28}{origin:<12}{count:>9}  ", ""), (verdict, kind))

    def _summary(self) -> Line:
        rules = list(self.rules())
        exercised = sum(1 for _, _, count, _ in rules if count)
        sides = "both sides" if self.two_sided else "the client's side only"
        known = f", {len(self.known)} known" if self.known else ""
        ran = sum(1 for name in CHECKS if self.tally.held[name])
        said = (
            f"{known}: {self.calls} calls in {self.seconds:.1f} s from {sides}, {ran} checks exercised, "
            f"{exercised} of {len(rules)} rules, held {', '.join(sorted(self.held.origins))}, seed {self.seed}."
        )
        return self._in_a_word(), (said, "")

    def _in_a_word(self) -> Span:
        if self.findings:
            return f"{len(self.findings)} finding{'s' * (len(self.findings) != 1)}", "bad"
        return ("not everything was asked", "bad") if self.exit_code else ("clean", "good")


def _by_reason(what: str, reasons: Mapping[str, str]) -> Iterator[Line]:
    """Yield what stands aside, by the reason.

    Args:
        what: is said of it.
        reasons: by the name of a check or of a documented problem.
    """
    for reason in dict.fromkeys(reasons.values()):
        named = ", ".join(name for name, why in reasons.items() if why == reason)
        yield from _filled(f"{what}: {named} ({reason})", 100, "", "  ", "dim")


def _filled(text: str, width: int, first: str, others: str, what: str = "") -> Iterator[Line]:
    """Yield a paragraph as lines."""
    told = quoting.terminal(brief(text, most=MAX_PARAGRAPH))
    filled = textwrap.wrap(told, width, initial_indent=first, subsequent_indent=others, break_on_hyphens=False)
    yield from (line(one, what) for one in filled)


def _block(text: str) -> Iterator[Line]:
    """Yield a text whose line breaks are kept."""
    yield from (line(f"     {one}" if one else "") for one in text.split("\n"))


def _finding(number: int, finding: Finding, contract: Contract, width: int) -> Iterator[Line]:
    x = finding.exchange
    yield line(f"{number}. {finding.check.name}  [{finding.check.severity}]  {finding.fingerprint}", "bad")
    yield line(f"   found     {brief(finding.wrong.said, x.known)}")
    yield line(f"   expected  {brief(finding.wrong.expected, x.known)}")
    yield line(f"   asserts   {finding.check.asserts}")
    for rule in (rule for rule in contract.rules if rule.id in finding.rules[:3]):
        said = f"{rule.id} ({rule.origin}, at {rule.place}): {rule.statement}"
        yield from _filled(said, width, "   rule      ", "             ")
    if not finding.rules:
        yield line("   rule      none of the ledger's: it holds of any HTTP API, or the schema says it")
    more = f" and {finding.count - 1} more exchanges" if finding.count > 1 else ""
    yield line(f"   seen in   {'; '.join(finding.seen[:4])}{more}")
    yield line("   sent", "head")
    yield from _block(sent(x))
    if x.evidence.calls is not None:
        yield line("   Stripe was told", "head")
        yield from (line(f"     {told}") for told in told_lines(x) or ["nothing"])
    yield line("   came back", "head")
    yield from _block(came_back(x))
    yield from _script(finding)


def _script(finding: Finding) -> Iterator[Line]:
    known = finding.exchange.known
    if finding.scripts.get("sh"):
        yield line("   script (run, and it failed)", "head")
        yield from (line(f"     {_cut(masked(step, known))}") for step in steps_of(finding.scripts["sh"]))
        yield line(f"     # judged by the check's own function: {finding.check.name}")
        return
    if len(finding.case.steps) > 1:
        yield line("   steps", "head")
        yield from (line(f"     {brief(step_line(step), known)}") for step in finding.case.steps)
    yield line(f"   script    none: {finding.replay}")


def _cut(text: str) -> str:
    return text if len(text) <= MAX_LINE else f"{text[:MAX_LINE]}… (the rest is in --scripts)"
