"""A body as a client writes it: JSON, a form, parts, or text."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from tollbridge.contract.bodies import Reading, reading_of
from tollbridge.contract.model import Operation

BOUNDARY = "part"
NAME = re.compile(r'[^"\x00-\x1f\x7f]{1,200}')
"""What a member of a form may be called as a part of a body."""

JSON_RANGES = ("*/*", "application/*")


def content_type_of(operation: Operation) -> str:
    """Return the Content-Type of the operation's first body; of a range, what it is plainest to send."""
    name = operation.body_type
    if "*" in name:
        plain = "application/json" if name in JSON_RANGES else name.replace("*", "x")
        return "text/plain" if name == "text/*" else plain
    return f"{name}; boundary={BOUNDARY}" if operation.bodies[0].reading is Reading.PARTS else name


def reading_of_body(operation: Operation) -> Reading | None:
    """Return how the operation's first body is read; None where it is not."""
    body = operation.bodies[0]
    return body.reading or reading_of(content_type_of(operation), body.check)


def written(operation: Operation, document: object) -> str:
    """Return a document as the operation's first body is written."""
    reading = reading_of_body(operation)
    members = document if isinstance(document, dict) else {}
    if reading is Reading.FORM:
        return urlencode({name: _texts(value) for name, value in members.items()}, doseq=True, errors="replace")
    if reading is Reading.PARTS:
        return _parts(members)
    if reading is Reading.JSON or not isinstance(document, str):
        return json.dumps(document)
    return document


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
