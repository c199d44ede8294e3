"""How the target answered: how often with which status, and how long it took."""

from collections import Counter
from collections.abc import Sequence
from math import inf
from typing import Any

Timing = tuple[int, float]
"""The status of an answer, 0 where none came, and the seconds until it was there."""

NO_ANSWER = "none"
EDGES = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
"""Milliseconds between which answers are counted; the last is open."""

MEDIAN, SLOW = 0.5, 0.95


def answers_document(timings: Sequence[Timing]) -> dict[str, Any]:
    """Return what a report says of the answers."""
    statuses = Counter(str(status) if status else NO_ANSWER for status, _ in timings)
    took = sorted(seconds * 1_000 for _, seconds in timings)
    return {
        "statuses": dict(sorted(statuses.items())),
        "milliseconds": {
            "median": _at(took, MEDIAN),
            "p95": _at(took, SLOW),
            "slowest": _at(took, 1.0),
        },
        "histogram": [
            {"from": least, "to": most, "count": sum(least <= one < (most or inf) for one in took)}
            for least, most in zip(EDGES, (*EDGES[1:], None), strict=True)
        ],
    }


def _at(ordered: Sequence[float], part: float) -> float | None:
    """Return the value below which a part of ordered values lies; None where there are none."""
    return round(ordered[min(len(ordered) - 1, int(part * len(ordered)))], 3) if ordered else None
