"""From failed keywords to a list of broken rules, each with its place and a sentence that helps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tollbridge.contract.dialect import Validator
from tollbridge.contract.failures import failures_of, referred
from tollbridge.contract.pointer import shown_pointer
from tollbridge.contract.wording import sentence

TELLABLE = 10**1000
"""jsonschema-rs 0.60.3 reads an integer that Python will not print (4,300 digits) as null."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule.

    Args:
        detail: what was sent, what was expected, what to do.
        rule: the ledger's id; None where the contract has no rule at that place.
        pointer: the place in the body (`#/amount`, `#` the whole body); None where it is not in the body.
        header: the header's name; None where it is not in a header.
        parameter: the name of a parameter of the path or query; None where it is not there.
    """

    detail: str
    rule: str | None
    pointer: str | None
    header: str | None = None
    parameter: str | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """The rules that an instance breaks.

    Args:
        listed: the first of them, each with its place and its sentence.
        count: how many they are in all.
    """

    listed: list[Violation]
    count: int


def untold() -> Broken:
    """Return what is said of a value that is wrong, where saying what is wrong in it would take too long."""
    return Broken([Violation("The value breaks the contract; it has too many parts to say where.", None, "#")], 1)


def broken_by(
    validator: Validator, root: Mapping[str, Any], instance: object, most: int | None, name: str | None = None
) -> Broken:
    """Return the rules that an instance breaks.

    Args:
        validator: the compiled schema.
        root: the same schema, for its words.
        instance: what was sent.
        most: how many are listed; None for all.
        name: of the one member of the instance that was sent, and of its schema; None where the instance was.

    Returns:
        Members in the contract's order first, unknown members last; one violation for each failed keyword, and
        nothing but the type of what has the wrong one.
    """
    sent = _tellable(instance)
    failures = failures_of(validator.iter_errors(sent), root, sent, 0 if name is None else 1)
    schema = root if name is None else referred(root, root["properties"][name])
    ranks = {member: rank for rank, member in enumerate(referred(root, schema).get("properties", ()))}
    failures.sort(key=lambda failure: ranks.get(failure.place[0], len(ranks)) if failure.place else -1)
    mistyped = {failure.place for failure in failures if failure.keyword == "type"}
    told = [failure for failure in failures if failure.keyword == "type" or failure.place not in mistyped]
    listed = [Violation(sentence(one), one.rule, shown_pointer(*one.place)) for one in told[:most]]
    return Broken(listed, len(told))


def _tellable(value: Any) -> Any:
    """Return the value with integers beyond all bounds brought to the same side of them."""
    if isinstance(value, dict):
        return {name: _tellable(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_tellable(item) for item in value]
    if isinstance(value, int) and not -TELLABLE <= value <= TELLABLE:
        return TELLABLE if value > 0 else -TELLABLE
    return value
