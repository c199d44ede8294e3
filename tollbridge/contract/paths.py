"""The paths of a contract: where its server puts them, and templates that can be told apart."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tollbridge.contract.dialect import Dialect
from tollbridge.contract.errors import Fault, Unserved, spelled
from tollbridge.contract.extensions import PREFIX
from tollbridge.contract.meta_schema import misshapen_part
from tollbridge.contract.references import followed
from tollbridge.documents import Place, printable

PARAMETER = re.compile(r"\{([^{}]*)\}")
MAX_IN_STEP = 2
"""Parameters between two slashes: of more, matching a long path takes the cube of its length."""

SHOWN = 80


def path_items(document: Mapping[str, Any], dialect: Dialect) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the paths with their items, or what these refer to, in the document's order.

    Raises:
        Fault: a path is not one that requests can be routed by, or two are the same.
    """
    known: dict[str, str] = {}
    for path, item in document.get("paths", {}).items():
        if path.startswith(PREFIX):
            continue
        place: Place = ("paths", path)
        _require_template(path, place)
        same = known.setdefault(PARAMETER.sub("{}", path), path)
        if same != path:
            raise Fault(
                f"{spelled(place)}: the path {printable(same, SHOWN)} is the same; leave one of them out.", place
            )
        named = followed(document, item, place)
        for fault in misshapen_part(named, dialect, "PathItem", place) if named is not item else ():
            raise fault
        yield path, {**named, **{name: value for name, value in item.items() if name != "$ref"}}


def _require_template(path: str, place: Place) -> None:
    names = PARAMETER.findall(path)
    if "" in names or len(set(names)) < len(names) or {"{", "}"} & set(PARAMETER.sub("", path)):
        raise Fault(f"{spelled(place)}: each parameter in a path needs a name of its own between braces.", place)


def require_routable(path: str, place: Place) -> None:
    """Refuse a path that takes too long to be matched.

    Raises:
        Unserved: it has too many parameters between slashes.
    """
    if reason := unroutable(path):
        raise Unserved(reason, place)


def unroutable(path: str) -> str:
    """Return why a path takes too long to be matched; empty where it does not."""
    counts = [len(PARAMETER.findall(step)) for step in path.split("/")]
    if max(counts) > MAX_IN_STEP:
        return f"more than {MAX_IN_STEP} parameters stand between two slashes."
    if sum(count > 1 for count in counts) > 1:  # the lengths that each takes are multiplied
        return "two parameters stand between two slashes at more than one place."
    return ""
