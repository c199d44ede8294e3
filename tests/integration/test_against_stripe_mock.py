"""The whole path, from our client to the real stripe-mock: every parameter that we send is one Stripe has."""

import json
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.integration.conftest import ROOT, serve_command
from tests.wire_rows import PATH
from tollbridge.launch import free_port, launched

pytestmark = pytest.mark.stripe_mock

FULL = {"amount": 4200, "currency": "usd", "description": "Dock 4 ☂", "receipt_email": "yard@example.com"}


@pytest.fixture(scope="module")
def served(stripe_mock: str) -> Iterator[str]:
    """Our server, with stripe-mock as its Stripe."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = serve_command(port, "--stripe", stripe_mock)
    with launched(command, ready=f"{url}/_tollbridge/health", cwd=ROOT):
        yield url


def post(url: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    request = Request(url + PATH, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)


@pytest.mark.parametrize(
    "body",
    [
        {"amount": 4200, "currency": "usd"},
        FULL,
        {**FULL, "payment_method": 4242},
        {**FULL, "payment_method": 4242, "error_on_requires_action": True},
        {**FULL, "payment_method": 4242, "error_on_requires_action": False},
        {"amount": 4200, "currency": "kwd", "error_on_requires_action": True},
    ],
    ids=["plain", "full", "tied", "charged", "not charged", "default source"],
)
def test_every_kind_of_request_passes_stripe_mock(served: str, body: dict[str, Any]) -> None:
    """stripe-mock refuses unknown parameters and wrong types, and answers all of ours with an intent."""
    status, document = post(served, body)
    assert (status, list(document)) == (200, ["client_secret"])
    # stripe-mock's secret is a constant of another id: only its form can be judged.
    assert document["client_secret"].startswith("pi_")
    assert "_secret_" in document["client_secret"]


def test_a_stripe_that_is_not_there_is_503() -> None:
    """With nobody at the address, nothing was charged, and the client may try again."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = serve_command(port, "--stripe", f"http://127.0.0.1:{free_port()}")
    with launched(command, ready=f"{url}/_tollbridge/health", cwd=ROOT):
        for charged in (False, True):
            status, document = post(url, {**FULL, "error_on_requires_action": charged})
            assert (status, document["error_code"]) == (503, "provider-unavailable")


@pytest.mark.parametrize(
    ("charged", "expected"),
    [(False, (503, "provider-unavailable")), (True, (502, "payment-outcome-unknown"))],
)
def test_a_stripe_that_never_answers_is_bounded(charged: bool, expected: tuple[int, str]) -> None:
    """Retries and all, the answer comes within the time that was set."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{(port := free_port())}"
        stripe = f"http://127.0.0.1:{silent.getsockname()[1]}"
        command = serve_command(port, "--stripe", stripe, "--answer-within", "2")
        with launched(command, ready=f"{url}/_tollbridge/health", cwd=ROOT):
            began = time.monotonic()
            status, document = post(url, {**FULL, "error_on_requires_action": charged})
            assert time.monotonic() - began < 20  # the SDK alone would wait for 80 s, and try again
    assert (status, document["error_code"]) == expected
