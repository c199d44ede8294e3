"""Targets that do not serve: each breaks the exchange in its own way."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


def hangs(line: socket.socket) -> None:
    """Read, and never answer."""
    time.sleep(30)


def closes(line: socket.socket) -> None:
    """Close without a byte."""


def talks_garbage(line: socket.socket) -> None:
    """Answer something that is no HTTP."""
    line.sendall(b"\x00\xff220 smtp.example.com ESMTP\r\n" * 20)


def stops_halfway(line: socket.socket) -> None:
    """Announce more than is sent."""
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{")


def floods(line: socket.socket) -> None:
    """Answer without an end."""
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    for _ in range(1_000):
        line.sendall(b"x" * 65_536)


def drips(line: socket.socket) -> None:
    """Answer a header line at a time, for ever."""
    line.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(300):
        line.sendall(b"X-%d: 1\r\n" % number)
        time.sleep(0.1)


BROKEN: dict[str, Callable[[socket.socket], None]] = {
    "closes": closes,
    "drips": drips,
    "floods": floods,
    "hangs": hangs,
    "stops halfway": stops_halfway,
    "talks garbage": talks_garbage,
}


@contextmanager
def broken_target(kind: str) -> Iterator[str]:
    """Run such a target; its URL."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:

        def serving() -> None:
            with suppress(OSError):
                while True:
                    line, _ = server.accept()
                    threading.Thread(target=answering, args=(line,), daemon=True).start()

        def answering(line: socket.socket) -> None:
            with line, suppress(OSError):
                line.recv(65_536)
                BROKEN[kind](line)

        threading.Thread(target=serving, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
