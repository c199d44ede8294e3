"""Reading a contract: an OpenAPI 3.0 document, and the parts of it that a server needs."""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from tollbridge.contract.errors import ContractError, Fault, error_of
from tollbridge.contract.ledger import misshapen_rules, rules_of
from tollbridge.contract.meta_schema import misshapen
from tollbridge.contract.model import Contract, Operation
from tollbridge.contract.operation import OperationReader
from tollbridge.contract.paths import base_path, path_items
from tollbridge.contract.problems import misshapen_problems
from tollbridge.contract.references import broken
from tollbridge.documents import Document, DocumentError, printable, read_document

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
MAX_OPERATIONS = 5_000
MAX_FAULTS = 200
VERSION_SHOWN = 40
ID_SHOWN = 60


def load_contract(path: Path) -> Contract:
    """Read a contract.

    Args:
        path: an OpenAPI 3.0 document in YAML or JSON.

    Raises:
        ContractError: it cannot be read, or asks for what this server does not do; a sentence for each fault.
    """
    document = _read(path)
    _require_version(document)
    if faults := [*islice(_faults(document.value), MAX_FAULTS)]:
        raise error_of(document, faults)
    try:
        operations = tuple(_operations(document.value))
    except Fault as fault:
        raise error_of(document, [fault]) from None
    return Contract(path, document.content, document.value, operations, tuple(rules_of(document.value)))


def _read(path: Path) -> Document:
    try:
        return read_document(path)
    except DocumentError as error:
        raise ContractError(str(error)) from None


def _require_version(document: Document) -> None:
    version = document.value.get("openapi") if isinstance(document.value, dict) else None
    if not isinstance(version, str) or not version.startswith("3.0."):
        shown = printable(repr(version), VERSION_SHOWN)
        raise ContractError(f"{document.path}: OpenAPI 3.0.x is needed; `openapi` is {shown}.")


def _faults(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with a document, in the parts too that no operation uses."""
    shaped = True
    for fault in misshapen(document):
        shaped = False
        yield fault
    if shaped:
        yield from broken(document)
        yield from misshapen_rules(document)
        yield from misshapen_problems(document)


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    places = [(path, method, item) for path, item in path_items(document) for method in item if method in METHODS]
    if not places:
        raise Fault("there are no operations.", ("paths",))
    if len(places) > MAX_OPERATIONS:
        raise Fault(f"there are {len(places):,} operations; {MAX_OPERATIONS:,} are the most.", ("paths",))
    reader = OperationReader(document, base_path(document))
    known: set[str] = set()
    for path, method, item in places:
        operation = reader.read(path, method, item)
        if operation.operation_id in known:
            # Connexion (3.3.0) would validate one with the other's schema, and say nothing.
            shown = printable(repr(operation.operation_id), ID_SHOWN)
            raise Fault(f"the operationId {shown} is given twice.", ("paths", path, method, "operationId"))
        known.add(operation.operation_id)
        yield operation
