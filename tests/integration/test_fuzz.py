"""Stock Schemathesis against the running server; `make prove` runs it longer."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.long
@pytest.mark.parametrize("seed", ["1"])
def test_stock_schemathesis_finds_nothing(seed: str) -> None:
    """Every check of stock Schemathesis, with the committed settings, finds no failure."""
    command = [sys.executable, str(ROOT / "scripts/fuzz.py"), "--max-examples", "100", "--seed", seed]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "No issues found" in done.stdout


def test_the_settings_switch_no_check_off() -> None:
    """schemathesis.toml has every check on, and widens one by the status of a declined card alone."""
    checks = tomllib.loads((ROOT / "schemathesis.toml").read_text())["checks"]
    assert checks == {"enabled": True, "positive_data_acceptance": checks["positive_data_acceptance"]}
    accepted = set(checks["positive_data_acceptance"]["expected-statuses"])
    assert accepted == {"2xx", "401", "402", "403", "404", "409"}
