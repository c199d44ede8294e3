"""The ledger: every documented statement as a rule, with what enforces it.

Rules stand in the contract as `x-rules`, at the place they constrain. A rule that nothing enforces, and that
no waiver explains, fails the build, and so does one whose enforcement is not there.
"""

import ast
import importlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from tollbridge.contract.errors import Fault
from tollbridge.contract.extensions import RULES
from tollbridge.contract.keywords import objects
from tollbridge.contract.pointer import pointer
from tollbridge.contract.shape import misfits
from tollbridge.documents import Place

ORIGINS = ("documented", "provider", "choice")
KINDS = ("schema", "code", "test", "check")
TEXT = {"type": "string"}
SHAPE = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "statement", "origin"],
        "properties": {
            **dict.fromkeys(("id", "statement", "origin", "waiver", "decision", "rival", "reason"), TEXT),
            "enforced_by": {"type": "array", "items": {"type": "object", "additionalProperties": TEXT}},
        },
    },
}
"""What `x-rules` is."""


@dataclass(frozen=True)
class Rule:
    """One documented statement.

    Args:
        id: unique in the contract, dotted.
        statement: what holds, in our words.
        origin: `documented` by the page, the `provider`'s, or our `choice`.
        place: the pointer to what it constrains.
        enforced_by: kinds and names of what enforces it.
        waiver: why nothing does; None where something does.
        decision: what was decided where the page contradicts itself; None where it does not.
        rival: the other reading; None where there is none.
        reason: why ours; None where nothing was decided.
    """

    id: str
    statement: str
    origin: str
    place: str
    enforced_by: tuple[tuple[str, str], ...]
    waiver: str | None
    decision: str | None
    rival: str | None
    reason: str | None
    schema: Mapping[str, Any] = field(repr=False, compare=False)


def rules_of(document: Mapping[str, Any]) -> Iterator[Rule]:
    """Yield every rule of a contract, in its order."""
    for place, value, entries in _entries(document):
        for entry in entries:
            yield _rule(entry, place, value)


def rule_places(document: Mapping[str, Any]) -> Iterator[tuple[str, Place]]:
    """Yield the id of every rule of a contract, with the place where the rule itself stands."""
    for place, _, entries in _entries(document):
        for number, entry in enumerate(entries):
            yield entry["id"], (*place, RULES, number)


def misshapen_rules(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the shape of a contract's rules."""
    for place, _, entries in _entries(document):
        yield from misfits(_shape(), entries, (*place, RULES))


def _entries(document: Mapping[str, Any]) -> Iterator[tuple[Place, Mapping[str, Any], Any]]:
    """Yield each place that has rules, with what stands there and the rules."""
    for place, value in objects(document):
        if RULES in value:
            yield place, value, value[RULES]


@cache
def _shape() -> jsonschema_rs.Draft4Validator:
    return jsonschema_rs.Draft4Validator(SHAPE, offline=True)


def _rule(entry: Mapping[str, Any], place: tuple[str | int, ...], schema: Mapping[str, Any]) -> Rule:
    return Rule(
        id=entry["id"],
        statement=entry["statement"],
        origin=entry["origin"],
        place=pointer(*place),
        enforced_by=tuple(
            (kind, str(name)) for enforcement in entry.get("enforced_by", ()) for kind, name in enforcement.items()
        ),
        waiver=entry.get("waiver"),
        decision=entry.get("decision"),
        rival=entry.get("rival"),
        reason=entry.get("reason"),
        schema=schema,
    )


def ledger_complaints(rules: tuple[Rule, ...], root: Path, checks: frozenset[str] = frozenset()) -> list[str]:
    """Return what is wrong with a ledger, a sentence each; an empty list is a sound one.

    Args:
        rules: of the contract.
        root: the folder below which the tests are.
        checks: the names of the harness's checks.
    """
    complaints = [
        f"{rule_id}: the id is given {count} times."
        for rule_id, count in Counter(rule.id for rule in rules).items()
        if count > 1
    ]
    for rule in rules:
        complaints += [f"{rule.id}: {complaint}" for complaint in _complaints(rule, root, checks)]
    return complaints


def _complaints(rule: Rule, root: Path, checks: frozenset[str]) -> Iterator[str]:
    if rule.origin not in ORIGINS:
        yield f"the origin {rule.origin!r} is none of {', '.join(ORIGINS)}."
    if not rule.enforced_by and not rule.waiver:
        yield "nothing enforces it, and no waiver says why."
    if rule.decision and not (rule.rival and rule.reason):
        yield "a decision needs its rival reading and a reason."
    for kind, name in rule.enforced_by:
        if kind not in KINDS:
            yield f"{kind!r} is no kind of enforcement."
        elif not _exists(rule, kind, name, root, checks):
            yield f"the {kind} {name!r} does not exist."


def _exists(rule: Rule, kind: str, name: str, root: Path, checks: frozenset[str]) -> bool:
    if kind == "schema":
        return _has_keyword(rule.schema, name)
    if kind == "code":
        return _has_code(name)
    return name in checks if kind == "check" else _has_test(root, name)


def _has_keyword(schema: Mapping[str, Any], name: str) -> bool:
    """`minimum` is a keyword here (or of the parameter's schema); `anyOf/minimum` one of a branch's member."""
    outer, _, inner = name.partition("/")
    here = schema if outer in schema else schema.get("schema", {})
    if not inner:
        return outer in here
    return any(inner in member for member in _branch_members(here.get(outer, ())))


def _branch_members(branches: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for branch in branches:
        yield from branch.get("properties", {}).values()
        yield from _branch_members(branch.get("oneOf", ()))


def _has_code(name: str) -> bool:
    module, _, attributes = name.partition(":")
    try:
        here: Any = importlib.import_module(module)
        for attribute in attributes.split("."):
            here = getattr(here, attribute)
    except (ImportError, AttributeError):
        return False
    return callable(here)


def _has_test(root: Path, name: str) -> bool:
    file, _, function = name.partition("::")
    path = root / file
    if not path.is_file():
        return False
    names = {node.name for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.FunctionDef)}
    return function in names
