"""`tollbridge verify --workers`: the verdicts on faulty targets are those of a run by one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.conftest import ROOT

FLASK = f"exec {sys.executable} examples/flask_server/faulty.py $PORT examples/world.yaml"
MUTANT = f"exec {sys.executable} -m mutants.serve {{}} --quiet --host 127.0.0.1 --port $PORT --stripe $STRIPE_API_BASE"
TARGETS = {
    "the example with a fault": (FLASK, "--world", "examples/world.yaml"),
    "a disabled account is served": (MUTANT.format("disabled_account_accepted"), "--hold", "choice"),
}

WHOLE = ("--profile", "thorough", "--max-examples", "0")
"""Nothing is left out: of what is thinned, parts play more to reach each problem by themselves."""


@pytest.mark.long
@pytest.mark.parametrize("target", TARGETS)
def test_workers_find_what_one_finds(target: str, tmp_path: Path) -> None:
    """Each check that finds something alone finds it side by side, and no other does; and there are scripts."""
    start, *options = TARGETS[target]
    found: list[set[str]] = []
    for workers in ("1", "2"):
        report = tmp_path / f"{workers}.json"
        command = [sys.executable, "-m", "tollbridge", "verify", "--start", start, *options, *WHOLE]
        done = subprocess.run(
            [*command, "--workers", workers, "--json", str(report)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 1, done.stdout + done.stderr
        document = json.loads(report.read_bytes())
        assert document["not_exercised"] == []
        roots = [finding for finding in document["findings"] if finding["follows_from"] is None]
        assert any(finding["scripts"] for finding in roots)
        found.append({finding["check"] for finding in roots})
    assert found[0] == found[1]
