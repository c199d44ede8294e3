"""Which members of a document are OpenAPI's, which are names that somebody gave, and what is data.

`default` is a keyword in a schema, a name below `responses`, and in an `example` neither: what stands there is data, a
`$ref` too.
"""

from collections.abc import Iterator
from typing import Any

from tollbridge.contract.extensions import PREFIX
from tollbridge.documents import Place

DATA = "data"
NAMED = frozenset(
    {
        "$defs", "callbacks", "content", "definitions", "dependentSchemas", "encoding", "examples", "headers", "links",
        "parameters", "pathItems", "paths", "patternProperties", "properties", "requestBodies", "responses", "schemas",
        "securitySchemes", "variables", "webhooks",
    }
)  # fmt: skip
"""Members whose own members have names."""


def is_data(keyword: str) -> bool:
    """Whether what a keyword says is data, and no part of the contract's structure."""
    return keyword in ("const", "default", "enum", "example", "value") or keyword.startswith(PREFIX)


def within(around: str, name: str | int) -> str:
    """Return what a member is.

    Args:
        around: what it is a member of: `DATA`, a keyword, or "" for an object that a name or an index was given to.
        name: its own, or its index.
    """
    if around == DATA or (around == "examples" and isinstance(name, int)):  # a list of a schema's, in OpenAPI 3.1
        return DATA
    if around in NAMED or isinstance(name, int):
        return ""
    return DATA if is_data(name) else name


def objects(document: Any) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yield every object of a document in its order, with its place; not data, and not what only gives names."""
    waiting: list[tuple[Place, Any, str]] = [((), document, "")]
    while waiting:
        place, value, kind = waiting.pop()
        if isinstance(value, dict) and kind not in NAMED:
            yield place, value
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        inner = [((*place, name), part, within(kind, name)) for name, part in parts if isinstance(part, dict | list)]
        waiting += [entry for entry in reversed(inner) if entry[2] != DATA]
