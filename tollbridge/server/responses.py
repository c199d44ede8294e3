"""Sending answers: JSON documents and problems, with the headers that every answer carries."""

from collections.abc import Mapping

import orjson
from starlette.responses import Response
from starlette.types import Send

from tollbridge.http1.media import JSON, PROBLEM
from tollbridge.problems import Problem

NO_CONTENT = (204, 304)
"""Statuses of which an answer says no length (RFC 9110, section 8.6)."""

NO_STORE = {"Cache-Control": "no-store"}


def json_response(document: object, status: int = 200, media: str = JSON) -> Response:
    """Return a document as an answer that no cache keeps.

    Args:
        document: what is answered; bytes are JSON already.
        status: the HTTP status.
        media: the media type.
    """
    content = document if isinstance(document, bytes) else orjson.dumps(document)
    return Response(content, status, NO_STORE, media)


async def send_problem(send: Send, problem: Problem, document: Mapping[str, object]) -> None:
    """Send a problem as `application/problem+json`.

    Args:
        send: the ASGI channel.
        problem: for its status and headers.
        document: as `problem.document()` gave it.
    """
    await send_bytes(send, problem.status, PROBLEM, orjson.dumps(document), problem.headers)


async def send_stripe_error(send: Send, problem: Problem) -> None:
    """Send a problem as Stripe's clients expect errors."""
    kind = "api_error" if problem.status >= 500 else "invalid_request_error"
    error = {"message": problem.detail, "type": kind, "code": problem.error_code.replace("-", "_")}
    await send_bytes(send, problem.status, JSON, orjson.dumps({"error": error}), problem.headers)


async def send_bytes(send: Send, status: int, media: str | None, body: bytes, headers: Mapping[str, str]) -> None:
    """Send an answer.

    Args:
        send: the ASGI channel.
        status: the HTTP status.
        media: the media type; None for an answer that has no body.
        body: its bytes.
        headers: further ones, by name.
    """
    length = (b"content-length", str(len(body)).encode())
    framing = [(b"content-type", media.encode()), length] if media is not None else []
    if media is None and status not in NO_CONTENT:
        framing = [length]
    lines = [
        *framing,
        (b"cache-control", b"no-store"),
        *((name.lower().encode(), value.encode()) for name, value in headers.items()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body})
