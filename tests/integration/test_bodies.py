"""Bodies, on every route that reads one: bounded in bytes and in time, whoever sends them, and however they end."""

import http.client
import json
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from select import select
from typing import Any

import pytest

from tests.integration.conftest import ROOT
from tests.wire_rows import PATH, statuses
from tollbridge.launch import free_port, launched
from tollbridge.simulator import Request, Simulator
from tollbridge.simulator.state.snapshot_reading import MAX_LINE
from tollbridge.world import load_world

JSON, FORM, NDJSON = "application/json", "application/x-www-form-urlencoded", "application/x-ndjson"
KEY = "Authorization: Bearer sk_test_1"
CONTROL = "/_tollbridge/simulator"
SNAPSHOT = f"{CONTROL}/snapshot"
LIMIT = 5_000_000
INTENTS = 60_000


@dataclass(frozen=True)
class Route:
    """A route that reads bodies.

    Args:
        method: of the request.
        path: of the route.
        media: of its bodies.
        most: bytes that it reads.
        key: whether it is Stripe's.
    """

    method: str
    path: str
    media: str
    most: int
    key: bool = False

    def head(self, *lines: str) -> bytes:
        """Return the head of a request."""
        sent = [f"{self.method} {self.path} HTTP/1.1", "Host: localhost", f"Content-Type: {self.media}"]
        return "\r\n".join([*sent, *([KEY] if self.key else []), *lines, "", ""]).encode()


def control(command: str) -> tuple[Route, ...]:
    """Return the routes of the control API that read bodies; those of a command."""
    return (
        Route("POST", f"{CONTROL}/faults", JSON, 65_536),
        Route("PUT", f"{CONTROL}/clock", JSON, 65_536),
        Route("POST", f"{CONTROL}/reset", JSON, 65_536),
        Route("PUT", SNAPSHOT, NDJSON, LIMIT),
        Route("POST", f"{CONTROL}/payment_intents/pi_1/authenticate", JSON, 65_536),
        Route(
            "POST",
            f"{'/_tollbridge/stripe' if command == 'serve' else ''}/v1/payment_intents",
            FORM,
            1_048_576,
            key=True,
        ),
    )


ROUTES = {
    "serve": (Route("POST", PATH, JSON, 65_536), Route("POST", "/_tollbridge/tokens", JSON, 4_096), *control("serve")),
    "stripe": control("stripe"),
}
EVERY = [(command, route) for command, routes in ROUTES.items() for route in routes]
NAMES = [f"{command} {route.method} {route.path}" for command, route in EVERY]


@dataclass(frozen=True)
class Servers:
    """Servers of both commands.

    Args:
        ports: by command.
        logs: by command, what each printed.
    """

    ports: dict[str, int]
    logs: dict[str, Path]

    def connect(self, command: str, within: float = 30) -> socket.socket:
        """Return a connection to one of them."""
        return socket.create_connection(("127.0.0.1", self.ports[command]), timeout=within)


@contextmanager
def server(command: str, log: Path, *options: str) -> Iterator[int]:
    """Run a server that prints into a file; its port."""
    port = free_port()
    words = [sys.executable, "-m", "tollbridge", command, "--quiet", "--port", str(port), *options]
    shell = ["sh", "-c", 'log=$1; shift; exec "$@" >"$log" 2>&1', "sh", str(log), *words]
    with launched(shell, ready=f"http://127.0.0.1:{port}/_tollbridge/health", cwd=ROOT):
        yield port


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """One of each command."""
    logs = {command: tmp_path_factory.mktemp("logs") / command for command in ROUTES}
    limit = ("--snapshot-limit", str(LIMIT))
    with server("serve", logs["serve"], *limit) as api, server("stripe", logs["stripe"], *limit) as stripe:
        yield Servers({"serve": api, "stripe": stripe}, logs)


def everything(line: socket.socket) -> bytes:
    received = b""
    with suppress(ConnectionResetError):
        while chunk := line.recv(65_536):
            received += chunk
    return received


@pytest.mark.parametrize(("command", "route"), EVERY, ids=NAMES)
def test_one_byte_too_many_is_413(servers: Servers, command: str, route: Route) -> None:
    """Where it is announced, before any of it is sent; else as soon as it has come."""
    size = route.most + 1
    chunk = b"%x\r\n%s\r\n" % (size, b" " * size)
    for sent in (
        route.head("Connection: close", f"Content-Length: {size}"),
        route.head("Connection: close", "Transfer-Encoding: chunked") + chunk,
    ):
        with servers.connect(command) as line:
            line.sendall(sent)
            assert statuses(everything(line)) == (413,)


