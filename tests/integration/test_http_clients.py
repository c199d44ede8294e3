"""Clients that offer another protocol with a POST, as they are: Java's own, and curl."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.wire_rows import API, STRIPE, Door

JAVA = Path(__file__).parent / "clients" / "Client.java"
DOORS = {"api": API, "stripe": STRIPE}

needs_java = pytest.mark.skipif(
    shutil.which("javac") is None, reason="no JDK is here (Debian and Ubuntu: apt install default-jdk-headless)"
)


def offers_http2() -> bool:
    """Tell whether there is a curl that can offer HTTP/2."""
    if shutil.which("curl") is None:
        return False
    said = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True).stdout
    return "HTTP2" in said.split()


needs_curl = pytest.mark.skipif(not offers_http2(), reason="no curl with HTTP/2 is here (apt install curl)")


def values(door: Door) -> tuple[str, str]:
    """Return the Content-Type and the Authorization of a door; empty where it needs none."""
    sent = dict(line.decode().split(": ", 1) for line in door.headers)
    return sent["Content-Type"], sent.get("Authorization", "")


@needs_java
@pytest.mark.parametrize("name", DOORS)
def test_java(name: str, request: pytest.FixtureRequest) -> None:
    """java.net.http gets 200 for each POST: offering h2c and not, of known length, chunked, and waiting for 100."""
    door = DOORS[name]
    url = request.getfixturevalue({"api": "server_url", "stripe": "stripe_url"}[name]) + door.path.decode()
    command = ["java", str(JAVA), url, *values(door), door.body.decode()]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert run.stdout.splitlines() == ["200 HTTP_1_1"] * 12, run.stdout + run.stderr


@needs_curl
@pytest.mark.parametrize("name", DOORS)
def test_curl(name: str, request: pytest.FixtureRequest) -> None:
    """`curl --http2` gets 200, small and as a body that waits for 100."""
    door = DOORS[name]
    url = request.getfixturevalue({"api": "server_url", "stripe": "stripe_url"}[name]) + door.path.decode()
    media, key = values(door)
    sent = ["-H", f"Content-Type: {media}", "-H", f"Authorization: {key}" if key else "Authorization:"]
    for more in ([], ["-H", "Expect: 100-continue"], ["-H", "Transfer-Encoding: chunked"]):
        command = ["curl", "-sS", "--http2", "-o", "/dev/null", "-w", "%{http_code} %{http_version}"]
        command += [*sent, *more, "--data-binary", door.body.decode(), url]
        run = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert run.stdout == "200 1.1", run.stdout + run.stderr
