"""Examples and defaults of a contract, held against their schemas."""

from collections.abc import Iterator, Mapping
from typing import Any

from tollbridge.contract import SchemaCheck
from tollbridge.contract.dialect import OPENAPI_30, dialect_of
from tollbridge.contract.errors import Fault
from tollbridge.contract.keywords import objects
from tollbridge.contract.schemas import Schemas
from tollbridge.contracts.complaint import At, Complaint
from tollbridge.contracts.requirements import is_schema
from tollbridge.documents import Place, printable

TOLD = 3
"""Places that one example breaks, told apart."""

NAME_SHOWN = 40


def example_complaints(document: Mapping[str, Any], at: At) -> Iterator[Complaint]:
    """Yield what is wrong with the examples of a contract, wherever they stand."""
    schemas = Schemas(document, dialect_of(document.get("openapi")) or OPENAPI_30)
    for place, value in objects(document):
        schema = value if is_schema(place) else value.get("schema")
        shown = [*_schema_values(value)] if is_schema(place) else [*_examples(value)]
        if not shown or not isinstance(schema, dict):
            continue
        try:
            check = schemas.check(schema, place, "these examples")
        except Fault as fault:
            yield at.warning(place, "example", f"the examples cannot be looked at: {fault}")
            continue
        for name, inner, example in shown:
            yield from _broken(check, example, name, (*place, *inner), at)


def _examples(described: Mapping[str, Any]) -> Iterator[tuple[str, Place, object]]:
    """Yield the examples of a body, a parameter or a header: what each is called, its place, and the value."""
    if "example" in described:
        yield "the example", ("example",), described["example"]
    named = described.get("examples")
    for name, entry in named.items() if isinstance(named, dict) else ():
        if isinstance(entry, dict) and "value" in entry:
            yield f"the example {printable(name, NAME_SHOWN)}", ("examples", name, "value"), entry["value"]


def _schema_values(schema: Mapping[str, Any]) -> Iterator[tuple[str, Place, object]]:
    """Yield the examples of a schema, and its default."""
    for keyword in ("example", "default"):
        if keyword in schema:
            yield f"the {keyword}", (keyword,), schema[keyword]
    listed = schema.get("examples")
    for number, value in enumerate(listed) if isinstance(listed, list) else ():
        yield f"the example {number + 1}", ("examples", number), value


def _broken(check: SchemaCheck, example: object, name: str, place: Place, at: At) -> Iterator[Complaint]:
    broken = check.broken(example, TOLD)
    for violation in broken.listed:
        yield at.error(place, "example", f"{name} breaks its schema at {violation.pointer}: {violation.detail}")
    if broken.count > TOLD:
        yield at.error(place, "example", f"{name} breaks its schema at {broken.count - TOLD} more places.")
