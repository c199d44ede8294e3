"""A tree from events, bounded while it is made.

What an alias repeats is shared, and counted as if it were not: whoever walks the tree later, or copies it, meets no
more values than were counted here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tollbridge.documents.bounds import MAX_BYTES, MAX_DEPTH, MAX_NODES
from tollbridge.documents.errors import TOO_DEEP, TOO_LONG, TOO_MANY, Fault, printable
from tollbridge.documents.events import Event, Kind

NAME_SHOWN = 60


class Lines(NamedTuple):
    """The lines of a list or an object.

    Args:
        line: where it begins, from 1.
        members: the line of each member by name or index; of a list or an object in it, its `Lines`.
    """

    line: int
    members: "dict[str | int, int | Lines]"


class Part(NamedTuple):
    """A value with all that is within it.

    Args:
        value: of lists, objects and what JSON has besides.
        lines: where it is.
        nodes: how many values and names it has, with what its aliases repeat.
        characters: of its texts, counted in the same way.
        height: levels of lists and objects.
    """

    value: Any
    lines: int | Lines
    nodes: int
    characters: int
    height: int


@dataclass(slots=True)
class Open:
    """A list or an object that has begun and not ended.

    Args:
        begun: its first event.
        is_object: whether its values have names.
        nodes: of the whole tree, counted before it.
        characters: of the whole tree, counted before it.
        members: its values by name; by index, of a list.
        lines: of its members.
        name: of the value that comes next; None where a name comes next, and in a list.
        merged: what `<<` takes into it.
        height: levels within it so far.
    """

    begun: Event
    is_object: bool
    nodes: int
    characters: int
    members: dict[str | int, Any] = field(default_factory=dict)
    lines: dict[str | int, int | Lines] = field(default_factory=dict)
    name: Event | None = None
    merged: list[Part] = field(default_factory=list)
    height: int = 0

    @property
    def value(self) -> Any:
        """The node as a plain value."""
        return self.members if self.is_object else list(self.members.values())


class Builder:
    """Makes a tree of events.

    Args:
        doubled: sentences and lines of names that an object has twice.
    """

    def __init__(self) -> None:
        self.doubled: list[Fault] = []
        self._open: list[Open] = []
        self._anchored: dict[str, Part | None] = {}
        self._nodes = 0
        self._characters = 0
        self._root: Part | None = None
        self._takes = {
            Kind.LIST: self._begin,
            Kind.OBJECT: self._begin,
            Kind.END: self._end,
            Kind.VALUE: self._value,
            Kind.ALIAS: self._alias,
        }

    def built(self, events: Iterable[Event]) -> Part:
        """Return the tree; null where there are no events.

        Raises:
            Fault: it is larger than the bounds allow, leads back to itself, or is not what JSON can be.
        """
        for event in events:
            self._takes[event.kind](event)
        return self._root or Part(None, 1, 1, 0, 0)

    def _begin(self, event: Event) -> None:
        if self._wants_name:
            raise Fault(f"a name is {event.kind.value}; a name is text.", event.line)
        if len(self._open) >= MAX_DEPTH:
            raise Fault(TOO_DEEP, event.line)
        self._count(1, 0, event)
        self._open.append(Open(event, event.kind is Kind.OBJECT, self._nodes - 1, self._characters))
        if event.anchor is not None:
            self._anchored[event.anchor] = None

    def _end(self, _event: Event) -> None:
        ended = self._open.pop()
        for part in ended.merged:
            self._merge(ended, part)
        lines = Lines(ended.begun.line, ended.lines)
        nodes, characters = self._nodes - ended.nodes, self._characters - ended.characters
        self._add(Part(ended.value, lines, nodes, characters, ended.height + 1), ended.begun.anchor)

    def _value(self, event: Event) -> None:
        self._count(1, len(event.text), event)
        if self._wants_name:
            self._name(event)
        else:
            self._add(_part(event), event.anchor)

    def _alias(self, event: Event) -> None:
        shown = printable(event.text, NAME_SHOWN)
        if self._wants_name:
            raise Fault(f"a name is the alias *{shown}; write the name.", event.line)
        if event.text not in self._anchored:
            raise Fault(f"the alias *{shown} repeats nothing: there is no &{shown} before it.", event.line)
        part = self._anchored[event.text]
        if part is None:
            raise Fault(f"the alias *{shown} is within what it repeats; write it out.", event.line)
        if len(self._open) + part.height > MAX_DEPTH:
            raise Fault(TOO_DEEP, event.line)
        self._count(part.nodes, part.characters, event)
        self._add(part, None)

    @property
    def _wants_name(self) -> bool:
        return bool(self._open) and self._open[-1].is_object and self._open[-1].name is None

    def _name(self, event: Event) -> None:
        here = self._open[-1]
        if event.text in here.members and not event.merges:
            self.doubled.append(Fault(f"{printable(event.text, NAME_SHOWN)} is given twice.", event.line))
        if event.anchor is not None:
            self._anchored[event.anchor] = _part(event)
        here.name = event

    def _add(self, part: Part, anchor: str | None) -> None:
        if anchor is not None:
            self._anchored[anchor] = part
        if not self._open:
            self._root = part
            return
        here = self._open[-1]
        if part.height > here.height:
            here.height = part.height
        if here.name is not None and here.name.merges:
            here.merged.append(part)
        else:
            name = len(here.members) if here.name is None else here.name.text
            here.members[name], here.lines[name] = part.value, part.lines
        here.name = None

    def _merge(self, into: Open, part: Part) -> None:
        """Take the members of an object, or of each in a list, that `into` has not itself."""
        taken: Iterable[tuple[Any, int | Lines]] = [(part.value, part.lines)]
        if isinstance(part.value, list) and isinstance(part.lines, Lines):
            taken = zip(part.value, part.lines.members.values(), strict=True)
        for value, lines in taken:
            if not isinstance(value, dict) or not isinstance(lines, Lines):
                raise Fault("<< takes in what is not an object; name an object.", into.begun.line)
            for name in [name for name in value if name not in into.members]:
                into.members[name], into.lines[name] = value[name], lines.members[name]

    def _count(self, nodes: int, characters: int, event: Event) -> None:
        self._nodes += nodes
        self._characters += characters
        if self._nodes > MAX_NODES:
            raise Fault(TOO_MANY, event.line)
        if self._characters > MAX_BYTES:
            raise Fault(TOO_LONG, event.line)


def _part(event: Event) -> Part:
    return Part(event.value, event.line, 1, len(event.text), 0)
