"""Sequences of ordinary operations: what one answers is asked for by the next, deleted, and asked for again."""

from collections.abc import Iterator
from dataclasses import replace

from tollbridge.contract import Operation
from tollbridge.verify.cases.context import CaseContext
from tollbridge.verify.cases.ordinary.right import right_call
from tollbridge.verify.model.sources import Source
from tollbridge.verify.model.steps import Call, Case, Fill

MAX_CHAIN = 4
"""Operations that a case goes through for the ids of the last one."""

NOT_THERE = ("404", "410", "4XX")
"""Responses by which a contract says what is answered where nothing is there any more."""

NEVER_THERE = (*NOT_THERE, "default")
"""The same where nothing has ever been there."""


def sequences(context: CaseContext) -> Iterator[Case]:
    """Yield the operation behind those whose answers have its ids; a GET then of an id that nobody issued.

    A DELETE is asked for between two GETs of the same path, where there is one.
    """
    chain = _chain(context, context.subject.operation, MAX_CHAIN)
    if chain is None:
        return
    *before, last = chain
    named = last.but(note="with ids of earlier answers")
    yield Case(named.note, (*before, named))
    if context.subject.operation.method == "get" and _documents(context, NEVER_THERE):
        fills = (*last.fills[:-1], replace(last.fills[-1], altered=True))
        nobodys = last.but(note="an id that nobody issued", fills=fills, after=last.operation.operation_id)
        yield Case(nobodys.note, (*before, named, _absent(nobodys)))
        yield from _of_others(context, last)
    reading = _reading(context) if context.subject.operation.method == "delete" else None
    if reading and _documents(reading, NOT_THERE):
        again = right_call(reading, note="what was deleted").but(fills=last.fills, after=last.operation.operation_id)
        yield Case(again.note, (*before, named, _absent(again)))


def _absent(call: Call) -> Call:
    """Return a call that has to be refused where its ids were issued, and what it waits for was done."""
    assert call.right
    return call.but(right=replace(call.right, absent=True))


def _of_others(context: CaseContext, last: Call) -> Iterator[Case]:
    """Ask for what another organization's account had made at Stripe: it is nobody else's to see."""
    maker = context.others[last.fills[-1].source.operation]
    if "customer" not in maker.subject.caller:
        return
    for account, organization in maker.payers():
        if account and organization is not maker.home():
            theirs = last.but(note="what another organization made")
            yield Case(theirs.note, (maker.call(account), _absent(theirs)))
            return


def _documents(context: CaseContext, statuses: tuple[str, ...]) -> bool:
    return any(status in context.terms.responses for status in statuses)


def _reading(context: CaseContext) -> CaseContext | None:
    """Return the GET of the same path; None where there is none."""
    path = context.subject.operation.path
    known = (one for one in context.others.values() if one.subject.ordinary)
    return next((c for c in known if (c.subject.operation.method, c.subject.operation.path) == ("get", path)), None)


def _chain(context: CaseContext, operation: Operation, most: int) -> list[Call] | None:
    """Return the calls that lead to an operation, and its own; None where the ids of its path come from nowhere."""
    names = [one for one in operation.parameters if one.location == "path"]
    sources = context.held.sources
    wanted = [(one, sources.get((operation.operation_id, one.name))) for one in names]
    found = [(one, source) for one, source in wanted if source and source.operation in context.others]
    if not found or most < 1:
        return None
    chain: dict[str, Call] = {}
    for _, source in found:
        chain |= {call.operation.operation_id: call for call in _leading(context, source, most)}
    fills = tuple(Fill(one, source) for one, source in found)
    return [*chain.values(), right_call(context.others[operation.operation_id]).but(fills=fills)]


def _leading(context: CaseContext, source: Source, most: int) -> list[Call]:
    """Return the calls of an operation that answers an id, with those that lead to it."""
    producer = context.others[source.operation]
    if not producer.subject.ordinary:
        return [producer.call()]
    return _chain(producer, producer.subject.operation, most - 1) or [right_call(producer)]
