"""The type that a schema gives a value, for whoever reads one from text."""

from collections.abc import Iterator, Mapping
from typing import Any

from tollbridge.contract.failures import referred
from tollbridge.contract.schema import SchemaCheck

BRANCHES = ("allOf", "anyOf", "oneOf")
MAX_PARTS = 200
"""Schemas of one value that are looked through."""

Step = tuple[str, str] | str
"""From a schema to one within it: a keyword, or `("properties", NAME)`."""


def type_of(check: SchemaCheck, *steps: Step) -> str:
    """Return the type of a schema, or of what is within it, besides null; that of its branches where it says none.

    Args:
        check: the schema.
        steps: to what is within it.

    Returns:
        `string` where it says none, or several.
    """
    found: set[str] = set()
    for schema, is_choice in _parts(check.root, part_of(check, *steps)):
        kinds = schema.get("type", [])
        said = {kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null"}
        found |= said or ({"string"} if is_choice and not kinds and not _has_branches(schema) else set())
    return found.pop() if len(found) == 1 else "string"


def part_of(check: SchemaCheck, *steps: Step) -> Mapping[str, Any]:
    """Return what is within a schema; empty where it says nothing of it."""
    schema: Any = check.schema
    for step in steps:
        schema = _within(check.root, schema, step)
    return referred(check.root, schema)


def _within(root: Any, schema: Any, step: Step) -> Any:
    """Return what a schema, or one of its branches, has in a place."""
    for here, _ in _parts(root, schema):
        holder, name = (here.get(step[0], {}), step[1]) if isinstance(step, tuple) else (here, step)
        if name in holder:
            return holder[name]
    return {}


def _parts(root: Any, schema: Any) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Yield a schema and those of its branches, each with whether it is one of several that a value may fit."""
    waiting = [(schema, False)]
    for _ in range(MAX_PARTS):
        if not waiting:
            return
        given, is_choice = waiting.pop(0)
        here = referred(root, given)
        yield here, is_choice
        if not (is_choice and "type" in here):
            waiting += [(branch, is_choice or name != "allOf") for name in BRANCHES for branch in here.get(name, ())]


def _has_branches(schema: Mapping[str, Any]) -> bool:
    return any(name in schema for name in BRANCHES)
