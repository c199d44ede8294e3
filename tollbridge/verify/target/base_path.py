"""The base path of a contract's server: whether the target has it before the contract's paths, or leaves it out.

A URL that ends with it is taken to have it already. Some servers, mocks above all, serve the paths alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from tollbridge.contract import Contract, Operation
from tollbridge.verify.cases import CaseContext
from tollbridge.verify.cases.ordinary.right import right_call
from tollbridge.verify.target.probe import asked
from tollbridge.verify.target.runner import Runner

MAX_LOOKS = 5
"""Operations that are asked before it is said that none is behind the base path."""

NOT_THERE = 404


def base_of(operation: Operation) -> str:
    """Return the base path before an operation's own path; empty without one."""
    own = str(operation.place[1]) if len(operation.place) > 1 else operation.path
    return operation.path.removesuffix(own)


def without_base(contract: Contract) -> Contract:
    """Return a contract whose paths have no base path before them."""
    return replace(contract, operations=tuple(map(_alone, contract.operations)))


def _alone(operation: Operation) -> Operation:
    return replace(operation, path=operation.path.removeprefix(base_of(operation)), also=())


def has_base(url: str, contract: Contract) -> bool:
    """Tell whether a URL ends with the base path of a contract."""
    base = next(map(base_of, contract.operations), "")
    return bool(base) and urlsplit(url).path.rstrip("/").endswith(base)


def alone(contexts: Sequence[CaseContext]) -> list[CaseContext]:
    """Return the contexts of operations without their base path."""
    contract = without_base(contexts[0].held.contract)
    return [
        replace(
            one,
            subject=replace(one.subject, operation=_alone(one.subject.operation)),
            held=replace(one.held, contract=contract),
        )
        for one in contexts
    ]


def leaves_it_out(runner: Runner, contexts: Sequence[CaseContext]) -> bool:
    """Tell whether a target serves the contract's paths without their base path, as far as its first answers show."""
    looked = [one for one in contexts if one.subject.ordinary and base_of(one.subject.operation)][:MAX_LOOKS]
    if not looked or any(status != NOT_THERE for status in _statuses(runner, looked)):
        return False
    return any(status not in (0, NOT_THERE) for status in _statuses(runner, alone(looked)))


def _statuses(runner: Runner, contexts: Sequence[CaseContext]) -> Iterator[int]:
    for context in contexts:
        yield asked(runner, context, right_call(context)).status
