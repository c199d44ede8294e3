"""Breaking changes between two contracts: for clients and servers by oasdiff, and in the ledger."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tollbridge.contract import Contract, Rule, load_contract
from tollbridge.contract.extensions import RULES
from tollbridge.contract.keywords import DATA, NAMED, within
from tollbridge.contracts.programs import ProgramFailed, path_program, run_program
from tollbridge.documents import printable

OASDIFF = "v1.37.0"
"""The version whose words are known here; scripts/oasdiff gets it."""

HOW = f"go install github.com/oasdiff/oasdiff@{OASDIFF}"
ERROR = 3
"""oasdiff's level of what certainly breaks a client; one less is what may."""

SAID_SHOWN = 400
REASON_SHOWN = 400
FOR_PEOPLE = re.compile(r"tag|operation-id|deprecat|sunset|stability|description|default-value|title|example|version")
"""Of what concerns neither side's behaviour."""

TIGHTENS = re.compile(
    r"removed|became-required|became-not-nullable|became-enum|max.*decreased|min.*increased|m(?:ax|in).*-set|"
    r"pattern-(?:added|changed)|type-changed|required-.*added"
)
"""Of a response: what a server of the old contract may answer is not allowed any more."""

DOCUMENTATION = ("description", "summary", "example", "examples", "title", "externalDocs", RULES)


@dataclass(frozen=True)
class Change:
    """One difference between two contracts.

    Args:
        where: the operation, or the part of the document.
        said: oasdiff's words.
        rule: oasdiff's name for it.
        line: in the new contract, or else in the old one; 0 where it is not known.
        is_old: whether the line is the old contract's.
        breaks_clients: `yes`, `perhaps` or `no`: a client of the old contract meets a server of the new one.
        breaks_servers: whether a server of the old contract is wrong by the new one.
    """

    where: str
    said: str
    rule: str
    line: int
    is_old: bool
    breaks_clients: str
    breaks_servers: bool


@dataclass(frozen=True)
class RuleChange:
    """A rule of the ledger that a change touches.

    Args:
        id: of the rule.
        what: `added`, `removed`, `reworded` (its own words), or `place changed` (what it constrains).
        place: the pointer to what it constrains.
        checks: of the harness that judge it.
    """

    id: str
    what: str
    place: str
    checks: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """The changes between two contracts.

    Args:
        changes: of what OpenAPI says.
        rules: of the ledger.
    """

    changes: tuple[Change, ...]
    rules: tuple[RuleChange, ...]

    @property
    def breaks_clients(self) -> bool:
        """Whether a client of the old contract certainly breaks."""
        return any(change.breaks_clients == "yes" for change in self.changes)

    @property
    def breaks_servers(self) -> bool:
        """Whether a server of the old contract is wrong by the new one."""
        return any(change.breaks_servers for change in self.changes)


def difference(old: Path, new: Path) -> Difference:
    """Return what changed between two contracts.

    Raises:
        ContractError: one of them cannot be read.
        ProgramMissing, ProgramFailed: oasdiff is not here, or cannot do it.
    """
    before, after = load_contract(old), load_contract(new)
    return Difference(tuple(_changes(before, after)), tuple(rule_changes(before.rules, after.rules)))


def _changes(before: Contract, after: Contract) -> Iterator[Change]:
    program = path_program("oasdiff", HOW, Path.home() / "go/bin")
    with TemporaryDirectory() as folder:
        # Copies under plain names: oasdiff takes a path with a colon for a commit, and reads settings where it runs.
        for name, contract in (("old", before), ("new", after)):
            Path(folder, f"{name}.yaml").write_bytes(contract.content)
        arguments = ["changelog", "old.yaml", "new.yaml", "--format", "json", "--allow-external-refs=false"]
        done = run_program(program, arguments, cwd=Path(folder))
    if done.code != 0:
        said = printable(" ".join(done.err.split()), REASON_SHOWN)
        raise ProgramFailed(f"oasdiff ended with code {done.code}: {said}")
    try:
        yield from map(change_of, json.loads(done.out or b"[]") or [])
    except (ValueError, KeyError, TypeError) as error:
        raise ProgramFailed(f"oasdiff's answer is not one that is known here ({error!r}); get it by: {HOW}") from None


def change_of(told: Mapping[str, Any]) -> Change:
    """Return a change as oasdiff tells it."""
    rule, level = str(told["id"]), int(told["level"])
    is_old = "revisionSource" not in told
    where = f"{told['operation']} {told['path']}" if told.get("operation") else str(told.get("path") or told["section"])
    return Change(
        where=where,
        said=printable(" ".join(str(told["text"]).split()), SAID_SHOWN),
        rule=rule,
        line=int(told.get("baseSource" if is_old else "revisionSource", {}).get("line", 0)),
        is_old=is_old,
        breaks_clients={ERROR: "yes", ERROR - 1: "perhaps"}.get(level, "no"),
        breaks_servers=_breaks_servers(rule),
    )


def _breaks_servers(rule: str) -> bool:
    if FOR_PEOPLE.search(rule):
        return False
    return bool(TIGHTENS.search(rule)) if rule.startswith("response") else True


def rule_changes(before: tuple[Rule, ...], after: tuple[Rule, ...]) -> Iterator[RuleChange]:
    """Yield the rules that were added, removed or reworded, or whose place changed."""
    old, new = ({rule.id: rule for rule in rules} for rules in (before, after))
    for identity in {**old, **new}:
        was, now = old.get(identity), new.get(identity)
        if what := _what_changed(was, now):
            rule = now or was
            assert rule is not None
            yield RuleChange(identity, what, rule.place, _checks(rule))


def _what_changed(was: Rule | None, now: Rule | None) -> str:
    if was is None or now is None:
        return "added" if was is None else "removed"
    if was != now:
        return "reworded"
    return "place changed" if _behaviour(was.schema) != _behaviour(now.schema) else ""


def _behaviour(value: Any, kind: str = "", *, is_root: bool = True) -> Any:
    """Return what a place itself says, without words for people, and without parts that have rules of their own."""
    if isinstance(value, list):
        return [_behaviour(item, within(kind, 0), is_root=False) for item in value]
    if not isinstance(value, dict) or kind == DATA:
        return value
    if RULES in value and not is_root:
        return None
    told = value if kind in NAMED else {name: part for name, part in value.items() if name not in DOCUMENTATION}
    return {name: _behaviour(part, within(kind, name), is_root=False) for name, part in told.items()}


def _checks(rule: Rule) -> tuple[str, ...]:
    from tollbridge.verify import CHECKS  # every command loads this module, and few need the harness

    named = [name for kind, name in rule.enforced_by if kind == "check"]
    return tuple(dict.fromkeys([*named, *(name for name, check in CHECKS.items() if rule.id in check.rules)]))
