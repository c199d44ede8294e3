"""The files that a contract is made of, and where in them each part of it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tollbridge.documents import Document, Place, document_of

Origin = tuple[Path, Place]
"""A file, and a place in it."""


@dataclass(frozen=True)
class Sources:
    """The files of a contract.

    Args:
        path: of the document itself.
        contents: of each file, as it stands there.
        moved: where the parts stand that are taken from other files, by their places in the contract.
    """

    path: Path
    contents: Mapping[Path, bytes] = field(repr=False)
    moved: Mapping[Place, Origin] = field(default_factory=dict, repr=False)

    @property
    def is_one_file(self) -> bool:
        """Whether nothing is in another file."""
        return len(self.contents) == 1

    def origin(self, place: Place) -> Origin:
        """Return the file and the place in it of a place in the contract."""
        for end in range(len(place), 0, -1):
            if place[:end] in self.moved:
                path, begin = self.moved[place[:end]]
                return path, (*begin, *place[end:])
        return self.path, place


class Lines:
    """Finds lines in the files of a contract: each is read again once, and only where a line is asked for."""

    def __init__(self, sources: Sources) -> None:
        """Take the files."""
        self._sources = sources
        self._documents: dict[Path, Document] = {}

    @property
    def path(self) -> Path:
        """The contract's own file."""
        return self._sources.path

    def at(self, place: Place) -> tuple[Path, int]:
        """Return the file and the line, from 1, of a place in the contract."""
        path, inner = self._sources.origin(place)
        return path, self._document(path).line(inner)

    def named(self, place: Place) -> str:
        """Return the same as `FILE:LINE`."""
        path, line = self.at(place)
        return f"{path}:{line}"

    def line(self, place: Place) -> int:
        """Return the line of a place in the contract's own file, or of the nearest around it that stands there."""
        return self._document(self._sources.path).line(place)

    def _document(self, path: Path) -> Document:
        if path not in self._documents:
            self._documents[path] = document_of(path, self._sources.contents[path])
        return self._documents[path]
