"""Servers: below which paths an operation is, by its own servers, its path's, or the document's."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any
from urllib.parse import urlsplit

from tollbridge.contract.errors import Fault, Unserved, spelled
from tollbridge.contract.paths import PARAMETER
from tollbridge.documents import Place, printable

MAX_SPELLINGS = 1_000
"""URLs that the values of variables make of one."""

MAX_BASES = 20
SHOWN = 80
HERE = ({"url": "/"},)


class Servers:
    """The servers of a document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Take the document, which has the shape that OpenAPI gives it."""
        self._whole = document.get("servers") or HERE
        self._known: dict[int, tuple[Any, tuple[str, ...]]] = {}

    def bases(self, item: Mapping[str, Any], spec: Mapping[str, Any], place: Place) -> tuple[str, ...]:
        """Return the paths that an operation is served below, without a slash at their ends.

        Args:
            item: its path item.
            spec: the operation.
            place: of the operation.

        Returns:
            The first is that of the first server, its variables replaced by their defaults.

        Raises:
            Fault: a URL is not one, or has a variable without a default.
            Unserved: there are too many.
        """
        for holder, where in ((spec, place), (item, place[:-1])):
            if holder.get("servers"):
                return self._bases(holder["servers"], (*where, "servers"))
        return self._bases(self._whole, ("servers",))

    def _bases(self, servers: Sequence[Mapping[str, Any]], place: Place) -> tuple[str, ...]:
        if id(servers) not in self._known:
            found = dict.fromkeys(
                base for number, one in enumerate(servers) for base in _spelled(one, (*place, number))
            )
            self._known[id(servers)] = (servers, tuple(found))
        bases = self._known[id(servers)][1]
        if len(bases) > MAX_BASES:
            raise Unserved(f"its servers have more than {MAX_BASES} paths.", place)
        return bases


def _spelled(server: Mapping[str, Any], place: Place) -> Iterator[str]:
    """Yield the path of a server's URL with the defaults of its variables, and then with what else they may be."""
    variables = server.get("variables", {})
    names = [*dict.fromkeys(PARAMETER.findall(server["url"]))]
    values = [[*dict.fromkeys(_values(variables, name, (*place, "url")))] for name in names]
    for chosen in islice(product(*values), MAX_SPELLINGS):
        yield _base(server["url"], dict(zip(names, chosen, strict=True)), (*place, "url"))


def _values(variables: Mapping[str, Any], name: str, place: Place) -> Iterator[str]:
    if name not in variables:
        raise Fault(f"{spelled(place)}: the variable {printable(repr(name), SHOWN)} has no default.", place)
    yield str(variables[name]["default"])
    yield from map(str, variables[name].get("enum", ()))


def _base(url: str, values: Mapping[str, str], place: Place) -> str:
    try:
        path = urlsplit(PARAMETER.sub(lambda found: values[found[1]], url)).path.rstrip("/")
    except ValueError as error:
        raise Fault(f"{spelled(place)}: is not a URL ({error}).", place) from None
    if {"{", "}"} & set(path) or (path and not path.startswith("/")):
        raise Fault(f"{spelled(place)}: its path {printable(path, SHOWN)!r} is not one to serve below.", place)
    return path
