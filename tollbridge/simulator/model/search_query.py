"""Stripe's search query language: up to ten clauses of field, operator and value, all of them or any of them.

status:"succeeded" AND metadata["order"]:"7"
-customer:null amount>1000
name~"shirt" OR description~"shirt"
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from typing import Any

from tollbridge.simulator.model.errors import StripeFailure, invalid

MAX_CLAUSES = 10
SHORTEST_PART = 3
"""Characters that a value of `~` has at least; documented."""

CLAUSE = re.compile(
    r"""
    (?P<negated>-?)
    (?P<field>metadata\[(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\]|[A-Za-z_][A-Za-z0-9_.]*)
    (?P<operator>>=|<=|[:~<>])
    (?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|null\b|-?[0-9]{1,18}(?:\.[0-9]{1,12})?)
    """,
    re.VERBOSE | re.DOTALL,
)
BETWEEN = re.compile(r"\s+(?:(?P<word>AND|OR)\s+)?", re.IGNORECASE)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,12})?", re.ASCII)
METADATA = "metadata"
UNREADABLE = (
    'We were unable to parse your search query. Try using the format `metadata["key"]:"value"` to query for metadata '
    'or key:"value" to query for other fields.'
)


class Kind(Enum):
    """What a field can be asked."""

    TOKEN = auto()
    STRING = auto()
    NUMERIC = auto()


OPERATORS = {Kind.TOKEN: (":",), Kind.STRING: (":", "~"), Kind.NUMERIC: (":", "<", "<=", ">", ">=")}
"""By the kind of a field; each takes `null` with `:`."""

COMPARES: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    ":": lambda found, asked: found == asked,
    "<": lambda found, asked: found < asked,
    "<=": lambda found, asked: found <= asked,
    ">": lambda found, asked: found > asked,
    ">=": lambda found, asked: found >= asked,
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition.

    Args:
        field: its name, or `metadata`.
        key: of the metadata; None for another field.
        operator: one of `:`, `~`, `<`, `<=`, `>` and `>=`.
        value: what is asked for; None for `null`.
        negated: whether it is to be false.
    """

    field: str
    key: str | None
    operator: str
    value: str | None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: objects of which all clauses are true, or any."""

    clauses: tuple[Clause, ...]
    any: bool = False


def parsed(text: str) -> Query:
    """Return the query of a text.

    Raises:
        StripeFailure: 400, for what is none, for AND beside OR, and for too many clauses.
    """
    text = text.strip()
    clause, place = _clause(text, 0)
    clauses, words = [clause], set()
    while place < len(text):
        between = BETWEEN.match(text, place)
        if between is None or len(clauses) == MAX_CLAUSES:
            raise unreadable()
        words.add((between["word"] or "and").lower())
        clause, place = _clause(text, between.end())
        clauses.append(clause)
    if len(words) > 1:
        raise unreadable()
    return Query(tuple(clauses), any=words == {"or"})


def unreadable() -> StripeFailure:
    """Return what is answered to a text that is no query; to too many clauses, and to AND beside OR, the same."""
    return invalid(UNREADABLE)


def _clause(text: str, place: int) -> tuple[Clause, int]:
    """Return the clause that begins at a place, and the place where it ends."""
    found = CLAUSE.match(text, place)
    if found is None:
        raise unreadable()
    field, bracket, key = found["field"].partition("[")
    value = None if found["value"] == "null" else _unquoted(found["value"])
    name = _unquoted(key.removesuffix("]")) if bracket else None
    return Clause(field, name, found["operator"], value, found["negated"] == "-"), found.end()


def _unquoted(text: str) -> str:
    return ESCAPED.sub(r"\1", text[1:-1]) if text[0] in "\"'" else text


Shape = Mapping[str, Any]
Fields = Mapping[str, tuple[Kind, str]]
"""What can be searched, each with its kind and the path to it in the object as it is shown."""


def matcher(query: Query, fields: Fields, resource: str) -> Callable[[Shape], bool]:
    """Return what tells whether an object is found.

    Args:
        query: what is searched for.
        fields: of the objects; metadata is one of each.
        resource: their name, as the path of the search has it.

    Raises:
        StripeFailure: 400, for another field, and for what a field cannot be asked (most wordings are unverified).
    """
    tests = [_test(clause, fields, resource) for clause in query.clauses]
    together = any if query.any else all
    return lambda shape: together(test(shape) for test in tests)


def _test(clause: Clause, fields: Fields, resource: str) -> Callable[[Shape], bool]:
    kind, path = _known(clause, fields, resource)
    _require_askable(clause, kind)
    holds = _holding(clause, kind)

    def test(shape: Shape) -> bool:
        found = shape.get(METADATA, {}).get(clause.key) if clause.key is not None else _at(shape, path)
        return holds(found) != clause.negated

    return test


def _known(clause: Clause, fields: Fields, resource: str) -> tuple[Kind, str]:
    if clause.key is not None:
        return Kind.TOKEN, METADATA
    if clause.field not in fields:
        raise invalid(
            f"Field `{clause.field[:60]}` is an unsupported search field for resource `{resource}`. See http://stripe.com/"
            f"docs/search#query-fields-for-{resource.replace('_', '-')} for a list of supported fields."
        )
    return fields[clause.field]


def _require_askable(clause: Clause, kind: Kind) -> None:
    named = f"the field `{clause.field[:60]}`"
    if clause.operator not in OPERATORS[kind] or (clause.value is None and clause.operator != ":"):
        raise invalid(f"The operator `{clause.operator}` is not supported for {named}.")
    if clause.value is None:
        return
    if kind is Kind.NUMERIC and not NUMBER.fullmatch(clause.value):
        raise invalid(f"The value for {named} has to be a number.")
    if clause.operator == "~" and len(clause.value) < SHORTEST_PART:
        raise invalid(f"The value for {named} must have at least {SHORTEST_PART} characters with the operator `~`.")


def _holding(clause: Clause, kind: Kind) -> Callable[[Any], bool]:
    """Return what tells whether a value is as a clause asks, negated or not."""
    asked = clause.value
    if asked is None:
        return lambda found: found is None
    if kind is Kind.NUMERIC:
        number, compares = Decimal(asked), COMPARES[clause.operator]
        return lambda found: found is not None and compares(Decimal(found), number)
    folded = asked.casefold()
    if clause.operator == "~":
        return lambda found: found is not None and folded in str(found).casefold()
    return lambda found: found is not None and str(found).casefold() == folded


def _at(shape: Shape, path: str) -> Any:
    found: Any = shape
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found
