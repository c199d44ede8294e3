"""Holding exchanges against the checks, and counting: how often each had something to judge, and what it found."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tollbridge.verify.bearing import touched
from tollbridge.verify.calls import Case
from tollbridge.verify.checks import CHECKS, Check, Wrong
from tollbridge.verify.exchange import Exchange
from tollbridge.verify.finding import Finding, fingerprint

MOST_SEEN = 12

Verdict = tuple[Exchange, Check, Wrong]


@dataclass
class Tally:
    """What a run counted.

    Args:
        held: how often each check's precondition held.
        rules: how often each rule of the ledger was exercised.
        broken: how often each rule of the ledger was broken.
        codes: which problems came, by status and `error_code`.
        successes: how often each operation got a 2xx.
        accounts: how often each account was served, or refused for who it is or what there is; None is no token.
        kinds: how many exchanges there were of each kind of right answer.
    """

    held: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    successes: Counter[str] = field(default_factory=Counter)
    accounts: Counter[int | None] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)


class Bench:
    """Where exchanges are judged."""

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

    def judge(self, played: list[Exchange]) -> list[Verdict]:
        """Return the verdicts on exchanges, and count."""
        found: list[Verdict] = []
        for x in played:
            self._count(x)
            # Of a call that the simulator cannot answer nothing is known but what it was told.
            for check in self.checks if not x.unsimulated else [c for c in self.checks if c.name == "adds-nothing"]:
                verdicts = check.judge(x)
                if verdicts is None:
                    continue
                self.tally.held[check.name] += 1
                rules = touched(check, x)
                self.tally.rules.update(rules)
                if verdicts:
                    self.tally.broken.update(rules)
                    found += [(x, check, wrong) for wrong in verdicts]
                    if check.gate:
                        break
        return found

    def _count(self, x: Exchange) -> None:
        tally = self.tally
        self.answered = self.answered or x.reply is not None
        tally.kinds[x.expected.kind] += 1
        if x.code and x.reply:
            tally.codes[str(x.status), x.code] += 1
        if x.expected.kind in ("accepted", "declined", "refused") and x.reply:
            tally.accounts[x.call.account] += 1
        if x.ok:
            tally.successes[x.subject.operation.operation_id] += 1

    def keep(self, case: Case, found: Iterable[Verdict]) -> list[Finding]:
        """Put verdicts to the findings, and return those that are new."""
        new = []
        for x, check, wrong in found:
            name = fingerprint(x.subject.operation.operation_id, check.name, wrong.cause)
            known = self.findings.get(name)
            if known:
                known.count += 1
                if case.name not in known.seen and len(known.seen) < MOST_SEEN:
                    known.seen.append(case.name)
                continue
            broken = touched(check, x) if wrong.rules is None else set(wrong.rules)
            rules = tuple(rule.id for rule in x.held.contract.rules if rule.id in broken and x.held.rule(rule.id))
            after = time.monotonic() - self.began
            new.append(Finding(name, check, wrong, rules, case, x, [case.name], after=after))
            self.findings[name] = new[-1]
        return new
