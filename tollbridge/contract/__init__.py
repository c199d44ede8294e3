"""The contract: an OpenAPI document, its schemas compiled, its rules in a ledger."""

from tollbridge.contract.ledger import Rule, ledger_complaints
from tollbridge.contract.load import Contract, ContractError, Operation, Parameter, Response, load_contract
from tollbridge.contract.pointer import pointer
from tollbridge.contract.schema import SchemaCheck
from tollbridge.contract.violations import Violation

__all__ = [
    "Contract",
    "ContractError",
    "Operation",
    "Parameter",
    "Response",
    "Rule",
    "SchemaCheck",
    "Violation",
    "ledger_complaints",
    "load_contract",
    "pointer",
]
