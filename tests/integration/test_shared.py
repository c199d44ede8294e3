"""`--host 0.0.0.0`, as a process: what is said, what is open, and what the control token opens."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

import pytest

from tests.integration.conftest import ROOT
from tests.integration.test_cli import tollbridge
from tests.wire_rows import GOOD, PATH
from tollbridge.launch import answers, free_port
from tollbridge.verify.target.target import desk_tokens
from tollbridge.world import load_world

TOKEN = "c0ntrol-t0ken"
JSON = {"Content-Type": "application/json"}
KEY = {"Authorization": "Bearer sk_test_123"}
CONTROL = {
    "POST /_tollbridge/tokens": b'{"account":1}',
    "GET /_tollbridge/simulator/snapshot": b"",
    "GET /_tollbridge/simulator/record": b"",
    "POST /_tollbridge/simulator/faults": b'{"kind":"429"}',
    "PUT /_tollbridge/simulator/clock": b'{"advance":1}',
    "POST /_tollbridge/simulator/reset": b"",
}


class Running:
    """A server that listens on every address.

    Args:
        process: of the command.
        port: on 127.0.0.1.
    """

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.process = process
        self.port = port
        self.said = self.out = ""

    def asked(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Send one request; status, and document where there is one."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body or None, {**(JSON if body else {}), **(headers or {})})
            answer = connection.getresponse()
            content = answer.read()
            is_json = (answer.headers["content-type"] or "").endswith(("/json", "+json"))
            return answer.status, json.loads(content) if is_json else content
        finally:
            connection.close()


@contextmanager
def running(*arguments: str, command: str = "serve", host: str = "0.0.0.0") -> Iterator[Running]:
    """Run the command; what it said is there afterwards."""
    port = free_port()
    line = [sys.executable, "-m", "tollbridge", command, "--host", host, "--port", str(port), *arguments]
    pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(line, text=True, cwd=ROOT, **pipes)
    server = Running(process, port)
    try:
        until = time.monotonic() + 60
        while not answers(f"http://127.0.0.1:{port}/_tollbridge/health"):
            assert time.monotonic() < until
            time.sleep(0.02)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        server.out, server.said = process.communicate(timeout=60)


def test_without_a_control_token_the_api_is_open_and_control_is_off() -> None:
    """Each route of control is a 403 that says what to type; one warning and the banner say what is open."""
    with running() as server:
        assert server.asked("POST", PATH, GOOD)[0] == 200
        assert server.asked("GET", "/_tollbridge/ready")[0] == 200
        assert server.asked("GET", "/_tollbridge/docs")[0] == 200
        for route, body in CONTROL.items():
            status, problem = server.asked(*route.split(" "), body)
            assert (status, problem["error_code"]) == (403, "control-off")
            assert "--control-token" in problem["detail"]
        status, refused = server.asked("GET", "/_tollbridge/stripe/v1/payment_intents", headers=KEY)
        assert (status, refused["error"]["code"]) == (403, "control_off")
        done = tollbridge("token", "--account", "1", "--url", f"http://127.0.0.1:{server.port}")
        assert done.returncode == 1
        assert "--control-token" in done.stderr
    warnings = [line for line in server.said.splitlines() if line.startswith("WARNING")]
    assert len([line for line in warnings if "0.0.0.0" in line]) == 1
    assert "  network   http://" in server.said
    assert "control   off; --control-token TOKEN turns it on" in server.said


@pytest.mark.parametrize("by", ["option", "environment"])
def test_the_control_token_opens_control_and_secret_keys(by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To requests that have it in the header, to Stripe's clients that have it in their key, to our own commands."""
    options = ["--control-token", TOKEN] if by == "option" else []
    if by == "environment":
        monkeypatch.setenv("TOLLBRIDGE_CONTROL_TOKEN", TOKEN)
    with running(*options) as server:
        for route, body in CONTROL.items():
            assert server.asked(*route.split(" "), body)[1]["error_code"] == "control-token-required"
            status, _ = server.asked(*route.split(" "), body, {"Tollbridge-Control-Token": TOKEN})
            assert status in (200, 201, 204), route
        for key, expected in {f"sk_test_{TOKEN}": 200, "sk_test_123": 403}.items():
            url = "/_tollbridge/stripe/v1/payment_intents"
            assert server.asked("GET", url, headers={"Authorization": f"Bearer {key}"})[0] == expected
        where = ["--url", f"http://127.0.0.1:{server.port}"]
        done = tollbridge("token", "--account", "1", *where, *options)
        assert done.returncode == 0, done.stderr
        assert done.stdout.count(".") == 2
        world = load_world(ROOT / "tollbridge/world/default.yaml")
        url = f"http://127.0.0.1:{server.port}"
        assert set(desk_tokens(url, world, TOKEN).good) == set(world.accounts)
        assert desk_tokens(url, world).good == {}
    assert TOKEN not in server.said + server.out
    assert "with the control token" in server.said


