"""The real stripe-mock, for the tests that ask for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tollbridge.launch import free_port, launched

ROOT = Path(__file__).resolve().parents[2]


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
