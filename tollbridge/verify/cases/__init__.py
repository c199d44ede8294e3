"""The tables of cases, in the order in which they are played: what finds most per second comes first."""

from collections.abc import Callable, Iterable

from tollbridge.verify.cases.context import CaseContext
from tollbridge.verify.cases.faults import faults, look_ups
from tollbridge.verify.cases.identity import methods, roles, tokens
from tollbridge.verify.cases.leaks import leaks
from tollbridge.verify.cases.members import members
from tollbridge.verify.cases.money import currencies, money
from tollbridge.verify.cases.sequences import sequences, together
from tollbridge.verify.cases.wire import wire
from tollbridge.verify.model.steps import Case

Table = Callable[[CaseContext], Iterable[Case]]

Planned = tuple[str, Case]

TABLES: dict[str, Table] = {
    "methods": methods,
    "tokens": tokens,
    "roles": roles,
    "look-ups": look_ups,
    "leaks": leaks,
    "sequences": sequences,
    "together": together,
    "members": members,
    "wire": wire,
    "money": money,
    "faults": faults,
    "currencies": currencies,
}
"""By name."""


ALIKE = frozenset({"methods", "tokens", "members", "money", "currencies"})
"""Tables of many cases that are alike: they are thinned where a run has to be short."""


def cases(context: CaseContext, every: int = 1) -> tuple[list[Planned], list[Planned]]:
    """Return the cases of the tables, each with the table's name: those to be played, and those left out.

    Args:
        context: whose cases are meant.
        every: of a table whose cases are alike, every so many-th one is to be played.
    """
    played: list[Planned] = []
    left: list[Planned] = []
    for name, table in TABLES.items():
        for number, case in enumerate(table(context)):
            (left if name in ALIKE and number % every else played).append((name, case))
    return played, left


__all__ = ["TABLES", "CaseContext", "cases"]
