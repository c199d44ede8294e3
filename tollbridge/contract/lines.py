"""Lines of a contract's file, for reports that point into it."""

from collections.abc import Mapping

from tollbridge.contract.ledger import rule_places
from tollbridge.contract.model import Contract
from tollbridge.contract.paths import path_items
from tollbridge.documents import document_of


def rule_lines(contract: Contract) -> Mapping[str, int]:
    """Return the line, from 1, at which each rule of the ledger stands, by its id."""
    document = document_of(contract.path, contract.content)
    places = reversed([*rule_places(contract.document)])  # of two rules with one id, the first
    return {identity: document.line(place) for identity, place in places}


def operation_lines(contract: Contract) -> Mapping[str, int]:
    """Return the line, from 1, at which each operation stands, by its id."""
    document = document_of(contract.path, contract.content)
    return {
        str(part["operationId"]): document.line(("paths", path, name))
        for path, item in path_items(contract.document)
        for name, part in item.items()
        if isinstance(part, dict) and "operationId" in part
    }
