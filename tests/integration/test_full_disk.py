"""An SQLite state on a disk that is full, and on one that is read-only."""

import errno
import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.conftest import ROOT
from tests.integration.test_replicas import BODY, KEY, asked
from tollbridge.launch import free_port, launched


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of three megabytes of its own."""
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(tmp_path)], capture_output=True, check=False
    )
    if made.returncode != 0:
        pytest.skip("only root may mount a tiny file system, and this is not root")
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)


@contextmanager
def served(disk: Path) -> Iterator[int]:
    """A server with its state on the disk; its port."""
    port = free_port()
    command = [sys.executable, "-m", "tollbridge", "serve", "--quiet", "--port", str(port), "--answer-within", "2"]
    command += ["--state", f"sqlite:///{disk}/state.db"]
    with launched(command, ready=f"http://127.0.0.1:{port}/_tollbridge/health", cwd=ROOT):
        yield port


def pay(port: int) -> tuple[int, dict[str, str]]:
    """Pay once; status and document."""
    status, document, _ = asked(port, "POST", "/api/payment/intent", json.dumps(BODY))
    return status, document


def fill(ballast: Path) -> None:
    """Leave no room on a file's disk."""
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


def assert_there(port: int, secrets: list[str]) -> None:
    """Every intent is there, with its secret."""
    for secret in secrets:
        path = f"/_tollbridge/stripe/v1/payment_intents/{secret.partition('_secret_')[0]}"
        status, document, _ = asked(port, "GET", path, headers=KEY)
        assert (status, document["client_secret"]) == (200, secret)


def test_a_full_disk_is_a_503_until_there_is_room_again(disk: Path) -> None:
    """Nothing that was acknowledged is lost; the same process goes on when there is room."""
    with served(disk) as port:
        secrets = [pay(port)[1]["client_secret"] for _ in range(3)]
        ballast = disk / "ballast"
        fill(ballast)
        status, document = 200, {}
        for _ in range(200):  # the file has some room of its own left
            status, document = pay(port)
            if status != 200:
                break
            secrets.append(document["client_secret"])
        assert (status, document["error_code"]) == (503, "provider-unavailable")
        ballast.unlink()
        status, document = pay(port)
        assert status == 200
        assert_there(port, [*secrets, document["client_secret"]])


def test_a_snapshot_that_no_temporary_folder_holds_is_a_503(disk: Path) -> None:
    """Neither taken nor put back: each is a problem that says why, and the state is as it was."""
    port = free_port()
    command = [sys.executable, "-m", "tollbridge", "stripe", "--quiet", "--port", str(port)]
    snapshot, ndjson = "/_tollbridge/simulator/snapshot", {"Content-Type": "application/x-ndjson"}
    customers = (f'["Customer",[{n},"cus_{n}","{"x" * 900}",null,null,1]]\n' for n in range(1, 10_001))
    large = '{"format":"tollbridge-simulator-1"}\n' + "".join(customers)  # more than is held in memory
    environment = {**os.environ, "TMPDIR": str(disk)}
    with launched(command, ready=f"http://127.0.0.1:{port}/_tollbridge/health", cwd=ROOT, env=environment):
        refused = asked(port, "PUT", snapshot, large, ndjson)
        assert (refused[0], refused[1]["detail"]) == (
            503,
            "There is no room for the snapshot: No space left on device.",
        )
        assert asked(port, "GET", "/_tollbridge/simulator/")[1]["objects"]["Customer"] < 100
        subprocess.run(["mount", "-o", "remount,size=30m", str(disk)], check=True)
        assert put(port, snapshot, large) == 204
        subprocess.run(["mount", "-o", "remount,size=3m", str(disk)], check=True)
        refused = asked(port, "GET", snapshot)
        assert (refused[0], refused[1]["detail"]) == (
            503,
            "There is no room for the snapshot: No space left on device.",
        )
        assert asked(port, "GET", "/_tollbridge/simulator/")[1]["objects"]["Customer"] > 10_000


def put(port: int, path: str, body: str) -> int:
    """Put a snapshot back; the status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("PUT", path, body, {"Content-Type": "application/x-ndjson"})
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_read_only_disk_is_a_sentence_and_what_was_there_is_there_afterwards(disk: Path) -> None:
    """A server that finds its file read-only does not start: exit 1 with the reason. Writable again, all is there.

    Under a running server nobody can make it read-only: the kernel refuses while the file is open for writing.
    """
    with served(disk) as port:
        secrets = [pay(port)[1]["client_secret"] for _ in range(3)]
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    command = [sys.executable, "-m", "tollbridge", "serve", "--state", f"sqlite:///{disk}/state.db", "--port", "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: --state: the database sqlite:///{disk}/state.db cannot be used:")
    assert "Traceback" not in done.stderr
    with served(disk) as port:
        assert_there(port, secrets)
        assert pay(port)[0] == 200
