"""The catalogue: the whole tree as a table, for the contract, the pages and the documents to be compared with."""

from collections.abc import Iterator
from dataclasses import dataclass

from tollbridge.problems.problem import Problem
from tollbridge.problems.provider import CARD_TITLES, CardRefused
from tollbridge.problems.surface import SurfaceProblem


@dataclass(frozen=True)
class Entry:
    """One line of the catalogue.

    Args:
        status: the HTTP status.
        error_code: the platform's own member, kebab case.
        title: the problem's title.
        meaning: what its page says.
        in_contract: whether operations give it, so that the contract documents it.
    """

    status: int
    error_code: str
    title: str
    meaning: str
    in_contract: bool


def catalogue() -> tuple[Entry, ...]:
    """Return every problem that the server can give, ordered by status and code."""
    return tuple(sorted(_entries(Problem), key=lambda entry: (entry.status, entry.error_code)))


def _entries(cls: type[Problem]) -> Iterator[Entry]:
    meaning = " ".join((cls.__doc__ or "").split())
    in_contract = not issubclass(cls, SurfaceProblem)
    if cls is CardRefused:
        for code, title in CARD_TITLES.items():
            yield Entry(cls.status, code, title, meaning, in_contract)
    elif hasattr(cls, "error_code"):
        yield Entry(cls.status, cls.error_code, cls.title, meaning, in_contract)
    for child in cls.__subclasses__():
        yield from _entries(child)
