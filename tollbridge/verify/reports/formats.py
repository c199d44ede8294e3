"""The formats in which a run is written to a file."""

import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

import jsonschema_rs

from tollbridge.verify.reports.gitlab import gitlab
from tollbridge.verify.reports.html_page import html
from tollbridge.verify.reports.junit import junit
from tollbridge.verify.reports.report import Document
from tollbridge.verify.reports.sarif import sarif

MAX_FAULT = 200
"""Characters of the place and of the words of what is wrong with a document: each may repeat the whole of it."""


def as_json(run: Document) -> str:
    """Return a run as JSON, in ASCII."""
    return json.dumps(run, indent=1) + "\n"


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a run's document."""
    found: dict[str, Any] = json.loads(files("tollbridge.verify.reports").joinpath("schema.json").read_bytes())
    return found


def fault_of(document: object) -> str:
    """Return where a document is not a run's of this version, and why; empty where it is one."""
    error = next(jsonschema_rs.Draft7Validator(schema()).iter_errors(document), None)
    if error is None:
        return ""
    place = "/".join(map(str, error.instance_path)) or "its top"
    return f"at {place[:MAX_FAULT]}, {error.message[:MAX_FAULT]}"


FORMATS: Mapping[str, Callable[[Document], str]] = {
    "json": as_json,
    "junit": junit,
    "sarif": sarif,
    "html": html,
    "gitlab": gitlab,
}
"""By name, what writes a run in a format."""
