"""Targets that do not serve: each breaks the exchange in its own way."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


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


def hints_first(line: socket.socket) -> None:
    """Say something before the answer, twice (RFC 9110, section 15.2)."""
    line.sendall(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
    line.sendall(b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")


def wrong_chunks(line: socket.socket) -> None:
    """Give a chunk a size that is no number."""
    line.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n")


BROKEN: dict[str, Callable[[socket.socket], None]] = {
    "closes": closes,
    "drips": drips,
    "floods": floods,
    "hangs": hangs,
    "stops halfway": stops_halfway,
    "talks garbage": talks_garbage,
    "wrong chunks": wrong_chunks,
}
UNUSUAL: dict[str, Callable[[socket.socket], None]] = {"hints first": hints_first}
"""Right, and not what every client expects."""


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
                (BROKEN | UNUSUAL)[kind](line)

        threading.Thread(target=serving, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def behind_tls(port: int, folder: Path) -> Iterator[tuple[str, Path]]:
    """Speak TLS before a server of this machine; the URL, and the certificate that its clients have to trust."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def pumping(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def answering(line: socket.socket) -> None:
        with (
            suppress(OSError),
            context.wrap_socket(line, server_side=True) as client,
            socket.create_connection(("127.0.0.1", port)) as server,
        ):
            threading.Thread(target=pumping, args=(server, client), daemon=True).start()
            pumping(client, server)

    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:

        def serving() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=answering, args=(listener.accept()[0],), daemon=True).start()

        threading.Thread(target=serving, daemon=True).start()
        yield f"https://localhost:{listener.getsockname()[1]}", certificate
