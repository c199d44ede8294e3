"""Errors of a document, as sentences."""

from collections.abc import Iterable
from itertools import islice

from tollbridge import quoting
from tollbridge.documents.bounds import MAX_BYTES, MAX_DEPTH, MAX_FAULTS, MAX_NODES

COUNTED = "with what its aliases repeat; make it smaller."
TOO_MANY = f"has more than {MAX_NODES:,} values, {COUNTED}"
TOO_LONG = f"has more than {MAX_BYTES:,} characters of text, {COUNTED}"
TOO_DEEP = f"has more than {MAX_DEPTH} lists and objects within each other; make it flatter."


class DocumentError(Exception):
    """A file cannot be read as a document; the sentence names the file, the line where it is known, and what to do."""


class Fault(Exception):
    """A sentence about a text.

    Args:
        said: the sentence.
        line: from 1; None where it is about the whole text, or where the line is not known yet.
    """

    def __init__(self, said: str, line: int | None = None) -> None:
        super().__init__(said)
        self.line = line


def listed(sentences: Iterable[str]) -> str:
    """Return sentences as lines, no more of them than somebody reads."""
    lines = list(islice(sentences, MAX_FAULTS + 1))
    return "\n".join([*lines[:MAX_FAULTS], *(["… and more."] if len(lines) > MAX_FAULTS else [])])


def printable(text: str, most: int) -> str:
    """Return text that is safe to show: bounded, without control characters or surrogates."""
    return quoting.terminal(text if len(text) <= most else text[:most] + "…")
