"""The schemas of a contract, compiled.

A schema whose references can be replaced by what they name is compiled by itself, which judges quickest. Those that
lead back to themselves, or name too much to be copied, keep their references and are compiled together, once: compiled
one by one, each of Stripe's 1,782 would carry all that it reaches.
"""

import json
from collections.abc import Mapping
from functools import cached_property
from hashlib import blake2b
from typing import Any

from tollbridge.contract.dialect import Dialect, Validator
from tollbridge.contract.discriminators import KEYWORD
from tollbridge.contract.effort import looks
from tollbridge.contract.errors import Fault, Unserved
from tollbridge.contract.keywords import objects
from tollbridge.contract.meta_schema import misshapen_part
from tollbridge.contract.patterns import Patterns
from tollbridge.contract.references import References, TooMuch, followed, target
from tollbridge.contract.schema import SchemaCheck, strict, whole
from tollbridge.contract.sides import Side, of_side
from tollbridge.contract.violations import Broken, broken_by, untold
from tollbridge.documents import Place, printable

MAX_LOOKS = 100_000
"""Schemas that may be held against the parts of one value."""

MAX_TOLD = 4_000
"""And of which it is told what is wrong where. jsonschema-rs 0.60.3 lists an error for each, each within the one above:
of branches within branches, 8,000 take 0.15 s, 65,000 take 12 s and 500 MB."""

REASON_SHOWN = 200
INTRICATE = "its references name each other so often that a value would be judged without an end."
UNFOLLOWED = ("$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveRef")


