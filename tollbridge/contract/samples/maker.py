"""Making a value for a schema, keyword by keyword; a value may break a rule, so the caller judges it."""

import copy
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tollbridge.contract.failures import referred
from tollbridge.contract.samples.texts import matching, of_format
from tollbridge.documents import fits

MAX_LEVELS = 20
MAX_VALUES = 2_000
MAX_ITEMS = 50
MAX_SHOWN = 5_000
"""Values of an example that is taken as it is."""

MAX_EFFORT = 200_000
"""Schemas, names in them and letters of patterns that are looked at for one value, in all ways to make it."""

LONGEST = 200
Schema = Mapping[str, Any]


class GivenUp(Exception):
    """No value can be made this way: what is needed leads back to itself, or is too much."""


@dataclass(frozen=True)
class Way:
    """How a value is made where a schema lets one choose.

    Args:
        branch: which of several schemas is taken; beyond the last, the first again.
        deep: down to which level optional members are there.
    """

    branch: int
    deep: int


class Effort:
    """Bounds the schemas that are looked at for one value: they can double, or be wider than the value."""

    def __init__(self) -> None:
        """Begin with all that is allowed."""
        self._left = MAX_EFFORT

    def spend(self, amount: int) -> None:
        """Take an amount away.

        Raises:
            GivenUp: there is not as much.
        """
        self._left -= amount
        if self._left < 0:
            raise GivenUp


