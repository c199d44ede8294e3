"""Webhooks of servers that are processes: none is lost where one is killed, and the commands show them."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
import stripe as sdk

from tests.consumer import Consumer, consuming
from tests.integration.conftest import ROOT
from tollbridge.launch import free_port, launched

KEY = {"Authorization": "Bearer sk_test_webhooks", "Content-Type": "application/x-www-form-urlencoded"}
PAID = {"amount": 1999, "currency": "usd", "payment_method": "pm_card_visa", "payment_method_types[]": "card"}
SECRET = "whsec_of_this_test"
KILLS = 2


@pytest.fixture
def consumer() -> Iterator[Consumer]:
    """A consumer of webhooks."""
    with consuming() as server:
        yield server


def begun(stack: ExitStack, *options: str) -> tuple["subprocess.Popen[bytes]", str]:
    """Start `tollbridge stripe`; the process, and its address."""
    url = f"http://127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "tollbridge", "stripe", "--quiet", "--port", url.rpartition(":")[2], *options]
    return stack.enter_context(launched(command, ready=f"{url}/_tollbridge/health", cwd=ROOT)), url


def paid(url: str) -> str:
    """Pay; the id of the intent."""
    with urlopen(Request(f"{url}/v1/payment_intents", urlencode(PAID | {"confirm": "true"}).encode(), KEY)) as answer:
        return str(json.load(answer)["id"])


def control(url: str, path: str) -> Any:
    """Ask the control API."""
    with urlopen(f"{url}/_tollbridge/simulator{path}") as answer:
        return json.load(answer)


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something is so, up to a minute."""
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def intents(consumer: Consumer) -> set[str]:
    """The intents whose success was delivered."""
    events = [
        sdk.Webhook.construct_event(one.body, one.headers["Stripe-Signature"], SECRET) for one in consumer.received
    ]
    return {event.data.object["id"] for event in events if event.type == "payment_intent.succeeded"}


def test_a_server_that_is_killed_loses_no_delivery(consumer: Consumer, tmp_path: Path) -> None:
    """Every payment that was acknowledged is delivered, by the server that starts on its state, signed as before."""
    state = f"sqlite:///{tmp_path / 'state.db'}"
    options = ("--state", state, "--webhook-to", consumer.url(), "--webhook-secret", SECRET, "--webhook-timeout", "0.5")
    acknowledged: set[str] = set()
    for _ in range(KILLS):
        with ExitStack() as stack:
            server, url = begun(stack, *options)
            acknowledged |= {paid(url) for _ in range(4)}
            server.send_signal(signal.SIGKILL)
            server.wait()
    with closing(sqlite3.connect(tmp_path / "state.db")) as database:
        (left,) = database.execute("SELECT count(*) FROM waiting").fetchone()
    assert left > 0, "nothing waited when the last server was killed: the test shows nothing"
    with ExitStack() as stack:
        _, url = begun(stack, *options)
        wait_for(lambda: control(url, "/webhooks")["waiting"] == 0)
    assert acknowledged <= intents(consumer)


def test_listen_and_trigger_show_what_is_delivered(consumer: Consumer) -> None:
    """Each event and each answer on a line, as Stripe's CLI shows them; the endpoint is gone afterwards."""
    with ExitStack() as stack:
        _, url = begun(stack)
        command = [sys.executable, "-m", "tollbridge", "listen", "--server", url, "-f", consumer.url()]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as listening:
            assert listening.stdout
            ready = listening.stdout.readline()
            assert ready.startswith("> Ready! Your webhook signing secret is whsec_")
            trigger = [sys.executable, "-m", "tollbridge", "trigger", "payment_intent.succeeded", "--server", url]
            said = subprocess.run(trigger, capture_output=True, check=True, cwd=ROOT, text=True).stdout
            assert "Trigger succeeded!" in said
            lines = [listening.stdout.readline() for _ in range(6)]
            listening.send_signal(signal.SIGINT)
            assert listening.wait(20) == 0
        for kind in ("payment_intent.created", "charge.succeeded", "payment_intent.succeeded"):
            assert any(f"   --> {kind} [evt_3" in line for line in lines)
        assert sum(f"  <--  [200] POST {consumer.url()} [evt_3" in line for line in lines) == 3
        with urlopen(Request(f"{url}/v1/webhook_endpoints", headers=KEY)) as answer:
            assert json.load(answer)["data"] == []
