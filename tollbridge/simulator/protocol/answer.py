"""The answer of an operation of the simulator."""

from dataclasses import dataclass
from typing import Any

from tollbridge.simulator import serializers as shapes


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of Stripe's.

    Args:
        status: the HTTP status.
        document: the JSON document.
        row: the row that the document shows; None where it shows none, or more.
    """

    status: int
    document: dict[str, Any]
    row: tuple[Any, ...] | None = None


def shown(row: tuple[Any, ...]) -> Answer:
    """Return a 200 that shows a row."""
    return Answer(200, shapes.shown(row), row)
