"""Places in a document."""

from collections.abc import Iterable
from typing import Any

Place = tuple[str | int, ...]
"""Names and indexes from the top of a document."""


def placed(value: Any, steps: Iterable[str | int]) -> Place:
    """Return the place that a path of jsonschema-rs means: 0.60.3 gives a name of digits, such as `007`, as a number.

    Args:
        value: in which the place is.
        steps: the path; its last steps may lead to what the value does not have.
    """
    place: list[str | int] = []
    for given in steps:
        step = _name(value, given) if isinstance(value, dict) and isinstance(given, int) else given
        place.append(step)
        value = _part(value, step)
    return tuple(place)


def _name(members: dict[str, Any], number: int) -> str:
    spelled = str(number)
    same = (name for name in members if (name.lstrip("0") or "0") == spelled)
    return spelled if spelled in members else next(same, spelled)


def _part(value: Any, step: str | int) -> Any:
    try:
        return value[step]
    except (LookupError, TypeError):
        return None
