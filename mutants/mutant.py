"""Mutants, and how an area of mutants is written down."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TypeVarTuple

Columns = TypeVarTuple("Columns")
Apply = Callable[[], None]

LEGAL = "legal"
"""The area of the mutants that are right: a harness that accuses one of them is wrong itself."""


class Author(StrEnum):
    """The author of a mutant: a harness that finds only its own author's faults proves little."""

    HARNESS = "the authors of the harness"
    INDEPENDENT = "somebody else"


INDEPENDENT = Author.INDEPENDENT


@dataclass(frozen=True)
class Mutant:
    """A server with one change.

    Args:
        name: unique among all mutants.
        area: of faults; `legal` for a change that is right.
        says: what is different, in a sentence.
        author: who wrote it.
        source: the file that it is written in.
        apply: makes the change in this process.
    """

    name: str
    area: str
    says: str
    author: Author
    source: Path
    apply: Apply


@dataclass(frozen=True)
class Area:
    """The mutants of one area, as its file writes them down.

    Args:
        name: of the area.
        source: `__file__` of the area's module.
        mutants: in the order of the file.
    """

    name: str
    source: str
    mutants: list[Mutant] = field(default_factory=list)

    def mutant(self, author: Author = Author.HARNESS) -> Callable[[Apply], Apply]:
        """Return a decorator that adds the function which makes a change; its docstring says what is different."""

        def add(apply: Apply) -> Apply:
            self._add(apply.__name__, str(apply.__doc__), author, apply)
            return apply

        return add

    def table(
        self,
        way: Callable[[*Columns], None],
        *rows: tuple[str, str, *Columns],
        author: Author = Author.HARNESS,
    ) -> None:
        """Add a mutant for each row.

        Args:
            way: in which the server is changed.
            rows: name, what is different, and the arguments of `way`.
            author: of all rows.
        """
        for row in rows:
            self._add(row[0], row[1], author, partial(way, *row[2:]))

    def _add(self, name: str, says: str, author: Author, apply: Apply) -> None:
        self.mutants.append(Mutant(name, self.name, says, author, Path(self.source), apply))
