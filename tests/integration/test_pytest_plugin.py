"""The pytest plugin in a consumer's project: its fixtures, its tests of a target, and what a killed run leaves."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.threads import served
from tests.waiting import wait_until
from tollbridge.launch import answers, free_port

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/pytest.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)
WORLD = ROOT / "examples/world.yaml"
KILLED = """
import os, signal
from pathlib import Path

def test_killed(tollbridge_stripe):
    Path("url").write_text(tollbridge_stripe.url)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def pytest_in(project: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a consumer's pytest, without what the environment says of ours."""
    command = [sys.executable, "-m", "pytest", "-p", "no:schemathesis", "-p", "no:cacheprovider", *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A consumer's project, which knows nothing of ours and takes every warning for an error."""
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    return tmp_path


def test_the_pages_tests_pass_in_two_workers(project: Path) -> None:
    """What docs/pytest.md shows runs as it stands there, in each of xdist's workers, with its conftest.py."""
    shown, conftest = BLOCKS
    (project / "test_shown.py").write_text(shown)
    (project / "conftest.py").write_text(conftest)
    done = pytest_in(project, "-n", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{shown.count('def test_')} passed" in done.stdout


def test_no_server_outlives_a_pytest_that_is_killed(project: Path) -> None:
    """The server of a run that ends by SIGKILL ends with it."""
    (project / "test_killed.py").write_text(KILLED)
    assert pytest_in(project, "-p", "no:xdist").returncode == -9
    url = (project / "url").read_text()
    wait_until(lambda: not answers(url))


@pytest.mark.long
def test_a_finding_is_the_failure_of_its_test(project: Path) -> None:
    """A target with a fault fails one test with the finding and its script; others pass, or are skipped."""
    target = f"{sys.executable} {ROOT}/examples/flask_server/faulty.py $PORT {WORLD}"
    asked = ["--tollbridge-start", target, "--tollbridge-world", str(WORLD)]
    asked += ["--tollbridge-fail-fast", "--tollbridge-html", "found.html"]
    done = pytest_in(project, "-rs", *asked)
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(r"^=+ 1 failed, \d\d passed, \d\d skipped in", done.stdout, re.M), done.stdout
    assert "tollbridge create_payment_intent[subscription-stays]" in done.stdout
    assert 'E        curl -X POST --path-as-is "$TARGET"/api/payment/intent' in done.stdout
    assert "not applicable: no choice of ours on it is held: --hold problems" in done.stdout
    assert "subscription-stays" in (project / "found.html").read_text()


@pytest.fixture
def broken() -> Iterator[tuple[str, list[str]]]:
    """A target that answers 500 to everything, and the requests that it got."""
    got: list[str] = []

    class Broken(BaseHTTPRequestHandler):
        def handle(self) -> None:
            got.append(self.client_address[0])
            super().handle()

        def do_POST(self) -> None:
            self.send_error(500)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Broken)
    with served(server):
        yield f"http://127.0.0.1:{server.server_address[1]}", got


@pytest.mark.long
def test_one_run_feeds_the_tests_of_all_workers(project: Path, broken: tuple[str, list[str]]) -> None:
    """With two workers the target is asked as often as the one report says, which `--tollbridge-json` writes."""
    url, got = broken
    asked = ["--tollbridge-url", url, "--tollbridge-fail-fast", "--tollbridge-json", "found.json"]
    done = pytest_in(project, "-n", "2", *asked)
    kept = json.loads((project / "found.json").read_bytes())
    assert re.search(rf"^=+ {len({one['check'] for one in kept['findings']})} failed, ", done.stdout, re.M), done.stdout
    assert kept["calls"] <= len(got) < 2 * kept["calls"]


def test_a_target_that_cannot_be_asked_fails_with_a_sentence(project: Path) -> None:
    """A test that is chosen by -k fails with what the harness says, and with nothing of the plugin's own code."""
    url = f"http://127.0.0.1:{free_port()}"
    done = pytest_in(project, "-k", "[one-intent]", "--tollbridge-url", url, "--tollbridge-json", "found.json")
    assert done.returncode == 1
    assert "1 failed" in done.stdout
    assert "E   Error: No target answers" in done.stdout
    assert "harness.py" not in done.stdout
    assert not (project / "found.json").exists()
