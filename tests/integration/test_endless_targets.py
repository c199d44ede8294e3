"""Targets that answer, or ask Stripe, without an end: a run ends all the same, says so, and stays small."""

import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.hostile import code_of, serving
from tests.integration.conftest import ROOT
from tests.targets import broken_target
from tollbridge.launch import free_port

WORLD = str(ROOT / "examples" / "world.yaml")
MEGABYTES = 1024
"""Kilobytes, as the system counts the memory of a process."""


def verify(*arguments: str | Path, within: float = 240) -> tuple[int, str, int]:
    """Run the command; its exit code, what it printed, and the most megabytes that it had."""
    command = [sys.executable, "-m", "tollbridge", "verify", *map(str, arguments), "--world", WORLD]
    with tempfile.TemporaryFile() as output:
        run = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        until = time.monotonic() + within
        while (ended := os.wait4(run.pid, os.WNOHANG))[0] == 0:
            if time.monotonic() > until:
                run.kill()
                pytest.fail(f"no end within {within} s")
            time.sleep(0.05)
        run.returncode = os.waitstatus_to_exitcode(ended[1])
        output.seek(0)
        return run.returncode, output.read().decode(), ended[2].ru_maxrss // MEGABYTES


def answering(body: bytes) -> bytes:
    """An answer with a long problem."""
    head = f"HTTP/1.1 400 Bad\r\nContent-Type: application/problem+json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@pytest.mark.parametrize("kind", ["floods", "drips"])
def test_an_answer_without_an_end_gets_no_script(kind: str, tmp_path: Path) -> None:
    """It is a finding, shown again with Stripe set back, and the report says why it has no script."""
    with broken_target(kind) as url:
        listen = f"127.0.0.1:{free_port()}"
        asked = [url, "--stripe-listen", listen, "--answer-within", "0.5", "--max-time", "15", "--scripts", tmp_path]
        code, output, _ = verify(*asked)
    assert code == 1, output
    assert "none is made for an answer that does not end" in output
    assert [*tmp_path.iterdir()] == []


def test_a_drip_does_not_outlast_the_run() -> None:
    """The first calls, before any case, are bounded by --max-time too."""
    with broken_target("drips") as url:
        code, output, _ = verify(url, "--answer-within", "2", "--max-time", "5")
    assert code in (1, 2), output
    assert "not reached: --max-time 5 s was over" in output
    assert "Traceback" not in output


SLOW = (
    "violates {}",
    "{} com.com.com.",
    "at at at at at {}",
    "UPDATE {} SET",
    'File "{}',
    "SELECT {} FRO",
    "A:\\\\{}",
    "pi_{}_secret",
)
"""What patterns are looked for in, and take long where their repetitions have no bound."""


@pytest.mark.long
def test_answers_that_patterns_take_long_for() -> None:
    """Nearly a megabyte of what the checks look for, over and over, is judged like any other answer."""
    texts = itertools.cycle(
        [text.format("at com. a" * 100_000) for text in SLOW] + [text.format("a" * 900_000) for text in SLOW]
    )
    with serving(lambda _: answering(json.dumps({"detail": next(texts)}).encode())) as url:
        code, output, _ = verify(url, "--max-time", "20", "--max-examples", "0")
    assert code == 1, output
    assert "Traceback" not in output


@pytest.mark.long
def test_findings_without_an_end_are_bounded(tmp_path: Path) -> None:
    """A target that answers each request with something else ends the run with so many findings; all of it is small."""
    numbers = itertools.count()
    long = "x" * 400_000

    def answer(_: bytes) -> bytes:
        return answering(
            json.dumps({"error_code": code_of(next(numbers)), "instance": long, "detail": long[:9]}).encode()
        )

    with serving(answer) as url:
        asked = [url, "--max-time", "120", "--max-examples", "0", "--checks", "accepts-valid"]
        code, output, most = verify(*asked, "--json", tmp_path / "report.json")
    assert code == 1, output
    assert "200 findings are enough" in output
    assert (tmp_path / "report.json").stat().st_size < 1_000_000
    assert most < 500


def test_a_target_that_floods_stripe_ends_the_run() -> None:
    """It asks Stripe over and over for one request: the run ends with what it has, and stays small."""
    port = free_port()

    def answer(_: bytes) -> bytes:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            for _ in range(600):
                line.sendall(b"GET /v1/customers/x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer sk_test_x\r\n\r\n")
                line.recv(65_536)
        return answering(b"{}")

    with serving(answer) as url:
        code, output, most = verify(
            url, "--stripe-listen", f"127.0.0.1:{port}", "--max-examples", "0", "--max-time", "60"
        )
    assert code in (1, 2), output
    assert "not finished: the target asked Stripe more than 500 times for one request" in output
    assert most < 500
