"""The HTTP door: the simulator as an ASGI application, for clients of other processes."""

import asyncio

from starlette.types import Receive, Scope, Send

from tollbridge.simulator.core import Simulator
from tollbridge.simulator.message import NoAnswer, Reply, Request

MAX_BODY = 1_048_576
SILENCE_SECONDS = 120.0
TOO_LARGE = b'{"error":{"message":"Request body too large.","type":"invalid_request_error"}}'


class StripeDoor:
    """Serves a simulator over HTTP."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a fault may answer nothing."""
        if scope["type"] != "http":
            return
        body = await _body(receive)
        if body is None:
            await _answer(send, Reply(413, {"content-type": "application/json"}, TOO_LARGE))
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        try:
            reply = self._simulator.handle(Request(scope["method"], path, query, headers, body))
        except NoAnswer as fault:
            await _give_no_answer(fault, receive, send)
            return
        await _answer(send, reply)


async def _give_no_answer(fault: NoAnswer, receive: Receive, send: Send) -> None:
    """Let the client wait, or end its connection in the middle of an answer."""
    if fault.kind == "silence":
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                while (await receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            pass
    # A server that returns with half an answer sent closes the connection.
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})


async def _body(receive: Receive) -> bytes | None:
    """Return the request's body; None where it is too large."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body"):
            return bytes(body)


async def _answer(send: Send, reply: Reply) -> None:
    headers = [(name.encode(), value.encode("latin-1", "replace")) for name, value in reply.headers.items()]
    headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