def test_a_byte_now_and_then_is_408(servers: Servers) -> None:
    """A body that drips is cut off after ten seconds, on every route, small or large."""

    def dripping(command: str, route: Route) -> tuple[tuple[int, ...], float]:
        begun = time.monotonic()
        with servers.connect(command) as line:
            line.sendall(route.head("Content-Length: 4000"))
            line.settimeout(0.5)
            answer = b""
            for _ in range(120):  # a minute: a busy machine may be late
                with suppress(TimeoutError):
                    answer = everything(line)
                    break
                with suppress(OSError):
                    line.sendall(b" ")
            return statuses(answer), time.monotonic() - begun

    with ThreadPoolExecutor(len(EVERY)) as pool:
        for (command, route), dripped in zip(EVERY, pool.map(lambda one: dripping(*one), EVERY), strict=True):
            assert dripped[0] == (408,), (command, route)
            assert dripped[1] > 8, (command, route)


def test_a_client_that_leaves_prints_nothing(servers: Servers) -> None:
    """In the middle of a body, of a chunk, or of the answer: no traceback, and the server goes on."""
    for command, route in EVERY:
        for sent in (
            route.head("Content-Length: 4000") + b"{",
            route.head("Transfer-Encoding: chunked") + b"5\r\n{",
            route.head("Content-Length: 4000")[:-10],
        ):
            with servers.connect(command) as line:
                line.sendall(sent)
    for command in ROUTES:
        with servers.connect(command) as line:
            line.sendall(b"GET /_tollbridge/simulator/snapshot HTTP/1.1\r\nHost: localhost\r\n\r\n")
            line.recv(1)
    time.sleep(0.3)
    for command, log in servers.logs.items():
        assert asked(servers.ports[command], "GET", "/_tollbridge/health").status == 200
        assert "Traceback" not in log.read_text(), log.read_text()[-2_000:]


def snapshot(intents: int) -> bytes:
    """Return a snapshot with so many payment intents."""
    stripe = Simulator(load_world(ROOT / "tollbridge/world/default.yaml").seed())
    [head, *rows] = stripe.snapshot()
    call = b"amount=1000&currency=usd"
    headers = {"authorization": "Bearer sk_test_1", "content-type": FORM}
    stripe.handle(Request("POST", "/v1/payment_intents", "", headers, call))
    [intent] = [line for line in stripe.snapshot() if line.startswith(b'["PaymentIntent"')]
    name, (place, identity, *rest) = json.loads(intent)
    many = (json.dumps([name, [place + n, f"{identity}{n}", *rest]]).encode() for n in range(intents))
    return head + b"".join(rows) + b"\n".join(many) + b"\n"


def test_others_are_answered_while_a_snapshot_is_put_back(tmp_path: Path) -> None:
    """Neither its coming nor its reading holds the server up; a second one is told to wait."""
    body = snapshot(INTENTS)
    head = next(route for route in ROUTES["stripe"] if route.path == SNAPSHOT).head
    with server("stripe", tmp_path / "log") as port, socket.create_connection(("127.0.0.1", port), 60) as line:
        line.sendall(head("Connection: close", f"Content-Length: {len(body)}") + body[:-1])
        assert asked(port, "PUT", SNAPSHOT, b"x").status == 409
        line.sendall(body[-1:])
        answered = 0
        while not select([line], [], [], 0)[0]:
            answered += asked(port, "GET", "/_tollbridge/health").status == 200
        assert statuses(everything(line)) == (204,)
        assert answered > 50  # a server that is held up answers a dozen before it is
        assert asked(port, "GET", f"{CONTROL}/").document["objects"]["PaymentIntent"] == INTENTS
        with socket.create_connection(("127.0.0.1", port), 60) as leaving:  # in the middle of seventeen megabytes
            leaving.sendall(f"GET {SNAPSHOT} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            leaving.recv(1)
        assert asked(port, "GET", "/_tollbridge/health").status == 200
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_line_without_an_end_is_refused(tmp_path: Path) -> None:
    """The problem names its number; it is not read into memory."""
    head = b'{"format":"tollbridge-simulator-1","randomness":null,"stopped_at":null,"ahead":0}\n'
    with server("stripe", tmp_path / "log") as port:
        answer = asked(port, "PUT", SNAPSHOT, head + b"x" * (MAX_LINE + 1_000_000))
    assert (answer.status, answer.document["detail"]) == (400, f"Line 2: it is longer than {MAX_LINE} bytes.")


def test_a_reset_reads_its_seed_however_it_comes(tmp_path: Path) -> None:
    """A chunked body is a body too."""
    with server("stripe", tmp_path / "log") as port:
        answer = asked(port, "POST", f"{CONTROL}/reset", iter([b'{"seed"', b":true}"]), JSON)
    assert (answer.status, answer.document["detail"]) == (400, "seed has to be a JSON integer.")


@dataclass(frozen=True)
class Answer:
    """An answer that was read to its end."""

    status: int
    document: Any


def asked(
    port: int, method: str, path: str, body: bytes | Iterator[bytes] | None = None, media: str = NDJSON
) -> Answer:
    """Return the answer to a request."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as line:
        line.request(method, path, body, {"Content-Type": media})
        answer = line.getresponse()
        content = answer.read()
        return Answer(answer.status, json.loads(content) if content else None)
