"""What a failed validation says, keyword by keyword, with the place that each failure is about.

An `anyOf` whose branches are told apart by an enumerated member (the currency, for money) is judged by the
one branch that the instance means. As jsonschema-rs tells it, it would be one failure of the whole body, and
name no amount.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from tollbridge.contract.branches import discriminator
from tollbridge.contract.extensions import RULES
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


def failures_of(validator: jsonschema_rs.Draft4Validator, schema: Schema, instance: object) -> list[Failure]:
    """Return every failed keyword of an instance, one for each place.

    Args:
        validator: the compiled schema.
        schema: the same schema, for its words and rules.
        instance: what was sent.

    Returns:
        Failures in no order that means something; not empty where the instance is not valid.
    """
    found: dict[tuple[Place, str], Failure] = {}
    undecided = []
    for error in validator.iter_errors(instance):
        keyword = str(error.schema_path[-1])
        holder = _at(schema, error.schema_path[:-1])
        place = placed(instance, error.instance_path)
        member = discriminator(holder["anyOf"]) if keyword == "anyOf" else None
        if member is None:
            told = _plain(keyword, holder, place, error)
        else:
            told = _branch(holder, member, place, error.instance)
            undecided.append(Failure(keyword, holder, place, error.instance, None, _rule(holder, keyword)))
        # A branch's bound replaces the one that holds for every branch.
        found.update(((failure.place, failure.keyword), failure) for failure in told if _newer(failure, found))
    return list(found.values()) or undecided


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


def _branch(holder: Schema, member: str, place: Place, instance: object) -> Iterator[Failure]:
    """Yield the failures of the branch that the instance's member chooses; none where it chooses none."""
    chosen = instance.get(member) if isinstance(instance, dict) else None
    branch = next((b for b in holder["anyOf"] if chosen in b["properties"][member]["enum"]), None)
    if branch is None or not isinstance(chosen, str):
        return
    for failure in failures_of(jsonschema_rs.Draft4Validator(branch), branch, instance):
        around = _around(holder, failure)
        rule = _rule(holder, f"anyOf/{failure.keyword}") or failure.rule or _rule(around, failure.keyword)
        words = {**around, **failure.schema}
        yield Failure(failure.keyword, words, place + failure.place, failure.value, chosen, rule)


def _around(holder: Schema, failure: Failure) -> Schema:
    """Return what the schema around the branches says at a failure's place; nothing where it says nothing.

    A member that is missing, or not known, is judged by the object that it belongs to.
    """
    of_object = failure.keyword in ("required", "additionalProperties")
    here = holder
    for step in failure.place[:-1] if of_object else failure.place:
        here = here.get("items", {}) if isinstance(step, int) else here.get("properties", {}).get(step, {})
    return here


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
