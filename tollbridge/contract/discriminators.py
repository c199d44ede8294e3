"""Discriminators: the one branch that a value names is the one that it is held against.

A document with them is written anew for the compiler, in what JSON Schema has: branches that each enumerate the values
of the member which chooses them; `branches.py` and `failures.py` know these. A schema that others extend by `allOf`
becomes the choice between these, where it is named from elsewhere; those that extend it keep it as it is.

Source: OpenAPI 3.0.4 and 3.1.1, "Discriminator Object".
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tollbridge.contract.keywords import DATA, objects, within
from tollbridge.contract.pointer import pointer, steps_of

SCHEMAS = "#/components/schemas/"
KEYWORD = "discriminator"
ITSELF = "itself, without those that extend "
"""Begins the name of a schema that is extended; no name of a component has a blank."""

Schema = Mapping[str, Any]
Choice = tuple[str, Any]
"""A value of the member, and the schema that it chooses."""


def chosen_by_branches(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a document whose discriminators are written as branches; itself where it has none.

    One of which a branch cannot be told by any value keeps its keyword, so that who compiles it sees it.
    """
    if not any(_is_discriminator(schema) for _, schema in objects(document)):
        return document
    return _Writer(document).written()


def _is_discriminator(schema: Schema) -> bool:
    described = schema.get(KEYWORD)
    return isinstance(described, dict) and isinstance(described.get("propertyName"), str)


class _Writer:
    """Writes one document anew."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._schemas: Mapping[str, Any] = document.get("components", {}).get("schemas", {})
        self._extended = {
            pointer("components", "schemas", name): name
            for name, schema in self._schemas.items()
            if _is_discriminator(schema) and not _branches(schema)[1]
        }

    def written(self) -> Mapping[str, Any]:
        made: dict[str, Any] = self._copy(self._document, "")
        schemas = made.get("components", {}).get("schemas", {})
        for reference, name in self._extended.items():
            plain = {key: part for key, part in schemas[name].items() if key != KEYWORD}
            choices = [*self._choices_of_extended(reference, self._schemas[name])]
            schemas[ITSELF + name] = plain
            itself = {"$ref": pointer("components", "schemas", ITSELF + name)}
            member = self._schemas[name][KEYWORD]["propertyName"]
            schemas[name] = {"allOf": [itself], **_choosing(member, choices)} if choices else plain
        return made

    def _copy(self, value: Any, kind: str) -> Any:
        if kind == DATA:
            return value
        if isinstance(value, list):
            return [self._copy(item, within(kind, number)) for number, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        made = {name: self._copy(part, within(kind, name)) for name, part in value.items()}
        if isinstance(value.get("allOf"), list):
            made["allOf"] = [self._plain(part) for part in made["allOf"]]
        return self._with_branches(made) if _is_discriminator(value) else made

    def _plain(self, part: Any) -> Any:
        """Return a part of an `allOf`; where that is extended, as it is itself."""
        name = self._extended.get(part.get("$ref", "")) if isinstance(part, dict) else None
        return part if name is None else {**part, "$ref": pointer("components", "schemas", ITSELF + name)}

    def _with_branches(self, schema: dict[str, Any]) -> dict[str, Any]:
        keyword, branches = _branches(schema)
        others = [branch for branch in branches if not _is_null(branch)]
        choices = [*_choices(schema[KEYWORD], others)]
        if not branches or {id(branch) for _, branch in choices} < {id(branch) for branch in others}:
            return schema
        left = {name: part for name, part in schema.items() if name not in (KEYWORD, keyword)}
        choosing = _choosing(schema[KEYWORD]["propertyName"], choices)
        if len(others) < len(branches):
            choosing = {"anyOf": [{"type": "null"}, choosing]}
        return {**left, "allOf": [*left.get("allOf", ()), choosing]}

    def _choices_of_extended(self, reference: str, schema: Schema) -> Iterator[Choice]:
        """Yield the values that choose those that extend a schema, and what the mapping names besides."""
        extending = [{"$ref": pointer("components", "schemas", name)} for name in self._extending(reference)]
        mapping = schema[KEYWORD].get("mapping", {})
        named = [{"$ref": _reference(one)} for one in mapping.values()]
        known = {one["$ref"] for one in extending}
        for value, chosen in _choices(
            schema[KEYWORD], [*extending, *(one for one in named if one["$ref"] not in known)]
        ):
            itself = chosen["$ref"] == reference
            yield (
                value,
                {"$ref": pointer("components", "schemas", ITSELF + self._extended[reference])} if itself else chosen,
            )

    def _extending(self, reference: str) -> list[str]:
        """Return the names of the schemas that have a reference in their `allOf`, or one to such a schema."""
        found: dict[str, None] = {}
        waiting = [reference]
        while waiting:
            here = waiting.pop()
            for name, schema in self._schemas.items():
                parts = schema.get("allOf", ()) if isinstance(schema, dict) else ()
                if name not in found and any(isinstance(part, dict) and part.get("$ref") == here for part in parts):
                    found[name] = None
                    waiting.append(pointer("components", "schemas", name))
        return [*found]


def _branches(schema: Schema) -> tuple[str, Sequence[Any]]:
    keyword = next((one for one in ("oneOf", "anyOf") if isinstance(schema.get(one), list)), "oneOf")
    return keyword, schema.get(keyword, ())


def _is_null(branch: Any) -> bool:
    return isinstance(branch, dict) and branch.get("type") == "null"


def _choices(described: Schema, branches: Sequence[Any]) -> Iterator[Choice]:
    """Yield the values that choose branches: those of the mapping; of what it does not name, the schema's own name."""
    mapping = described.get("mapping", {})
    values: dict[str, list[str]] = {}
    for value, named in mapping.items():
        values.setdefault(_reference(named), []).append(value)
    for branch in branches:
        reference = branch.get("$ref", "") if isinstance(branch, dict) else ""
        told = values.get(reference) or ([steps_of(reference)[-1]] if reference.startswith("#/") else [])
        yield from ((value, branch) for value in told or _enumerated(branch, described["propertyName"]))


def _reference(named: str) -> str:
    return named if "#" in named or "/" in named else pointer("components", "schemas", named)


def _enumerated(branch: Any, member: str) -> list[str]:
    """Return the values that a branch without a name enumerates itself."""
    properties = branch.get("properties", {}) if isinstance(branch, dict) else {}
    described = properties.get(member, {}) if isinstance(properties, dict) else {}
    found = [described["const"]] if "const" in described else described.get("enum", [])
    return [value for value in found if isinstance(value, str)]


def _choosing(member: str, choices: Sequence[Choice]) -> dict[str, Any]:
    """Return the schema that holds a value against the one branch that its member chooses."""
    values: dict[str, list[Any]] = {}
    for value, chosen in choices:
        values.setdefault(value, []).append(chosen)
    return {
        "required": [member],
        "properties": {member: {"type": "string", "enum": [*values]}},
        "anyOf": [
            {"required": [member], "properties": {member: {"enum": [value]}}, "allOf": chosen}
            for value, chosen in values.items()
        ],
    }
