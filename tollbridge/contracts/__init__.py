"""Tools for the owner of a contract: check it, list its promises, show what a change breaks."""

from tollbridge.contract import ContractError, load_contract
from tollbridge.contracts.check import checked_contract
from tollbridge.contracts.complaint import Complaint, Verdict
from tollbridge.contracts.difference import Change, Difference, RuleChange, difference
from tollbridge.contracts.ledger import ledger_page, ledger_rows
from tollbridge.contracts.programs import ProgramFailed, ProgramMissing
from tollbridge.contracts.types import types_of

__all__ = [
    "Change",
    "Complaint",
    "ContractError",
    "Difference",
    "ProgramFailed",
    "ProgramMissing",
    "RuleChange",
    "Verdict",
    "checked_contract",
    "difference",
    "ledger_page",
    "ledger_rows",
    "load_contract",
    "types_of",
]
