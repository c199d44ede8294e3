"""References (`$ref: "#/…"`): what they name, and schemas in which they are replaced by it.

What is named twice is read once and shared, and counted as often as it is named: compiling a schema copies it, and
thirty references that each name the next one twice are a billion copies. A schema that has too much to be copied, or
that leads back to itself, keeps its references (`schemas.py`).
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from tollbridge.contract.dialect import OPENAPI_30, Dialect
from tollbridge.contract.errors import Fault
from tollbridge.contract.keywords import DATA, objects, within
from tollbridge.contract.pointer import steps_of
from tollbridge.documents import Place, printable

MAX_EXPANDED = 200_000
"""Values of all schemas that are copied, each reference counted as what it names; about 1 kB each, when they are
compiled."""

MAX_CHARACTERS = 64 * 1024 * 1024
"""Of their texts and names, counted in the same way."""

MAX_HEIGHT = 200
"""Lists and objects within each other. Python's recursion, jsonschema-rs and orjson end beyond 250."""

MAX_CHAIN = 100
"""References that name a reference, one after the other, where no schema is."""

SHOWN = 200
CYCLE = "references lead back to themselves."
ANNOTATIONS = frozenset(("$ref", "description", "summary"))
"""Members that may stand beside a reference and do not change its target."""


class TooMuch(Fault):
    """A schema cannot be copied: it has too much, or leads back to itself."""


class Named(NamedTuple):
    """The target of a reference, with its own references resolved.

    Args:
        value: the value.
        nodes: how many values it has.
        characters: of its texts and names.
        height: levels of lists and objects.
    """

    value: Any
    nodes: int
    characters: int
    height: int


class References:
    """The references of a document, counted together."""

    def __init__(self, document: Mapping[str, Any], dialect: Dialect = OPENAPI_30) -> None:
        """Take the document that they lead into."""
        self._document = document
        self._dialect = dialect
        self._named: dict[str, Named | None] = {}
        self._nodes = 0
        self._characters = 0

    def resolved(self, value: Any) -> Any:
        """Return a value without references.

        Args:
            value: of the document.

        Raises:
            TooMuch: a reference leads to itself; or there is too much to be copied.
            Fault: a reference leads out of the document, or nowhere.
        """
        found = self._resolved(value, 0)
        nodes, characters = self._nodes + found.nodes, self._characters + found.characters
        if nodes > MAX_EXPANDED or characters > MAX_CHARACTERS:
            most = f"{MAX_EXPANDED:,} values or {MAX_CHARACTERS:,} characters"
            raise TooMuch(f"with what the references name it has more than {most}; use fewer of them.")
        self._nodes, self._characters = nodes, characters
        return found.value

    def _resolved(self, value: Any, above: int, kind: str = "") -> Named:
        if isinstance(value, dict):
            reference = value.get("$ref")
            if isinstance(reference, str) and kind != DATA:
                return self._referred(value, reference, above + 1, kind)
            return self._members(value, above, kind)
        if isinstance(value, list):
            items = [self._resolved(item, above + 1, within(kind, 0)) for item in value]
            return _around([item.value for item in items], items)
        return Named(value, 1, len(value) if isinstance(value, str) else 0, 0)

    def _members(self, value: Mapping[str, Any], above: int, kind: str) -> Named:
        parts = {name: self._resolved(member, above + 1, within(kind, name)) for name, member in value.items()}
        return _around({name: part.value for name, part in parts.items()}, parts.values(), sum(map(len, parts)))

    def _referred(self, value: Mapping[str, Any], reference: str, above: int, kind: str) -> Named:
        """Return what a reference names, with what stands beside it where that counts."""
        named = self._followed(reference, above)
        if not self._dialect.is_json_schema or value.keys() <= ANNOTATIONS:
            return named
        beside = self._members({name: part for name, part in value.items() if name != "$ref"}, above, kind)
        both = [*beside.value.get("allOf", ()), named.value]
        return _around({**beside.value, "allOf": both}, (named, beside))

    def _followed(self, reference: str, above: int) -> Named:
        """Return what a reference names; read once, however often it is named."""
        named = self._named.get(reference, NEW)
        if named is NEW:
            _require_height(above)
            self._named[reference] = None
            named = self._named[reference] = self._resolved(target(self._document, reference), above)
        if named is None:
            raise TooMuch(CYCLE)
        _require_height(above + named.height)
        return named


NEW = Named(None, 0, 0, 0)


def _around(value: Any, parts: Collection[Named], characters: int = 0) -> Named:
    """Return a list or an object of parts; what is beyond the bounds is counted as just beyond them."""
    nodes = 1 + sum(part.nodes for part in parts)
    characters += sum(part.characters for part in parts)
    height = 1 + max((part.height for part in parts), default=0)
    return Named(value, min(nodes, MAX_EXPANDED + 1), min(characters, MAX_CHARACTERS + 1), height)


def _require_height(height: int) -> None:
    if height > MAX_HEIGHT:
        raise TooMuch(f"references make more than {MAX_HEIGHT} lists and objects within each other.")


def resolved(document: Mapping[str, Any], value: Any) -> Any:
    """Return a value of a document without references.

    Raises:
        Fault: as `References.resolved`.
    """
    return References(document).resolved(value)


def broken(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield a fault for each reference that leads out of the document or nowhere, wherever it stands."""
    for place, value in objects(document):
        if isinstance(value.get("$ref"), str):
            yield from _broken(document, value["$ref"], place)


def _broken(document: Mapping[str, Any], reference: str, place: Place) -> Iterator[Fault]:
    try:
        target(document, reference)
    except Fault as fault:
        yield Fault(str(fault), place)


def followed(document: Mapping[str, Any], value: Any, place: Place) -> Any:
    """Return a value, or where it is a reference what that names, which is no reference.

    Raises:
        Fault: references lead out of the document, nowhere, or from one to another without an end.
    """
    try:
        for _ in range(MAX_CHAIN):
            if not isinstance(value, dict) or not isinstance(value.get("$ref"), str):
                return value
            value = target(document, value["$ref"])
    except Fault as fault:
        raise Fault(str(fault), place) from None
    raise Fault(f"more than {MAX_CHAIN} references name each other, one after the other.", place)


def target(document: Mapping[str, Any], reference: str) -> Any:
    """Return what a reference names.

    Raises:
        Fault: it leads out of the document, or names nothing.
    """
    here: Any = document
    shown = printable(reference, SHOWN)
    if not reference.startswith("#/"):
        raise Fault(f"the reference {shown!r} leads out of the document.")
    for name in steps_of(reference):
        here = _member(here, name)
        if here is NOTHING:
            raise Fault(f"the reference {shown!r} names nothing.")
    return here


NOTHING = object()


def _member(holder: Any, name: str) -> Any:
    """Return a member of an object, or an item of a list; `NOTHING` where it has none of that name."""
    if isinstance(holder, list) and name.isdigit() and name.isascii():
        return holder[int(name)] if int(name[:9]) < len(holder) and len(name) < 9 else NOTHING
    return holder.get(name, NOTHING) if isinstance(holder, dict) else NOTHING
