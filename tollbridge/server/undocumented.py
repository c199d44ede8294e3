"""Problems that may be answered and that the contract does not document: added to it as it is served, or refused.

The server refuses what is wrong with a request in words of its own, whatever the contract says of it: so the contract
that clients are shown has those words too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tollbridge.contract import Contract, ContractError, Operation
from tollbridge.contract.extensions import ADDED
from tollbridge.contract.references import followed
from tollbridge.contract.sources import Lines
from tollbridge.http1.media import PROBLEM
from tollbridge.problems import ContractBreach, Entry, Problem, catalogue
from tollbridge.server.documented import response_of

OF_THE_PATH = ("not-found", "method-not-allowed")
"""Given where no operation is: no operation documents them."""

OF_ANY = (
    "authentication-required", "contract-breach", "inactive-account", "internal-error", "invalid-token",
    "not-acceptable", "organization-forbidden", "organization-not-found", "organization-required", "token-expired",
)  # fmt: skip
OF_BODIES = ("body-too-large", "invalid-request", "malformed-json", "request-timeout", "unsupported-media-type")
OF_PARAMETERS = ("invalid-request",)
RULES_NAMED = 10
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "error_code"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "detail", "instance", "error_code")},
        "status": {"type": "integer"},
    },
}


def possible(operation: Operation, wants: Iterable[str], own: Sequence[Entry], known: Sequence[Entry]) -> list[Entry]:
    """Return the problems that an operation may answer.

    Args:
        operation: what the contract documents.
        wants: what its handler asks for by name.
        own: the problems that the contract declares for handlers.
        known: the catalogue.
    """
    codes = {*OF_ANY, *(OF_BODIES if operation.body else ()), *(OF_PARAMETERS if operation.parameters else ())}
    ours = [entry for entry in known if entry.in_contract and entry.error_code not in OF_THE_PATH]
    named = {*OF_ANY, *OF_BODIES, *OF_PARAMETERS}
    asked = set(wants)
    given = [e for e in ours if e.error_code in codes and e.status != 402]
    given += [e for e in ours if "payments" in asked and (e.error_code not in named or e.status == 402)]
    return [*given, *(own if "problems" in asked else ())]


def undocumented(operation: Operation, entries: Iterable[Entry]) -> list[Entry]:
    """Return those of some problems under whose status the contract documents no problem."""
    return [entry for entry in entries if not _is_documented(operation, entry.status)]


def _is_documented(operation: Operation, status: int) -> bool:
    response = response_of(operation, status)
    return response is not None and PROBLEM in response.media


def require_documented(contract: Contract, missing: Mapping[str, Sequence[Entry]]) -> None:
    """Refuse a contract that does not document what may be answered.

    Args:
        contract: that is served.
        missing: undocumented problems, by the operation's id.

    Raises:
        ContractError: with a line for each operation.
    """
    lines, places = Lines(contract.sources), {one.operation_id: one.place for one in contract.operations}
    told = [
        f"{lines.named(places[identity])}: {identity} does not document {_listed(entries)}."
        for identity, entries in missing.items()
        if entries
    ]
    if told:
        raise ContractError("\n".join([*told, "Document them, or serve with --undocumented-problems add."]))


def amended(contract: Contract, missing: Mapping[str, Sequence[Entry]]) -> dict[str, Any]:
    """Return a contract's document with the problems that it does not document; the document itself where none is.

    Args:
        contract: that is served.
        missing: undocumented problems, by the operation's id.
    """
    if not any(missing.values()):
        return contract.document
    entries = sorted({entry for listed in missing.values() for entry in listed}, key=lambda e: (e.status, e.error_code))
    components = contract.document.get("components", {})
    responses = {**components.get("responses", {}), **_responses(entries)}
    paths = dict(contract.document.get("paths", {}))
    for operation in contract.operations:
        if added := missing.get(operation.operation_id):
            _, path, method = operation.place
            whole = followed(contract.document, paths[path], operation.place)
            item = {**whole, **{name: part for name, part in paths[path].items() if name != "$ref"}}
            paths[path] = {**item, method: _operation(contract, item[method], added)}
    return {**contract.document, "paths": paths, "components": {**components, "responses": responses}}


def _responses(entries: Sequence[Entry]) -> dict[str, Any]:
    return {_name(entry.status): _response(entry.status, entries) for entry in entries}


def _name(status: int) -> str:
    return f"TollbridgeProblem{status}"


def _response(status: int, entries: Sequence[Entry]) -> dict[str, Any]:
    codes = ", ".join(f"`{entry.error_code}`" for entry in entries if entry.status == status)
    described = f"A problem that the server answers, and the contract does not document: {codes}."
    return {"description": described, ADDED: True, "content": {PROBLEM: {"schema": SCHEMA}}}


def _operation(contract: Contract, part: Mapping[str, Any], entries: Sequence[Entry]) -> dict[str, Any]:
    responses = dict(part.get("responses", {}))
    for status in {entry.status for entry in entries}:
        responses[str(status)] = _with_problem(contract, responses.get(str(status)), status)
    return {**part, "responses": responses}


def _with_problem(contract: Contract, response: Any, status: int) -> dict[str, Any]:
    """Return a response that documents a problem too; it may have documented another media type."""
    if response is None:
        return {"$ref": f"#/components/responses/{_name(status)}"}
    whole = followed(contract.document, response, ())
    return {**whole, ADDED: True, "content": {**whole.get("content", {}), PROBLEM: {"schema": SCHEMA}}}


def held(operation: Operation, problem: Problem, added: Iterable[Entry], instance: str) -> ContractBreach | None:
    """Return why a problem that a handler raised is withheld; None where the contract documents it, or as it is served.

    Args:
        operation: that the handler answers.
        problem: what it raised.
        added: what was added to the operation as it is served.
        instance: the request's id.
    """
    said = f"{operation.operation_id} raised {problem.error_code} ({problem.status})"
    if any((entry.status, entry.error_code) == (problem.status, problem.error_code) for entry in added):
        return None
    response = response_of(operation, problem.status)
    check = response.media.get(PROBLEM) if response else None
    if check is None:
        return ContractBreach(f"{said}, which the contract does not document.")
    document = problem.document(instance)
    if check.is_valid(document):
        return None
    places = ", ".join(str(one.pointer) for one in check.broken(document, RULES_NAMED).listed)
    return ContractBreach(f"{said}, and it breaks the contract at {places}.")


def _listed(entries: Sequence[Entry]) -> str:
    return ", ".join(dict.fromkeys(f"{entry.status} {entry.error_code}" for entry in entries))


def by_operation(
    contract: Contract, wanted: Mapping[str, Iterable[str]], own: Sequence[Entry]
) -> Iterator[tuple[str, list[Entry]]]:
    """Yield each operation's id with the problems that it may answer and does not document.

    Args:
        contract: that is served.
        wanted: what handlers ask for by name, by the operation's id.
        own: the problems that the contract declares for handlers.
    """
    known = catalogue()
    for operation in contract.operations:
        if operation.unserved:
            yield operation.operation_id, []
            continue
        entries = possible(operation, wanted.get(operation.operation_id, ()), own, known)
        yield operation.operation_id, undocumented(operation, entries)
