"""A YAML text with its lines: where each value stands, and names that are given twice."""

from collections.abc import Iterator, Sequence
from pathlib import Path as File
from typing import Any

import yaml

Path = tuple[str | int, ...]
"""Names and indexes from the top of the document."""


class Text:
    """A YAML document, read."""

    def __init__(self, file: File) -> None:
        """Read a file.

        Raises:
            OSError, yaml.YAMLError, ValueError: it cannot be read, or is no YAML.
        """
        content = file.read_bytes()
        self.document: Any = yaml.load(content, Loader=yaml.CSafeLoader)
        self._content = content
        self._node: yaml.Node | None = None

    def line(self, path: Sequence[str | int]) -> int:
        """Return the line, from 1, of the value at a path, or of the nearest above it that exists."""
        node = self._root()
        line = 1
        for step in path:
            if node is None:
                break
            line = node.start_mark.line + 1
            found = _child(node, step)
            if found is None:
                break
            node = found
            line = node.start_mark.line + 1
        return line

    def doubled(self) -> Iterator[Path]:
        """Yield the path of every name that a mapping has twice: YAML's readers keep the last, silently."""
        root = self._root()
        if root is not None:
            yield from _doubled(root, ())

    def _root(self) -> yaml.Node | None:
        if self._node is None:
            self._node = yaml.compose(self._content, Loader=yaml.CSafeLoader)
        return self._node


def _child(node: yaml.Node, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        child: yaml.Node = node.value[step]
        return child
    return None


def _doubled(node: yaml.Node, path: Path) -> Iterator[Path]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for name, value in node.value:
            if name.value in seen:
                yield (*path, name.value)
            seen.add(name.value)
            yield from _doubled(value, (*path, name.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _doubled(value, (*path, index))
