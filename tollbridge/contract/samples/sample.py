"""A value that fits a schema: made in several ways, mended where it breaks a rule, and taken only where it fits."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tollbridge.contract.pointer import steps_of
from tollbridge.contract.samples.maker import Effort, GivenUp, Maker, Way
from tollbridge.contract.schema import SchemaCheck
from tollbridge.contract.violations import Violation

WAYS = tuple(Way(branch, deep) for deep in (3, 1, 0) for branch in range(4))
"""In which a value is made, the fullest first: which branch is taken, and how deep optional members are there."""

MAX_MENDED = 8
"""Times that members which break a rule are left out."""

MAX_BROKEN = 50


@dataclass(frozen=True)
class Sample:
    """A value that fits a schema.

    Args:
        value: the value; it may be null.
    """

    value: object = field()


def sample_of(check: SchemaCheck, seed: str, *, answered: bool = True) -> Sample | None:
    """Return a value that fits a schema.

    Args:
        check: the schema.
        seed: of the choices; the same seed gives the same value.
        answered: whether it is of an answer, which has no members that are only written; else of a request.

    Returns:
        None where no value was found: there may be none.
    """
    effort, left_out = Effort(), "writeOnly" if answered else "readOnly"
    tried: set[str] = set()
    for way in WAYS:
        maker = Maker(check.root, random.Random(seed), way, left_out, effort)  # noqa: S311 - the same for the same seed
        try:
            value = maker.made(check.schema)
        except GivenUp:
            continue
        text = json.dumps(value)
        if text not in tried and _fits(check, value):
            return Sample(value)
        tried.add(text)
    return None


def _fits(check: SchemaCheck, value: Any) -> bool:
    """Tell whether a value fits, once members that break rules are left out of it."""
    for _ in range(MAX_MENDED):
        if check.is_valid(value):
            return True
        broken = check.broken(value, MAX_BROKEN).listed
        if not [*_left_out(value, broken)]:
            return False
    return False


def _left_out(value: Any, broken: list[Violation]) -> Iterator[str]:
    """Take members at the places of violations out of a value; yield what was taken."""
    for violation in broken:
        steps = steps_of(violation.pointer or "#")
        holder = _at(value, steps[:-1])
        if steps and isinstance(holder, dict) and holder.pop(steps[-1], None) is not None:
            yield steps[-1]


def _at(value: Any, steps: tuple[str, ...]) -> Any:
    for step in steps:
        if isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value
