"""`--fallback`: another stand-in for Stripe answers what the simulator cannot, and is bounded like any stranger."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from tests.threads import served
from tollbridge.compose import Options, compose_stripe
from tollbridge.gateway import GatewayError
from tollbridge.simulator.server import fallback

KEY = {"Authorization": "Bearer sk_test_0123456789"}
OTHERS = {"object": "other", "id": "x"}
MARK = "tollbridge-fallback"


@dataclass
class StandIn:
    """Another stand-in.

    Args:
        url: its address.
        status: that it answers with.
        body: that it answers with.
        kind: its media type.
        wait: seconds before that.
        asked: what it was asked: method, path, body and headers.
    """

    url: str = ""
    status: int = 200
    body: bytes = json.dumps(OTHERS).encode()
    kind: str = "application/json"
    wait: float = 0.0
    asked: list[tuple[str, str, str, dict[str, str]]] = field(default_factory=list)

    def calls(self) -> list[tuple[str, str, str]]:
        """What it was asked but for its version."""
        return [(method, path, body) for method, path, body, _ in self.asked if path != "/"]


@contextmanager
def standing_in(**more: Any) -> Iterator[StandIn]:
    """Serve one on loopback."""
    stand_in = StandIn(**more)

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer whatever is asked."""
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            stand_in.asked.append((self.command, self.path, sent, headers))
            time.sleep(stand_in.wait)
            self.send_response(stand_in.status)
            self.send_header("Content-Type", stand_in.kind)
            self.send_header("Stripe-Mock-Version", "0.203.0")
            self.send_header("Set-Cookie", "a=b")
            self.send_header("Content-Length", str(len(stand_in.body)))
            self.end_headers()
            with suppress(OSError):  # a client that has read enough is gone
                self.wfile.write(stand_in.body)

        do_POST = do_DELETE = do_GET  # noqa: N815 - the library's names

        def log_message(self, *_said: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    stand_in.url = f"http://127.0.0.1:{server.server_port}"
    with served(server):
        yield stand_in


@contextmanager
def ours(url: str) -> Iterator[httpx.Client]:
    """The simulator alone, with a stand-in behind it."""
    with TestClient(compose_stripe(Options(fallback=url)), base_url="http://localhost:12111", headers=KEY) as http:
        yield http


@pytest.mark.parametrize(
    ("method", "target", "form"),
    [
        ("GET", "/v1/coupons?limit=3", {}),
        ("POST", "/v1/coupons", {"percent_off": "5"}),
        ("POST", "/v1/customers", {"cash_balance[settings][reconciliation_mode]": "manual"}),
        ("GET", "/v1/payment_intents/pi_123", {}),
        ("POST", "/v1/payment_intents/pi_123/capture", {}),
        ("DELETE", "/v1/customers/cus_123", {}),
        ("POST", "/v1/subscriptions", {"customer": "cus_123", "items[0][price]": "price_123"}),
        ("GET", "/v1/accounts/acct_123", {}),
        ("GET", "/v2/core/events", {}),
    ],
)
def test_what_the_simulator_cannot_answer_is_answered(method: str, target: str, form: dict[str, str]) -> None:
    """Routes, parameters and objects that it does not have: sent on as they came, and marked by a header."""
    with standing_in() as stand_in, ours(stand_in.url) as http:
        answer = http.request(method, target, data=form, headers={"Idempotency-Key": "k", "Cookie": "c=d"})
        assert (answer.status_code, answer.json(), answer.headers[MARK]) == (200, OTHERS, stand_in.url)
        assert answer.headers["stripe-mock-version"] == "0.203.0"
        assert "set-cookie" not in answer.headers
        [(sent_method, sent_target, body)] = stand_in.calls()
        assert (sent_method, sent_target) == (method, target)
        assert body == str(httpx.QueryParams(form))
        headers = stand_in.asked[-1][3]
        assert (headers["authorization"], headers["idempotency-key"]) == (KEY["Authorization"], "k")
        assert "cookie" not in headers


def test_what_the_simulator_has_stays_its_own() -> None:
    """Answers, refusals and faults; they bear the other one's version, by which suites know stripe-mock."""
    fault = {"Tollbridge-Fault": "501"}
    with standing_in() as stand_in, ours(stand_in.url) as http:
        form = {"amount": "1000", "currency": "usd"}
        for answer, status in (
            (http.post("/v1/payment_intents", data=form), 200),
            (http.post("/v1/payment_intents", data={"amount": "1"}), 400),
            (http.get("/v1/nope"), 404),
            (http.get("/"), 404),
            (http.post("/v1/payment_intents", data=form, headers=fault), 501),
            (http.get("/v1/customers", headers={"Authorization": "Bearer nope"}), 401),
        ):
            assert answer.status_code == status
            assert MARK not in answer.headers
            assert answer.headers["stripe-mock-version"] == "0.203.0"
        assert stand_in.calls() == []


@pytest.mark.parametrize(
    "broken",
    [{"status": 500}, {"kind": "text/html"}, {"body": b"x" * 3000}, {"wait": 0.5}],
    ids=["error", "no JSON", "too long", "too slow"],
)
def test_a_stand_in_that_cannot_answer_changes_nothing(broken: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator's own refusal stays, within a bounded time and number of bytes."""
    monkeypatch.setattr(fallback, "MAX_BODY", 2000)
    monkeypatch.setattr(fallback.Fallback.__init__, "__defaults__", (0.2,))
    with standing_in(**broken) as stand_in, ours(stand_in.url) as http:
        for target, status in (("/v1/coupons", 501), ("/v1/payment_intents/pi_123", 404)):
            answer = http.get(target)
            assert (answer.status_code, MARK in answer.headers) == (status, False)
            assert "error" in answer.json()


def test_nobody_at_the_address_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """The simulator answers as it does without one, and the log says so."""
    with ours("http://127.0.0.1:9") as http:
        assert http.get("/v1/coupons").status_code == 501
        assert "stripe-mock-version" not in http.get("/v1/customers").headers
    assert "--fallback http://127.0.0.1:9 gave no answer: ConnectError" in caplog.text


def test_a_stand_in_that_does_not_answer_is_not_waited_for_by_every_call(caplog: pytest.LogCaptureFixture) -> None:
    """For its version it is asked once in a while only: what the simulator has itself comes at once."""
    with ours("http://127.0.0.1:9") as http:
        for _ in range(5):
            assert http.get("/v1/customers").status_code == 200
    assert caplog.text.count("gave no answer") == 1


@pytest.mark.parametrize("url", ["stripe-mock", "ftp://x", "https://api.stripe.com"])
def test_what_is_no_stand_in_stops_the_start(url: str) -> None:
    """With a sentence that names the option; Stripe itself is none."""
    with pytest.raises(GatewayError, match="--fallback"):
        compose_stripe(Options(fallback=url))
