"""`tollbridge verify --contract FILE URL` with mocks as the target: our own, and Prism."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import ROOT, serve_command
from tests.integration.test_verify import verify
from tests.unit.test_verify_chains import CONTRACT as ORDERS
from tests.unit.test_verify_ordinary import CONTRACT as FEES
from tollbridge.launch import free_port, launched

PRISM = ROOT / "bench/node_modules/.bin/prism"
CONTRACTS = {"fees": FEES, "orders": ORDERS, "orders below a base path": ORDERS | {"servers": [{"url": "/shop/v2"}]}}


def judged(
    contract: Any, command: list[str], ready: str, url: str, folder: Path, examples: int
) -> tuple[int, dict[str, Any]]:
    """The exit code and the report of a run, the target started by a command."""
    path, report = folder / "openapi.json", folder / "report.json"
    path.write_text(json.dumps(contract))
    with launched(command, ready=ready):
        done = verify(
            "--contract", str(path), url, "--max-examples", str(examples), "--max-time", "60", "--json", str(report)
        )
    assert report.exists(), done.stdout + done.stderr
    return done.returncode, json.loads(report.read_bytes())


def test_our_own_mocks_are_clean(tmp_path: Path) -> None:
    """Mocks that keep nothing are held to the form of what they answer, and not to what was deleted before."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [*serve_command(port), "--contract", str(tmp_path / "openapi.json"), "--mock", "missing"]
    code, report = judged(ORDERS, command, f"{url}/_tollbridge/health", url, tmp_path, 0)
    assert (code, report["findings"], report["not_exercised"]) == (0, [], [])


@pytest.mark.long
@pytest.mark.skipif(not PRISM.exists(), reason="Prism is not here (npm ci in bench)")
@pytest.mark.parametrize("name", CONTRACTS)
def test_prism_is_judged_to_the_end(name: str, tmp_path: Path) -> None:
    """A run ends with findings or clean, every operation served; what is found is that a mock keeps nothing."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [str(PRISM), "mock", "-m", "false", "-v", "error", "-h", "127.0.0.1", "-p", str(port)]
    code, report = judged(CONTRACTS[name], [*command, str(tmp_path / "openapi.json")], url, url, tmp_path, 20)
    assert code in (0, 1)
    assert (report["not_exercised"], report["unfinished"], report["not_reached"]) == ([], None, None)
    assert {finding["check"] for finding in report["findings"]} <= {"serves-only-what-is-there", "documented-headers"}
    assert len(report["not_judged"]) == ("base path" in name)
