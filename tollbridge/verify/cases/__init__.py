"""The tables of cases, in the order in which they are played: what finds most per second comes first."""

from collections.abc import Callable, Iterable, Iterator

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


def cases(context: CaseContext) -> Iterator[tuple[str, Case]]:
    """Yield every case of the tables, with the table's name."""
    for name, table in TABLES.items():
        for case in table(context):
            yield name, case


__all__ = ["TABLES", "CaseContext", "cases"]
