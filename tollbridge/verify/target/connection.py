"""The line to the target: bytes out, an answer back, within a bound; nothing is repaired on the way.

HTTP libraries refuse to send much of what a hostile client sends, and retry or follow on their own. So requests are
written by hand, and `http.client` reads what comes back.
"""

import io
import socket
import ssl
import time
from http.client import HTTPException, HTTPResponse
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tollbridge.verify.model.evidence import Answer, answer_of
from tollbridge.verify.model.steps import PLAIN, Head, Headers

MAX_ANSWER = 1_000_000
"""Bytes of an answer that are read; more is a flood."""

REFUSED, CLOSED = "the target refuses connections", "the target closed the connection without an answer"
FLOOD, DRIP = f"the answer is longer than {MAX_ANSWER} bytes", "the answer began, and was not whole"
ENDLESS = (FLOOD, DRIP)
"""How an exchange is said to end whose answer does not; a limit may follow."""


class Broken(Exception):
    """No usable answer came; the sentence says how the exchange ended."""


class RawConnection:
    """One connection to the target, made anew where it ended."""

    def __init__(self, url: str, within: float) -> None:
        """Prepare the line.

        Args:
            url: of the target, without a path.
            within: seconds for one answer.
        """
        parts = urlsplit(url)
        self.secure = parts.scheme == "https"
        self.address = (parts.hostname or "127.0.0.1", parts.port or (443 if self.secure else 80))
        self.host = parts.netloc
        self.base = parts.path.rstrip("/")
        self.within = within
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        if self._socket:
            self._socket.close()
        self._socket = None

    def ask(self, method: str, path: str, headers: Headers, body: bytes, head: Head = PLAIN) -> Answer:
        """Send a request and return its answer.

        Raises:
            Broken: no whole HTTP answer came within the bound.
        """
        sent = self._head(method, path, headers, len(body), head).encode("utf-8", "surrogatepass") + body
        reused = self._socket is not None
        try:
            return self._exchange(method, sent)
        except _Closed:
            if not reused:
                raise Broken(CLOSED) from None
        try:  # an idle connection may be closed at any time; only a fresh one says something
            return self._exchange(method, sent)
        except _Closed:
            raise Broken(CLOSED) from None

    def _head(self, method: str, path: str, headers: Headers, length: int, head: Head) -> str:
        origin = f"{'https' if self.secure else 'http'}://{self.host}" if head.whole else ""
        lines = [f"{method} {origin}{self.base}{path} {head.version}"]
        lines += [f"Host: {host}" for host in ((self.host,) if head.hosts is None else head.hosts)]
        lines += [f"{name}: {value}" for name, value in headers]
        framed = any(name.lower() in ("transfer-encoding", "content-length") for name, _ in headers)
        if (length or method in ("POST", "PUT", "PATCH")) and not framed:
            lines.append(f"Content-Length: {length}")
        return "\r\n".join([*lines, "", ""])

    def _exchange(self, method: str, sent: bytes) -> Answer:
        until, timed = time.monotonic() + self.within, None
        try:
            line = self._socket = self._socket or self._connected()
            timed = _Timed(line, until)
            line.settimeout(self.within)
            line.sendall(sent)
            reply = self._begun(timed, method)
            body = reply.read(MAX_ANSWER + 1)
        except (ConnectionResetError, BrokenPipeError):
            self.close()
            raise _Closed from None
        except (OSError, HTTPException, ValueError) as error:
            self.close()
            raise Broken(self._how(error, begun=bool(timed and timed.received))) from None
        self._require_whole(reply, body)
        if reply.will_close:
            self.close()
        return answer_of(reply.status, reply.getheaders(), body)

    @staticmethod
    def _begun(line: "_Timed", method: str) -> HTTPResponse:
        """Return the final answer, its body to be read; what is said before it (1xx) is none (RFC 9110, 15.2)."""
        while True:
            reply = HTTPResponse(line, method=method)  # type: ignore[arg-type]
            reply.begin()
            if not 101 < reply.status < 200:
                return reply
            reply.fp = None  # type: ignore[assignment]  # the next one is read from it

    def _how(self, error: Exception, *, begun: bool) -> str:
        """Return how an exchange ended with an error, after the first byte of an answer or before it."""
        match error:
            case TimeoutError():
                return f"{DRIP if begun else 'no answer came'} within {self.within:g} s"
            case ConnectionRefusedError():
                return REFUSED
            case ssl.SSLError():
                return f"no TLS with the target ({error.reason or error})"
            case OSError():
                return f"the target cannot be reached ({error.strerror or error})"
            case HTTPException():
                return f"the answer is no whole HTTP ({type(error).__name__})"
        return "the answer is no whole HTTP (the size of a chunk is no number)"

    def _connected(self) -> socket.socket:
        """Return a connection; of https with the certificate verified, by the authorities that SSL_CERT_FILE adds."""
        plain = socket.create_connection(self.address, timeout=self.within)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not self.secure:
            return plain
        return ssl.create_default_context().wrap_socket(plain, server_hostname=self.address[0])

    def _require_whole(self, reply: HTTPResponse, body: bytes) -> None:
        """Refuse a flood, and an answer that ends before its Content-Length, of which a bounded read says nothing."""
        if len(body) > MAX_ANSWER:
            self.close()
            raise Broken(FLOOD)
        if reply.length:
            self.close()
            raise Broken("the answer is no whole HTTP (it ends before its Content-Length)")


class _Closed(Exception):
    """The connection ended before the answer began."""


class _Timed(io.RawIOBase):
    """A socket as `http.client` reads it, with one bound for all of the answer."""

    def __init__(self, line: socket.socket, until: float) -> None:
        self._line = line
        self._until = until
        self.received = False
        self._reader = io.BufferedReader(self)

    def makefile(self, _mode: str) -> "io.BufferedReader[_Timed]":
        """Return the one reader: the next reader needs what it has read ahead."""
        return self._reader

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._line.settimeout(left)
        count = self._line.recv_into(buffer)
        self.received = self.received or count > 0
        return count
