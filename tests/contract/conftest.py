"""The composed application in process, with its simulator at hand."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from starlette.testclient import TestClient

from tollbridge.compose import Options, Sandbox, compose
from tollbridge.gateway import Settings
from tollbridge.server.exchange import Exchange
from tollbridge.simulator import Simulator

PATH = "/api/payment/intent"
SETTINGS = Settings(answer_within=1.0)


@dataclass
class Server:
    """A sandbox with a client, and what it noted.

    Args:
        sandbox: the composed parts.
        http: a client of the application.
        notes: one entry for each answered request.
    """

    sandbox: Sandbox
    http: TestClient
    notes: list[Exchange] = field(default_factory=list)

    @property
    def stripe(self) -> Simulator:
        """The simulator behind the application."""
        assert self.sandbox.simulator is not None
        return self.sandbox.simulator


def served(options: Options) -> Iterator[Server]:
    """Compose a server and run its lifespan."""
    notes: list[Exchange] = []
    sandbox = compose(options, notes.append)
    with TestClient(sandbox.app, base_url="http://localhost:8080", raise_server_exceptions=False) as http:
        yield Server(sandbox, http, notes)


@pytest.fixture
def server() -> Iterator[Server]:
    """A fresh server in the default world, with short time-outs at Stripe."""
    yield from served(Options(calls=SETTINGS))


@pytest.fixture(scope="module")
def module_server() -> Iterator[Server]:
    """One server for all tests of a module that leave no state behind that another would see."""
    yield from served(Options(calls=SETTINGS))
