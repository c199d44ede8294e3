"""Rules for each field of a row, taken from its annotation.

A state that is put back may be anybody's. Its rows are held against the types that the simulator's code is checked by,
so that a field which is added to a row is checked too, and what is put back is answered as what was made here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints, is_typeddict

from tollbridge.simulator.model.field_kinds import Between, ListOf, Matching, Names, OneOf, With

MOST = 2**62
"""Of whole numbers, either way: with what is added to them they are still what a database and JSON's writer hold."""

DEEPEST = 32
"""How many levels an object of any shape may have."""

MAX_KNOWN = 10_000
WORDS = {str: "text", int: "a whole number", bool: "true or false", NoneType: "null", dict: "an object", list: "a list"}

Fits = Callable[[Any], bool]


@dataclass(frozen=True)
class Kind:
    """A rule for a value.

    Args:
        words: in a sentence: it has to be …
        types: exactly one of them; none for any.
        fits: what holds of it besides, where it is not null; None for nothing.
        names: the type of the row that it names; None where it names none.
    """

    words: str
    types: tuple[type, ...] = ()
    fits: Fits | None = None
    names: str | None = None

    def holds(self, value: Any) -> bool:
        """Tell whether a value is what it has to be."""
        if self.types and type(value) not in self.types:
            return False
        return self.fits is None or value is None or self.fits(value)


@dataclass(frozen=True)
class Fields:
    """The fields of a row.

    Args:
        kinds: each field's name and kind, in their order.
        required: how many have no default.
        names: index, name and type of the fields that name other rows.
    """

    kinds: tuple[tuple[str, Kind], ...]
    required: int
    names: tuple[tuple[int, str, str], ...]
    _fits: tuple[tuple[int, Fits], ...]
    _known: set[tuple[type, ...]] = field(default_factory=set)

    def complaint(self, values: list[Any]) -> str | None:
        """Return what is wrong with the values of a row, and repeat none of them: some are secret; None for nothing."""
        types = tuple(map(type, values))
        if types in self._known and all(values[index] is None or fits(values[index]) for index, fits in self._fits):
            return None  # as most are: the types of a row are those of one before
        if not self.required <= len(values) <= len(self.kinds):
            return f"it has {len(values)} fields, not {self.required} to {len(self.kinds)}"
        for (name, kind), value in zip(self.kinds, values, strict=False):
            if not kind.holds(value):
                return f"{name} has to be {kind.words}, and is {WORDS.get(type(value), 'something else')}"
        if len(values) == len(self.kinds) and len(self._known) < MAX_KNOWN:
            self._known.add(types)
        return None


@cache
def fields_of(row: type[tuple[Any, ...]]) -> Fields:
    """Return what the fields of a type of row have to be."""
    hints = get_type_hints(row, include_extras=True)
    kinds = tuple((name, _kind(hint)) for name, hint in hints.items())
    named = tuple((index, name, kind.names) for index, (name, kind) in enumerate(kinds) if kind.names)
    fits = tuple((index, kind.fits) for index, (_, kind) in enumerate(kinds) if kind.fits)
    return Fields(kinds, len(kinds) - len(row._field_defaults), named, fits)  # type: ignore[attr-defined]


def _kind(hint: Any) -> Kind:
    """Return the kind that an annotation says."""
    origin = get_origin(hint)
    if origin is Annotated:
        return _marked(*get_args(hint)[:2])
    if origin in (Union, UnionType):
        return _nullable([_kind(one) for one in get_args(hint)])
    if origin is dict:
        return _objects(_kind(get_args(hint)[1]))
    if origin is list:
        return _lists(_kind(get_args(hint)[0]))
    return _shaped(hint) if is_typeddict(hint) else PLAIN[hint]


def _marked(hint: Any, mark: object) -> Kind:
    types = _kind(hint).types
    if isinstance(mark, OneOf):
        return Kind(mark.called or f"one of {', '.join(mark.words)}", types, frozenset(mark.words).__contains__)
    if isinstance(mark, Matching):
        matches = re.compile(mark.pattern).fullmatch
        return Kind(mark.called, types, lambda value: matches(value) is not None)
    if isinstance(mark, Between):
        bounds = range(mark.least, mark.most + 1)
        return Kind(f"a whole number from {mark.least} to {mark.most}", types, bounds.__contains__)
    if isinstance(mark, Names):
        return Kind(WORDS[str], types, names=mark.type)
    if isinstance(mark, With):
        return _shaped(mark.shape)
    assert isinstance(mark, ListOf), mark
    return _lists(_shaped(mark.shape), mark.least)


def _nullable(kinds: list[Kind]) -> Kind:
    """Return the kind of a value that may be null, which is all that the rows' unions say."""
    [kind] = [kind for kind in kinds if kind is not PLAIN[NoneType]]
    return Kind(f"{kind.words} or null", (*kind.types, NoneType), kind.fits, kind.names)


def _objects(inner: Kind) -> Kind:
    return Kind(f"an object, each member {inner.words}", (dict,), lambda value: all(map(inner.holds, value.values())))


def _lists(inner: Kind, least: int = 0) -> Kind:
    words = f"a list{' that is not empty' if least else ''}, each item {inner.words}"
    return Kind(words, (list,), lambda value: len(value) >= least and all(map(inner.holds, value)))


def _shaped(shape: type) -> Kind:
    members = {name: _kind(hint) for name, hint in get_type_hints(shape, include_extras=True).items()}
    words = ", ".join(f"{name} ({kind.words})" for name, kind in members.items())
    optional = shape.__optional_keys__  # type: ignore[attr-defined] # a TypedDict's

    def fits(value: Any) -> bool:
        return _is_shallow(value) and all(
            kind.holds(value[name]) if name in value else name in optional for name, kind in members.items()
        )

    return Kind(f"an object with {words}", (dict,), fits)


def _is_shallow(value: Any, depth: int = DEEPEST) -> bool:
    """Tell whether a value has no more levels than can be answered."""
    if type(value) not in (dict, list):
        return type(value) is not int or -MOST <= value <= MOST
    inner = value.values() if type(value) is dict else value
    return depth > 0 and all(_is_shallow(below, depth - 1) for below in inner)


PLAIN = {
    str: Kind(WORDS[str], (str,)),
    int: Kind(WORDS[int], (int,), lambda value: -MOST <= value <= MOST),
    bool: Kind(WORDS[bool], (bool,)),
    NoneType: Kind(WORDS[NoneType], (NoneType,)),
    Any: Kind(f"anything of at most {DEEPEST} levels", fits=_is_shallow),
}
"""The kinds of annotations without parts."""
