"""A contract without branches that only narrow what stands beside them, for readers that make types of it.

openapi-typescript (7.13.0) makes of 47 branches of money 47 types, of which no member can be named: in the flat
contract `Req['receipt_email']` is a type. What is left out are bounds, which no type has anyway.
"""

from collections.abc import Mapping
from typing import Any

from tollbridge.contract.keywords import is_data

BRANCHES = ("anyOf", "oneOf")
ODD = "\0"
"""In the place of what is not of its shape: no member has this name, so nothing is left out."""

NARROWING = {"type", "required", "properties", *BRANCHES}


def flat(value: Any) -> Any:
    """Return a contract, or a part of one, without branches that say nothing of further members."""
    if isinstance(value, list):
        return [flat(item) for item in value]
    if not isinstance(value, dict):
        return value
    left_out = {keyword for keyword in BRANCHES if _narrows(value, value.get(keyword))}
    return {name: part if is_data(name) else flat(part) for name, part in value.items() if name not in left_out}


def _narrows(schema: Mapping[str, Any], branches: Any) -> bool:
    """Tell whether branches only narrow members that a schema describes and requires itself."""
    members, required = _members(schema), _required(schema)
    return (
        bool(members) and isinstance(branches, list) and all(_is_narrower(one, members, required) for one in branches)
    )


def _is_narrower(branch: Any, members: set[str], required: set[str]) -> bool:
    if not isinstance(branch, dict) or not set(branch) <= NARROWING:
        return False
    inner = [branch[keyword] for keyword in BRANCHES if keyword in branch]
    if not all(isinstance(one, list) for one in inner):
        return False
    fits = _members(branch) <= members and _required(branch) <= required
    return fits and all(_is_narrower(one, members, required) for part in inner for one in part)


def _members(schema: Mapping[str, Any]) -> set[str]:
    described = schema.get("properties", {})
    return set(described) if isinstance(described, dict) else {ODD}


def _required(schema: Mapping[str, Any]) -> set[str]:
    """Return what is required; what is not a name is like no other."""
    named = schema.get("required", [])
    return {one if isinstance(one, str) else ODD for one in named} if isinstance(named, list) else {ODD}
