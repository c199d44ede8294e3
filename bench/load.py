"""One round of load: wrk against a server, and what the round cost."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from servers import BenchError, Server

SCRIPT = Path(__file__).with_name("post.lua")
CONNECTIONS = 16
MARK = "TOLL "


@dataclass(frozen=True)
class Round:
    """The figures of one round.

    Args:
        rate: requests per second.
        cpu: microseconds of the server's CPU per request.
        p50: milliseconds, the median answer.
        p99: milliseconds, the slowest answer but one in a hundred.
        requests: how many were answered.
        load: microseconds of wrk's own CPU per request.
    """

    rate: float
    cpu: float
    p50: float
    p99: float
    requests: int
    load: float


def run_round(server: Server, seconds: int) -> Round:
    """Load a server for some seconds.

    Raises:
        BenchError: an answer was no success, or a connection broke: such a round measures nothing.
    """
    question = server.contestant.question
    url = f"http://127.0.0.1:{server.port}{question.path}"
    before, load = server.cpu(), _children()
    wrk = subprocess.run(
        [
            "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(SCRIPT), url,
            "--", question.content_type, question.authorization, question.body,
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    spent = server.cpu() - before
    lines = [line for line in wrk.stdout.splitlines() if line.startswith(MARK)]
    if wrk.returncode != 0 or not lines:
        raise BenchError(
            f"{server.contestant.name}: wrk failed: {wrk.stdout[-500:]}{wrk.stderr[-500:]}. {server.said()}"
        )
    said = json.loads(lines[0].removeprefix(MARK))
    if said["refused"] or said["broken"] or not said["requests"]:
        raise BenchError(f"{server.contestant.name}: refusals or broken connections: {said}. {server.said()}")
    return Round(
        rate=said["requests"] / said["microseconds"] * 1e6,
        cpu=spent / said["requests"],
        p50=said["p50"] / 1000,
        p99=said["p99"] / 1000,
        requests=said["requests"],
        load=(_children() - load) / said["requests"],
    )


def _children() -> float:
    """Return the microseconds of CPU of the programs that ended."""
    spent = getrusage(RUSAGE_CHILDREN)
    return (spent.ru_utime + spent.ru_stime) * 1e6
