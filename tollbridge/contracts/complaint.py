"""Errors and doubts about a contract, one by one."""

from dataclasses import dataclass
from pathlib import Path

from tollbridge.contract import pointer
from tollbridge.contract.sources import Lines
from tollbridge.documents import Place

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Complaint:
    """One thing that is wrong with a contract, or doubtful.

    Args:
        line: of the file, from 1.
        place: the pointer to it; None where nothing but the line is known.
        rule: which judgement it is: `document`, `required`, `example`, `handler`, `ledger`, or a rule of a lint.
        severity: `error`, or `warning`.
        said: a sentence.
        file: that the line is of; None for the contract's own.
    """

    line: int
    place: str | None
    rule: str
    severity: str
    said: str
    file: Path | None = None


@dataclass(frozen=True)
class Verdict:
    """The result of checking a contract.

    Args:
        complaints: by line.
        not_run: a sentence for each judgement that could not be made.
        operations: how many the contract has; None where it cannot be read.
        rules: how many its ledger has; None where it cannot be read.
    """

    complaints: tuple[Complaint, ...]
    not_run: tuple[str, ...]
    operations: int | None = None
    rules: int | None = None

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong; what is only doubtful is good enough."""
        return self.count(ERROR) == 0

    def count(self, severity: str) -> int:
        """Return how many complaints there are of a severity."""
        return sum(complaint.severity == severity for complaint in self.complaints)


@dataclass(frozen=True)
class At:
    """Makes complaints about places of one contract."""

    lines: Lines

    def error(self, place: Place, rule: str, said: str) -> Complaint:
        """Complain of what is wrong at a place."""
        return self._complaint(place, rule, ERROR, said)

    def warning(self, place: Place, rule: str, said: str) -> Complaint:
        """Complain of what is doubtful at a place."""
        return self._complaint(place, rule, WARNING, said)

    def _complaint(self, place: Place, rule: str, severity: str, said: str) -> Complaint:
        file, line = self.lines.at(place)
        return Complaint(line, pointer(*place), rule, severity, said, None if file == self.lines.path else file)
