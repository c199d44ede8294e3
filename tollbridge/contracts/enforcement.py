"""Whether a ledger is sound: every rule is enforced by something that exists, or a waiver says why not."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tollbridge.contract import Rule
from tollbridge.contracts.code_names import has_code, has_test
from tollbridge.documents import printable

ORIGINS = ("documented", "provider", "choice")
KINDS = ("schema", "code", "test", "check")
SHOWN = 120


def ledger_complaints(rules: tuple[Rule, ...], root: Path, checks: frozenset[str] = frozenset()) -> list[str]:
    """Return what is wrong with a ledger, a sentence each; an empty list is a sound one.

    Args:
        rules: of the contract.
        root: the folder below which the tests are.
        checks: the names of the harness's checks.
    """
    complaints = [f"{rule_id}: the id is given {count} times." for rule_id, count in doubled(rules)]
    for rule in rules:
        complaints += [f"{rule.id}: {complaint}" for complaint in unsound(rule, root, checks)]
    return complaints


def doubled(rules: Iterable[Rule]) -> Iterator[tuple[str, int]]:
    """Yield each id that several rules have, with how many."""
    yield from ((rule_id, count) for rule_id, count in Counter(rule.id for rule in rules).items() if count > 1)


def unsound(rule: Rule, root: Path, checks: frozenset[str]) -> Iterator[str]:
    """Yield what is wrong with a rule, a sentence each; `root` and `checks` as of `ledger_complaints`."""
    if rule.origin not in ORIGINS:
        yield f"the origin {_shown(rule.origin)} is none of {', '.join(ORIGINS)}."
    if not rule.enforced_by and not rule.waiver:
        yield "nothing enforces it, and no waiver says why."
    if rule.decision and not (rule.rival and rule.reason):
        yield "a decision needs its rival reading and a reason."
    for kind, name in rule.enforced_by:
        if kind not in KINDS:
            yield f"{_shown(kind)} is no kind of enforcement."
        elif not _exists(rule, kind, name, root, checks):
            yield f"the {kind} {_shown(name)} does not exist."


def is_judged(rule: Rule) -> bool:
    """Tell whether `tollbridge verify` holds another server to a rule, or a waiver says why not."""
    return bool(rule.waiver) or any(kind in ("check", "schema") for kind, _ in rule.enforced_by)


def has_tests(root: Path) -> bool:
    """Tell whether the tests are there; a contract that was handed on without them names them all the same."""
    return (root / "tests").is_dir()


def _exists(rule: Rule, kind: str, name: str, root: Path, checks: frozenset[str]) -> bool:
    if kind == "schema":
        return _has_keyword(rule.schema, name)
    if kind == "code":
        return has_code(root, name)
    return name in checks if kind == "check" else has_test(root, name) or not has_tests(root)


def _has_keyword(schema: Mapping[str, Any], name: str) -> bool:
    """`minimum` is a keyword here (or of the parameter's schema); `anyOf/minimum` one of a branch's member."""
    outer, _, inner = name.partition("/")
    here = schema if outer in schema else schema.get("schema")
    if not isinstance(here, Mapping):
        return False
    if not inner:
        return outer in here
    return any(inner in member for member in _branch_members(here.get(outer, ())))


def _branch_members(branches: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for branch in branches:
        yield from branch.get("properties", {}).values()
        yield from _branch_members(branch.get("oneOf", ()))


def _shown(text: str) -> str:
    return repr(printable(text, SHOWN))
