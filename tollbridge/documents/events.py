"""Parse events of a text, in order: the same for JSON and for YAML."""

from enum import StrEnum
from typing import Any, NamedTuple


class Kind(StrEnum):
    """The kinds of events."""

    LIST = "a list"
    OBJECT = "an object"
    END = "the end of a list or an object"
    VALUE = "a value"
    ALIAS = "an alias"


class Event(NamedTuple):
    """A part of a text.

    Args:
        kind: what begins, ends or stands here.
        line: where, from 1.
        text: of a value, as it is as a name; of an alias, whose it is.
        value: of a value.
        anchor: the name by which aliases repeat it; None where it has none.
        merges: whether it is YAML's `<<`, which takes another object's members into this one.
    """

    kind: Kind
    line: int
    text: str = ""
    value: Any = None
    anchor: str | None = None
    merges: bool = False
