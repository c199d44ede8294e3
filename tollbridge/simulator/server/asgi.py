"""The HTTP door: the simulator as an ASGI application, for clients of other processes."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread
from starlette.types import Message, Receive, Scope, Send

from tollbridge.http1.body import BodyTooLarge, BodyTooSlow, Bounds, ClientGone, read_body
from tollbridge.http1.media import JSON
from tollbridge.simulator.protocol.forms import MAX_BODY
from tollbridge.simulator.protocol.messages import Late, NoAnswer, Reply, Request
from tollbridge.simulator.server.fallback import Fallback
from tollbridge.simulator.simulator import Simulator

T = TypeVar("T")
SILENCE_SECONDS = 120.0
AS_JSON = {"content-type": JSON}
BOUNDS = Bounds(MAX_BODY)
TOO_LARGE = b'{"error":{"message":"Request body too large.","type":"invalid_request_error"}}'
TOO_SLOW = b'{"error":{"message":"The request body did not arrive in time.","type":"invalid_request_error"}}'


class StripeDoor:
    """Serves a simulator over HTTP."""

    def __init__(
        self,
        simulator: Simulator,
        *,
        silence: float = SILENCE_SECONDS,
        bounds: Bounds = BOUNDS,
        fallback: Fallback | None = None,
    ) -> None:
        """Open the door.

        Args:
            simulator: what is behind it.
            silence: seconds, the most that the fault `silence` holds a connection.
            bounds: on a request's body.
            fallback: answers what the simulator cannot; None for nobody.
        """
        self._fallback = fallback
        self._simulator = simulator
        self._silence = silence
        self._bounds = bounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a fault may answer nothing."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:
            raise NotImplementedError(f"Stripe speaks HTTP, not {scope['type']}")

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            request = _request(scope, await read_body(scope, receive, self._bounds))
            reply = await answered(self._simulator, request)
            await _answer(send, await self._fallback.instead(request, reply) if self._fallback else reply)
        except ClientGone:
            return
        except BodyTooLarge:
            await _answer(send, Reply(413, AS_JSON, TOO_LARGE))
        except BodyTooSlow:
            await _answer(send, Reply(408, AS_JSON, TOO_SLOW))
        except NoAnswer as fault:
            await _give_no_answer(fault, self._silence, receive, send)


async def answered(simulator: Simulator, request: Request) -> Reply:
    """Return the simulator's answer, without keeping the event loop waiting.

    Raises:
        NoAnswer: a fault says that nothing comes back.
    """
    try:
        return await simulator.answer(request)
    except Late as late:
        await anyio.sleep(late.seconds)
        return await off_the_loop(simulator, late.answer)


async def off_the_loop(simulator: Simulator, work: Callable[[], T]) -> T:
    """Return what some work on a simulator returns: in a thread where it may wait for a disk or a network."""
    return await anyio.to_thread.run_sync(work) if simulator.waits else work()


async def _live(receive: Receive, send: Send) -> None:
    """Nothing has to be started or stopped; a server wants to hear so."""
    message: Message = {"type": ""}
    while message["type"] != "lifespan.shutdown":
        message = await receive()
        await send({"type": f"{message['type']}.complete"})


def _request(scope: Scope, body: bytes) -> Request:
    """Return the request, its path as it was sent: the core reads what is quoted in it."""
    path = scope.get("raw_path") or scope["path"].encode()
    path = path.partition(b"?")[0].decode("utf-8", "replace").removeprefix(scope.get("root_path", ""))
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    # What is no UTF-8 becomes lone surrogates, which the core refuses as undecodable.
    query = scope["query_string"].decode("utf-8", "surrogateescape")
    return Request(scope["method"], path, query, headers, body)


async def _give_no_answer(fault: NoAnswer, silence: float, receive: Receive, send: Send) -> None:
    """Let the client wait, or end its connection in the middle of an answer."""
    if fault.kind == "silence":
        try:
            async with asyncio.timeout(silence):
                while (await receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            pass
    # A server that returns with half an answer sent closes the connection.
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})


async def _answer(send: Send, reply: Reply) -> None:
    headers = [(name.encode(), value.encode("latin-1", "replace")) for name, value in reply.headers.items()]
    headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
