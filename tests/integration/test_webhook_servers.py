"""Webhooks of a server that is a process, as the commands show them; `test_durability.py` kills such servers."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.request import Request, urlopen

import pytest

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
            lines: list[str] = []
            while sum("  <--  [" in line for line in lines) < 3 and len(lines) < 12:
                lines.append(listening.stdout.readline())
            listening.send_signal(signal.SIGINT)
            assert listening.wait(20) == 0
        for kind in ("payment_intent.created", "charge.succeeded", "payment_intent.succeeded"):
            assert any(f"   --> {kind} [evt_3" in line for line in lines)
        assert sum(f"  <--  [200] POST {consumer.url()} [evt_3" in line for line in lines) >= 3
        with urlopen(Request(f"{url}/v1/webhook_endpoints", headers=KEY)) as answer:
            assert json.load(answer)["data"] == []
