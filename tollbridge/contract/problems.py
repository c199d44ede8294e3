"""The problems that a contract declares for its handlers: `x-problems`, at the root."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema_rs

from tollbridge.contract.errors import Fault
from tollbridge.contract.extensions import PROBLEMS
from tollbridge.contract.shape import misfits

TEXT = {"type": "string", "minLength": 1}
STATUS = {"type": "integer", "minimum": 400, "maximum": 599}
SHAPE = {
    "type": "object",
    "additionalProperties": False,
    "patternProperties": {
        "^[a-z][a-z0-9]*(-[a-z0-9]+)*$": {
            "type": "object",
            "required": ["status", "title", "meaning"],
            "additionalProperties": False,
            "properties": {
                "status": STATUS,
                "title": TEXT,
                "meaning": TEXT,
            },
        }
    },
}
"""The schema of `x-problems`: by `error_code`, in kebab case."""


@dataclass(frozen=True)
class DeclaredProblem:
    """A problem that a contract declares.

    Args:
        error_code: in kebab case.
        status: the HTTP status.
        title: for people, the same for each occurrence.
        meaning: what its page says: what happened, and what to do.
    """

    error_code: str
    status: int
    title: str
    meaning: str


def declared_problems(document: Mapping[str, Any]) -> tuple[DeclaredProblem, ...]:
    """Return the problems that a contract declares, in its order."""
    return tuple(DeclaredProblem(code, **told) for code, told in document.get(PROBLEMS, {}).items())


def misshapen_problems(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the shape of the problems that a contract declares."""
    if PROBLEMS in document:
        yield from misfits(_shape(), document[PROBLEMS], (PROBLEMS,))


@cache
def _shape() -> jsonschema_rs.Draft4Validator:
    return jsonschema_rs.Draft4Validator(SHAPE, offline=True)
