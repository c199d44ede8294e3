"""Schemas of the contract, compiled once."""

from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from tollbridge.contract.branches import flattened
from tollbridge.contract.keywords import is_data
from tollbridge.contract.violations import Broken, Violation, broken_by

RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


class SchemaCheck:
    """A schema that instances are held against."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        """Compile a schema.

        Args:
            schema: an OpenAPI 3.0 schema object without references.
        """
        self.schema = strict(schema)
        self._validator = jsonschema_rs.Draft4Validator(self.schema, offline=True)
        self.is_valid = self._validator.is_valid

    def violations(self, instance: object) -> list[Violation]:
        """Return every rule that an instance breaks, in the contract's order."""
        return broken_by(self._validator, self.schema, instance, None).listed

    def broken(self, instance: object, most: int) -> Broken:
        """Return the first rules that an instance breaks, and how many there are: what is hostile breaks thousands."""
        return broken_by(self._validator, self.schema, instance, most)


def strict(schema: Any) -> Any:
    """Return the schema in Draft 4, as OpenAPI 3.0 means it.

    `nullable` becomes a type, and the formats `int32` and `int64` become bounds: every validator leaves
    them unchecked. Branches that one member tells apart become an `anyOf`.
    """
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: value if is_data(name) else strict(value) for name, value in schema.items() if name != "properties"}
    if "properties" in schema:  # names of members are not keywords
        made["properties"] = {name: strict(member) for name, member in schema["properties"].items()}
    if made.get("type") == "integer" and made.get("format") in RANGES:
        least, most = RANGES[made["format"]]
        made["minimum"] = max(made.get("minimum", least), least)
        made["maximum"] = min(made.get("maximum", most), most)
    if made.pop("nullable", False) is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
        if "enum" in made and None not in made["enum"]:
            made["enum"] = [*made["enum"], None]
    if made.get("additionalProperties") is False:
        made.setdefault("properties", {})  # without it jsonschema-rs 0.60.3 does not say which member is unknown
    return flattened(made)
