"""The tables of cases, in the order in which they are played: what finds most per second comes first."""

from collections.abc import Callable, Iterable

from tollbridge.verify.cases.context import CaseContext
from tollbridge.verify.cases.faults import faults, look_ups
from tollbridge.verify.cases.identity import methods, roles, tokens
from tollbridge.verify.cases.leaks import leaks
from tollbridge.verify.cases.members import members
from tollbridge.verify.cases.money import currencies, money
from tollbridge.verify.cases.ordinary import bodies, operations, parameters, security
from tollbridge.verify.cases.ordinary import sequences as sequences_of_any
from tollbridge.verify.cases.ordinary import wire as wire_of_any
from tollbridge.verify.cases.sequences import sequences, together
from tollbridge.verify.cases.wire import wire
from tollbridge.verify.model.steps import Case

Table = Callable[[CaseContext], Iterable[Case]]

Planned = tuple[str, int, Case]
"""A table's name, the number of a case in it, and the case."""

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
"""By name: of an operation that is for something at Stripe."""

ORDINARY_TABLES: dict[str, Table] = {
    "operations": operations,
    "chains": sequences_of_any,
    "security": security,
    "wire": wire_of_any,
    "parameters": parameters,
    "bodies": bodies,
}
"""By name: of any other operation."""

THINNED = dict.fromkeys(("methods", "tokens", "members", "money", "currencies", "parameters", "bodies"), 1)
THINNED |= {"roles": 2, "wire": 4, "faults": 4}
"""Tables that are thinned where a run has to be short, each with how much less than the others: where cases are alike,
one of them is missed the least."""


def cases(context: CaseContext) -> list[Planned]:
    """Return the cases of all tables, each with the table's name and with its number there."""
    tables = ORDINARY_TABLES if context.subject.ordinary else TABLES
    return [(name, n, case) for name, table in tables.items() for n, case in enumerate(table(context))]


def is_thinned_out(planned: Planned, every: int) -> bool:
    """Tell whether a case is left out.

    Args:
        planned: the case.
        every: of the tables whose cases are most alike, every so many-th one is played.
    """
    table, number, _ = planned
    return number % max(1, every // THINNED.get(table, every)) > 0


__all__ = ["TABLES", "CaseContext", "cases", "is_thinned_out"]
