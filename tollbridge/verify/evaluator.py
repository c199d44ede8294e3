"""Holding exchanges against the checks, and counting: how often each had something to judge, and what it found."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tollbridge.verify.checks import CHECKS
from tollbridge.verify.checks.provider import PAID
from tollbridge.verify.errors import VerifyError
from tollbridge.verify.model.check import Check, Wrong
from tollbridge.verify.model.exchange import Exchange
from tollbridge.verify.model.finding import Finding, fingerprint
from tollbridge.verify.model.hold import group_of
from tollbridge.verify.model.steps import Case

MAX_SEEN, MAX_VERDICTS, MAX_FINDINGS = 12, 10, 200
"""Cases that a finding names, verdicts of a check on an exchange, and findings: a target decides how many there are."""

Verdict = tuple[Exchange, Check, Wrong]


@dataclass
class Tally:
    """The counts of a run.

    Args:
        held: how often each check's precondition held.
        held_at: the same, by check and operation.
        rules: how often each rule of the ledger was exercised.
        broken: how often each rule of the ledger was broken.
        codes: which documented problems came, by status and `error_code`.
        successes: how often each operation got a 2xx.
        accounts: how often each account was served, or refused for who it is or what there is; None is no token.
        let_pass: how often calls were served that choices of ours refuse which are not held, by the group of these and
            what is special about the call.
        kinds: how many exchanges there were of each kind of right answer.
    """

    held: Counter[str] = field(default_factory=Counter)
    held_at: Counter[tuple[str, str]] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    successes: Counter[str] = field(default_factory=Counter)
    accounts: Counter[int | None] = field(default_factory=Counter)
    let_pass: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)


def chosen_checks(only: Sequence[str], exclude: Sequence[str]) -> list[str]:
    """Return the names of the checks of a run.

    Args:
        only: the checks that are asked for; empty for all.
        exclude: those that are left out.

    Raises:
        VerifyError: a name is unknown, or none is left.
    """
    unknown = [name for name in (*only, *exclude) if name not in CHECKS]
    if unknown:
        raise VerifyError(f"There is no check {', '.join(unknown)}. Known are: {', '.join(CHECKS)}.")
    chosen = [name for name in CHECKS if (not only or name in only) and name not in exclude]
    if not chosen:
        raise VerifyError("No check is left: what --checks names, --exclude takes away.")
    return chosen


class Evaluator:
    """Judges exchanges by the checks of a run, and keeps the findings."""

    def __init__(self, chosen: Iterable[str]) -> None:
        """Take the checks of a run.

        Args:
            chosen: their names.
        """
        wanted = set(chosen)
        self.checks = [check for name, check in CHECKS.items() if name in wanted]
        self.tally = Tally()
        self.findings: dict[str, Finding] = {}
        self.began = time.monotonic()
        self.answered = False

    def unseen(self, baseline: Mapping[str, str]) -> list[str]:
        """Return what a baseline knows and was not seen, of the checks that had something to judge.

        Args:
            baseline: fingerprints, each with its check.
        """
        return sorted(
            fingerprint
            for fingerprint, check in baseline.items()
            if self.tally.held[check] and fingerprint not in self.findings
        )

    def judge(self, played: Sequence[Exchange]) -> list[Verdict]:
        """Return the verdicts on exchanges, and count."""
        return [verdict for x in played for verdict in self._judge(x)]

    def _judge(self, x: Exchange) -> list[Verdict]:
        self._count(x)
        found: list[Verdict] = []
        for check, verdicts in held_against(self.checks, x):
            rules = check.exercised(x.evidence, x.expectation)
            self.tally.held[check.name] += 1
            self.tally.held_at[check.name, x.operation] += 1
            self.tally.rules.update(rules)
            if verdicts:
                self.tally.broken.update(rules)
                found += [(x, check, wrong) for wrong in verdicts[:MAX_VERDICTS]]
        if not found and (passed := let_pass(x)):
            self.tally.let_pass[passed] += 1
        return found

    def _count(self, x: Exchange) -> None:
        tally, evidence = self.tally, x.evidence
        self.answered = self.answered or evidence.answer is not None
        tally.kinds[x.expectation.kind] += 1
        if evidence.code and [str(evidence.status), evidence.code] in x.expectation.terms.codes:
            tally.codes[str(evidence.status), evidence.code] += 1
        if x.expectation.kind in ("accepted", "declined", "refused") and evidence.answer:
            tally.accounts[evidence.sent.account] += 1
        if evidence.ok:
            tally.successes[x.operation] += 1

    def keep(self, case: Case, found: Iterable[Verdict]) -> list[Finding]:
        """Put verdicts to the findings, and return those that are new."""
        new = []
        for x, check, wrong in found:
            name = fingerprint(x.operation, check.name, wrong.cause)
            known = self.findings.get(name)
            if known:
                known.count += 1
                if case.name not in known.seen and len(known.seen) < MAX_SEEN:
                    known.seen.append(case.name)
                continue
            after = time.monotonic() - self.began
            rules = broken_rules(check, wrong, x)
            finding = Finding(name, check, wrong.brief(), rules, case, x.kept(), [case.name], after=after)
            self.findings[name] = finding
            new.append(finding)
        return new


def held_against(checks: Iterable[Check], x: Exchange) -> Iterator[tuple[Check, list[Wrong]]]:
    """Yield each check that has something to judge in an exchange, with what it finds.

    Where a check that is a gate finds something, the checks behind it have nothing to judge.
    """
    unsimulated = x.evidence.unsimulated
    for check in () if x.evidence.steered else checks:
        verdicts = check.judge(x.evidence, x.expectation) if is_for(check, x, unsimulated=unsimulated) else None
        if verdicts is None:
            continue
        yield check, verdicts
        if verdicts and check.gate:
            return


def is_for(check: Check, x: Exchange, *, unsimulated: bool) -> bool:
    """Tell whether a check is for an exchange: for its operation, and for what is known of it."""
    if unsimulated and check.name != "adds-nothing":
        return False  # of a call that the simulator cannot answer nothing is known but what it was told
    return check.ordinary or not x.expectation.terms.ordinary


def let_pass(x: Exchange) -> str | None:
    """Return what was served that choices of ours refuse which are not held, and what `--hold` takes for them.

    None where nothing was, or where a check judges it.
    """
    sent, waived = x.evidence.sent, x.expectation.waived
    if not (x.evidence.ok and sent.note and waived):
        return None
    charged = any(intent["status"] in PAID for intent in x.evidence.intents) and not x.expectation.charges
    return f"{group_of(waived[0])}: {sent.note}{' (and the card was charged)' if charged else ''}"


def broken_rules(check: Check, wrong: Wrong, x: Exchange) -> tuple[str, ...]:
    """Return the held rules of the ledger that a verdict says are broken, in the ledger's order."""
    broken = check.exercised(x.evidence, x.expectation) if wrong.rules is None else set(wrong.rules)
    return tuple(rule for rule, held in x.expectation.terms.ledger.items() if held and rule in broken)


def set_aside(evaluator: Evaluator, reasons: Mapping[str, Mapping[str, str]], *, whole: bool) -> dict[str, str]:
    """Return the checks that are not applicable, each with the reason.

    Args:
        evaluator: of the run.
        reasons: by operation, why checks cannot be exercised there.
        whole: whether the run came to its end.
    """
    judging = {check.name for check in evaluator.checks}
    aside = {name: "excluded by an option" for name in CHECKS if name not in judging}
    for check in evaluator.checks:
        found = [why.get(check.name) for why in reasons.values()]
        if found and all(found):
            aside[check.name] = str(found[0])
        elif check.optional and not evaluator.tally.held[check.name] and whole:
            aside[check.name] = "the target gave no occasion"
    return aside
