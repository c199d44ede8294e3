"""Schemas of the contract, compiled once."""

from functools import cached_property
from typing import Any

from tollbridge.contract.branches import flattened
from tollbridge.contract.dialect import OPENAPI_30, Dialect
from tollbridge.contract.ecma import translated
from tollbridge.contract.effort import looks
from tollbridge.contract.extensions import WRITTEN
from tollbridge.contract.keywords import is_data
from tollbridge.contract.violations import Broken, Violation, broken_by, untold
from tollbridge.documents import fits

RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
NAMED = ("$defs", "dependentSchemas", "patternProperties", "properties")
"""Keywords whose members are schemas under names of the author's choice."""

MAX_TOLD = 50_000
"""Schemas that may be held against the parts of one value of which it is told what is wrong where. jsonschema-rs 0.60.3
makes an error of each that is broken, in branches too: 44,000 take 1 s and 50 MB."""

MAX_DEPTH = 250
COMPOSED = {"allOf", "anyOf", "not", "oneOf"}


class SchemaCheck:
    """A schema that instances are held against."""

    def __init__(self, schema: Any, dialect: Dialect = OPENAPI_30) -> None:
        """Compile a schema.

        Args:
            schema: a schema object without references.
            dialect: of the document that it is in.
        """
        self.schema: Any = strict(whole(schema), dialect)
        self._validator = dialect.compiled(self.schema)
        self.is_valid = self._validator.is_valid

    @property
    def root(self) -> Any:
        """The schema that its references lead into."""
        return self.schema

    def violations(self, instance: object) -> list[Violation]:
        """Return every rule that an instance breaks, in the contract's order."""
        return self._broken(instance, None).listed

    def broken(self, instance: object, most: int) -> Broken:
        """Return the first rules that an instance breaks, and how many there are: what is hostile breaks thousands."""
        return self._broken(instance, most)

    def _broken(self, instance: object, most: int | None) -> Broken:
        if self._is_told(instance):
            return broken_by(self._validator, self.schema, instance, most)
        return Broken([], 0) if self.is_valid(instance) else untold()

    def _is_told(self, instance: object) -> bool:
        """Tell whether it is worth its time to say where a value is wrong; counted only where it may not be."""
        if fits(instance, nodes=MAX_TOLD // self._size, depth=MAX_DEPTH):
            return True
        return looks({}, self.schema, instance, MAX_TOLD) <= MAX_TOLD

    @cached_property
    def _size(self) -> int:
        """How many schemas there are in it, or somewhat more."""
        return _objects_in(self.schema)


def _objects_in(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, dict) + sum(map(_objects_in, inner))


def whole(schema: Any) -> Any:
    """Return a schema as an object, where OpenAPI 3.1 lets it be true or false."""
    return {} if schema is True else {"not": {}} if schema is False else schema


def strict(schema: Any, dialect: Dialect = OPENAPI_30) -> Any:
    """Return the schema in the draft of JSON Schema that its dialect is judged by.

    OpenAPI 3.0's `nullable` becomes a type, and the formats `int32` and `int64` become bounds: every validator leaves
    them unchecked. Branches that one member tells apart become an `anyOf`. Patterns become those of the engine.

    Raises:
        ValueError: a pattern cannot be read.
    """
    if isinstance(schema, list):
        return [strict(item, dialect) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("$ref"), str) and not dialect.is_json_schema:
        return {"$ref": schema["$ref"]}  # OpenAPI 3.0 ignores what stands beside it
    made = {name: _strict_part(name, value, dialect) for name, value in schema.items()}
    _bound(made)
    if isinstance(schema.get("pattern"), str):
        made |= {"pattern": translated(schema["pattern"]), WRITTEN: schema["pattern"]}
    if not dialect.is_json_schema and made.pop("nullable", False) is True:
        made = _nullable(made)
    if made.get("additionalProperties") is False:
        made.setdefault("properties", {})  # without it jsonschema-rs 0.60.3 does not say which member is unknown
    return flattened(made)


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that takes null too, also where it says so beside branches, or says no type."""
    if not isinstance(schema.get("type"), str) or COMPOSED & schema.keys():
        return {"anyOf": [{"type": "null"}, schema]} if schema else schema
    schema["type"] = [schema["type"], "null"]
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    return schema


def _strict_part(name: str, value: Any, dialect: Dialect) -> Any:
    if name in NAMED and isinstance(value, dict):
        spell = translated if name == "patternProperties" else str
        return {spell(given): strict(member, dialect) for given, member in value.items()}
    return value if is_data(name) else strict(value, dialect)


def _bound(schema: dict[str, Any]) -> None:
    kinds = schema.get("type")
    integer = kinds == "integer" or (isinstance(kinds, list) and "integer" in kinds)
    if integer and schema.get("format") in RANGES:
        least, most = RANGES[schema["format"]]
        schema["minimum"] = max(schema.get("minimum", least), least)
        schema["maximum"] = min(schema.get("maximum", most), most)
