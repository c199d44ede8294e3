"""A request to an operation, to be pasted: with what it needs, and nothing that it does not take."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from tollbridge.contract import Operation, Parameter, SchemaCheck, sample_of, sendable
from tollbridge.contract.samples.written import content_type_of, written

TEXT = "text"
PLAIN: Mapping[str, object] = {"integer": 1, "number": 1, "boolean": True, "string": TEXT}
"""Where a parameter's schema shows nothing."""


@dataclass(frozen=True)
class ExampleRequest:
    """A request.

    Args:
        method: of HTTP.
        target: the path with its query, percent-encoded.
        headers: `Name: value`, those that it needs.
        body: of JSON, or a form; None where the operation takes none.
    """

    method: str
    target: str
    headers: tuple[str, ...]
    body: str | None


def example_request(operation: Operation) -> ExampleRequest:
    """Return a request with an example of a body, the contract's own where it has one, and what is needed beside it."""
    needed = [(one, _value(one)) for one in operation.parameters if one.required]
    path = operation.target
    for parameter, value in needed:
        if parameter.location == "path":
            path = path.replace(f"{{{sendable(parameter.name)}}}", quote(value, safe="", errors="replace"))
    query = urlencode([(one.name, value) for one, value in needed if one.location == "query"], errors="replace")
    headers = [f"{one.name}: {value}" for one, value in needed if one.location == "header"]
    body = None if operation.body is None else _body(operation, operation.body)
    media = [] if body is None else [f"Content-Type: {content_type_of(operation)}"]
    target = path + (f"?{query}" if query else "")
    return ExampleRequest(operation.method.upper(), target, (*media, *headers), body)


def _body(operation: Operation, check: SchemaCheck) -> str:
    """Return the contract's own example; where it has none, what its schema says is made."""
    shown = operation.example
    if shown is None:
        sample = sample_of(check, operation.path, answered=False)
        shown = {} if sample is None else sample.value
    return written(operation, shown)


def _value(parameter: Parameter) -> str:
    """Return what a parameter's schema shows, or else what is plainest."""
    schema = parameter.check.schema
    plain = PLAIN.get(parameter.type, TEXT)
    enumerated = schema.get("enum") or (schema.get("minimum", plain),)
    value = next((schema[name] for name in ("example", "default") if name in schema), enumerated[0])
    text = json.dumps(value) if isinstance(value, bool | int | float) else value
    return (
        text if isinstance(text, str) and text.isprintable() else TEXT
    )  # what no header and no shell takes is not shown
