"""Our checks in plain Schemathesis: `st run` with our hooks, against a server with a fault."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tollbridge.launch import free_port, launched
from tollbridge.verify.checks import CHECKS

ROOT = Path(__file__).resolve().parents[2]
ST = str(Path(sys.executable).parent / "st")
HOOKS = {**os.environ, "SCHEMATHESIS_HOOKS": "tollbridge.schemathesis_hooks"}
FINDS = ["--seed", "1", "--max-examples", "5", "--phases", "examples,fuzzing"]


def test_st_shows_what_our_check_finds() -> None:
    """A success without its secret is a failure of `st run`, in our check's words, and the others are silent."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    serve = [sys.executable, "-m", "mutants.serve", "secret_missing", "--quiet", "--port", str(port)]
    ours = ",".join(f"tollbridge_{name.replace('-', '_')}" for name, one in CHECKS.items() if "stripe" not in one.needs)
    with launched(serve, ready=f"{url}/_tollbridge/health", cwd=ROOT):
        command = [ST, "run", "openapi.yaml", "--url", url, "--checks", ours, *FINDS]
        done = subprocess.run(command, cwd=ROOT, env=HOOKS, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert {*re.findall(r"check failed: `(\w+)`", done.stdout)} == {"tollbridge_answer_schema"}
    assert "#/client_secret of the 200 breaks the contract" in done.stdout
    assert "rules: secret.form" in done.stdout
