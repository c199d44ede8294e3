"""How large a value is: looked at level by level, so that no nesting is too deep to be measured."""

from typing import Any


def fits(value: Any, *, nodes: int, depth: int) -> bool:
    """Whether a value is within bounds.

    Args:
        value: of lists, objects and what JSON has besides.
        nodes: values and names, at most.
        depth: lists and objects within each other, at most.
    """
    level = [value]
    while holders := [one for one in level if isinstance(one, dict | list)]:
        depth -= 1
        nodes -= sum(2 * len(one) if isinstance(one, dict) else len(one) for one in holders)
        if depth < 0 or nodes < 1:
            return False
        level = [part for one in holders for part in (one.values() if isinstance(one, dict) else one)]
    return True
