"""What a check is, and the list of all of them."""

from collections.abc import Callable
from dataclasses import dataclass

from tollbridge.verify.exchange import Exchange

CRITICAL, HIGH, MEDIUM, LOW = "critical", "high", "medium", "low"
SEVERITIES = (CRITICAL, HIGH, MEDIUM, LOW)

UNPROVABLE = "False"
"""The proof of a verdict that a script cannot come to."""


@dataclass(frozen=True)
class Wrong:
    """A verdict that the target is wrong.

    Args:
        cause: tells causes of one check apart, the same in every run.
        said: what was seen.
        expected: what is right.
        proof: a Python expression that is true of a right answer; what it may name is in `script`.
        rules: the ledger's rules that are broken; None for those of the check that the exchange bears on.
    """

    cause: str
    said: str
    expected: str
    proof: str
    rules: tuple[str, ...] | None = None


Judge = Callable[[Exchange], "list[Wrong] | None"]


@dataclass(frozen=True)
class Check:
    """Code that judges exchanges.

    Args:
        name: in kebab case.
        asserts: what it asserts, a sentence.
        rules: the ledger's rules that it enforces.
        severity: of what it finds.
        sample: how a finding of it reads.
        judge: returns what is wrong, or None where its precondition does not hold.
        gate: whether later checks have nothing to judge where this one finds something.
        needs: what the run has to have for it: `stripe` (its side seen), `choice` (our choices held), or a role of the
            operation's members; without one of them it is not applicable.
        optional: whether a right target may never give it an occasion.
    """

    name: str
    asserts: str
    rules: tuple[str, ...]
    severity: str
    sample: str
    judge: Judge
    gate: bool = False
    needs: tuple[str, ...] = ()
    optional: bool = False


CHECKS: dict[str, Check] = {}
"""By name, in the order in which an exchange is judged."""


def check(
    name: str,
    asserts: str,
    *rules: str,
    severity: str = HIGH,
    sample: str,
    gate: bool = False,
    needs: tuple[str, ...] = (),
    optional: bool = False,
) -> Callable[[Judge], Judge]:
    """Put a function on the list of checks."""

    def listing(judge: Judge) -> Judge:
        CHECKS[name] = Check(name, asserts, rules, severity, sample, judge, gate, needs, optional)
        return judge

    return listing
