"""Right requests to an ordinary operation: each that the contract shows, and one with all that is optional."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from tollbridge.verify.cases.context import CaseContext
from tollbridge.verify.model.requests import Request, Unmade, call_of, right_request, shown_bodies
from tollbridge.verify.model.steps import FITS, SHOWN, Call, Case, RightAnswer

MAX_EXAMPLES = 8
"""Examples of a body that are sent: a contract may show thousands."""

MADE = "made for the schemas"


def operations(context: CaseContext) -> Iterator[Case]:
    """Yield the operation's right requests, the plainest first."""
    plain = context.request
    yield _case(context, plain, "shown by the contract" if plain.shown else MADE)
    for name, document in islice(shown_bodies(context.subject.operation), 1, MAX_EXAMPLES):
        yield _case(context, plain.but(document=document, has_body=True), f"the example {name}")
    try:
        whole = right_request(context.subject.operation, whole=True)
    except Unmade:
        return
    if whole.values.keys() != plain.values.keys():
        yield _case(context, whole.but(shown=False), "with every parameter")


def _case(context: CaseContext, request: Request, what: str) -> Case:
    return Case(f"a request {what}", (right_call(context, request, note=what),))


def right_call(context: CaseContext, request: Request | None = None, **more: Any) -> Call:
    """Return a call with a right request, and with what it proves itself by.

    Args:
        context: of the operation.
        request: None for the plainest.
        more: members of the call.
    """
    request = request or context.request
    right = RightAnswer(SHOWN if request.shown else FITS)
    call = call_of(context.subject.operation, request, right=right)
    return call.but(**proof(context), **more)


def proof(context: CaseContext) -> dict[str, Any]:
    """Return the members of a call that prove who asks: the default account, where that is known or asked for."""
    operation, account = context.subject.operation, context.default().id
    security = next((one for one in operation.security if one), ())
    asked = security or operation.requires_token or account in context.tokens.good
    return {"account": account if asked else None, "security": security}
