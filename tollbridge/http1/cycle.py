"""A request and its answer; and the answers that no application gives."""

from dataclasses import dataclass

from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from tollbridge.http1.head import Refused


class Cycle(RequestResponseCycle):
    """A request and its answer. A connection ends with the answer to a request that has not come to its end: what would
    be read next is the rest of it.
    """

    async def send(self, message: Message) -> None:  # type: ignore[override]
        """Send a part of the answer."""
        if self.more_body and not self.response_started:
            self.keep_alive = False
        await super().send(message)  # type: ignore[arg-type]

    def abandon(self) -> None:
        """Tell the application that its client has gone."""
        self.disconnected = True
        self.message_event.set()


@dataclass(frozen=True)
class Refusal:
    """The answer to a request that no application sees."""

    refused: Refused

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it."""
        body = f"{self.refused.sentence}\n".encode()
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": self.refused.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def no_content(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Answer OPTIONS for the server as a whole, which is of use to see that it is there (RFC 9110 §9.3.7)."""
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
