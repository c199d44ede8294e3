"""`make truth`: the facts, asked of a Stripe."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.integration.conftest import ROOT
from tests.integration.test_stripe_command import running


def truth(*arguments: str) -> dict[str, Any]:
    """Run the command; the table."""
    command = [sys.executable, "-m", "tests.truth", *arguments, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.long
def test_facts_are_asked_of_a_server() -> None:
    """A few rows hold where our simulator is at an address, as they do in this process."""
    with running() as url:
        figures = truth(url, "--only", "i")["figures"]
    assert figures["holds"] >= 4
    assert figures["differs"] == 0


@pytest.mark.long
def test_our_simulator_differs_in_no_fact_at_an_address() -> None:
    """What is told as a difference there would be the fault of the asking."""
    with running() as url:
        table = truth(url)
    assert [line for line in table["facts"] if line["verdict"] == "differs"] == []
    assert table["figures"]["holds"] > 140
