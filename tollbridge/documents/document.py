"""A document: a file's content, its value, and the line of each part of it."""

import codecs
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tollbridge.documents import json_text, yaml_text
from tollbridge.documents.errors import DocumentError, Fault, listed
from tollbridge.documents.events import Event
from tollbridge.documents.file import read_file
from tollbridge.documents.tree import Builder, Lines, Part

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Document:
    """A document.

    Args:
        path: where it was read.
        content: as it stands there.
        value: of lists, objects whose names are text, texts, numbers, true, false and null; aliases share theirs.
        events: what reads its text again, for the lines.
    """

    path: Path
    content: bytes = field(repr=False)
    value: Any = field(repr=False)
    events: Callable[[str], Iterator[Event]] = field(repr=False)

    @property
    def text(self) -> str:
        """The content, decoded."""
        return _text(self.content)

    def line(self, place: Sequence[str | int]) -> int:
        """Return the line, from 1, of the value at a place, or of the nearest around it that exists."""
        here = self._lines
        for step in place:
            if not isinstance(here, Lines) or step not in here.members:
                break
            here = here.members[step]
        return here.line if isinstance(here, Lines) else here

    @cached_property
    def _lines(self) -> int | Lines:
        """Where everything is: only error messages ask for it, so it is not kept elsewhere."""
        return Builder().built(self.events(self.text)).lines


def read_document(path: Path) -> Document:
    """Read a document: JSON where it is JSON, or else YAML.

    Args:
        path: a file in UTF-8, or in UTF-16 with its mark.

    Raises:
        DocumentError: it cannot be read, is neither, says a name twice, or is larger than the bounds allow; a
            sentence for each fault, with the file and, where it is known, the line.
    """
    return document_of(path, read_file(path))


def document_of(path: Path, content: bytes) -> Document:
    """Return a file's content as a document.

    Args:
        path: where it was read.
        content: as it stands there.

    Raises:
        DocumentError: as of `read_document`.
    """
    try:
        text = _text(content)
        if text.lstrip()[:1] in ("{", "[", '"'):
            try:
                return Document(path, content, _json(path, text), json_text.events)
            except ValueError:
                pass  # YAML may begin like that too
        return Document(path, content, _built(path, yaml_text.events(text)).value, yaml_text.events)
    except Fault as fault:
        raise DocumentError(_told(path, fault)) from None


def _text(content: bytes) -> str:
    name, encoding = ("UTF-16", "utf-16") if content.startswith(UTF_16) else ("UTF-8", "utf-8-sig")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Fault(f"is not text in {name}: {error.reason} at byte {error.start:,}.", line) from None


def _json(path: Path, text: str) -> Any:
    """Return the value of a JSON text.

    Raises:
        ValueError: it is not JSON.
        Fault, DocumentError: it is, and cannot be taken.
    """
    try:
        return json_text.value_of(text)
    except json_text.Unclear:
        part = _built(path, json_text.events(text))
        json_text.require_syntax(text)  # now that it is known to be small
        return part.value


def _built(path: Path, events: Iterable[Event]) -> Part:
    builder = Builder()
    part = builder.built(events)
    if builder.doubled:
        raise DocumentError(listed(_told(path, fault) for fault in builder.doubled))
    return part


def _told(path: Path, fault: Fault) -> str:
    return f"{path}: {fault}" if fault.line is None else f"{path}:{fault.line}: {fault}"
