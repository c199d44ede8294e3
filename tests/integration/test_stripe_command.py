"""`tollbridge stripe`: the simulator alone, as a process."""

import json
import socket
import sys
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.integration.conftest import ROOT
from tests.integration.test_cli import tollbridge
from tollbridge.launch import free_port, launched

KEY = {"Authorization": "Bearer sk_test_0123456789", "Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of a running simulator."""
    port = free_port()
    command = [sys.executable, "-m", "tollbridge", "stripe", "--port", str(port), "--quiet"]
    with launched(command, ready=f"http://127.0.0.1:{port}/_tollbridge/health", cwd=ROOT):
        yield f"http://127.0.0.1:{port}"


def test_it_pays_and_remembers(url: str) -> None:
    """A confirmed intent is there on the next request."""
    form = {"amount": 1999, "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true"}
    body = urlencode(form | {"payment_method_types[]": "card"}).encode()
    with urlopen(Request(f"{url}/v1/payment_intents", body, KEY), timeout=5) as answer:
        made = json.load(answer)
    with urlopen(Request(f"{url}/v1/payment_intents/{made['id']}", headers=KEY), timeout=5) as answer:
        assert json.load(answer) == made
        assert made["status"] == "succeeded"


def test_the_worlds_customers_are_there(url: str) -> None:
    """Those of the bundled world, with their cards."""
    with urlopen(Request(f"{url}/v1/customers/cus_QuayOne0000001/payment_methods", headers=KEY), timeout=5) as answer:
        assert len(json.load(answer)["data"]) == 7


def test_browsers_of_every_origin_are_answered(url: str) -> None:
    """A preflight passes, and a refusal can be read."""
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    path = f"{url}/v1/payment_intents"
    preflight = Request(path, headers=asked | {"Access-Control-Request-Headers": "authorization"}, method="OPTIONS")
    with urlopen(preflight, timeout=5) as answer:
        assert answer.headers["access-control-allow-headers"] == "authorization"
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(path, b"", {"Origin": "https://shop.example"}), timeout=5)
    assert (refused.value.code, refused.value.headers["access-control-allow-origin"]) == (401, "*")
    refused.value.close()


def test_help_says_how_to_point_a_client_at_it() -> None:
    """Options, examples, exit codes, and the two most used clients."""
    said = tollbridge("stripe", "--help").stdout
    for word in ("--port", "--world", "Examples:", "Exit codes:", "base_addresses", "new Stripe("):
        assert word in said


def test_a_taken_port_or_a_bad_world_is_a_sentence() -> None:
    """Exit 1, and nothing but the reason."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = tollbridge("stripe", "--port", str(taken.getsockname()[1]))
    assert (done.returncode, done.stderr.startswith("Error: Cannot listen on 127.0.0.1 port")) == (1, True)
    done = tollbridge("stripe", "--world", "openapi.yaml")
    assert (done.returncode, done.stderr.startswith("Error: openapi.yaml")) == (1, True)
