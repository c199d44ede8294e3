"""The contract: an OpenAPI document, its schemas compiled, its rules in a ledger."""

from tollbridge.contract.bodies import Body, Field, Reading, is_json_type, reading_of
from tollbridge.contract.errors import ContractError
from tollbridge.contract.ledger import Rule
from tollbridge.contract.lines import operation_lines, rule_lines, unserved_lines
from tollbridge.contract.load import load_contract
from tollbridge.contract.model import Contract, Example, Obstacle, Operation, Parameter, Response
from tollbridge.contract.pointer import pointer, shown_pointer
from tollbridge.contract.samples import Sample, sample_of
from tollbridge.contract.schema import SchemaCheck
from tollbridge.contract.security import Scheme
from tollbridge.contract.types import part_of, type_of
from tollbridge.contract.url import sendable
from tollbridge.contract.violations import Broken, Violation

__all__ = [
    "Body",
    "Broken",
    "Contract",
    "ContractError",
    "Example",
    "Field",
    "Obstacle",
    "Operation",
    "Parameter",
    "Reading",
    "Response",
    "Rule",
    "Sample",
    "SchemaCheck",
    "Scheme",
    "Violation",
    "is_json_type",
    "load_contract",
    "operation_lines",
    "part_of",
    "pointer",
    "reading_of",
    "rule_lines",
    "sample_of",
    "sendable",
    "shown_pointer",
    "type_of",
    "unserved_lines",
]
