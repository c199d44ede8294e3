"""A contract in several files, as one document.

What a relative reference names in another file becomes a component, and the reference one to that, so that whoever is
given the document (clients, generators, the harness) needs no file besides. Files are local, below one folder, and as
bounded as one file is.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tollbridge.contract.errors import Fault
from tollbridge.contract.keywords import DATA, NAMED, objects, within
from tollbridge.contract.pointer import pointer, steps_of
from tollbridge.contract.references import MAX_CHAIN, target
from tollbridge.contract.sources import Sources
from tollbridge.documents import Document, DocumentError, Place, document_of, printable, read_file
from tollbridge.documents.bounds import MAX_BYTES, MAX_NODES

MAX_FILES = 500
SHOWN = 200
SECTIONS = {
    "callbacks": "callbacks",
    "examples": "examples",
    "headers": "headers",
    "links": "links",
    "parameters": "parameters",
    "requestBodies": "requestBodies",
    "requestBody": "requestBodies",
    "responses": "responses",
    "securitySchemes": "securitySchemes",
}
"""Where components stand that are named from a place; from any other place a schema is named."""

PATH_ITEMS = ("pathItems", "paths", "webhooks")
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
FILE_LIKE = re.compile(r".*(?:[/#]|\.(?:ya?ml|json)$)", re.DOTALL)
UNNAMED = re.compile(r"[^A-Za-z0-9._-]+")
MAX_NAME = 60
SUFFIXES = (".json", ".yaml", ".yml")
TOO_MANY = f"with what its files have it has more than {MAX_NODES:,} values; make it smaller."

Where = tuple[Path, str]
"""A file, and the fragment of a reference to a part of it."""


@dataclass(frozen=True)
class Bundle:
    """A contract as one document.

    Args:
        value: the document.
        sources: the files that it is made of.
        faults: references that are not followed, and why.
        looked_for: the files that it names, also those that are not there.
    """

    value: Any
    sources: Sources
    faults: tuple[Fault, ...] = ()
    looked_for: tuple[Path, ...] = ()


def bundled(document: Document, below: Path) -> Bundle:
    """Return a contract as one document.

    Args:
        document: the contract's own file.
        below: the folder that its files are in; links that lead out of it are refused.
    """
    if not any(_leads_elsewhere(value) for _, value in objects(document.value)):
        return Bundle(document.value, Sources(document.path, {document.path: document.content}))
    return _Bundler(document, below).bundled()


def _leads_elsewhere(value: Mapping[str, Any]) -> bool:
    reference = value.get("$ref")
    return isinstance(reference, str) and not reference.startswith("#")


class _Bundler:
    """Makes one document of the files of a contract."""

    def __init__(self, document: Document, below: Path) -> None:
        self._main = document.path
        self._below = below
        self._values = {document.path: document.value}
        self._contents = {document.path: document.content}
        self._looked_for: dict[Path, Path] = {document.path.resolve(): document.path}
        self._moved: dict[Place, tuple[Path, Place]] = {}
        self._components: dict[str, dict[str, Any]] = {}
        self._names: dict[tuple[str, Where], str] = {}
        self._waiting: list[tuple[str, str, Where, Place]] = []
        self._nodes = 0
        self._faults: list[Fault] = []

    def bundled(self) -> Bundle:
        made = self._made()
        sources = Sources(self._main, self._contents, self._moved)
        return Bundle(made, sources, tuple(self._faults), tuple(self._looked_for.values()))

    def _made(self) -> Any:
        whole = self._values[self._main]
        own = whole.get("components", {}) if isinstance(whole, dict) else {}
        self._components = {name: {**part} for name, part in own.items() if isinstance(part, dict)}
        made = self._copied(whole, self._main, (), "", "")
        while self._waiting:
            section, name, (path, fragment), asked = self._waiting.pop()
            place: Place = ("components", section, name)
            try:
                value = self._named(path, fragment, asked)
            except Fault as fault:
                self._faults.append(fault)
                del self._components[section][name]
                continue
            self._moved[place] = path, _steps(fragment)
            self._components[section][name] = self._copied(value, path, place, "", section)
        if not isinstance(made, dict) or not isinstance(made.setdefault("components", {}), dict):
            return made
        for section, members in self._components.items():
            kept = made["components"].get(section, {})
            made["components"][section] = {**members, **kept} if isinstance(kept, dict) else kept
        return made

    def _copied(self, value: Any, path: Path, place: Place, kind: str, around: str) -> Any:
        """Return a part of a file with its references to other files changed.

        Args:
            value: the part.
            path: of the file.
            place: of the part, in the contract.
            kind: what it is, as `keywords.within` says.
            around: what it stands in, likewise.
        """
        self._nodes += 1
        if self._nodes > MAX_NODES:
            if self._nodes == MAX_NODES + 1:
                self._faults.append(Fault(TOO_MANY, place))
            return value
        if isinstance(value, list):
            return [
                self._copied(item, path, (*place, number), within(kind, number), kind or around)
                for number, item in enumerate(value)
            ]
        if not isinstance(value, dict):
            return value
        if kind not in (DATA, *NAMED) and isinstance(value.get("$ref"), str):
            try:
                return self._referring(value, path, place, kind or around)
            except Fault as fault:
                self._faults.append(fault)
                return value
        made = {
            name: self._copied(part, path, (*place, name), within(kind, name), kind or around)
            for name, part in value.items()
        }
        if isinstance(made.get("discriminator"), dict) and kind not in (DATA, *NAMED):
            made["discriminator"] = self._mapped(made["discriminator"], path, place)
        return made

    def _referring(self, value: Mapping[str, Any], path: Path, place: Place, around: str) -> dict[str, Any]:
        """Return a reference as it is in one document; a path item is taken in, since no component of 3.0 is one."""
        if path == self._main and value["$ref"][:1] in ("", "#"):
            return {**value}
        where = self._where(value["$ref"], path, place)
        if around in PATH_ITEMS or around.startswith(("{", "/", "http")):
            return {**self._path_item(where, place), **{name: part for name, part in value.items() if name != "$ref"}}
        return {**value, "$ref": self._local(where, SECTIONS.get(around, "schemas"), place)}

    def _path_item(self, where: Where, place: Place) -> dict[str, Any]:
        path, fragment = where
        for _ in range(MAX_CHAIN):
            value = self._named(path, fragment, place)
            if not isinstance(value, dict):
                raise Fault("a path's reference does not name a path item.", place)
            if not isinstance(value.get("$ref"), str):
                self._moved[place] = path, _steps(fragment)
                copied: dict[str, Any] = self._copied(value, path, place, "", "")
                return copied
            path, fragment = self._where(value["$ref"], path, place)
        raise Fault(f"more than {MAX_CHAIN} references name each other, one after the other.", place)

    def _mapped(self, described: Mapping[str, Any], path: Path, place: Place) -> dict[str, Any]:
        """Return a discriminator whose mapping names what is in the document."""
        mapping = described.get("mapping", {})
        if not isinstance(mapping, dict):
            return {**described}
        made = {value: self._mapping(named, path, place) for value, named in mapping.items()}
        return {**described, **({"mapping": made} if mapping else {})}

    def _mapping(self, named: Any, path: Path, place: Place) -> Any:
        if not isinstance(named, str) or not FILE_LIKE.match(named):  # a name, of a schema of the document
            return named
        try:
            return self._local(self._where(named, path, place), "schemas", place)
        except Fault as fault:
            self._faults.append(fault)
            return named

    def _local(self, where: Where, section: str, place: Place) -> str:
        """Return a reference within the document to what a reference names."""
        path, fragment = where
        if path == self._main:
            return f"#{fragment}"
        key = section, where
        if key not in self._names:
            members = self._components.setdefault(section, {})
            name = self._names[key] = _free(_name(path, fragment), members)
            members[name] = None
            self._waiting.append((section, name, where, place))
        return pointer("components", section, self._names[key])

    def _where(self, reference: str, path: Path, place: Place) -> Where:
        """Return the file that a reference leads to, which is read, and its fragment."""
        shown = printable(reference, SHOWN)
        name, _, fragment = reference.partition("#")
        if not name:
            return path, fragment
        if URL.match(name):
            raise Fault(f"the reference {shown!r} leads to a URL; only files are read. Put it into one.", place)
        try:
            found = (path.parent / unquote(name)).resolve()
            is_inside = found.is_relative_to(self._below.resolve())
        except (OSError, RuntimeError, ValueError) as error:
            raise Fault(f"the reference {shown!r} names no file ({error}).", place) from None
        if not is_inside:
            said = f"leads out of the folder {self._below}; put the file there, or name a wider one by --refs-below."
            raise Fault(f"the reference {shown!r} {said}", place)
        if not _is_readable(found.relative_to(self._below.resolve())):
            raise Fault(f"the reference {shown!r} names a file that is not read; name a .yaml, .yml or .json.", place)
        if found not in self._looked_for:
            self._read(found, path.parent / unquote(name), shown, place)
        if self._looked_for[found] not in self._contents:
            raise Fault(f"the reference {shown!r} names a file that is not there.", place)
        return self._looked_for[found], fragment

    def _read(self, found: Path, path: Path, shown: str, place: Place) -> None:
        if len(self._looked_for) >= MAX_FILES:
            raise Fault(f"there are more than {MAX_FILES} files; put some of them together.", place)
        self._looked_for[found] = path
        if not found.exists():
            return
        try:
            content = read_file(found)
            if sum(map(len, self._contents.values())) + len(content) > MAX_BYTES:
                raise Fault(f"its files have more than {MAX_BYTES:,} bytes together; make them smaller.", place)
            self._values[path] = document_of(path, content).value
        except DocumentError as error:
            raise Fault(f"the reference {shown!r} cannot be followed:\n{error}", place) from None
        self._contents[path] = content

    def _named(self, path: Path, fragment: str, place: Place) -> Any:
        try:
            return target(self._values[path], f"#{fragment}") if fragment else self._values[path]
        except Fault:
            shown = printable(f"{path.name}#{fragment}", SHOWN)
            raise Fault(f"the reference {shown!r} names nothing.", place) from None


def _is_readable(path: Path) -> bool:
    """Tell whether a file may be a part of a contract: those of another kind, and hidden ones, may hold secrets."""
    return path.suffix in SUFFIXES and not any(step.startswith(".") for step in path.parts)


def _steps(fragment: str) -> Place:
    return steps_of(f"#{fragment}")


def _name(path: Path, fragment: str) -> str:
    """Return what a part of a file is called as a component: by its own name, or by the file's."""
    own = _steps(fragment)[-1:] or (path.stem,)
    return UNNAMED.sub("_", str(own[0]))[:MAX_NAME] or "part"


def _free(name: str, taken: Mapping[str, Any]) -> str:
    names: Iterator[str] = chain((name,), (f"{name}_{number}" for number in count(2)))
    return next(one for one in names if one not in taken)
