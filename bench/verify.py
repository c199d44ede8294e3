"""The harness beside stock Schemathesis: cases per second, and seconds to the first finding, on equal faulty servers.

    make bench-verify                       a few mutants, 30 seconds each
    make bench-verify ARGS="--seconds 60 hundredfold pretty"

Each target is our own server with one fault, as a process of its own; both tools get the same seconds for each, one
after the other. A case is a request: the calls that the harness counts, the test cases that `st run` counts. The clock
of a first finding begins with the tool's own start; `st run` is told to end with its first failure, and the harness
tells each as it is found. The harness starts its target itself, and anew for each script: its seconds include that.
"""

import argparse
import re
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tollbridge.launch import free_port, launched

ROOT = Path(__file__).resolve().parents[1]
ST = str(Path(sys.executable).parent / "st")
MUTANTS = ("hundredfold", "fee_for_the_platform", "secret_missing", "last_of_two_names_wins")
SERVED = [sys.executable, "-m", "mutants.serve"]


@dataclass(frozen=True)
class Speed:
    """The figures of one tool.

    Args:
        cases: how many requests; None where the tool was cut off before it told.
        seconds: that it took for them.
        first: seconds until its first finding; None without one.
    """

    cases: int | None
    seconds: float
    first: float | None


def harness(mutant: str, seconds: int) -> Speed:
    """Let the harness judge a mutant, as its client and as its Stripe."""
    start = shlex.join([*SERVED, mutant, "--quiet", "--no-prefer", "--host", "127.0.0.1"])
    start += ' --port "$PORT" --stripe "$STRIPE_API_BASE" --answer-within 3'
    command = [sys.executable, "-m", "tollbridge", "verify", "--start", start, "--hold", "choice"]
    began = time.monotonic()
    first = counted = None
    with subprocess.Popen(
        [*command, "--max-time", str(seconds)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            if first is None and line.startswith("found"):
                first = time.monotonic() - began
            counted = re.search(r"(\d+) calls in ([\d.]+) s", line) or counted
    return Speed(int(counted[1]), float(counted[2]), first) if counted else Speed(None, seconds, first)


def stock(mutant: str, seconds: int) -> Speed:
    """Let stock Schemathesis judge a mutant: once until its first failure, once for as long as it may."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    serve = [*SERVED, mutant, "--quiet", "--host", "127.0.0.1", "--port", str(port)]
    fuzz = [ST, "run", "openapi.yaml", "--url", url, "--seed", "1", "--max-examples", "100000"]
    with launched(serve, ready=f"{url}/_tollbridge/health", cwd=ROOT):
        began = time.monotonic()
        failed = _ended([*fuzz, "--max-failures", "1"], seconds)
        first = time.monotonic() - began if failed and "failure" in failed else None
        began = time.monotonic()
        whole = _ended([*fuzz, "--continue-on-failure", "--max-time", str(seconds)], 3 * seconds)
        took = time.monotonic() - began
    counted = re.search(r"(\d+) generated", whole or "")
    return Speed(int(counted[1]) if counted else None, took, first)


def _ended(command: list[str], seconds: int) -> str | None:
    """Return what a program printed; None where it did not end in time."""
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False).stdout
    except subprocess.TimeoutExpired:
        return None


def shown(speed: Speed) -> str:
    """Return a tool's two figures."""
    rate = "-" if speed.cases is None else f"{speed.cases / speed.seconds:.1f}"
    return f"{rate:>9}{'none' if speed.first is None else f'{speed.first:.1f} s':>10}"


def main() -> None:
    """Print a line for each mutant."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mutants", nargs="*", default=MUTANTS, help="names")
    parser.add_argument("--seconds", type=int, default=30, help="for each tool and mutant (30)")
    asked = parser.parse_args()
    print(f"{'':<26}{'tollbridge verify':>19}{'st run':>19}")
    print(f"{'fault':<26}{'cases/s':>9}{'first':>10}{'cases/s':>9}{'first':>10}")
    for mutant in asked.mutants:
        print(f"{mutant:<26}{shown(harness(mutant, asked.seconds))}{shown(stock(mutant, asked.seconds))}", flush=True)


if __name__ == "__main__":
    main()
