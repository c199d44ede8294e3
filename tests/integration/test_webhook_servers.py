"""Webhooks of a server that is a process, as the commands show them; `test_durability.py` kills such servers."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

import pytest

from tests.consumer import Consumer, consuming
from tests.integration.conftest import ROOT
from tollbridge.launch import free_port, launched

KEY = {"Authorization": "Bearer sk_test_webhooks", "Content-Type": "application/x-www-form-urlencoded"}
SECONDS = 60
"""After which a command that says nothing more is ended: its next line would be waited for without an end."""


@pytest.fixture
def consumer() -> Iterator[Consumer]:
    """A consumer of webhooks."""
    with consuming() as server:
        yield server


@contextmanager
def listening_to(url: str, forward: str) -> Iterator["subprocess.Popen[str]"]:
    """Run `tollbridge listen`."""
    command = [sys.executable, "-m", "tollbridge", "listen", "--server", url, "-f", forward]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        over = threading.Timer(SECONDS, process.kill)
        over.start()
        try:
            yield process
        finally:
            over.cancel()
            process.kill()


def test_listen_and_trigger_show_what_is_delivered(consumer: Consumer) -> None:
    """Each event and each answer on a line, as Stripe's CLI shows them; the endpoint is gone afterwards."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "tollbridge", "stripe", "--quiet", "--port", str(port)]
    with launched(command, ready=f"{url}/_tollbridge/health", cwd=ROOT):
        with listening_to(url, consumer.url()) as listening:
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
