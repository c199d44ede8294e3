"""The outermost layer: request ids, the gate, one log line a request, and every failure as a problem."""

import logging
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tollbridge.http1 import body
from tollbridge.problems import BodyTooLarge, InternalError, MethodNotAllowed, NotFound, Problem, RequestTimeout
from tollbridge.server.areas import Area, is_ours
from tollbridge.server.gate import Gate, Verdict
from tollbridge.server.journal import Entry, Journal, hearing, note_answer
from tollbridge.server.origins import HeaderList
from tollbridge.server.request_context import EXCHANGE, Exchange
from tollbridge.server.responses import send_problem, send_stripe_error
from tollbridge.server.welcome import LINKS, is_for_people, send_welcome

log = logging.getLogger(__name__)


class Edge:
    """The application as uvicorn sees it."""

    def __init__(
        self,
        outside: ASGIApp,
        surface: ASGIApp,
        gate: Gate,
        note: Callable[[Exchange], None],
        journal: Journal | None = None,
    ) -> None:
        """Join the two halves.

        Args:
            outside: what is not ours: the contract's operations, or Stripe where it is served alone.
            surface: what is served below `/_tollbridge`.
            gate: who may use which of it.
            note: told of every answered request, but for those to what is ours.
            journal: keeps requests to the API and to the built-in Stripe; None where there is no console.
        """
        self._outside = outside
        self.surface = surface
        self.gate = gate
        self._note = note
        self._journal = journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._outside(scope, receive, send)
            return
        headers = scope["headers"]
        exchange = Exchange(scope["method"], scope["path"], not any(name == b"authorization" for name, _ in headers))
        scope[EXCHANGE] = exchange
        scope["app"] = self  # Starlette's routers raise their 404 and 405 only where this is set
        verdict = self.gate.judge(scope)
        entry = self._entry(exchange, verdict, scope)
        if entry is not None:
            receive = hearing(receive, entry)
        try:
            await self._answer(scope, receive, _Reply(send, exchange, verdict.headers, entry), verdict)
        except body.ClientGone:
            return
        if entry is not None and self._journal is not None:
            self._journal.end(entry)
        if verdict.area is Area.API:
            self._note(exchange)

    async def _answer(self, scope: Scope, receive: Receive, reply: "_Reply", verdict: Verdict) -> None:
        try:
            if verdict.refusal is not None:
                raise verdict.refusal
            if verdict.preflight is not None:
                await _no_content(reply, verdict.preflight)
            else:
                ours = is_ours(scope["path"]) or verdict.area is Area.BROWSER
                await (self.surface if ours else self._outside)(scope, receive, reply)
        except body.ClientGone:
            raise
        except Exception as error:
            if isinstance(error, NotFound) and verdict.area is Area.API and scope["path"] == "/":
                error.headers.update(LINKS)
            if isinstance(error, NotFound) and verdict.area is Area.API and is_for_people(scope):
                await send_welcome(reply)
                return
            await _refuse(error, scope[EXCHANGE], reply, verdict.area)

    def _entry(self, exchange: Exchange, verdict: Verdict, scope: Scope) -> Entry | None:
        """Begin the entry of a request in the journal; None of one that the console does not show."""
        shown = verdict.area in (Area.API, Area.STRIPE) and verdict.preflight is None
        return self._journal.begin(exchange, verdict.area, scope) if shown and self._journal else None


class _Reply:
    """The ASGI channel back, with the headers that every answer carries."""

    def __init__(self, send: Send, exchange: Exchange, headers: HeaderList, entry: Entry | None) -> None:
        self._send = send
        self._entry = entry
        self._exchange = exchange
        self._headers = headers
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self._exchange.status = message["status"]
            extra = [(b"x-request-id", self._exchange.id.encode()), *self._headers]
            if self._exchange.steering.applied:
                extra.append((b"preference-applied", self._exchange.steering.applied.encode()))
            message["headers"] = [*message.get("headers", ()), *extra]
        if self._entry is not None:
            note_answer(self._entry, message)
        await self._send(message)


async def _refuse(error: Exception, exchange: Exchange, reply: _Reply, area: Area) -> None:
    if reply.started:
        raise error
    problem = _problem(error, exchange)
    exchange.error_code = problem.error_code
    if area is Area.STRIPE:
        await send_stripe_error(reply, problem)
        return
    await send_problem(reply, problem, problem.document(exchange.id))


def _problem(error: Exception, exchange: Exchange) -> Problem:
    if isinstance(error, Problem):
        if error.status >= 500:
            log.error("%s %s: %s", exchange.id, error.error_code, error.detail)
        return error
    if isinstance(error, body.BodyTooLarge):
        return BodyTooLarge(str(error))
    if isinstance(error, body.BodyTooSlow):
        return RequestTimeout(str(error))
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
