"""Where the ids in paths come from: answers of other operations, by the contract's links, or by what paths are called.

`POST /fees` answers a fee, so `GET /fees/{fee}` is asked for that one. A link of OpenAPI says it; where there is none,
the collection's path and the names of parameter and members do.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tollbridge.contract import Contract, Operation
from tollbridge.contract.errors import Fault
from tollbridge.contract.pointer import steps_of
from tollbridge.contract.references import followed

BODY = "$response.body#"
MAX_NAME = 100
IDS = ("id", "sid", "uuid")
WITHIN = ("data", "result", "results", "items")
"""Members in which many APIs answer what was asked for."""

MAX_VALUE = 200
"""Characters of an id that is taken."""


@dataclass(frozen=True)
class Source:
    """An operation whose answer has the value of another's parameter.

    Args:
        operation: its id.
        steps: to the value in the answer's body; None where it is found by its name.
    """

    operation: str
    steps: tuple[str, ...] | None = None


def sources_of(contract: Contract) -> dict[tuple[str, str], Source]:
    """Return the sources of the parameters in paths, by an operation's id and the parameter's name."""
    found: dict[tuple[str, str], Source] = {}
    by_path = {(one.method, _shape(one.path)): one for one in contract.operations if not one.unserved}
    for operation in by_path.values():
        for name, collection in _collections(operation.path):
            producer = by_path.get(("post", collection)) or by_path.get(("get", collection))
            if producer and producer is not operation:
                found[operation.operation_id, name] = Source(producer.operation_id)
    for producer in by_path.values():
        found.update(_linked(contract, producer))
    return found


def _shape(path: str) -> str:
    """Return a path's template without the names of its parameters."""
    return "/".join("{}" if _name_in(step) else step for step in path.rstrip("/").split("/"))


def _name_in(step: str) -> str:
    """Return the parameter that a step of a path is, perhaps with an ending such as `.json`; empty for none."""
    return step[1:].partition("}")[0] if step.startswith("{") else ""


def _collections(path: str) -> Iterator[tuple[str, str]]:
    """Yield each parameter in a path, with the path before it: what has the things that it names."""
    steps = path.rstrip("/").split("/")
    for number, step in enumerate(steps):
        ending = step.partition("}")[2]
        if name := _name_in(step):
            yield name, _shape("/".join(steps[:number])) + ending


def _linked(contract: Contract, producer: Operation) -> Iterator[tuple[tuple[str, str], Source]]:
    """Yield what the links of an operation's successes say: which parameter of which operation its answer has."""
    known = {one.operation_id: one for one in contract.operations}
    for link in _links(contract.document, producer):
        target = known.get(_target(contract, link))
        for name, expression in (link.get("parameters") or {}).items():
            if target and isinstance(expression, str) and expression.startswith(BODY):
                steps = steps_of(f"#{expression.removeprefix(BODY)}")
                yield (target.operation_id, name.removeprefix("path.")), Source(producer.operation_id, steps)


def _links(document: Mapping[str, Any], producer: Operation) -> Iterator[Mapping[str, Any]]:
    try:
        item = followed(document, document["paths"][producer.place[1]], ())
        for status, given in item[producer.method]["responses"].items():
            response = followed(document, given, ()) if status.startswith("2") else {}
            yield from (followed(document, link, ()) for link in response.get("links", {}).values())
    except (Fault, LookupError):
        return


def _target(contract: Contract, link: Mapping[str, Any]) -> str:
    """Return the id of the operation that a link leads to; empty where it is not one of this document."""
    if "operationId" in link:
        return str(link["operationId"])
    steps = steps_of(str(link.get("operationRef", "")))
    return next((one.operation_id for one in contract.operations if one.place and one.place == steps), "")


def taken(document: Any, name: str, steps: tuple[str, ...] | None) -> str | None:
    """Return the value of a parameter from an answer's body; None where it has none.

    Args:
        document: the body.
        name: the parameter's.
        steps: to the value, from a link; None where it is found by its name.
    """
    if steps is not None:
        return _scalar(_at(document, steps))
    wanted = _plain(name)
    for holder in _holders(document):
        members = {_plain(key): value for key, value in holder.items()}
        alike = [wanted, *(IDS if wanted.endswith(IDS) else ())]
        value = next((one for key in alike if (one := _scalar(members.get(key)))), None)
        if value:
            return value
    return None


def _plain(name: str) -> str:
    return name[:MAX_NAME].lower().replace("_", "").replace("-", "")


def _scalar(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value)
    return text if 0 < len(text) <= MAX_VALUE else None


def _at(document: Any, steps: tuple[str, ...]) -> Any:
    for step in steps:
        if isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        else:
            document = document.get(step) if isinstance(document, dict) else None
    return document


def _holders(document: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects that may be what was asked for: the body, its first item, and what it wraps."""
    if isinstance(document, list):
        yield from (one for one in document[:1] if isinstance(one, dict))
    if not isinstance(document, dict):
        return
    yield document
    wrapped = [document[name] for name in WITHIN if name in document]
    wrapped += [one for one in document.values() if isinstance(one, dict | list)] if len(document) <= 2 else []
    for inner in wrapped:
        yield from (one for one in (inner[:1] if isinstance(inner, list) else [inner]) if isinstance(one, dict))
