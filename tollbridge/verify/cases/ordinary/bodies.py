"""Bodies of an ordinary operation: missing, and with one thing wrong at each of their places."""

import copy
from collections.abc import Iterator
from itertools import islice
from typing import Any

from tollbridge.contract import Reading, SchemaCheck, pointer
from tollbridge.contract.samples.written import reading_of_body
from tollbridge.verify.cases.context import CaseContext
from tollbridge.verify.cases.ordinary.right import right_call
from tollbridge.verify.model.requests import Request
from tollbridge.verify.model.steps import VIOLATES, Case, RightAnswer

MAX_CHANGES = 60
"""Wrong bodies of one operation: a sample of a wide schema has hundreds of places."""

WRONG_VALUES: tuple[Any, ...] = ("7", 7, None, True, [], {})
MAX_WRONG = 3
"""Wrong values at one place."""

UNKNOWN = "unknownMember"
Steps = tuple[str | int, ...]


def bodies(context: CaseContext) -> Iterator[Case]:
    """Yield a request without its body, and bodies that break the schema at one place."""
    operation = context.subject.operation
    request = context.request
    if operation.body is None or not request.has_body:
        return
    if operation.body_required:
        yield _case(context, request.but(has_body=False), "without a body", "#")
    document = request.document
    reading = reading_of_body(operation)
    changes = _changed(document, operation.body) if reading is Reading.JSON else _missing(document)
    for what, place, changed in islice(changes, MAX_CHANGES):
        # Where no body has to be sent, many servers take null for none.
        if not operation.body.is_valid(changed) and not (changed is None and not operation.body_required):
            blamed = _blamed(operation.body, changed, place) if context.held.choice else (place,)
            yield _case(context, request.but(document=changed), what, *blamed)


def _blamed(check: SchemaCheck, document: Any, place: str) -> Iterator[str]:
    """Yield the places that a body's violations blame; the changed one where none can be told."""
    told = [violation.pointer for violation in check.broken(document, MAX_CHANGES).listed]
    yield from (one for one in told if one) if told else (place,)


def _case(context: CaseContext, request: Request, what: str, *places: str) -> Case:
    call = right_call(context, request, note=what).but(right=RightAnswer(VIOLATES, frozenset(places)))
    return Case(what, (call,))


def _changed(document: Any, check: SchemaCheck) -> Iterator[tuple[str, str, Any]]:
    """Yield documents with one change, each with the change in words and its place."""
    for steps, value in _places(document):
        wrong = [one for one in WRONG_VALUES if type(one) is not type(value) and not _fits(check, document, steps, one)]
        for one in wrong[:MAX_WRONG]:
            yield f"{pointer(*steps)} as {_kind(one)}", pointer(*steps), _with(document, steps, one)
    yield from _missing(document)
    if isinstance(document, dict):
        yield "an unknown member", f"#/{UNKNOWN}", {**document, UNKNOWN: 1}


def _missing(document: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield documents without one of their members."""
    for steps, _ in _places(document):
        if steps and isinstance(steps[-1], str):
            made = copy.deepcopy(document)
            del _at(made, steps[:-1])[steps[-1]]
            yield f"without {pointer(*steps)}", pointer(*steps), made


def _places(document: Any, around: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """Yield the places of a document, the outer ones first; of a list that of its first item."""
    if not around:
        yield around, document
    named = document.items() if isinstance(document, dict) else ()
    listed = enumerate(document[:1]) if isinstance(document, list) else ()
    parts = [((*around, name), value) for name, value in (*named, *listed)]
    yield from parts
    for steps, value in parts:
        yield from _places(value, steps)


def _fits(check: SchemaCheck, document: Any, steps: Steps, value: Any) -> bool:
    return check.is_valid(_with(document, steps, value))


def _with(document: Any, steps: Steps, value: Any) -> Any:
    """Return a document with another value at a place."""
    if not steps:
        return copy.deepcopy(value)
    made = copy.deepcopy(document)
    _at(made, steps[:-1])[steps[-1]] = copy.deepcopy(value)
    return made


def _at(document: Any, steps: Steps) -> Any:
    for step in steps:
        document = document[step]
    return document


def _kind(value: Any) -> str:
    return KINDS[type(value)]


KINDS = {type(None): "null", bool: "true", int: "a number", str: "a text", list: "a list", dict: "an object"}
