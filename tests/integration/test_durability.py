"""The loop of `make prove`, a few turns of it."""

import subprocess
import sys

import pytest

from tests.integration.conftest import ROOT


@pytest.mark.long
def test_a_few_kills_lose_nothing() -> None:
    """Two on each state; `make prove` does fifty."""
    command = [sys.executable, "-m", "scripts.durability", "--kills", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(", 0 lost") == 2
