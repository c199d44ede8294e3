"""YAML, event by event: libyaml's scanner and parser use no recursion, PyYAML's composer does.

PyYAML 6.0.3's C composer calls itself for each level of a document (a segmentation fault at some thousands), and gives
whatever an alias repeats to whoever walks it, 10^9 values from 400 bytes. So only its events are used.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from tollbridge.documents.bounds import MAX_TAG_DIRECTIVES
from tollbridge.documents.errors import Fault, printable
from tollbridge.documents.events import Event, Kind
from tollbridge.documents.scalars import meaning

CORE = "tag:yaml.org,2002:"
TAGS: dict[str, tuple[type, ...]] = {
    CORE + "bool": (bool,),
    CORE + "float": (float, int),
    CORE + "int": (int,),
    CORE + "null": (type(None),),
}
TEXT_TAGS = ("!", CORE + "str")
TAG_DIRECTIVE = re.compile(r"(?:^|[\n\r\x85\u2028\u2029])%TAG")
UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SHOWN = 60


def events(text: str) -> Iterator[Event]:
    """Yield what a YAML text is made of.

    Raises:
        Fault: it is not YAML, or has what no JSON has.
    """
    if sum(1 for _ in TAG_DIRECTIVE.finditer(text)) > MAX_TAG_DIRECTIVES:
        raise Fault(f"has more than {MAX_TAG_DIRECTIVES} %TAG lines; leave them out.")
    documents = 0
    for event in _parsed(text):
        line = event.start_mark.line + 1
        documents += isinstance(event, yaml.DocumentStartEvent)
        if documents > 1:
            raise Fault("a second document begins; a file has one.", line)
        made = MAKERS.get(type(event))
        if made:
            yield made(event, line)


def _parsed(text: str) -> Iterator[Any]:
    try:
        yield from yaml.parse(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # the end of a text is on a line of its own, to libyaml
        raise Fault(f"is not YAML: {_said(error)}.", min(mark.line, text.count("\n")) + 1 if mark else None) from None
    except yaml.YAMLError:
        raise _unreadable(text) from None


def _said(error: yaml.MarkedYAMLError) -> str:
    return ", ".join(filter(None, (error.context, error.problem)))


def _unreadable(text: str) -> Fault:
    """Return the fault of a text with characters that no YAML has; libyaml counts bytes, not lines, to it."""
    found = UNREADABLE.search(text)
    if not found:
        return Fault("is not YAML.")
    return Fault(f"is not YAML: it has the character U+{ord(found[0]):04X}.", text.count("\n", 0, found.start()) + 1)


def _list(event: yaml.SequenceStartEvent, line: int) -> Event:
    _require_tag(event.tag, (None, "!", CORE + "seq"), line)
    return Event(Kind.LIST, line, anchor=event.anchor)


def _object(event: yaml.MappingStartEvent, line: int) -> Event:
    _require_tag(event.tag, (None, "!", CORE + "map"), line)
    return Event(Kind.OBJECT, line, anchor=event.anchor)


def _end(_event: object, line: int) -> Event:
    return Event(Kind.END, line)


def _alias(event: yaml.AliasEvent, line: int) -> Event:
    return Event(Kind.ALIAS, line, str(event.anchor))


def _scalar(event: yaml.ScalarEvent, line: int) -> Event:
    text, tag, plain = event.value, event.tag, event.implicit[0]
    is_text = tag in TEXT_TAGS or (tag is None and not plain)
    try:
        value = text if is_text else meaning(text)
    except Fault as fault:
        raise Fault(str(fault), line) from None
    if tag is not None and not is_text:
        _require_tag(tag, TAGS, line)
        if type(value) not in TAGS[tag]:
            raise Fault(f"{printable(text, SHOWN)} is not what its tag says; leave the tag out.", line)
    return Event(Kind.VALUE, line, text, value, event.anchor, merges=plain and text == "<<")


def _require_tag(tag: str | None, known: Any, line: int) -> None:
    if tag not in known:
        shown = printable(str(tag).replace(CORE, "!!"), SHOWN)
        raise Fault(f"the tag {shown} is not one that JSON has a value for; leave it out.", line)


MAKERS: dict[type, Callable[[Any, int], Event]] = {
    yaml.SequenceStartEvent: _list,
    yaml.MappingStartEvent: _object,
    yaml.SequenceEndEvent: _end,
    yaml.MappingEndEvent: _end,
    yaml.AliasEvent: _alias,
    yaml.ScalarEvent: _scalar,
}
