"""Checking a contract as its owner needs it: everything that is wrong, each with its line and a sentence."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tollbridge.compose import BINDINGS
from tollbridge.contract import Contract, ContractError, load_contract
from tollbridge.contract.ledger import rule_places
from tollbridge.contract.sources import Lines
from tollbridge.contracts.complaint import ERROR, At, Complaint, Verdict
from tollbridge.contracts.enforcement import doubled, has_tests, is_judged, unsound
from tollbridge.contracts.examples import example_complaints
from tollbridge.contracts.lints import lints
from tollbridge.contracts.requirements import requirement_complaints
from tollbridge.documents import document_of, printable
from tollbridge.server.handlers import HandlerError, load_handlers

NO_TESTS = "The tests that the ledger names were not looked for: there is no folder `tests` beside the contract."
NO_HANDLERS = "Handlers were not looked for: give their folder by --handlers."
NO_LINTS = "The lints of Redocly and Spectral were not run: the contract is in several files."
SAID_SHOWN = 400
TOLD = re.compile(r"(.+?):(\d+): (.*)")


def checked_contract(
    path: Path, handlers: Path | None, *, with_lints: bool = True, below: Path | None = None
) -> Verdict:
    """Return everything that is wrong with a contract.

    Args:
        path: of the document.
        handlers: the folder with its handlers; None where they are not looked for.
        with_lints: whether Redocly and Spectral are asked.
        below: the folder that the files are in which it refers to; None for its own.
    """
    try:
        contract = load_contract(path, below)
    except ContractError as error:
        return Verdict(tuple(_unread(path, str(error))), ())
    at = At(Lines(contract.sources))
    found = [*requirement_complaints(contract.document, at), *example_complaints(contract.document, at)]
    found += [
        *_unserved(contract, at),
        *_ledger(contract, at),
        *(_handlers(contract, handlers, at) if handlers else ()),
    ]
    not_run = [*_left_out(contract, handlers)]
    if with_lints and not contract.sources.is_one_file:
        not_run.append(NO_LINTS)
    elif with_lints:
        for complaints, reason in lints(document_of(path, contract.content)):
            found += complaints
            not_run += [reason] if reason else []
    ordered = sorted(dict.fromkeys(found), key=_order)
    return Verdict(tuple(ordered), tuple(not_run), len(contract.operations), len(contract.rules))


def _order(complaint: Complaint) -> tuple[str, int, str, str]:
    return str(complaint.file or ""), complaint.line, complaint.rule, complaint.said


def _unread(path: Path, told: str) -> Iterator[Complaint]:
    """Yield the sentences of a contract that cannot be read; each begins with its file and, mostly, its line."""
    for line in told.splitlines():
        numbered = TOLD.fullmatch(line)
        if numbered:
            file = Path(numbered[1])
            yield Complaint(int(numbered[2]), None, "document", ERROR, numbered[3], None if file == path else file)
        else:
            yield Complaint(1, None, "document", ERROR, line.removeprefix(str(path)).removeprefix(": "))


def _unserved(contract: Contract, at: At) -> Iterator[Complaint]:
    """Yield the operations that this server would answer by 501."""
    for operation in contract.operations:
        if operation.unserved:
            named = f"{operation.method.upper()} {operation.path}"
            said = f"{named} is not served by this server: {operation.unserved.reason}"
            yield at.warning(operation.unserved.place, "not-served", printable(said, SAID_SHOWN))


def _ledger(contract: Contract, at: At) -> Iterator[Complaint]:
    from tollbridge.verify import CHECKS  # every command loads this module, and few need the harness

    root = contract.path.resolve().parent
    names = frozenset(CHECKS)
    places = dict(reversed([*rule_places(contract.document)]))
    for identity, count in doubled(contract.rules):
        yield at.error(places[identity], "ledger", f"{identity}: the id is given {count} times.")
    for rule in contract.rules:
        for said in unsound(rule, root, names):
            yield at.error(places[rule.id], "ledger", f"{rule.id}: {said}")
        if rule.enforced_by and not is_judged(rule):
            said = "no check of `tollbridge verify` and no schema enforces it, so no other server is held to it."
            yield at.warning(places[rule.id], "ledger", f"{rule.id}: {said}")


def _handlers(contract: Contract, folder: Path, at: At) -> Iterator[Complaint]:
    for operation in contract.operations:
        try:
            load_handlers(replace(contract, operations=(operation,)), folder, BINDINGS)
        except HandlerError as error:
            yield at.error(operation.place, "handler", str(error))


def _left_out(contract: Contract, handlers: Path | None) -> Iterator[str]:
    if handlers is None:
        yield NO_HANDLERS
    tests = any(kind == "test" for rule in contract.rules for kind, _ in rule.enforced_by)
    if tests and not has_tests(contract.path.resolve().parent):
        yield NO_TESTS
