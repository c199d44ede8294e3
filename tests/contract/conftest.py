"""The composed application in process, with its simulator at hand."""

import atexit
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from itertools import cycle
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from tests.postgresql import running
from tollbridge.compose import Options, Sandbox, compose
from tollbridge.gateway import Settings
from tollbridge.launch import free_port, launched
from tollbridge.server.request_context import Exchange
from tollbridge.simulator import Simulator

PATH = "/api/payment/intent"
REPLICAS = int(os.environ.get("TOLLBRIDGE_TEST_REPLICAS", "0"))
"""How many processes on one PostgreSQL take the place of one in memory; 0 for that one."""

in_this_process = pytest.mark.skipif(REPLICAS > 0, reason="what it looks at is in another process, or cannot be sent")
"""For a test of the log, or of bytes that no HTTP client sends."""

SETTINGS = Settings(answer_within=1.0)


@dataclass
class Server:
    """A sandbox with a client, and what it noted.

    Args:
        sandbox: the composed parts.
        http: a client of the application.
        noted: one entry for each answered request; None where that is in another process.
    """

    sandbox: Sandbox
    http: httpx.Client
    noted: list[Exchange] | None = None

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Show Hypothesis a name: all that is in a server takes it seconds to write down."""
        printer.text("Server()")

    @property
    def notes(self) -> list[Exchange]:
        """What was noted of each answered request."""
        if self.noted is None:
            pytest.skip("what a replica notes is in another process")
        return self.noted

    @property
    def stripe(self) -> Simulator:
        """The simulator behind the application."""
        assert self.sandbox.simulator is not None
        return self.sandbox.simulator

    def start_over(self) -> None:
        """Forget what earlier tests did."""
        self.stripe.reset()
        if self.noted is not None:
            self.noted.clear()


def served(options: Options) -> Iterator[Server]:
    """Compose a server and run its lifespan; or, in a run on replicas, take those."""
    if REPLICAS and options == Options(calls=SETTINGS):
        yield from replicated(options)
        return
    notes: list[Exchange] = []
    sandbox = compose(options, notes.append)
    with TestClient(sandbox.app, base_url="http://localhost:8080", raise_server_exceptions=False) as http:
        yield Server(sandbox, http, notes)


def replicated(options: Options) -> Iterator[Server]:
    """Several processes on one PostgreSQL, asked in turn, and a simulator of our own on the same state."""
    database, ports = replicas()
    sandbox = compose(replace(options, state=database), lambda _exchange: None)
    with InTurn(ports) as http:
        yield Server(sandbox, http)
    sandbox.close()


@cache
def replicas() -> tuple[str, list[int]]:
    """Start a PostgreSQL and the servers on it; they end with the run."""
    whole = ExitStack()
    atexit.register(whole.close)
    postgres = whole.enter_context(running())
    ports = []
    for _ in range(REPLICAS):
        port = free_port()
        command = [sys.executable, "-m", "tollbridge", "serve", "--quiet", "--port", str(port)]
        command += ["--state", postgres.url, "--answer-within", str(SETTINGS.answer_within)]
        whole.enter_context(launched(command, ready=f"http://127.0.0.1:{port}/_tollbridge/health"))
        ports.append(port)
    return postgres.url, ports


class InTurn(httpx.Client):
    """A client that asks each of several servers in turn, by the name that all of them have."""

    def __init__(self, ports: list[int]) -> None:
        super().__init__(base_url="http://localhost:8080", timeout=30, headers={"user-agent": "testclient"})
        self._ports = cycle(ports)

    def send(self, request: httpx.Request, **how: Any) -> httpx.Response:
        """Send a request to the next server; its Host stays what it was."""
        request.url = request.url.copy_with(host="127.0.0.1", port=next(self._ports))
        return super().send(request, **how)


@pytest.fixture(scope="session")
def default_server() -> Iterator[Server]:
    """A server in the default world, with short time-outs at Stripe: composed once, which takes longer than a test."""
    yield from served(Options(calls=SETTINGS))


@pytest.fixture
def server(default_server: Server) -> Server:
    """That server, with nothing in it but its world."""
    default_server.start_over()
    return default_server


@pytest.fixture(scope="module")
def module_server(default_server: Server) -> Server:
    """The same for all tests of a module that leave no state behind that another would see."""
    default_server.start_over()
    return default_server