def test_an_empty_token_of_the_environment_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """As docker compose passes an unset variable on: control stays off, and nothing matches an empty token."""
    monkeypatch.setenv("TOLLBRIDGE_CONTROL_TOKEN", "")
    with running("--quiet") as server:
        for token in ({}, {"Tollbridge-Control-Token": ""}):
            status, problem = server.asked("POST", "/_tollbridge/simulator/reset", headers=token)
            assert (status, problem["error_code"]) == (403, "control-off")
    assert server.said.count("\n") == 1
    assert "control-token" in server.said


def test_the_stripe_command_shares_stripe_and_not_its_control() -> None:
    """Beyond this machine any key is let in, which is what it is started for; control asks for the token."""
    with running("--allow-host", "stripe", "--control-token", TOKEN, command="stripe") as server:
        for host in ("stripe:12111", "localhost"):
            assert server.asked("GET", "/v1/payment_intents", headers=KEY | {"Host": host})[0] == 200
        assert server.asked("GET", "/v1/payment_intents", headers=KEY | {"Host": "other"})[0] == 421
        reset = ("POST", "/_tollbridge/simulator/reset", b"")
        assert server.asked(*reset)[0] == 403
        assert server.asked("GET", "/v1/customers", headers=KEY | {"Tollbridge-Fault": "500"})[0] == 403
        assert server.asked(*reset, {"Tollbridge-Control-Token": TOKEN})[0] == 204
    assert "WARNING" in server.said
    assert "any key sk_test_" in server.said


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_on_this_machine_nothing_is_warned_of(host: str) -> None:
    """A server that listens on loopback has control without a token, and says nothing of a network."""
    with running(host=host) as server:
        assert server.asked("POST", "/_tollbridge/simulator/reset")[0] == 204
    assert "WARNING" not in server.said
    assert "network" not in server.said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--cors", "example.test"], "'example.test' is not an origin"),
        (["--cors", "https://a.example/"], "without a path"),
        (["--cors", "*", "--cors-credentials"], "every page"),
        (["--allow-host", "a:80"], "'a:80' is not a host"),
        (["--control-token", "a b"], "without spaces"),
    ],
)
def test_what_cannot_be_allowed_is_a_sentence(arguments: list[str], told: str) -> None:
    """Exit 1 with the reason, before anything is served."""
    done = tollbridge("serve", "--port", "0", *arguments)
    assert done.returncode == 1
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_log_of_a_process_has_no_secret_and_a_line_for_each_foreign_origin() -> None:
    """An unknown path with secrets is masked in the request log, and a refused origin is one line to act on."""
    secrets = ("pi_1_secret_C4n4ry", "sk_test_C4n4ry", "whsec_C4n4ry", "4242424242424242", "eyJhbGci.eyJzdWI.C4n4ry")
    with running(host="127.0.0.1") as server:
        for secret in secrets:
            assert server.asked("GET", f"/foo/{secret}/bar?client_secret={secret}")[0] == 404
        for _ in range(2):
            server.asked("POST", PATH, GOOD, {"Origin": "http://192.168.1.5:5173"})
    assert "C4n4ry" not in server.out + server.said
    assert "4242424242424242" not in server.out
    assert len(server.out.splitlines()) == 7
    told = [line for line in server.said.splitlines() if "192.168.1.5" in line]
    assert len(told) == 1
    assert told[0].endswith("--cors http://192.168.1.5:5173")
