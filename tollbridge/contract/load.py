"""Reading a contract: an OpenAPI document, and the parts of it that a server needs."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

from tollbridge.contract.bundle import Bundle, bundled
from tollbridge.contract.dialect import Dialect, dialect_of
from tollbridge.contract.discriminators import chosen_by_branches
from tollbridge.contract.errors import ContractError, Fault, error_of
from tollbridge.contract.ledger import misshapen_rules, rules_of
from tollbridge.contract.meta_schema import misshapen
from tollbridge.contract.model import Contract, Obstacle, Operation
from tollbridge.contract.operation import OperationReader
from tollbridge.contract.paths import PARAMETER, path_items
from tollbridge.contract.problems import misshapen_problems
from tollbridge.contract.references import broken
from tollbridge.contract.sources import Lines
from tollbridge.documents import Document, DocumentError, printable, read_document

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
MAX_OPERATIONS = 5_000
MAX_FAULTS = 200
VERSION_SHOWN = 40
ID_SHOWN = 60
MAX_ID = 100
OUTSIDE_OF_NAMES = re.compile(r"[^A-Za-z0-9_]+")


def load_contract(path: Path, below: Path | None = None) -> Contract:
    """Read a contract. An operation that needs what this server does not have is read, and says why it is not served.

    Args:
        path: an OpenAPI 3.0 or 3.1 document in YAML or JSON.
        below: the folder that files are in which it refers to; its own without it.

    Raises:
        ContractError: it cannot be read, or is not what OpenAPI allows; a sentence for each fault.
    """
    document = _read(path)
    dialect = _dialect(document)
    bundle = bundled(document, path.parent if below is None else below)
    value, sources = bundle.value, bundle.sources
    if faults := [*islice(_faults_of(bundle, dialect), MAX_FAULTS)]:
        raise error_of(Lines(sources), faults, bundle.looked_for)
    try:
        operations = tuple(_operations(value, dialect))
    except Fault as fault:
        raise error_of(Lines(sources), [fault], bundle.looked_for) from None
    content = document.content if sources.is_one_file else json.dumps(value).encode()
    return Contract(path, content, value, operations, tuple(rules_of(value)), sources)


def _faults_of(bundle: Bundle, dialect: Dialect) -> Iterator[Fault]:
    """Yield what is wrong with a document; of a reference that is not followed, nothing else."""
    yield from bundle.faults
    places = {fault.place for fault in bundle.faults}
    yield from (fault for fault in _faults(bundle.value, dialect) if fault.place not in places)


def _read(path: Path) -> Document:
    try:
        return read_document(path)
    except DocumentError as error:
        raise ContractError(str(error)) from None


def _dialect(document: Document) -> Dialect:
    version = document.value.get("openapi") if isinstance(document.value, dict) else None
    dialect = dialect_of(version)
    if dialect is None:
        shown = printable(repr(version), VERSION_SHOWN)
        raise ContractError(f"{document.path}: OpenAPI 3.0.x or 3.1.x is needed; `openapi` is {shown}.")
    return dialect


def _faults(document: Mapping[str, Any], dialect: Dialect) -> Iterator[Fault]:
    """Yield what is wrong with a document, in the parts too that no operation uses."""
    shaped = True
    for fault in misshapen(document, dialect):
        shaped = False
        yield fault
    if shaped:
        yield from broken(document)
        yield from misshapen_rules(document)
        yield from misshapen_problems(document)


def _operations(document: Mapping[str, Any], dialect: Dialect) -> Iterator[Operation]:
    document = chosen_by_branches(document)
    places = [
        (path, method, item) for path, item in path_items(document, dialect) for method in item if method in METHODS
    ]
    if len(places) > MAX_OPERATIONS:
        raise Fault(f"there are {len(places):,} operations; {MAX_OPERATIONS:,} are the most.", ("paths",))
    reader = OperationReader(document, dialect)
    routed: set[tuple[str, str]] = set()
    for (path, method, item), operation_id in zip(places, _ids(places), strict=True):
        yield _alone(reader.read(path, method, item, operation_id), routed)


def _alone(operation: Operation, routed: set[tuple[str, str]]) -> Operation:
    """Return an operation at those of its paths that no other is at; servers may put two at one.

    Args:
        operation: as it is read.
        routed: methods and paths of the operations before it; its own are added.
    """
    by_route = {(operation.method, PARAMETER.sub("{}", path)): path for path in reversed(operation.paths)}
    mine = [path for route, path in by_route.items() if route not in routed]
    routed.update(by_route)
    if mine:
        first, *others = reversed(mine)
        return replace(operation, path=first, also=tuple(others))
    obstacle = Obstacle("another operation has the same method and path, below its server.", operation.place)
    return replace(operation, also=(), unserved=operation.unserved or obstacle)


def _ids(places: Sequence[tuple[str, str, Mapping[str, Any]]]) -> list[str]:
    """Return the ids of operations: what the contract calls them, or names made of method and path.

    Raises:
        Fault: the contract gives one id to two of them.
    """
    given = Counter(item[method].get("operationId") for _, method, item in places)
    known = {operation_id for operation_id in given if operation_id is not None}
    ids = []
    for path, method, item in places:
        operation_id = item[method].get("operationId")
        if operation_id is None:
            operation_id = _made_id(path, method, known)
        elif given[operation_id] > 1:
            shown = printable(repr(operation_id), ID_SHOWN)
            raise Fault(f"the operationId {shown} is given twice.", ("paths", path, method, "operationId"))
        ids.append(operation_id)
    return ids


def _made_id(path: str, method: str, known: set[str]) -> str:
    """Return a name that may be a function's, such as `get_pets_id`, and that no other operation has."""
    name = "_".join([method, *OUTSIDE_OF_NAMES.sub(" ", path[:MAX_ID]).split()])
    made = next(one for one in chain((name,), (f"{name}_{number}" for number in count(2))) if one not in known)
    known.add(made)
    return made
