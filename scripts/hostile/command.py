"""The same files, given to the command as a person gives them."""

import sys
import time
from pathlib import Path

from scripts.hostile.worker import ACCUSED, MAX_ADDRESSES, REFUSED, TAKEN, Outcome, content_of
from tollbridge.launch import LaunchError, free_port, launched

ROOT = Path(__file__).resolve().parent.parent.parent
OPTIONS = {"contract": "--contract={}", "world": "--world={}", "database": "--state=sqlite:///{}"}
BOUNDED = ["sh", "-c", f'ulimit -v {MAX_ADDRESSES // 1024}; exec "$@"', "sh"]
ENDED = "The process ended with code 1:\n"


def served_by_command(kind: str, seed: int, number: int, folder: Path) -> Outcome:
    """Start a server with a case's file, and stop it where it answers."""
    path = folder / f"{kind}-{number}-by-command"
    path.write_bytes(content_of(kind, seed, number))
    port = free_port()
    command = [*BOUNDED, sys.executable, "-m", "tollbridge", "serve", "--quiet", "--port", str(port)]
    begun = time.monotonic()
    verdict, said = _judged([*command, OPTIONS[kind].format(path)], port)
    return Outcome(kind, number, verdict, said, time.monotonic() - begun)


def _judged(command: list[str], port: int) -> tuple[str, str]:
    try:
        with launched(command, ready=f"http://127.0.0.1:{port}/_tollbridge/health", cwd=ROOT) as process:
            pass
    except LaunchError as error:
        good = str(error).startswith(ENDED) and "Traceback" not in str(error)
        return REFUSED if good else ACCUSED, str(error)
    code = process.returncode
    return (TAKEN, "") if code == 0 else (ACCUSED, f"a server that was asked to end did so with code {code}")
