"""Stripe's official Node client against the simulator over HTTP."""

import subprocess
from pathlib import Path

import pytest

from tests.integration.test_simulator_sdk import served
from tests.unit.stripe_calls import SEED
from tollbridge.simulator import Simulator

CLIENT = Path(__file__).parent / "node_client"
STEPS = [
    "create and confirm",
    "decline",
    "3-D Secure",
    "capture and cancel",
    "idempotent replay",
    "keep a card and subscribe",
    "refund",
    "pay a subscription in the browser",
    "list and expand",
    "webhook",
]

pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def installed() -> None:
    """The client, as its lock has it."""
    stamp, lock = CLIENT / "node_modules/.package-lock.json", CLIENT / "package-lock.json"
    if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=CLIENT, check=True, capture_output=True)


@pytest.mark.usefixtures("installed")
def test_the_node_client_runs_its_scenario() -> None:
    """Every step of it goes as it does at Stripe."""
    with served(Simulator(SEED), "") as url:
        done = subprocess.run(
            ["node", CLIENT / "scenario.mjs", url], capture_output=True, text=True, timeout=60, check=False
        )
    assert done.stderr == ""
    assert (done.returncode, done.stdout.splitlines()) == (0, STEPS)