class Shared:
    """Schemas that keep their references, with all that these name.

    Args:
        definitions: what references name, by number.
        checks: the schemas, by number.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self.definitions: dict[str, Any] = {}
        self.checks: dict[str, Any] = {}

    @cached_property
    def root(self) -> dict[str, Any]:
        """All of them as one schema, of an object with a member for each."""
        return {self._dialect.definitions: self.definitions, "properties": self.checks}

    @cached_property
    def validator(self) -> Validator:
        """All of them, compiled, once the contract is read."""
        return self._dialect.compiled(self.root)


class SharedCheck(SchemaCheck):
    """A schema that keeps its references."""

    def __init__(self, shared: Shared, schema: dict[str, Any]) -> None:
        """Take a place among the schemas that are compiled together."""
        self.schema = schema
        self._shared = shared
        self._name = str(len(shared.checks))
        shared.checks[self._name] = schema

    @property
    def root(self) -> Any:
        """All of them as one schema, whose definitions references lead into."""
        return self._shared.root

    def is_valid(self, instance: object) -> bool:
        """Tell whether an instance breaks no rule; one that cannot be judged breaks one."""
        return self._looks(instance, MAX_LOOKS) <= MAX_LOOKS and self._shared.validator.is_valid({self._name: instance})

    def _broken(self, instance: object, most: int | None) -> Broken:
        count = self._looks(instance, MAX_LOOKS)
        if count <= MAX_TOLD:
            return broken_by(self._shared.validator, self._shared.root, {self._name: instance}, most, self._name)
        if count <= MAX_LOOKS and self._shared.validator.is_valid({self._name: instance}):
            return Broken([], 0)
        return untold()

    def _looks(self, instance: object, most: int) -> int:
        return looks(self._shared.definitions, self.schema, instance, most)


class Schemas:
    """The schemas of a document; what their references and patterns cost is counted together."""

    def __init__(self, document: Mapping[str, Any], dialect: Dialect) -> None:
        """Take the document, which has the shape that OpenAPI gives it."""
        self._document = document
        self._dialect = dialect
        self._references = References(document, dialect)
        self._patterns = Patterns()
        self._shared = {side: Shared(dialect) for side in Side}
        self._numbers: dict[str, str] = {}
        self._known: dict[tuple[bytes, Side], SchemaCheck] = {}
        self._expanded: dict[bytes, Any] = {}

    def check(self, schema: Any, place: Place, what: str, side: Side = Side.REQUEST) -> SchemaCheck:
        """Return a schema, compiled.

        Args:
            schema: a schema object of the document, or true or false.
            place: where it stands.
            what: what it is the schema of, in words.
            side: whose values are held against it.

        Raises:
            Unserved: it cannot be compiled, or judging by it would have no end.
            Fault: something that it refers to is not a schema.
        """
        same = _digest(schema)
        if (same, side) not in self._known:
            try:
                self._known[same, side] = self._made(schema, same, place, side)
            except ValueError as error:
                reason = printable(str(error).partition("\n")[0], REASON_SHOWN)
                raise Unserved(f"the schema of {what} cannot be compiled: {reason}.", place) from None
        return self._known[same, side]

    def _made(self, schema: Any, same: bytes, place: Place, side: Side) -> SchemaCheck:
        try:
            expanded = self._resolved(schema, same, place)
        except TooMuch:
            return self._sharing(schema, place, side)
        sided = of_side(expanded, side)
        if sided is expanded:
            return self._of_both(same, expanded)
        return SchemaCheck(sided, self._dialect)

    def _resolved(self, schema: Any, same: bytes, place: Place) -> Any:
        """Return a schema without references: made and looked at once, for both sides."""
        if same not in self._expanded:
            expanded = self._references.resolved(schema)
            self._require(expanded, place)
            self._expanded[same] = expanded
        return self._expanded[same]

    def _of_both(self, same: bytes, expanded: Any) -> SchemaCheck:
        """Return a schema that is the same for both sides, compiled once."""
        known = [self._known[same, side] for side in Side if (same, side) in self._known]
        return known[0] if known else SchemaCheck(expanded, self._dialect)

    def _sharing(self, schema: Any, place: Place, side: Side) -> SchemaCheck:
        """Return a check whose schema keeps its references."""
        if not self._dialect.is_json_schema:
            schema = followed(self._document, schema, place)  # so that its own members can be seen
        shared = self._shared[side]
        made = SharedCheck(shared, self._kept(whole(schema), place, side))
        if looks(shared.definitions, made.schema, None, MAX_TOLD) > MAX_TOLD:
            raise Unserved(INTRICATE, place)
        return made

    def _follow(self, schema: Any) -> Any:
        """Return what a reference names; the reference itself where that is wrong, as compiling it will tell."""
        try:
            return followed(self._document, schema, ())
        except Fault:
            return schema

    def _kept(self, schema: Any, place: Place, side: Side) -> Any:
        """Return a schema with its references, and see to it that what these name is known."""
        definitions = self._shared[side].definitions
        made, waiting = self._renamed(schema, place, side)
        while waiting:
            reference = waiting.pop()
            number = self._numbers[reference]
            if number not in definitions:
                definitions[number], more = self._renamed(target(self._document, reference), place, side)
                waiting += more
        return made

    def _renamed(self, schema: Any, place: Place, side: Side) -> tuple[Any, list[str]]:
        """Return a schema as it is compiled, its references to numbers, and what they were."""
        self._require(schema, place)
        made = strict(of_side(schema, side, self._follow), self._dialect)
        found: list[str] = []
        for _, part in objects(made):
            if isinstance(part.get("$ref"), str):
                found.append(part["$ref"])
                number = self._numbers.setdefault(part["$ref"], str(len(self._numbers)))
                part["$ref"] = f"#/{self._dialect.definitions}/{number}"
        self._dialect.compiled(_alone(made))
        return made, found

    def _require(self, schema: Any, place: Place) -> None:
        """Refuse what is not a schema, and what this server does not follow or cannot compile in it."""
        for fault in misshapen_part(schema, self._dialect, "Schema", place):
            raise fault
        for _, inner in objects(schema):
            for name in UNFOLLOWED:
                if name in inner:
                    raise Unserved(f"`{name}` is not followed; refer to components by `$ref`.", place)
            if isinstance(inner.get(KEYWORD), dict):
                raise Unserved(
                    "its discriminator has a branch that no value chooses; give it a name, or a mapping.", place
                )
            for pattern in (*inner.get("patternProperties", ()), *([inner["pattern"]] if "pattern" in inner else ())):
                self._patterns.require(pattern, place)


def _digest(schema: Any) -> bytes:
    """Return what two schemas of a document share that say the same: many operations answer the same problem."""
    return blake2b(json.dumps(schema).encode(), digest_size=16).digest()


def _alone(schema: Any) -> Any:
    """Return a schema with nothing in the place of its references, to be compiled by itself."""
    if isinstance(schema, dict):
        return {name: _alone(value) for name, value in schema.items() if name != "$ref" or not isinstance(value, str)}
    return [_alone(item) for item in schema] if isinstance(schema, list) else schema
