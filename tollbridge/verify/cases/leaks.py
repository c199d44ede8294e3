"""Canaries: values that are found nowhere else, in every field of a request, and the requests after it."""

from collections.abc import Iterator
from typing import Any

from tollbridge.verify.calls import UNKNOWN, Answer, Call, Case
from tollbridge.verify.cases.stage import Stage

AMOUNT, METHOD, ORGANIZATION = 86_753_090, 867_530_911, 867_530_977
TEXTS: dict[str, Any] = {"description": "canary of a description", "receipt_email": "canary@example.com"}
"""By role."""

BAD_ADDRESS, UNKNOWN_MEMBER, QUERY = "canary.of.an.address", "canary.of.an.unknown.member", "canary.of.a.query"
CANARIES: dict[str, str] = {
    TEXTS["description"]: "a description",
    TEXTS["receipt_email"]: "an e-mail address",
    BAD_ADDRESS: "an e-mail address",
    UNKNOWN_MEMBER: "the value of an unknown member",
    QUERY: "a query",
    str(AMOUNT): "an amount",
    str(METHOD): "a payment method's id",
    str(ORGANIZATION): "an organization's id",
}
"""Each with what it is."""


def leaks(stage: Stage) -> Iterator[Case]:
    """Yield pairs of requests full of canaries, one accepted and one refused, each followed by another request."""
    accepted = stage.call(note="canaries in every field", amount=AMOUNT, **TEXTS)
    for what, after in _afterwards(stage):
        yield Case(f"canaries, then {what}", (accepted, _refused(stage, accepted), after.but(note=f"then {what}")))


def _refused(stage: Stage, accepted: Call) -> Call:
    """Return a call that is wrong in a member that nobody knows, with a canary in whatever it has."""
    header = stage.subject.organization
    more = {"canary": UNKNOWN_MEMBER}
    if "payment_method" in stage.subject.members:
        more[stage.subject.members["payment_method"]] = METHOD  # type: ignore[assignment]
    return accepted.but(
        document=accepted.document | more,
        headers=((header.name, str(ORGANIZATION)),) if header else (),
        path=f"{stage.subject.operation.path}?q={QUERY}",
    )


def _afterwards(stage: Stage) -> Iterator[tuple[str, Call]]:
    """Yield calls that get answers of each kind."""
    right = stage.call()
    yield "a right request", right
    yield "a violation", stage.call(amount=0)
    yield "no JSON", right.but(raw=b"{", wire=Answer(400, "malformed-json", frozenset({"#"})))
    if stage.usable() or stage.held.anonymous:
        yield "a bad token", right.but(account=stage.default().id, token=UNKNOWN)
    roles: dict[str, Any] = {"confirm": True} if "confirm" in stage.subject.members else {}
    for method in stage.methods(stage.home(), good=False)[:1] if roles else []:
        yield "a card that is refused", stage.call(payment_method=method.id, **roles)
    if "payment_method" in stage.subject.members:
        yield "an unknown method", stage.call(payment_method=999_999_937)
