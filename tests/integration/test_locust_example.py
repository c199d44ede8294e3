"""examples/locust, as its README says: Locust in a folder of its own, against our server and against Prism."""

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.conftest import ROOT
from tests.waiting import wait_until
from tollbridge.launch import free_port, launched

EXAMPLE = ROOT / "examples" / "locust"
PRISM = ROOT / "bench/node_modules/.bin/prism"
SHOWN, LEAST = 6, 10
"""Examples of the bundled contract, and requests of each that are waited for."""


@pytest.fixture(scope="module")
def locust(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Locust's command, installed by the README's first line."""
    folder = tmp_path_factory.mktemp("locust")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin" / "pip"), "install", "--quiet", "-r", str(EXAMPLE / "requirements.txt")]
    subprocess.run(pip, check=True, timeout=300)
    return folder / "bin" / "locust"


@contextmanager
def prism() -> Iterator[str]:
    """Prism, installed first where it is not there."""
    if not PRISM.exists():
        subprocess.run(["npm", "ci", "--prefix", "bench"], cwd=ROOT, check=True, timeout=300)
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [str(PRISM), "mock", "-m", "false", "-v", "error", "-h", "127.0.0.1", "-p", str(port), "openapi.yaml"]
    with launched(command, ready=url, cwd=ROOT, within=60):
        yield url


def counted(folder: Path) -> dict[str, tuple[int, int]]:
    """What Locust has counted of each example: requests, and failures."""
    path = folder / "load_stats.csv"
    rows = [*csv.DictReader(path.read_text("utf-8").splitlines())] if path.exists() else []
    return {
        row["Name"]: (int(row["Request Count"]), int(row["Failure Count"]))
        for row in rows
        if row["Name"] != "Aggregated"
    }


def loaded(locust: Path, url: str, folder: Path) -> dict[str, int]:
    """Load a server by two processes of Locust until each example was sent; the requests of each."""
    command = [str(locust), "-f", "examples/locust/locustfile.py", "--host", url, "--headless", "--users", "4"]
    command += ["--processes", "2", "--csv", str(folder / "load"), "--only-summary"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) as load:  # type: ignore[call-overload]
        try:
            wait_until(lambda: sum(requests > LEAST for requests, _ in counted(folder).values()) == SHOWN)
        finally:
            load.terminate()
            said = load.communicate(timeout=60)[0]
    assert load.returncode == 0, said
    assert {failures for _, failures in counted(folder).values()} == {0}, said
    return {name: requests for name, (requests, _) in counted(folder).items()}


@pytest.mark.long
def test_our_server_and_prism_answer_every_example(locust: Path, server_url: str, tmp_path: Path) -> None:
    """Nothing fails, every example is sent, and one as often as another."""
    ours = loaded(locust, server_url, tmp_path)
    assert len(ours) == SHOWN
    assert max(ours.values()) - min(ours.values()) < 0.5 * max(ours.values())
    (tmp_path / "load_stats.csv").unlink()
    with prism() as url:
        assert loaded(locust, url, tmp_path).keys() == ours.keys()
