"""Ids from earlier answers of a case, put into the paths of its later calls."""

from collections.abc import Sequence
from dataclasses import replace

from tollbridge.verify.model.evidence import Evidence, secret_of
from tollbridge.verify.model.exchange import Exchange
from tollbridge.verify.model.sources import taken
from tollbridge.verify.model.steps import Call, Fill

MOCK = "Tollbridge-Mock"
"""The header by which our own mocks say that they keep nothing."""

NEXT = {**{str(n): str((n + 1) % 10) for n in range(10)}, **dict(zip("abcdefABCDEF", "bcdefaBCDEFA", strict=True))}
ALTERED = 6
"""Letters and digits at the end of an id that are changed to make one that nobody issued."""


def filled(call: Call, played: Sequence[Exchange]) -> Call:
    """Return a call with the ids that earlier answers gave; where all of its path is of these, it has to be served.

    Args:
        call: of a case.
        played: the exchanges of the case before it.
    """
    if call.right is None or not (call.fills or call.after):
        return call
    values = {fill.parameter.name: value for fill in call.fills if (value := _value(fill, played))}
    known = call.path_values.keys() <= values.keys()
    absent = call.right.absent and known and _is_done(call.after, played)
    right = replace(call.right, issued=known and not call.right.absent, absent=absent)
    return call.but(path_values={**call.path_values, **values}, right=right)


def _is_done(operation: str | None, played: Sequence[Exchange]) -> bool:
    """Tell whether the operation that a call waits for succeeded just before, and keeps what it does."""
    return operation is None or any(x.operation == operation and _keeps(x.evidence) for x in played[-1:])


def _value(fill: Fill, played: Sequence[Exchange]) -> str | None:
    """Return the value of a parameter from the last answer that has it; None where none has one that fits."""
    for x in reversed(played):
        value = _of(x, fill) if x.operation == fill.source.operation and _keeps(x.evidence) else None
        value = altered(value) if value and fill.altered else value
        if value and any(map(fill.parameter.check.is_valid, _typed(value))):
            return value
    return None


def _keeps(x: Evidence) -> bool:
    """Tell whether the target did what was asked, and is no mock that keeps nothing."""
    return x.ok and x.status != 202 and x.answer is not None and x.answer.header(MOCK) is None


def _of(x: Exchange, fill: Fill) -> str | None:
    """Return what an answer says; of one that has a client secret the intent's id, which stands before it."""
    terms = x.expectation.terms
    secret = secret_of(x.evidence, terms.secret)
    if secret and not taken(x.evidence.document, fill.parameter.name, fill.source.steps):
        return secret.partition("_secret_")[0]
    return taken(x.evidence.document, fill.parameter.name, fill.source.steps)


def _typed(value: str) -> list[object]:
    return [value, int(value)] if value.isascii() and value.isdigit() and len(value) < 19 else [value]


def altered(value: str) -> str:
    """Return another id of the same form."""
    changed, left = [], ALTERED
    for character in reversed(value):
        changed.append(NEXT.get(character, character) if left else character)
        left -= character in NEXT and left > 0
    return "".join(reversed(changed))
