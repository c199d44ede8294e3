"""Canaries: values that are found nowhere else, in every field of a request, and the requests after it."""

from collections.abc import Iterator
from typing import Any

from tollbridge.simulator import Fault
from tollbridge.verify.cases.context import NOBODY, CaseContext
from tollbridge.verify.model.expectation import MAY_NAME
from tollbridge.verify.model.steps import UNKNOWN, Break, Call, Case, Mend, Step, WireVerdict
from tollbridge.verify.model.templates import unknown_path

AMOUNT, METHOD, ORGANIZATION = 86_753_090, 867_530_911, 867_530_977
TEXTS: dict[str, Any] = {"description": "canary of a description", "receipt_email": "canary@example.com"}
"""By role."""

BAD_ADDRESS, UNKNOWN_MEMBER, QUERY = "canary.of.an.address", "canary.of.an.unknown.member", "canary.of.a.query"
HEADER = "canary.of.a.header"
CANARIES: dict[str, str] = {
    TEXTS["description"]: "a description",
    TEXTS["receipt_email"]: "an e-mail address",
    BAD_ADDRESS: "an e-mail address",
    UNKNOWN_MEMBER: "the value of an unknown member",
    QUERY: "a query",
    HEADER: "a header",
    str(AMOUNT): "an amount",
    str(METHOD): "a payment method's id",
    str(ORGANIZATION): "an organization's id",
}
"""Each with what it is."""


def leaks(context: CaseContext) -> Iterator[Case]:
    """Yield pairs of requests full of canaries, one accepted and one refused, each followed by another request.

    Then requests with canaries that get refusals of each kind.
    """
    accepted = context.call(note="canaries in every field", amount=AMOUNT, **TEXTS)
    accepted = accepted.but(headers=(("X-Canary", HEADER), ("Cookie", f"session={HEADER}")))
    refused = _refused(context, accepted)
    for what, after in _afterwards(context, {}):
        yield Case(f"canaries, then {what}", (accepted, refused, *after))
    for what, after in _afterwards(context, TEXTS):
        yield Case(f"{what}, with canaries", after)


def _refused(context: CaseContext, accepted: Call) -> Call:
    """Return a call that is wrong in an unknown member, with a canary in whatever it has."""
    header = context.subject.organization
    more = {"canary": UNKNOWN_MEMBER}
    if "payment_method" in context.subject.members:
        more[context.subject.members["payment_method"]] = METHOD  # type: ignore[assignment]
    return accepted.but(
        document=accepted.document | more,
        headers=(*accepted.headers, *(((header.name, str(ORGANIZATION)),) if header else ())),
        path=f"{context.subject.operation.target}?q={QUERY}",
    )


def _afterwards(context: CaseContext, texts: dict[str, Any]) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """Yield calls that get answers of each kind."""
    right = context.call(**texts)
    if not texts:
        yield "a right request", (right,)
    yield "a violation", (context.call(**texts | {"amount": 0}),)
    member = context.subject.members.get("receipt_email")
    if member and texts:
        yield "an address in a list", (right.but(document=right.document | {member: [TEXTS["receipt_email"]]}),)
        yield "a text that is too long", (context.call(**texts | {"description": TEXTS["description"] * 60}),)
    yield from ((what, (call,)) for what, call in _on_the_wire(context, right))
    if context.usable() or context.held.anonymous:
        yield "a bad token", (right.but(account=context.default().id, token=UNKNOWN),)
    yield from ((what, (call,)) for what, call in _of_state(context, texts))
    if context.two_sided:
        broken = Break(Fault("POST", None, "500", times=None))
        garbage = Break(Fault("POST", None, "garbage", times=None))
        yield "a failure of Stripe's", (broken, right, Mend())
        yield "an answer of Stripe's that is no JSON", (garbage, right, Mend())


def _on_the_wire(context: CaseContext, right: Call) -> Iterator[tuple[str, Call]]:
    cut = right.body[:-1]
    yield "no JSON", right.but(raw=cut, wire=WireVerdict(400, "malformed-json", frozenset({"#"})))
    text = (("Content-Type", "text/plain"),)
    yield "text", right.but(raw=right.body, content=text, wire=WireVerdict(415, "unsupported-media-type"))
    yield "another method", right.but(raw=right.body, method="PUT", wire=WireVerdict(405, "method-not-allowed"))
    other = unknown_path(context.held.contract, f"{context.subject.operation.target}/nowhere")
    yield "another path", right.but(raw=right.body, path=other, wire=WireVerdict(404, "not-found"))


def _of_state(context: CaseContext, texts: dict[str, Any]) -> Iterator[tuple[str, Call]]:
    roles: dict[str, Any] = {"confirm": True} if "confirm" in context.subject.members else {}
    for method in context.methods(context.home(), good=False)[:1] if roles else []:
        yield "a card that is refused", context.call(payment_method=method.id, **roles, **texts)
    if "payment_method" in context.subject.members:
        yield "an unknown method", context.call(payment_method=NOBODY, **texts)
        home = context.home()
        for method in home.payment_methods.values() if home else ():
            if not method.attached:
                yield "a card that is not attached", context.call(payment_method=method.id, **texts)
    header = context.subject.organization
    for account in context.usable():
        if header and account.active and account.role in MAY_NAME:
            named = ((header.name, str(NOBODY)),)
            yield f"{account.role} names an unknown organization", context.call(account, **texts).but(headers=named)
