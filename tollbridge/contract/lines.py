"""Lines of a contract's file, for reports that point into it."""

from collections.abc import Mapping

from tollbridge.contract.ledger import rule_places
from tollbridge.contract.model import Contract, Operation
from tollbridge.documents import document_of


def rule_lines(contract: Contract) -> Mapping[str, int]:
    """Return the line, from 1, at which each rule of the ledger stands, by its id."""
    document = document_of(contract.path, contract.content)
    places = reversed([*rule_places(contract.document)])  # of two rules with one id, the first
    return {identity: document.line(place) for identity, place in places}


def operation_lines(contract: Contract) -> Mapping[str, int]:
    """Return the line, from 1, at which each operation stands, by its id."""
    document = document_of(contract.path, contract.content)
    return {operation.operation_id: document.line(operation.place) for operation in contract.operations}


def unserved_lines(contract: Contract) -> list[tuple[Operation, str, int]]:
    """Return the operations that are not served, each with the reason and the line, from 1, of what is in the way."""
    found = [(operation, operation.unserved) for operation in contract.operations if operation.unserved]
    document = document_of(contract.path, contract.content) if found else None
    return [(one, obstacle.reason, document.line(obstacle.place)) for one, obstacle in found if document]
