"""The requests that a contract shows, as plain data: what Locust sends."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Shown:
    """One example of the contract.

    Args:
        name: of the operation and of the example.
        method: the HTTP method.
        path: as the contract has it.
        body: JSON.
        documented: the statuses that the contract has for the operation, but those of failures.
    """

    name: str
    method: str
    path: str
    body: Any
    documented: frozenset[int]


def shown_in(contract: Path) -> list[Shown]:
    """Return every named example of a JSON body, in the order of the contract."""
    document = yaml.safe_load(contract.read_text("utf-8"))
    return [
        shown
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict) and "requestBody" in operation
        for shown in _of(path, method.upper(), operation)
    ]


def _of(path: str, method: str, operation: dict[str, Any]) -> Iterator[Shown]:
    documented = frozenset(int(status) for status in operation["responses"] if status.isdigit() and int(status) < 500)
    named = operation["requestBody"]["content"].get("application/json", {}).get("examples", {})
    for name, example in named.items():
        yield Shown(f"{operation['operationId']} {name}", method, path, example["value"], documented)