class Maker:
    """Makes one value."""

    def __init__(self, root: Any, randomness: random.Random, way: Way, left_out: str, effort: Effort) -> None:
        """Take the schema that references lead into, and how to choose.

        Args:
            root: the schema that holds what references name.
            randomness: for what is not determined.
            way: how to choose.
            left_out: the keyword of members that the value does not have: `readOnly` or `writeOnly`.
            effort: what may still be looked at.
        """
        self._root = root
        self._random = randomness
        self._way = way
        self._left_out = left_out
        self._effort = effort
        self._values = 0

    def made(self, schema: Any, level: int = 0) -> Any:
        """Return a value.

        Raises:
            GivenUp: there is none.
        """
        self._values += 1
        if level > MAX_LEVELS or self._values > MAX_VALUES:
            raise GivenUp
        whole = self._whole(schema, level)
        shown = _shown(whole)
        return copy.deepcopy(shown[0]) if shown else self._of_type(whole, level)

    def _whole(self, schema: Any, level: int) -> Schema:
        """Return a schema with what stands in its branches beside it."""
        self._effort.spend(1)
        here = dict(referred(self._root, schema))
        if level > MAX_LEVELS:
            raise GivenUp
        parts = [*here.pop("allOf", ())]
        for name in ("oneOf", "anyOf"):
            branches = here.pop(name, None)
            if branches:
                parts.append(branches[self._way.branch % len(branches)])
        for part in parts:
            more = self._whole(part, level + 1)
            self._effort.spend(_joining(here, more))
            here = _both(here, more)
        return here

    def _of_type(self, schema: Schema, level: int) -> Any:
        kinds = schema.get("type") or _implied(schema)
        kind = next((one for one in kinds if one != "null"), "null") if isinstance(kinds, list) else kinds
        makers = {
            "object": self._object,
            "array": self._array,
            "string": self._text,
            "integer": self._number,
            "number": self._number,
        }
        if kind in makers:
            return makers[kind](schema, level)
        return None if kind == "null" else True

    def _object(self, schema: Schema, level: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        properties = schema.get("properties", {})
        required = dict.fromkeys(schema.get("required", ()))
        self._effort.spend(len(properties) + len(required))
        for name in dict.fromkeys([*properties, *required]):
            member = properties.get(name, {})
            if self._is_wanted(member, name in required, level):
                self._put(made, name, member, name in required, level)
        more = schema.get("additionalProperties", True)
        for number in range(min(_count(schema, "minProperties") - len(made), MAX_ITEMS)):
            made[f"name{number}"] = self.made(more if isinstance(more, dict) else {}, level + 1)
        return made

    def _is_wanted(self, member: Any, required: bool, level: int) -> bool:
        if referred(self._root, member).get(self._left_out) is True:
            return False
        return required or level < self._way.deep

    def _put(self, made: dict[str, Any], name: str, member: Any, required: bool, level: int) -> None:
        try:
            made[name] = self.made(member, level + 1)
        except GivenUp:
            if required:
                raise

    def _array(self, schema: Schema, level: int) -> list[Any]:
        first = schema.get("prefixItems", ())
        items = schema.get("items", {})
        least = _count(schema, "minItems")
        count = max(least, 1) if level < MAX_LEVELS - 2 and schema.get("maxItems", 1) else least
        if count > MAX_ITEMS:
            raise GivenUp
        made = [self.made(one, level + 1) for one in first]
        try:
            made += [self.made(items, level + 1) for _ in range(count - len(made))]
        except GivenUp:
            if least > len(made):
                raise
        return _distinct(made) if schema.get("uniqueItems") else made

    def _text(self, schema: Schema, _level: int) -> str:
        least = _count(schema, "minLength")
        most = _count(schema, "maxLength", max(LONGEST, least))
        if least > MAX_VALUES:
            raise GivenUp
        if "pattern" in schema:
            self._effort.spend(len(schema["pattern"]))
            text = matching(schema["pattern"], least)
            if text is not None:
                return text
        return of_format(schema.get("format", ""), least, most)

    def _number(self, schema: Schema, _level: int) -> float | int:
        try:
            return self._between(schema)
        except OverflowError:  # of an integer that no fraction is as large as
            raise GivenUp from None

    def _between(self, schema: Schema) -> float | int:
        least, most = _range(schema)
        step = schema.get("multipleOf") or (1 if schema.get("type") == "integer" else 0.5)
        number = self._random.randint(1, 100)
        number = number if least is None or number >= least else least
        number = number if most is None or number <= most else most if least is None else least
        whole = -(-number // step) * step
        if schema.get("exclusiveMinimum") is True and whole == least:
            whole += step
        return int(whole) if float(whole).is_integer() else whole


def _count(schema: Schema, keyword: str, otherwise: int = 0) -> int:
    """Return what a keyword counts; OpenAPI 3.1 lets it be written as `2.0`."""
    return int(schema.get(keyword, otherwise))


def _range(schema: Schema) -> tuple[Any, Any]:
    """Return the least and the most that a number may be, as far as they are said; of an open bound, one beyond."""
    lower, upper = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    least = [schema["minimum"]] if "minimum" in schema else []
    most = [schema["maximum"]] if "maximum" in schema else []
    least += [lower + 1] if lower is not None and not isinstance(lower, bool) else []
    most += [upper - 1] if upper is not None and not isinstance(upper, bool) else []
    return max(least, default=None), min(most, default=None)


def _shown(schema: Schema) -> list[Any]:
    """Return what a schema shows or names of its values, the best first; bounded."""
    found = [schema[name] for name in ("const", "example", "default") if schema.get(name) is not None]
    for name in ("examples", "enum"):
        found += schema[name][:1] if isinstance(schema.get(name), list) else []
    return [one for one in found if fits(one, nodes=MAX_SHOWN, depth=MAX_LEVELS)]


def _joining(one: Schema, other: Schema) -> int:
    """Return what is looked at to make two schemas one."""
    names = sum(len(schema.get(keyword, ())) for schema in (one, other) for keyword in ("properties", "required"))
    return names + len(one.get("enum", ())) * len(other.get("enum", ()))


def _both(one: Schema, other: Schema) -> dict[str, Any]:
    """Return two schemas as one, as far as their keywords can be joined."""
    made = {**one, **other}
    if "properties" in one and "properties" in other:
        shared = {name: _joined(one["properties"].get(name), member) for name, member in other["properties"].items()}
        made["properties"] = {**one["properties"], **shared}
    if "required" in one and "required" in other:
        made["required"] = [*dict.fromkeys([*one["required"], *other["required"]])]
    if "enum" in one and "enum" in other:
        made["enum"] = [value for value in one["enum"] if value in other["enum"]]
    return made


def _joined(one: Any, other: Any) -> Any:
    return {"allOf": [one, other]} if isinstance(one, dict) and isinstance(other, dict) else other


def _implied(schema: Schema) -> str:
    """Return the type that a schema without one is about."""
    for kind, names in IMPLIED.items():
        if any(name in schema for name in names):
            return kind
    return "string"


IMPLIED = {
    "object": ("properties", "additionalProperties", "required", "minProperties"),
    "array": ("items", "prefixItems", "minItems"),
    "number": ("minimum", "maximum", "multipleOf"),
}


def _distinct(items: list[Any]) -> list[Any]:
    """Return items of which no two are the same; numbers and texts are changed to that end."""
    made: list[Any] = []
    for item in items:
        while item in made and isinstance(item, int | str) and not isinstance(item, bool):
            item = item + 1 if isinstance(item, int) else f"{item}{len(made)}"
        made.append(item)
    return made
