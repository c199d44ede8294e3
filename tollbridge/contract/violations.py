"""From a failed validation to a list of broken rules: each with its place, and a sentence that helps.

jsonschema-rs finds what is broken; here it is put into words, and an `anyOf` whose branches are told apart
by an enumerated member (the currency, for money) is judged by the one branch that the instance means. A plain
`anyOf` failure would be one violation of the whole body, and name no amount.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from tollbridge.contract.pointer import pointer
from tollbridge.contract.wording import sentence


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
class Failure:
    """One failed keyword.

    Args:
        keyword: the keyword of JSON Schema.
        schema: the schema object that has it.
        place: the steps to what it is about: for `required` and unknown members, the member itself.
        value: what was sent there; None also where it is missing.
        case: the value of the member that chose the branch; None outside branches.
        rules: the rules that may be meant, from the nearest place outwards.
    """

    keyword: str
    schema: Mapping[str, Any]
    place: tuple[str | int, ...]
    value: object
    case: str | None
    rules: tuple[Mapping[str, Any], ...]


def violations_of(
    validator: jsonschema_rs.Draft4Validator, schema: Mapping[str, Any], instance: object
) -> list[Violation]:
    """Return every rule that an instance breaks.

    Args:
        validator: the compiled schema.
        schema: the same schema, for its words.
        instance: what was sent.

    Returns:
        Members in the contract's order first, unknown members last; one violation for each failed keyword, and
        nothing but the type of what has the wrong one.
    """
    failures = list(_failures(validator, schema, instance, None))
    failures.sort(key=lambda failure: _rank(schema, failure))
    mistyped = {failure.place for failure in failures if failure.keyword == "type"}
    told = (f for f in failures if f.keyword == "type" or f.place not in mistyped)
    found = (Violation(sentence(f), _rule(f), pointer(*f.place)) for f in told)
    return list(dict.fromkeys(found))


def _failures(
    validator: jsonschema_rs.Draft4Validator, schema: Mapping[str, Any], instance: object, case: str | None
) -> Iterator[Failure]:
    for error in validator.iter_errors(instance):
        keyword = str(error.schema_path[-1])
        parent, rules = _parent(schema, error.schema_path[:-1])
        place = tuple(error.instance_path)
        if keyword == "anyOf" and (member := _discriminator(parent)):
            yield from _branch_failures(parent, member, place, error.instance, rules)
        elif keyword == "required":
            yield Failure(keyword, parent, (*place, error.kind.property), None, case, rules)
        elif keyword == "additionalProperties":
            for name in error.kind.unexpected:
                yield Failure(keyword, parent, (*place, name), None, case, rules)
        else:
            yield Failure(keyword, parent, place, error.instance, case, rules)


def _branch_failures(
    parent: Mapping[str, Any],
    member: str,
    place: tuple[str | int, ...],
    instance: object,
    rules: tuple[Mapping[str, Any], ...],
) -> Iterator[Failure]:
    """Yield the failures of the branch that the instance's member chooses; none where it chooses none.

    What the branch says besides (a type, a missing member) the schema around it says too.
    """
    chosen = instance.get(member) if isinstance(instance, dict) else None
    for branch in parent["anyOf"]:
        if isinstance(chosen, str) and chosen in branch["properties"][member]["enum"]:
            validator = jsonschema_rs.Draft4Validator(branch)
            for failure in _failures(validator, branch, instance, chosen):
                if failure.keyword not in ("type", "required", "enum"):
                    yield Failure(
                        failure.keyword,
                        failure.schema,
                        place + failure.place,
                        failure.value,
                        chosen,
                        failure.rules + tuple(_branch_rules(rules)),
                    )


def _branch_rules(rules: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the rules beside an `anyOf` as if they stood in its branches: `anyOf/minimum` for `minimum`."""
    for rule in rules:
        named = [e["schema"].removeprefix("anyOf/") for e in rule["enforced_by"] if "schema" in e]
        yield {"id": rule["id"], "enforced_by": [{"schema": keyword} for keyword in named]}


def _discriminator(schema: Mapping[str, Any]) -> str | None:
    """Return the one member that every branch enumerates; None where there is none."""
    enumerated = [
        {name for name, member in branch.get("properties", {}).items() if "enum" in member}
        for branch in schema["anyOf"]
    ]
    shared = set.intersection(*enumerated) if enumerated else set()
    return shared.pop() if len(shared) == 1 else None


def _parent(
    schema: Mapping[str, Any], steps: list[str | int]
) -> tuple[Mapping[str, Any], tuple[Mapping[str, Any], ...]]:
    """Return the schema object at the end of the steps, and the rules from there outwards."""
    here: Any = schema
    rules = [*schema.get("x-rules", ())]
    for step in steps:
        here = here[step]
        if isinstance(here, dict) and isinstance(here.get("x-rules"), list):
            rules[:0] = here["x-rules"]
    return here, tuple(rules)


def _rule(failure: Failure) -> str | None:
    for rule in failure.rules:
        if any(entry.get("schema") == failure.keyword for entry in rule["enforced_by"]):
            return str(rule["id"])
    return None


def _rank(schema: Mapping[str, Any], failure: Failure) -> int:
    known = list(schema.get("properties", ()))
    if not failure.place:
        return -1
    return known.index(failure.place[0]) if failure.place[0] in known else len(known)
