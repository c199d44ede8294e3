"""Examples and defaults of a contract, held against their schemas."""

from collections.abc import Iterator, Mapping
from typing import Any

from tollbridge.contract import SchemaCheck
from tollbridge.contract.errors import Fault
from tollbridge.contract.keywords import objects
from tollbridge.contract.meta_schema import SCHEMA, misshapen_part
from tollbridge.contract.patterns import Patterns
from tollbridge.contract.references import References
from tollbridge.contracts.complaint import At, Complaint
from tollbridge.contracts.requirements import is_schema
from tollbridge.documents import Place, printable

TOLD = 3
"""Places that one example breaks, told apart."""

NAME_SHOWN = 40
REASON_SHOWN = 200


def example_complaints(document: Mapping[str, Any], at: At) -> Iterator[Complaint]:
    """Yield what is wrong with the examples of a contract, wherever they stand."""
    references, patterns = References(document), Patterns()
    for place, value in objects(document):
        schema = value if is_schema(place) else value.get("schema")
        shown = [*_schema_values(value)] if is_schema(place) else [*_examples(value)]
        if not shown or not isinstance(schema, dict):
            continue
        try:
            check = _compiled(references.resolved(schema, place), patterns, place)
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


def _compiled(schema: Mapping[str, Any], patterns: Patterns, place: Place) -> SchemaCheck:
    for fault in misshapen_part(schema, SCHEMA, place):  # a reference may lead anywhere in the document
        raise fault
    for _, inner in objects(schema):
        if isinstance(inner.get("pattern"), str):
            patterns.require(inner["pattern"], place)
    try:
        return SchemaCheck(schema)
    except ValueError as error:
        reason = printable(str(error).partition("\n")[0], REASON_SHOWN)
        raise Fault(f"the schema cannot be compiled: {reason}.", place) from None


def _broken(check: SchemaCheck, example: object, name: str, place: Place, at: At) -> Iterator[Complaint]:
    broken = check.broken(example, TOLD)
    for violation in broken.listed:
        yield at.error(place, "example", f"{name} breaks its schema at {violation.pointer}: {violation.detail}")
    if broken.count > TOLD:
        yield at.error(place, "example", f"{name} breaks its schema at {broken.count - TOLD} more places.")
