"""Who asks an ordinary operation: nobody, where its security asks for somebody, and tokens that are not good."""

from collections.abc import Iterator

from tollbridge.verify.cases.context import CaseContext
from tollbridge.verify.cases.ordinary.right import right_call
from tollbridge.verify.model.steps import EXPIRED, PROVES_NOTHING, UNKNOWN, Case, RightAnswer

RULE = "token.refused"
"""The ledger's rule on tokens that are not good."""


def security(context: CaseContext) -> Iterator[Case]:
    """Yield a right request without what proves who asks, then with tokens that are not good."""
    refused = RightAnswer(PROVES_NOTHING)
    right = right_call(context)
    if context.subject.operation.requires_token:
        call = right.but(account=None, security=(), right=refused, note="without what its security asks for")
        yield Case(call.note, (call,))
    if right.security or right.account not in context.tokens.good or not has_to_look(context):
        return
    expired = [EXPIRED] if right.account in context.tokens.expired else []
    for token in (UNKNOWN, *expired):
        call = right.but(token=token, right=refused, note=f"token {token}")
        yield Case(call.note, (call,))


def has_to_look(context: CaseContext) -> bool:
    """Tell whether a token that is not good has to be refused: one is asked for, or a rule of the ledger says it."""
    ruled = RULE in context.held.ledger and context.held.rule(RULE)
    return context.subject.operation.requires_token or ruled
