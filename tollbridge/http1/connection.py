"""A connection's transport: heads joined to bodies, an end that takes no answer back, clients that do not read."""

import asyncio
from asyncio import TimerHandle

END_WITHIN = 5.0
LINGER_BYTES = 1_048_576
"""How long, and how much, is read and thrown away after an answer that ends a connection (RFC 9112 §9.6): a socket
that is closed with something unread resets the connection, and the client's system throws the answer away."""

FLUSH_SECONDS = 0.05
"""How often it is looked whether everything was sent."""

READ_WITHIN = 30.0
READ_LEAST = 16_384
"""A client that is sent more than is kept for it has to take so many bytes in so many seconds, again and again.
The seconds are many because a system takes more from us only when a third of what it keeps, up to 4 MB, was read."""


class Connection:
    """A transport as uvicorn's protocol uses it."""

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        *,
        read_within: float = READ_WITHIN,
        end_within: float = END_WITHIN,
    ) -> None:
        """Take a transport's place.

        Args:
            transport: of the connection.
            loop: that it belongs to.
            read_within: seconds in which a client has to take `READ_LEAST` bytes of what waits for it.
            end_within: seconds in which it has to end the connection, after the last answer.
        """
        self._transport = transport
        self._loop = loop
        self._read_within = read_within
        self._end_within = end_within
        self._head: bytes | None = None
        self._discarded = 0
        self._unsent = 0
        self._watch: TimerHandle | None = None
        self._end: TimerHandle | None = None
        self.lingers = False
        self.get_extra_info = transport.get_extra_info
        self.is_closing = transport.is_closing
        self.pause_reading = transport.pause_reading
        self.resume_reading = transport.resume_reading
        self.set_protocol = transport.set_protocol

    def write(self, data: bytes) -> None:
        """Hold the head of an answer until the next write, or the end of this turn of the loop.

        uvicorn (0.54.0) writes head and body one after the other; on loopback each write costs as much as parsing a
        request. Together they are one packet and one system call.
        """
        if self._head is not None:
            head, self._head = self._head, None
            self._transport.write(head + data)
        elif self.lingers:
            return
        elif data.startswith(b"HTTP/1.1 "):
            self._head = data
            self._loop.call_soon(self._flush)
        else:
            self._transport.write(data)

    def close(self) -> None:
        """End the connection after an answer: send what is held, and read on until the client has ended it too."""
        if self.is_closing():
            return
        self._flush()
        self.lingers = True
        self.is_closing = _always
        self._transport.resume_reading()
        self._wait_for_the_reader()
        self._half_close()

    def drop(self) -> None:
        """End a connection on which nothing is being asked or answered."""
        self._flush()
        self._transport.close()
        self._wait_for_the_reader()

    def discard(self, count: int) -> None:
        """Take note of bytes that were read and thrown away; the client cannot go on for ever."""
        self._discarded += count
        if self.lingers and self._discarded > LINGER_BYTES:
            self._transport.abort()

    def lost(self) -> None:
        """Stop the clocks: the connection has ended."""
        for timer in (self._watch, self._end):
            if timer is not None:
                timer.cancel()
        self._watch = self._end = None

    def pause_writing(self) -> None:
        """Watch a client that has more to read than is kept for it."""
        self._wait_for_the_reader()

    def resume_writing(self) -> None:
        """Watch it no more; at the end of a connection all has to be read."""
        if self._watch is not None and not self.is_closing():
            self._watch.cancel()
            self._watch = None

    def _wait_for_the_reader(self) -> None:
        self._unsent = self._transport.get_write_buffer_size()
        if self._unsent and self._watch is None:
            self._watch = self._loop.call_later(self._read_within, self._look_at_the_reader)

    def _look_at_the_reader(self) -> None:
        self._watch = None
        if self._transport.get_write_buffer_size() > max(0, self._unsent - READ_LEAST):
            self._transport.abort()
        else:
            self._wait_for_the_reader()

    def _half_close(self) -> None:
        """Tell the client, once it has been sent everything, that this was all."""
        if self._transport.get_write_buffer_size():
            self._end = self._loop.call_later(FLUSH_SECONDS, self._half_close)
            return
        try:
            self._transport.write_eof()
        except OSError:  # it has gone
            self._transport.abort()
        else:
            self._end = self._loop.call_later(self._end_within, self._transport.abort)

    def _flush(self) -> None:
        if self._head is not None:
            head, self._head = self._head, None
            self._transport.write(head)


def _always() -> bool:
    return True
