"""Failures of a validation, keyword by keyword, with the place that each is about.

An `anyOf` whose branches are told apart by an enumerated member (the currency, for money) is judged by the
one branch that the instance means. As jsonschema-rs tells it, it would be one failure of the whole body, and
name no amount.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from tollbridge.contract.branches import discriminator
from tollbridge.contract.extensions import RULES
from tollbridge.contract.pointer import steps_of
from tollbridge.documents import Place, placed

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed keyword.

    Args:
        keyword: the keyword of JSON Schema.
        schema: the schema object that has it; within a branch, with what the schema around it says too.
        place: the steps to what it is about: for `required` and unknown members, the member itself.
        value: what was sent there; None also where it is missing.
        case: the value of the member that chose the branch; None outside branches.
        rule: the ledger's id; None where the contract has no rule at that place.
    """

    keyword: str
    schema: Schema
    place: Place
    value: object
    case: str | None
    rule: str | None


def failures_of(
    errors: Iterable[jsonschema_rs.ValidationError], root: Schema, value: object, inside: int = 0
) -> list[Failure]:
    """Return every failed keyword, one for each place.

    Args:
        errors: as a validator gives them.
        root: the schema that it was made of, for its words and rules.
        value: what it was given.
        inside: how many steps into that value the places begin.

    Returns:
        Failures in no order that means something; not empty where there are errors.
    """
    found: dict[tuple[Place, str], Failure] = {}
    undecided = []
    for error in errors:
        keyword, holder = _failed(root, error)
        place = placed(value, error.instance_path)[inside:]
        told: Iterable[Failure] = _plain(keyword, holder, place, error)
        branches = _branches(root, holder) if keyword == "anyOf" else []
        member = discriminator(branches)
        if (only := _besides_null(root, holder, error)) is not None:
            told = failures_of(only, root, value, inside)
        elif member is not None:
            told = _branch(root, holder, branches, member, error, value, inside)
            undecided.append(Failure(keyword, holder, place, error.instance, None, _rule(holder, keyword)))
        # A branch's bound replaces the one that holds for every branch.
        found.update(((failure.place, failure.keyword), failure) for failure in told if _newer(failure, found))
    return list(found.values()) or undecided


def _failed(root: Schema, error: jsonschema_rs.ValidationError) -> tuple[str, Schema]:
    """Return the keyword that failed, with the schema that has it; of `false`, which has none, `not`."""
    if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.FalseSchema):
        return "not", {}
    return str(error.schema_path[-1]), _at(root, error.schema_path[:-1])


def _branches(root: Schema, holder: Schema) -> list[Schema]:
    return [referred(root, branch) for branch in holder["anyOf"]]


def _besides_null(
    root: Schema, holder: Schema, error: jsonschema_rs.ValidationError
) -> list[jsonschema_rs.ValidationError] | None:
    """Return what is wrong with a value by the one branch that is not null's; None where there is not one such."""
    match error.kind:
        case jsonschema_rs.ValidationErrorKind.AnyOf(context) | jsonschema_rs.ValidationErrorKind.OneOfNotValid(
            context
        ):
            branches = [referred(root, branch) for branch in holder[str(error.schema_path[-1])]]
            others = [number for number, branch in enumerate(branches) if branch.get("type") != "null"]
            return context[others[0]] if len(others) == 1 < len(branches) else None
    return None


def _newer(failure: Failure, found: Mapping[tuple[Place, str], Failure]) -> bool:
    known = found.get((failure.place, failure.keyword))
    return known is None or known.case is None


def _plain(keyword: str, holder: Schema, place: Place, error: jsonschema_rs.ValidationError) -> Iterator[Failure]:
    rule = _rule(holder, keyword)
    match error.kind:
        case jsonschema_rs.ValidationErrorKind.Required(name):
            yield Failure(keyword, holder, (*place, name), None, None, rule)
        case jsonschema_rs.ValidationErrorKind.AdditionalProperties(names):
            for name in names:
                yield Failure(keyword, holder, (*place, name), None, None, rule)
        case _:
            yield Failure(keyword, holder, place, error.instance, None, rule)


def _branch(
    root: Schema,
    holder: Schema,
    branches: list[Schema],
    member: str,
    error: jsonschema_rs.ValidationError,
    value: object,
    inside: int,
) -> Iterator[Failure]:
    """Yield the failures of the branch that the instance's member chooses; none where it chooses none."""
    chosen = error.instance.get(member) if isinstance(error.instance, dict) else None
    number = next((n for n, b in enumerate(branches) if chosen in b["properties"][member]["enum"]), None)
    if number is None or not isinstance(chosen, str):
        return
    above = len(error.instance_path) - inside
    assert isinstance(error.kind, jsonschema_rs.ValidationErrorKind.AnyOf)
    for failure in failures_of(error.kind.context[number], root, value, inside):
        around = _around(root, holder, failure, above)
        rule = _rule(holder, f"anyOf/{failure.keyword}") or failure.rule or _rule(around, failure.keyword)
        words = {**around, **failure.schema}
        yield Failure(failure.keyword, words, failure.place, failure.value, chosen, rule)


def _around(root: Schema, holder: Schema, failure: Failure, above: int) -> Schema:
    """Return what the schema around the branches says at a failure's place; nothing where it says nothing.

    A member that is missing, or not known, is judged by the object that it belongs to.
    """
    of_object = failure.keyword in ("required", "additionalProperties")
    here = holder
    for step in failure.place[above : -1 if of_object else None]:
        inner = here.get("items", {}) if isinstance(step, int) else here.get("properties", {}).get(step, {})
        here = referred(root, inner)
    return here


def referred(root: Schema, schema: Any) -> Schema:
    """Return a schema, or what its reference names in the schema that it is a part of; empty for true and false.

    Of references that name nothing but each other, one is returned.
    """
    followed: set[str] = set()
    while isinstance(schema, dict) and isinstance(schema.get("$ref"), str) and schema["$ref"] not in followed:
        followed.add(schema["$ref"])
        schema = _at(root, [*steps_of(schema["$ref"])])
    return schema if isinstance(schema, dict) else {}


def _at(schema: Schema, steps: list[str | int]) -> Any:
    here: Any = schema
    for step in placed(schema, steps):
        here = here[step]
    return here


def _rule(holder: Schema, keyword: str) -> str | None:
    """Return the id of the rule that stands beside a keyword and says that this keyword enforces it."""
    for rule in holder.get(RULES, ()):
        if any(entry.get("schema") == keyword for entry in rule.get("enforced_by", ())):
            return str(rule["id"])
    return None
