"""A request to an operation, to be pasted: with what it needs, and nothing that it does not take."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from tollbridge.contract import Operation, Parameter, Reading, SchemaCheck, reading_of, sample_of, sendable

TEXT = "text"
BOUNDARY = "part"
NAME = re.compile(r'[^"\x00-\x1f\x7f]{1,200}')
JSON_RANGES = ("*/*", "application/*")
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
    media = [] if body is None else [f"Content-Type: {_content_type(operation)}"]
    target = path + (f"?{query}" if query else "")
    return ExampleRequest(operation.method.upper(), target, (*media, *headers), body)


def _content_type(operation: Operation) -> str:
    """Return the type of a body; of a range, what it is plainest to send."""
    name = operation.body_type
    if "*" in name:
        return (
            "text/plain" if name == "text/*" else "application/json" if name in JSON_RANGES else name.replace("*", "x")
        )
    return f"{name}; boundary={BOUNDARY}" if operation.bodies[0].reading is Reading.PARTS else name


def _body(operation: Operation, check: SchemaCheck) -> str:
    """Return the contract's own example; where it has none, what its schema says is made."""
    shown = operation.example
    if shown is None:
        sample = sample_of(check, operation.path, answered=False)
        shown = {} if sample is None else sample.value
    reading = operation.bodies[0].reading or reading_of(_content_type(operation), check)
    members = shown if isinstance(shown, dict) else {}
    if reading is Reading.FORM:
        return urlencode({name: _texts(value) for name, value in members.items()}, doseq=True, errors="replace")
    if reading is Reading.PARTS:
        return _parts(members)
    if reading is Reading.JSON or not isinstance(shown, str):
        return json.dumps(shown)
    return shown


def _texts(value: object) -> list[str]:
    """Return the texts that a member of a form is sent as: one for each item of a list."""
    return [one if isinstance(one, str) else json.dumps(one) for one in (value if isinstance(value, list) else [value])]


def _parts(members: Mapping[str, Any]) -> str:
    """Return members as the parts of a body; a name that would end its line early is left out."""
    lines: list[str] = []
    for name, value in members.items():
        for text in _texts(value) if NAME.fullmatch(name) else ():
            kind = ["Content-Type: application/json"] if isinstance(value, dict) else []
            lines += [f"--{BOUNDARY}", f'Content-Disposition: form-data; name="{name}"', *kind, "", text]
    return "\r\n".join([*lines, f"--{BOUNDARY}--", ""])


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
