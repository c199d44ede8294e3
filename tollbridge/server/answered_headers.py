"""The headers of a handler's answer, held to what the contract documents of them."""

from collections.abc import Mapping

from tollbridge.contract import Operation, Response, SchemaCheck, type_of
from tollbridge.documents import printable
from tollbridge.problems import ContractBreach
from tollbridge.server.documented import OURS
from tollbridge.server.parameters import typed

SHOWN = 60


def require_headers(operation: Operation, status: int, response: Response, headers: Mapping[str, str]) -> None:
    """Withhold an answer that lacks a header which every such answer has, or has one that is not as documented.

    Args:
        operation: that was answered.
        status: of the answer.
        response: that documents it.
        headers: of the answer, by lower-case name.

    Raises:
        ContractBreach: the detail names headers, never values.
    """
    for name in sorted(response.required_headers):
        if name.lower() not in headers and name.lower() not in OURS:
            raise ContractBreach(f"The answer {status} of {operation.operation_id} lacks the header {_shown(name)}.")
    for name, check in response.header_checks.items():
        if name.lower() in headers and not _fits(check, headers[name.lower()]):
            said = f"has a header {_shown(name)} that breaks its schema"
            raise ContractBreach(f"The answer {status} of {operation.operation_id} {said}.")


def _fits(check: SchemaCheck, text: str) -> bool:
    """Tell whether the text of a header fits its schema; of an object, which there is no one way to write, it does."""
    kind = type_of(check)
    if kind == "object":
        return True
    if kind == "array":
        return check.is_valid([typed(type_of(check, "items"), item.strip()) for item in text.split(",")])
    return check.is_valid(typed(kind, text))


def _shown(name: str) -> str:
    return printable(name, SHOWN)
