"""Replies: the headers of every answer, refusals, and the answers of faults."""

from collections.abc import Mapping

from tollbridge.http1.media import JSON
from tollbridge.simulator.model.errors import INJECTED, StripeFailure
from tollbridge.simulator.protocol.call import Call
from tollbridge.simulator.protocol.envelope import encoded, name_log
from tollbridge.simulator.protocol.faults import LOST, Fault
from tollbridge.simulator.protocol.messages import NoAnswer, Reply

API_VERSION = "2026-08-26.dahlia"
GARBAGE = b"<html>not what you asked for</html>"


def reply_to(call: Call, status: int, body: bytes, more: Mapping[str, str]) -> Reply:
    """Return a body with the headers that every answer has."""
    headers = {
        "content-type": JSON,
        "request-id": call.id,
        "stripe-version": API_VERSION,  # whichever was asked for: shapes of other versions would be invented
        **more,
    }
    if "idempotency-key" in call.request.headers:
        headers["idempotency-key"] = call.request.headers["idempotency-key"]
    return Reply(status, headers, body)


def original(call: Call) -> dict[str, str]:
    """Return the header that says which request a write was first, where a call is one: itself."""
    return {"original-request": call.id} if call.request.method == "POST" else {}


def refusal_of(call: Call, failure: StripeFailure) -> Reply:
    """Return a refusal, in Stripe's error object."""
    document = failure.document()
    name_log(document, call.id, call.now)
    return reply_to(call, failure.status, encoded(document), original(call) | dict(failure.headers))


def faulted(call: Call, fault: Fault) -> Reply:
    """Return what a fault sends.

    Raises:
        NoAnswer: it sends nothing.
    """
    if fault.kind in LOST:
        raise NoAnswer(fault.kind)
    if fault.kind == "garbage":
        return reply_to(call, 200, GARBAGE, {"content-type": "text/html"})
    return refusal_of(call, INJECTED[fault.kind])
