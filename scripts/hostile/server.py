"""An application that is started, asked, and stopped, in this process and without a port."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.types import ASGIApp, Message

CONTRACT_BREACH = b'"contract-breach"'
"""The problem that answers where a handler returns something undocumented."""

WITHIN = 60
"""Seconds for one answer."""


@dataclass(frozen=True)
class Ask:
    """A request.

    Args:
        method: upper case.
        path: with its query, if any.
        headers: besides those of the body.
        body: None for none.
        media_type: of the body.
    """

    method: str
    path: str
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes | None = None
    media_type: bytes = b"application/json"


class Failed(Exception):
    """The application did not start, or failed at a request."""


def asked(app: ASGIApp, asks: Iterable[Ask]) -> list[tuple[int, bytes]]:
    """Start an application, ask it, and stop it; return statuses and bodies.

    Raises:
        Failed: it did not start, or an answer says that the server failed.
    """
    return asyncio.run(_asked(app, asks))


async def _asked(app: ASGIApp, asks: Iterable[Ask]) -> list[tuple[int, bytes]]:
    told: asyncio.Queue[Message] = asyncio.Queue()
    said: asyncio.Queue[Message] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}}
    running = asyncio.create_task(app(scope, told.get, said.put))  # type: ignore[arg-type]
    await told.put({"type": "lifespan.startup"})
    begun = await asyncio.wait_for(said.get(), WITHIN)
    if begun["type"] != "lifespan.startup.complete":
        raise Failed(f"the start fails: {begun.get('message')}")
    answers = []
    for ask in asks:
        status, body = await asyncio.wait_for(_answer(app, ask), WITHIN)
        if status == 500 and CONTRACT_BREACH not in body:
            raise Failed(f"{ask.method} {ask.path} is answered with {status} {body[:300]!r}")
        answers.append((status, body))
    await told.put({"type": "lifespan.shutdown"})
    await running
    return answers


async def _answer(app: ASGIApp, ask: Ask) -> tuple[int, bytes]:
    path, _, query = ask.path.partition("?")
    headers = [(b"host", b"localhost"), *ask.headers]
    if ask.body is not None:
        headers += [(b"content-type", ask.media_type), (b"content-length", str(len(ask.body)).encode())]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": ask.method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("localhost", 80),
    }  # fmt: skip
    sent: list[Message] = []
    body = iter([ask.body or b""])

    async def receive() -> Message:
        for content in body:
            return {"type": "http.request", "body": content, "more_body": False}
        await asyncio.Event().wait()  # the client stays until it is answered
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])
