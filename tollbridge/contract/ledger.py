"""The ledger: every documented statement as a rule, with what enforces it.

Rules stand in the contract as `x-rules`, at the place they constrain. Whether what enforces them exists is for
`contracts/enforcement.py` to say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jsonschema_rs

from tollbridge.contract.errors import Fault
from tollbridge.contract.extensions import RULES
from tollbridge.contract.keywords import objects
from tollbridge.contract.pointer import pointer
from tollbridge.contract.shape import misfits
from tollbridge.documents import Place

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
"""The schema of `x-rules`."""


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
