"""`readOnly` and `writeOnly`: what `required` means in requests, and what in answers.

A member that is only read need not be in a request, and one that is only written not in an answer: that it is required
holds for the other side alone. Neither is refused where it is all the same: OpenAPI says that it should not be there,
clients send back what they have read, and public contracts show such answers in their examples.

Source: OpenAPI 3.0.4, "Schema Object", `readOnly` and `writeOnly`.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from tollbridge.contract.keywords import DATA, NAMED, within

SAME_VALUE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")
"""Schemas within a schema that are held against the same value."""

MAX_PARTS = 1_000
"""Schemas that one is made of, in which marked members are looked for."""

Follow = Callable[[Any], Any]
NOBODY: frozenset[str] = frozenset()


class Side(StrEnum):
    """Whose value a schema is held against: the keyword of members that it does not need."""

    REQUEST = "readOnly"
    ANSWER = "writeOnly"


def of_side(schema: Any, side: Side, follow: Follow = lambda given: given) -> Any:
    """Return a schema as it is for one side; the same object where it makes no difference.

    Args:
        schema: a schema.
        side: of what is judged.
        follow: returns what a reference that is kept in the schema names; the references themselves stay.
    """
    return _of_side(schema, side, follow, NOBODY, "")


def _of_side(value: Any, side: Side, follow: Follow, left_out: frozenset[str], kind: str) -> Any:
    """Return a part of a schema; `left_out` are names that need not be members of what it is held against."""
    if kind == DATA:
        return value
    if isinstance(value, list):
        items = [_of_side(item, side, follow, left_out, within(kind, number)) for number, item in enumerate(value)]
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    if not isinstance(value, dict):
        return value
    left_out = NOBODY if kind in NAMED else left_out | {*_marked(value, side, follow)}
    made = {
        name: _of_side(part, side, follow, left_out if name in SAME_VALUE else NOBODY, within(kind, name))
        for name, part in value.items()
    }
    if left_out:
        _leave_out(made, left_out)
    is_same = made.keys() == value.keys() and all(made[name] is part for name, part in value.items())
    return value if is_same else made


def _leave_out(schema: dict[str, Any], names: frozenset[str]) -> None:
    """Let names no longer be required."""
    required = schema.get("required")
    if isinstance(required, list) and names.intersection(required):
        schema["required"] = [name for name in required if name not in names]
        if not schema["required"]:  # Draft 4 wants one name at least
            del schema["required"]


def _marked(schema: Any, side: Side, follow: Follow) -> Iterator[str]:
    """Yield the members that one side does not need, of a schema and of those that it is made of."""
    waiting, seen = [schema], set[int]()
    while waiting and len(seen) < MAX_PARTS:
        here = waiting.pop()
        if isinstance(here, dict) and id(here) not in seen:
            seen.add(id(here))
            yield from _members(here, side, follow)
            waiting += [follow(part) for name in SAME_VALUE[:3] for part in here.get(name, ())]


def _members(schema: Mapping[str, Any], side: Side, follow: Follow) -> Iterator[str]:
    properties = schema.get("properties", {})
    for name, member in properties.items() if isinstance(properties, dict) else ():
        described = follow(member)
        if isinstance(described, dict) and described.get(side.value) is True:
            yield name
