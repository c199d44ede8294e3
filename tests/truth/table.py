"""The table: each fact with what came of its tests, as text, as JSON, and counted."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from textwrap import shorten
from typing import Any

from tests.truth.asking import Outcome
from tests.truth.facts import Fact, outcomes_of

VERDICTS = ("holds", "differs", "not asked", "unverified")


@dataclass(frozen=True)
class Line:
    """What came of one fact.

    Args:
        id: of the fact.
        fact: its text.
        known_by: its source.
        verdict: one of `VERDICTS`: of its tests, one that differs decides, then one that could not be asked.
        said: why, for each test that does not hold.
    """

    id: str
    fact: str
    known_by: str
    verdict: str
    said: tuple[str, ...] = ()


def lines_of(facts: list[Fact], outcomes: dict[str, Outcome]) -> list[Line]:
    """Return a line for each fact."""
    return [_line(fact, outcomes) for fact in facts]


def _line(fact: Fact, outcomes: dict[str, Outcome]) -> Line:
    if fact.guessed:
        return Line(fact.id, fact.text, fact.known_by, "unverified")
    found = [outcomes[one] for test in fact.tests for one in outcomes_of(fact, test, list(outcomes))]
    came = {one.verdict for one in found}
    verdict = "differs" if "differs" in came else "holds" if came == {"holds"} else "not asked"
    said = sorted({one.said for one in found if one.verdict == verdict and one.said})
    return Line(fact.id, fact.text, fact.known_by, verdict, tuple(said))


def counted(lines: list[Line]) -> dict[str, int]:
    """Return how many facts there are of each verdict."""
    found = Counter(line.verdict for line in lines)
    return {verdict: found[verdict] for verdict in VERDICTS}


def text_of(name: str, lines: list[Line]) -> str:
    """Return the table as text; what is said of a fact is below it."""
    rows = [f"{line.id:<5}{line.verdict:<11} {line.known_by:<8}{shorten(line.fact, 96)}" for line in lines]
    said = [[f"{'':16} {shorten(one, 160)}" for one in line.said[:3]] for line in lines]
    body = [part for row, more in zip(rows, said, strict=True) for part in (row, *more)]
    return "\n".join([*body, "", summary(name, lines)])


def summary(name: str, lines: list[Line]) -> str:
    """Return the figures in a sentence."""
    count = counted(lines)
    return (
        f"{name}: of {len(lines)} facts {count['holds']} hold, {count['differs']} differ, {count['not asked']} "
        f"could not be asked, {count['unverified']} are unverified."
    )


def json_of(name: str, lines: list[Line]) -> str:
    """Return the table as JSON."""
    document: dict[str, Any] = {
        "stripe": name,
        "figures": counted(lines),
        "facts": [asdict(line) for line in lines],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)
