"""The peer: stock Schemathesis, every check on, on the same mutants, in the time that the harness took at least."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from mutants.matrix import ROOT, Result
from mutants.mutant import Mutant
from tollbridge.launch import LaunchError, free_port, launched

LEAST_SECONDS = 15
"""It gets this long where the harness took less: its own run is not to be cut short."""


def stock_judged(mutant: Mutant, result: Result) -> Result:
    """Return the result with the verdict of stock Schemathesis.

    Args:
        mutant: which is served with the simulator in its own process.
        result: of the harness.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    serve = [sys.executable, "-m", "mutants.serve", mutant.name, "--quiet", "--host", "127.0.0.1", "--port", str(port)]
    seconds = max(LEAST_SECONDS, result.took)
    fuzz = [str(Path(sys.executable).parent / "schemathesis"), "run", "openapi.yaml", "--url", url, "--seed", "1"]
    try:
        with launched(serve, ready=f"{url}/_tollbridge/health", cwd=ROOT):
            done = subprocess.run(fuzz, cwd=ROOT, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return replace(result, stock=False)
    except LaunchError:
        return result
    return replace(result, stock=done.returncode != 0)
