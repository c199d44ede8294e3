"""The facts: the rows of docs/stripe-facts.md, each with the tests that hold the simulator to it."""

import re
from dataclasses import dataclass
from pathlib import Path

UNIT = Path(__file__).parent.parent / "unit"
PAGE = UNIT.parent.parent / "docs" / "stripe-facts.md"
ROW = re.compile(r"^\| ([a-z]\d+) \| (.*?) \| ([RDSTU, ]+) \| (.*?)\|$", re.M)
NAMED = re.compile(r"`(?:([a-z_]+\.py)::)?((?:test_|Test)\w+)`|errors\[([^\]]+)\]")
FACTS, ERRORS = "test_simulator_facts.py", "test_simulator_errors.py"
REFUSED = "test_a_create_is_refused_as_stripe_refuses_it"


@dataclass(frozen=True)
class Fact:
    """One row.

    Args:
        id: such as `r13`.
        text: what the row says.
        known_by: the letters of its source, such as `R, D`; `U` for a guess.
        tests: what holds the simulator to it: a file below tests/unit, a name, and where it is one row of a
            parametrized test, that row's name; empty for a guess.
    """

    id: str
    text: str
    known_by: str
    tests: tuple[tuple[str, str, str], ...]

    @property
    def guessed(self) -> bool:
        """Whether nobody has shown it."""
        return self.known_by == "U"


def facts_of(page: str) -> list[Fact]:
    """Return the facts of a page, in its order."""
    return [
        Fact(name, text, known.strip(), tuple(_test(*found) for found in NAMED.findall(cell)))
        for name, text, known, cell in ROW.findall(page)
    ]


def _test(file: str, test: str, row: str) -> tuple[str, str, str]:
    return (ERRORS, REFUSED, row) if row else (file or FACTS, test, "")


def outcomes_of(fact: Fact, test: tuple[str, str, str], ids: list[str]) -> list[str]:
    """Return, of the tests that ran, those that are about a fact.

    Args:
        fact: the fact.
        test: one of its tests.
        ids: pytest's, such as `tests/unit/test_x.py::test_y[r13 of zero]`; a parametrized test whose rows begin with
            facts is about each by its own rows.
    """
    file, name, row = test
    ours = [one for one in ids if re.search(rf"/{re.escape(file)}::{name}(\[|::|$)", one)]
    if row:
        return [one for one in ours if one.endswith(f"[{row}]")]
    return [one for one in ours if f"[{fact.id} " in one] or ours
