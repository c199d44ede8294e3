"""What goes back: the headers of every answer, refusals, and what a fault sends in an answer's place."""

from collections.abc import Mapping

from tollbridge.simulator.envelope import encoded, name_log
from tollbridge.simulator.failures import INJECTED, StripeFailure
from tollbridge.simulator.faults import LOST, Fault
from tollbridge.simulator.message import NoAnswer, Reply, Request

API_VERSION = "2026-08-26.dahlia"
GARBAGE = b"<html>not what you asked for</html>"


def reply_to(request: Request, request_id: str, status: int, body: bytes, more: Mapping[str, str]) -> Reply:
    """Return a body with the headers that every answer has."""
    headers = {
        "content-type": "application/json",
        "request-id": request_id,
        "stripe-version": API_VERSION,  # whichever was asked for: shapes of other versions would be invented
        **more,
    }
    if "idempotency-key" in request.headers:
        headers["idempotency-key"] = request.headers["idempotency-key"]
    return Reply(status, headers, body)


def refusal_of(request: Request, request_id: str, failure: StripeFailure, now: int) -> Reply:
    """Return a refusal, in Stripe's error object."""
    document = failure.document()
    name_log(document, request_id, now)
    own = {"original-request": request_id} if request.method == "POST" else {}
    return reply_to(request, request_id, failure.status, encoded(document), own | dict(failure.headers))


def faulted(request: Request, request_id: str, fault: Fault, now: int) -> Reply:
    """Return what a fault sends.

    Raises:
        NoAnswer: it sends nothing.
    """
    if fault.kind in LOST:
        raise NoAnswer(fault.kind)
    if fault.kind == "garbage":
        return reply_to(request, request_id, 200, GARBAGE, {"content-type": "text/html"})
    return refusal_of(request, request_id, INJECTED[fault.kind], now)
