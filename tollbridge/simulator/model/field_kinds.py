"""Kinds of texts and numbers in rows: words for the annotations of rows, which a type checker ignores."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OneOf:
    """One of some words; `called` says which, where they are too many for a sentence."""

    words: tuple[str, ...]
    called: str | None = None


@dataclass(frozen=True)
class Names:
    """The id of a row of a type; the row is in the same state."""

    type: str


@dataclass(frozen=True)
class Between:
    """A whole number within bounds, both included."""

    least: int
    most: int


@dataclass(frozen=True)
class Matching:
    """A text that a pattern matches as a whole; `called` says what it is."""

    pattern: str
    called: str


@dataclass(frozen=True)
class ListOf:
    """A list of objects that have, beside others, the members that a class annotates; so many at least."""

    shape: type
    least: int = 1


@dataclass(frozen=True)
class With:
    """An object that has, beside others, the members that a class annotates; those that are not required may lack."""

    shape: type
