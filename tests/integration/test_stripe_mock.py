"""The script that gets and starts the real stripe-mock."""

import json
import subprocess
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tollbridge.gateway import API_VERSION
from tollbridge.launch import free_port, launched

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = str(ROOT / "scripts/stripe-mock")
SOCKETS = Path("/proc/net/tcp")


def create_intent(url: str, version: str) -> dict[str, object]:
    """Ask a stripe-mock for a PaymentIntent."""
    headers = {"Authorization": "Bearer sk_test_1", "Stripe-Version": version}
    with urlopen(Request(f"{url}/v1/payment_intents", b"amount=100&currency=usd", headers)) as answer:
        return dict(json.load(answer))


@pytest.mark.stripe_mock
def test_it_speaks_the_version_that_the_gateway_pins_and_no_other(stripe_mock: str) -> None:
    """stripe-mock answers the gateway's API version, and the fixture's refuses every other."""
    assert create_intent(stripe_mock, API_VERSION)["object"] == "payment_intent"
    with pytest.raises(HTTPError) as refusal:
        create_intent(stripe_mock, "2020-08-27")
    assert refusal.value.code == 400
    refusal.value.close()


@pytest.mark.stripe_mock
@pytest.mark.skipif(not SOCKETS.exists(), reason="no /proc/net: the sockets cannot be listed")
def test_nothing_of_it_listens_beyond_loopback() -> None:
    """Both of its sockets are bound to 127.0.0.1."""
    ports = free_port(), free_port()
    script = [SCRIPT, "--http-port", str(ports[0]), "--https-port", str(ports[1])]
    with launched(script, ready=f"http://127.0.0.1:{ports[0]}/", within=120):
        addresses = [line.split()[1].split(":") for line in SOCKETS.read_text().splitlines()[1:]]
        bound = {(address, int(port, 16)) for address, port in addresses}
    assert {("0100007F", port) for port in ports} <= bound


def test_it_refuses_what_it_does_not_know() -> None:
    """An unknown argument gets the usage, not a server."""
    done = subprocess.run([SCRIPT, "--port", str(free_port())], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "usage: scripts/stripe-mock" in done.stderr
