"""The outermost layer: request ids, CORS, one log line a request, and every failure as a problem."""

import logging
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tollbridge.http1.body import ClientGone
from tollbridge.problems import InternalError, MethodNotAllowed, NotFound, Problem
from tollbridge.server.answers import send_problem
from tollbridge.server.cors import local_origin, preflight_headers, response_headers
from tollbridge.server.exchange import EXCHANGE, Exchange

log = logging.getLogger(__name__)

SURFACE = "/_tollbridge"
"""Everything of ours that the contract does not document is below this path."""


class Edge:
    """The application as uvicorn sees it."""

    def __init__(self, api: ASGIApp, surface: ASGIApp, note: Callable[[Exchange], None]) -> None:
        """Join the two halves.

        Args:
            api: the contract's operations; raises problems.
            surface: what is served below `SURFACE`.
            note: told of every answered request.
        """
        self._api = api
        self._surface = surface
        self._note = note

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._api(scope, receive, send)
            return
        headers = scope["headers"]
        path = scope["path"]
        exchange = Exchange(scope["method"], path, not any(name == b"authorization" for name, _ in headers))
        scope[EXCHANGE] = exchange
        scope["app"] = self  # Starlette's routers raise their 404 and 405 only where this is set
        origin = local_origin(headers)
        reply = _Reply(send, exchange, response_headers(origin) if origin else [])
        own = path == SURFACE or path.startswith(SURFACE + "/")
        try:
            if origin and scope["method"] == "OPTIONS" and (allowed := preflight_headers(headers)):
                await _no_content(reply, allowed)
            else:
                await (self._surface if own else self._api)(scope, receive, reply)
        except ClientGone:
            return
        except Exception as error:
            await _refuse(error, exchange, reply)
        if not own:
            self._note(exchange)


class _Reply:
    """The ASGI channel back, with the headers that every answer carries."""

    def __init__(self, send: Send, exchange: Exchange, headers: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._exchange = exchange
        self._headers = headers
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self._exchange.status = message["status"]
            extra = [(b"x-request-id", self._exchange.id.encode()), *self._headers]
            message["headers"] = [*message.get("headers", ()), *extra]
        await self._send(message)


async def _refuse(error: Exception, exchange: Exchange, reply: _Reply) -> None:
    if reply.started:
        raise error
    problem = _problem(error, exchange)
    exchange.error_code = problem.error_code
    await send_problem(reply, problem, problem.document(exchange.id))


def _problem(error: Exception, exchange: Exchange) -> Problem:
    if isinstance(error, Problem):
        if error.status >= 500:
            log.error("%s %s: %s", exchange.id, error.error_code, error.detail)
        return error
    if isinstance(error, HTTPException) and error.status_code == 405:
        allow = (error.headers or {}).get("Allow", "")
        detail = f"{exchange.method} is not a method of this path; it has {allow}."
        return MethodNotAllowed(detail, headers={"Allow": allow})
    if isinstance(error, HTTPException) and error.status_code == 404:
        return NotFound("There is nothing at this path.")
    log.exception("%s failed", exchange.id, exc_info=error)
    return InternalError("The server failed; its log has the reason under this request's id.")


async def _no_content(send: Send, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
