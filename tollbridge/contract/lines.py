"""Lines of a contract's files, for reports that point into them."""

from collections.abc import Mapping

from tollbridge.contract.ledger import rule_places
from tollbridge.contract.model import Contract, Operation
from tollbridge.contract.sources import Lines


def rule_lines(contract: Contract) -> Mapping[str, int]:
    """Return the line in the contract's own file, from 1, at which each rule of the ledger stands, by its id."""
    lines = Lines(contract.sources)
    places = reversed([*rule_places(contract.document)])  # of two rules with one id, the first
    return {identity: lines.line(place) for identity, place in places}


def operation_lines(contract: Contract) -> Mapping[str, int]:
    """Return the line in the contract's own file, from 1, at which each operation stands, by its id."""
    lines = Lines(contract.sources)
    return {operation.operation_id: lines.line(operation.place) for operation in contract.operations}


def unserved_lines(contract: Contract) -> list[tuple[Operation, str, str]]:
    """Return the operations that are not served, each with the reason and `FILE:LINE` of what is in the way."""
    lines = Lines(contract.sources)
    found = [(operation, operation.unserved) for operation in contract.operations if operation.unserved]
    return [(one, obstacle.reason, lines.named(obstacle.place)) for one, obstacle in found if obstacle]
