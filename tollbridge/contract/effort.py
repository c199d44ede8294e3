"""How much work a value makes of a schema whose references are followed.

Schemas that name each other twice without a member between are judged twice as often with each step, and listing what
is wrong takes much longer than finding that something is. So what a validator would look at is counted before.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Look = tuple[Any, Any]
"""A schema, and a value that it is held against."""

EACH = ("allOf", "anyOf", "oneOf")
ONE = ("else", "if", "not", "then")
OF_ITEMS = ("contains", "items", "unevaluatedItems")
OF_MEMBERS = ("additionalProperties", "unevaluatedProperties")


def looks(definitions: Mapping[str, Any], schema: Any, value: Any, most: int) -> int:
    """Return how many schemas a validator holds against the parts of a value; just beyond `most` where it is more.

    Args:
        definitions: what `$ref` names, by the last step of the reference.
        schema: that the value is held against.
        value: the value.
        most: where counting ends.
    """
    waiting: list[Look] = [(schema, value)]
    count = 0
    while waiting and count <= most:
        here, part = waiting.pop()
        count += 1
        if isinstance(here, dict):
            waiting += _beside(definitions, here, part)
            waiting += _below(here, part)
    return count


def _beside(definitions: Mapping[str, Any], schema: Mapping[str, Any], value: Any) -> Iterator[Look]:
    """Yield the schemas that are held against the same value."""
    if "$ref" in schema:
        yield definitions[schema["$ref"].rpartition("/")[2]], value
    for name in EACH:
        yield from ((one, value) for one in schema.get(name, ()))
    yield from ((schema[name], value) for name in ONE if name in schema)
    if isinstance(value, dict):
        yield from ((one, value) for name, one in schema.get("dependentSchemas", {}).items() if name in value)


def _below(schema: Mapping[str, Any], value: Any) -> Iterator[Look]:
    """Yield the schemas that are held against the parts of the value."""
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        for name, member in value.items():
            if name in properties:
                yield properties[name], member
            yield from ((one, member) for one in schema.get("patternProperties", {}).values())
            yield from ((schema[keyword], member) for keyword in OF_MEMBERS if keyword in schema)
    elif isinstance(value, list):
        yield from _items(schema, value)


def _items(schema: Mapping[str, Any], items: Sequence[Any]) -> Iterator[Look]:
    yield from zip(schema.get("prefixItems", ()), items, strict=False)
    yield from ((schema[keyword], item) for keyword in OF_ITEMS if keyword in schema for item in items)
