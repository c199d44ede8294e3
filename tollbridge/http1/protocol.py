"""uvicorn's httptools protocol with what it lacks (uvicorn 0.54.0): bounds on the bytes and the time of a head, of
trailers and of chunk sizes; heads judged by RFC 9112; offers to change the protocol ignored; refusals in their turn.
"""

import asyncio
from asyncio import TimerHandle
from typing import Any

import httptools
from starlette.types import ASGIApp, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tollbridge.http1.connection import END_WITHIN, READ_WITHIN, Connection
from tollbridge.http1.cycle import Cycle, Refusal, no_content
from tollbridge.http1.head import Refused, addressed_to, decoded, require_framing, target_of, without_offer

MAX_HEAD = 32_768
"""Bytes of request line and headers together; of trailers; and of what stands between two pieces of a body."""

HEAD_WITHIN = 10.0
"""Seconds from the connection, or from the first byte of a further request, to the end of its head."""

PRIOR_KNOWLEDGE = "Pause on PRI/Upgrade"
"""The message of httptools (0.9.0) for a client that begins with HTTP/2."""


class LimitedProtocol(HttpToolsProtocol):
    """Serves requests that are HTTP/1.1; refuses others, and cuts off clients that send too much or too slowly."""

    head_within = HEAD_WITHIN
    read_within = READ_WITHIN
    end_within = END_WITHIN
    transport: Connection  # type: ignore[assignment]
    cycle: Cycle

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin before the first byte."""
        super().__init__(*args, **kwargs)
        self._parse_anew()
        self._in_head = True
        self._begun = False  # whether something of the head has come
        self._head_bytes = 0
        self._framing_bytes = 0
        self._trailer_bytes = 0
        self._offers = False
        self._refused = False
        self._judged: list[bytes] | None = None  # the Host of the request before
        self._running: Cycle | None = None
        self._timer: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock: a connection that sends nothing is a slow head too."""
        connection = Connection(transport, self.loop, read_within=self.read_within, end_within=self.end_within)
        super().connection_made(connection)  # type: ignore[arg-type]
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks, and tell the request that is being served: uvicorn tells only the last that came."""
        self._disarm()
        self.transport.lost()
        if self._running is not None and not self._running.response_complete:
            self._running.abandon()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Let applications wait, and the client not for ever."""
        super().pause_writing()
        self.transport.pause_writing()

    def resume_writing(self) -> None:
        """Let applications go on."""
        super().resume_writing()
        self.transport.resume_writing()

    def shutdown(self) -> None:
        """End a connection where nothing is being answered; else after the answer."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.drop()
        else:
            super().shutdown()

    def timeout_keep_alive_handler(self) -> None:
        """End an idle connection; one on which a head has begun has the head's clock."""
        if not self._begun and not self.transport.is_closing():
            self.transport.drop()

    def data_received(self, data: bytes) -> None:
        """Give the parser what came, in pieces that no bound is hidden in."""
        self._unset_keepalive_if_required()
        if self._refused or self.transport.is_closing():
            self.transport.discard(len(data))
            return
        try:
            self._read(data)
        except Refused as refused:
            self._refuse(refused)
        else:
            if self._timer is None and self._in_head and (self._begun or self._head_bytes):
                self._arm()

    def _read(self, data: bytes) -> None:
        while data:
            most = MAX_HEAD - self._head_bytes if self._in_head else MAX_HEAD
            if most <= 0 or self._framing_bytes > MAX_HEAD:
                raise Refused(
                    431, f"The head of the request, or what frames its body, is longer than {MAX_HEAD} bytes."
                )
            piece = data[:most]
            if self._in_head:
                self._head_bytes += len(piece)
            else:
                self._framing_bytes += len(piece)
            data = data[self._parse(piece) :]

    def _parse_anew(self) -> None:
        """Begin before the first byte of a request."""
        self.parser = httptools.HttpRequestParser(self)
        # What follows the end of a connection is ignored, as uvicorn would have it. HTTP/1.2 is to be served as 1.1
        # (RFC 9110 §2.5), and whoever sends HTTP/3.0 is told which versions are: `require_framing` looks.
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True, lenient_version=True)

    def _parse(self, piece: bytes) -> int:
        """Give the parser a piece, and return how much of it was taken.

        Raises:
            Refused: it is no request, or one that is not served.
        """
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as offer:
            taken = int(offer.args[0])
        except httptools.HttpParserCallbackError as error:
            raise error.__context__ or error from None
        except httptools.HttpParserError as error:
            if str(error) == PRIOR_KNOWLEDGE:
                raise Refused(505, "HTTP/2 is not served here; send HTTP/1.1.") from None
            raise Refused(400, f"This is not a request of HTTP/1.1: {error}.") from None
        else:
            return len(piece)
        # The parser has left the body to the protocol that was offered: it is to read on as if there were no offer.
        head = without_offer(self.parser.get_method(), self.url, self.parser.get_http_version(), self.headers)
        self._parse_anew()
        self._parse(head)
        return taken

    def on_message_begin(self) -> None:
        """Forget the request before."""
        self._begun = True
        self.url = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self._hosts: list[bytes] = []
        self._codings: list[bytes] = []
        self.expect_100_continue = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header, without the white space around its value (RFC 9112 §5.1); count a trailer."""
        if not self._in_head:
            self._trailer_bytes += len(name) + len(value) + len(": \r\n")
            if self._trailer_bytes > MAX_HEAD:
                raise Refused(431, f"The trailers of the request are longer than {MAX_HEAD} bytes.")
            return
        name, value = name.lower(), value.rstrip(b" \t")
        self.headers.append((name, value))
        if name == b"host":
            self._hosts.append(value)
        elif name == b"transfer-encoding":
            self._codings.append(value)
        elif name == b"expect":
            self.expect_100_continue = value.lower() == b"100-continue"

    def on_headers_complete(self) -> None:
        """Begin to serve a request whose head is right, after those that came before it.

        Raises:
            Refused: it is not.
        """
        method = self.parser.get_method().decode("ascii")
        if self.parser.should_upgrade():
            if method == "CONNECT":
                raise Refused(501, "CONNECT is not served here: this is no proxy.")
            self._offers = True
            return
        version = self.parser.get_http_version()
        if version != "1.1" or self._codings or self._hosts != self._judged:
            require_framing(version, self._hosts, self._codings)
            self._judged = self._hosts or None
        path, query, authority = target_of(self.url, method)
        if authority is not None:
            self.headers = addressed_to(authority, self.headers)
        self._in_head = False
        self._framing_bytes = self._trailer_bytes = 0
        self._disarm()
        self._queue(
            {
                "type": "http",
                "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
                "http_version": "1.0" if version == "1.0" else "1.1",
                "server": self.server,
                "client": self.client,
                "scheme": self.scheme,
                "method": method,
                "root_path": "",
                "path": decoded(path),
                "raw_path": path,
                "query_string": query,
                "headers": self.headers,
                "state": self.app_state.copy(),
            },
            self.app if path != b"*" else no_content,
            keep_alive=version != "1.0" and self.parser.should_keep_alive(),
        )

    def on_body(self, body: bytes) -> None:
        """Hand a piece of the body over."""
        self._framing_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Expect another head."""
        if self._offers:
            self._offers = False
            return
        super().on_message_complete()
        self._in_head = True
        self._begun = False
        self._head_bytes = 0

    def _queue(self, scope: Scope, app: ASGIApp, *, keep_alive: bool) -> None:
        """Let an application answer, once everything before is answered."""
        self.cycle = Cycle(
            scope=scope,  # type: ignore[arg-type]
            transport=self.transport,  # type: ignore[arg-type]
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,  # lines are written by applications, of what they know
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=keep_alive,
            on_response=self.on_response_complete,
        )
        if self._is_busy():
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, app))  # type: ignore[arg-type]
        else:
            self._start_asgi_task(self.cycle, app)

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _is_busy(self) -> bool:
        running = self._running
        return running is not None and not (running.response_complete or running.disconnected)

    def _refuse(self, refused: Refused) -> None:
        """Answer a request that is not served, once everything before is answered; and read no further."""
        self._refused = True
        self._disarm()
        if refused.status != 408:
            self.logger.warning("A request was refused with %d. %s", refused.status, refused.sentence)
        if not self._in_head and not self._withdraw():
            return
        self.expect_100_continue = False
        scope = {"type": "http", "method": self.parser.get_method().decode("ascii")}
        self._queue(scope, Refusal(refused), keep_alive=False)

    def _withdraw(self) -> bool:
        """Take a request whose body is broken from its application; False where its answer has begun, which ends it."""
        if self.cycle.response_started:
            return False
        if self.pipeline and self.pipeline[0][0] is self.cycle:
            self.pipeline.popleft()
        else:
            self.cycle.abandon()
        return True

    def _arm(self) -> None:
        self._timer = self.loop.call_later(self.head_within, self._be_slow)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _be_slow(self) -> None:
        """Refuse a head that took too long; while an answer is being sent, its client does not wait for it."""
        self._timer = None
        if self.transport.is_closing():
            return
        if self._is_busy():
            self._arm()
        else:
            self._refuse(Refused(408, f"The head of the request was not complete after {self.head_within:g} seconds."))
