"""Schemas that nothing can fit: members that are required and not allowed, and bounds that cross."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tollbridge.contract.errors import Fault
from tollbridge.contract.keywords import objects
from tollbridge.contract.references import target
from tollbridge.contracts.complaint import At, Complaint
from tollbridge.documents import Place, printable

BOUNDS = (
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
)
BRANCHES = ("anyOf", "oneOf")
MAX_PARTS = 100
"""Parts of an `allOf`, in all its levels, that are looked at."""

NAME_SHOWN = 40
Schema = Mapping[str, Any]


def requirement_complaints(document: Schema, at: At) -> Iterator[Complaint]:
    """Yield what no value can fit, wherever it stands in a contract."""
    for place, schema in objects(document):
        if is_schema(place):
            yield from _crossed(schema, place, at)
            yield from _required(document, schema, place, at)


def is_schema(place: Place) -> bool:
    """Tell whether a place of a document is a schema's, or of a part of one."""
    named = len(place) >= 3 and place[:2] == ("components", "schemas")
    return named or any(
        step == "schema" and place[index - 1] != "properties" for index, step in enumerate(place) if index
    )


def _crossed(schema: Schema, place: Place, at: At) -> Iterator[Complaint]:
    for least, most in BOUNDS:
        low, high = schema.get(least), schema.get(most)
        if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
            yield at.error(
                (*place, least), "bounds", f"{least} is {low} and {most} is {high}: nothing is between them."
            )
    if schema.get("enum") == []:
        yield at.error((*place, "enum"), "bounds", "enum is empty: nothing is in it.")


def _required(document: Schema, schema: Schema, place: Place, at: At) -> Iterator[Complaint]:
    parts = _parts(document, schema)
    yield from _refused(parts, _names(parts), place, at)
    for keyword in BRANCHES:
        for number, branch in enumerate(_list(schema, keyword)):
            inner = _parts(document, branch) if isinstance(branch, dict) else []
            yield from _refused(parts, _names(inner) - _names(parts), (*place, keyword, number), at)
    if "allOf" not in place and not set(BRANCHES) & set(place):
        yield from _undescribed(parts, schema, place, at)


def _parts(document: Schema, schema: Schema) -> list[Schema]:
    """Return a schema and what its `allOf` adds, in all levels, references followed."""
    found: list[Schema] = []
    waiting: list[Any] = [schema]
    while waiting and len(found) < MAX_PARTS:
        part = _followed(document, waiting.pop(0))
        if part is not None and not any(part is known for known in found):
            found.append(part)
            waiting += _list(part, "allOf")
    return found


def _followed(document: Schema, part: Any) -> Schema | None:
    """Return a schema, or what its references lead to; None where that is not in the document."""
    for _ in range(MAX_PARTS):
        if not isinstance(part, dict) or not isinstance(part.get("$ref"), str):
            return part if isinstance(part, dict) else None
        try:
            part = target(document, part["$ref"])
        except Fault:
            return None
    return None


def _names(parts: Sequence[Schema]) -> set[str]:
    return {name for part in parts for name in _list(part, "required") if isinstance(name, str)}


def _refused(parts: Sequence[Schema], required: set[str], place: Place, at: At) -> Iterator[Complaint]:
    """Yield the names that are required where a part allows no such member."""
    closed = [part for part in parts if part.get("additionalProperties") is False and "patternProperties" not in part]
    for name in sorted(required):
        if any(name not in _members(part) for part in closed):
            shown = printable(name, NAME_SHOWN)
            yield at.error(
                place, "required", f"{shown} is required and cannot be sent: additionalProperties is false without it."
            )


def _undescribed(parts: Sequence[Schema], schema: Schema, place: Place, at: At) -> Iterator[Complaint]:
    described = {name for part in parts for name in _members(part)}
    closed = any(part.get("additionalProperties") is False for part in parts)
    if described and not closed:
        for name in sorted({name for name in _list(schema, "required") if isinstance(name, str)} - described):
            shown = printable(name, NAME_SHOWN)
            yield at.warning(
                (*place, "required"), "required", f"{shown} is required, and properties does not describe it."
            )


def _members(schema: Schema) -> Schema:
    value = schema.get("properties")
    return value if isinstance(value, dict) else {}


def _list(schema: Schema, keyword: str) -> list[Any]:
    value = schema.get(keyword)
    return value if isinstance(value, list) else []
