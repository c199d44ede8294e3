"""uvicorn's httptools protocol with the limits that it lacks (uvicorn 0.54.0): the bytes of a request's
head and of its trailers, and the time that a head may take. Without them an endless head took 40 MB, and a
client that stops in the middle of one holds its connection for ever.
"""

import asyncio
from asyncio import TimerHandle

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

MAX_HEAD = 32_768
"""Bytes of request line and headers together, and of trailers."""

HEAD_WITHIN = 10.0
"""Seconds from the connection, or from the first byte of a further request, to the end of its head."""


class LimitedProtocol(HttpToolsProtocol):
    """Cuts off clients whose head is too long (431) or too slow (408)."""

    head_within = HEAD_WITHIN
    _in_head = True
    _head_bytes = 0
    _trailer_bytes = 0
    _timer: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock: a connection that sends nothing is a slow head too."""
        super().connection_made(Joined(transport, self.loop))  # type: ignore[arg-type]
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Give the parser no more of a head than is allowed."""
        if self._in_head:
            if self._timer is None:
                self._arm()
            room = MAX_HEAD - self._head_bytes
            head, data = data[:room], data[room:]
            self._head_bytes += len(head)
            super().data_received(head)
            if not data or self.transport.is_closing():
                return
            if self._in_head:
                self._cut_off(431)
                return
        super().data_received(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Tell trailers from headers: the parser reports both alike."""
        if self._in_head:
            super().on_header(name, value)
            return
        self._trailer_bytes += len(name) + len(value)
        if self._trailer_bytes > MAX_HEAD and not self.transport.is_closing():
            self._cut_off(431)

    def on_headers_complete(self) -> None:
        """Stop the clock; the body has one of its own."""
        self._in_head = False
        self._trailer_bytes = 0
        self._disarm()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Expect another head."""
        super().on_message_complete()
        self._in_head = True
        self._head_bytes = 0

    def _arm(self) -> None:
        self._timer = self.loop.call_later(self.head_within, self._cut_off, 408)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _cut_off(self, status: int) -> None:
        """Answer where nothing is being answered yet, and close."""
        self._disarm()
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:
            end = b"content-length: 0\r\nconnection: close\r\n\r\n"
            self.transport.write(STATUS_LINE[status] + end)
        self.transport.close()


class Joined:
    """A transport that sends the head of an answer with the first of its body, in one packet and one system call.

    uvicorn (0.54.0) writes them one after the other; on loopback each write costs as much as parsing a request.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head: bytes | None = None
        self.get_extra_info = transport.get_extra_info
        self.is_closing = transport.is_closing
        self.pause_reading = transport.pause_reading
        self.resume_reading = transport.resume_reading
        self.set_protocol = transport.set_protocol

    def write(self, data: bytes) -> None:
        """Hold the head of an answer until the next write, or the end of this turn of the loop."""
        if self._head is not None:
            head, self._head = self._head, None
            self._transport.write(head + data)
        elif data.startswith(b"HTTP/1.1 "):
            self._head = data
            self._loop.call_soon(self._flush)
        else:
            self._transport.write(data)

    def close(self) -> None:
        """Send what is held, then close."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._head is not None:
            head, self._head = self._head, None
            self._transport.write(head)
