"""Real servers, each started once: ours as a process, and the real stripe-mock."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.shop import Shop, chromium, shop_in
from tollbridge.launch import free_port, launched
from tollbridge.testing import Server, Stripe

ROOT = Path(__file__).resolve().parents[2]
READERS = Path(__file__).parent / "readers"
"""What Node brings: readers of the contract that our users have, and axe."""


def serve_command(port: int, *arguments: str) -> list[str]:
    """Return the command that serves on a port."""
    return [sys.executable, "-m", "tollbridge", "serve", "--port", str(port), *arguments]


@pytest.fixture(scope="session")
def server_url(tollbridge_server_process: Server) -> str:
    """Our server, as a user's tests start it."""
    return tollbridge_server_process.url


@pytest.fixture(scope="module")  # not of the session: other tests run event loops, which Playwright's own would forbid
def browser() -> Iterator[Browser]:
    """One browser for all tests of a module."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def shop(browser: Browser, server_url: str) -> Iterator[Shop]:
    """A shop of its own for each test."""
    with shop_in(browser, server_url) as shop:
        yield shop


@pytest.fixture(scope="session")
def stripe_url(tollbridge_stripe_process: Stripe) -> str:
    """The simulator alone, as a user's tests start it."""
    return tollbridge_stripe_process.url


@pytest.fixture(scope="session")
def stripe_mock() -> Iterator[str]:
    """The URL of a running stripe-mock, installed first where it is not there.

    It refuses a Stripe-Version other than its own, so each test that asks it also checks the gateway's pin.
    """
    port, spare = free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    script = [str(ROOT / "scripts/stripe-mock"), "--http-port", str(port), "--https-port", str(spare)]
    script += ["--", "-strict-version-check"]
    with launched(script, ready=f"{url}/v1/charges", within=120):
        yield url


@pytest.fixture(scope="session")
def node() -> Path:
    """The folder of the installed readers, as their lock has them."""
    stamp, lock = READERS / "node_modules/.package-lock.json", READERS / "package-lock.json"
    if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=READERS, check=True, capture_output=True)
    return READERS / "node_modules/.bin"
