"""A consumer of webhooks that keeps what it was sent, and misbehaves as its paths say."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from tests.threads import served
from tests.unit.stripe_calls import call
from tollbridge.simulator import Simulator


class Received(NamedTuple):
    """One delivery: its path, its headers and its body."""

    path: str
    headers: dict[str, str]
    body: bytes


class Consumer(ThreadingHTTPServer):
    """The server; `answers` are the statuses of the next calls to `/next`, after which it is 200."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.received: list[Received] = []
        self.answers: list[int] = []
        self.released = threading.Event()

    def url(self, path: str = "/ok") -> str:
        """The address of one of its paths."""
        return f"http://127.0.0.1:{self.server_port}{path}"


class Handler(BaseHTTPRequestHandler):
    """Answers one delivery."""

    server: Consumer

    def do_POST(self) -> None:
        """Keep the delivery, then do what the path says."""
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.received.append(Received(self.path, dict(self.headers), body))
        getattr(self, f"_{self.path.strip('/')}")()

    def _ok(self) -> None:
        self._status(200)

    def _next(self) -> None:
        self._status(self.server.answers.pop(0) if self.server.answers else 200)

    def _status(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"as you say")

    def _redirects(self) -> None:
        self._status(302, Location=self.server.url("/ok"))

    def _hangs(self) -> None:
        self.server.released.wait(30)

    def _drips(self) -> None:
        while not self.server.released.wait(0.05):
            self.wfile.write(b"x")

    def _huge(self) -> None:
        self._status(500)
        while not self.server.released.is_set():
            self.wfile.write(b"x" * 1_000_000)

    def _heads(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not self.server.released.is_set():
            self.wfile.write(b"X-More: " + b"x" * 60_000 + b"\r\n")

    def _nonsense(self) -> None:
        self.wfile.write(b"\x00\xff nonsense\r\n\r\n")

    def _resets(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def handle(self) -> None:
        """Let whoever hangs up hang up."""
        try:
            super().handle()
        except OSError:
            return

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


@contextmanager
def consuming() -> Iterator[Consumer]:
    """A consumer that listens."""
    server = Consumer()
    with served(server):
        try:
            yield server
        finally:
            server.released.set()


def an_endpoint(stripe: Simulator, url: str, *types: str) -> dict[str, Any]:
    """Register an endpoint, for every event where no types are named; as Stripe answers, with its secret."""
    form = {"url": url, "enabled_events[]": list(types) or ["*"]}
    answer = call(stripe, "POST", "/v1/webhook_endpoints", form)
    assert answer.status == 200, answer.document
    return dict(answer.document)
