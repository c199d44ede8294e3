"""Run stock Schemathesis, with schemathesis.toml, against a server that is started for it.

Arguments go to `schemathesis run`: `scripts/fuzz.py --max-examples 500 --seed 1`.
"""

import subprocess
import sys
from pathlib import Path

from tollbridge.launch import free_port, launched

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent


def main(arguments: list[str]) -> int:
    """Return Schemathesis' exit code: 0 for no failure."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = [str(PROGRAMS / "tollbridge"), "serve", "--quiet", "--host", "127.0.0.1", "--port", str(port)]
    fuzz = [str(PROGRAMS / "schemathesis"), "run", "openapi.yaml", "--url", url, *arguments]
    with launched(server, ready=f"{url}/_tollbridge/health"):
        return subprocess.run(fuzz, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
