"""Measure how long a whole state takes over HTTP, out and in again, on each kind of state, idle and in use.

Beside it, in the same run: Python's own JSON reading and writing the same lines once, and what the databases have for
it, SQLite's dump of the same file and PostgreSQL's pg_dump, read back into an empty database.
"""

import argparse
import http.client
import json
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from contestants import CONFIRM, ROOT, Contestant, Question
from servers import BenchError, Server, examine, start
from stored import KEY, PATH, snapshot

sys.path.insert(0, str(ROOT))
from tests.postgresql import binaries, running

CONTROL = "/_tollbridge/simulator/snapshot"
NDJSON = {"Content-Type": "application/x-ndjson"}
FORM = {"Authorization": KEY, "Content-Type": "application/x-www-form-urlencoded"}
CLIENTS = 4
BAR = 5.0
"""The most that the whole state may take, out or in, as a multiple of Python's JSON for the same lines."""


@dataclass
class Seen:
    """Seconds that something took, one a round.

    Args:
        name: as the table says it.
        taken: the whole state read.
        used: the same while others paid; empty where nobody can.
        back: put back.
    """

    name: str
    taken: list[float]
    used: list[float]
    back: list[float]


def main() -> int:
    """Run the benchmark; 1 when it could not be run, or a snapshot was torn. A missed bar is printed, not an error."""
    options = _options()
    lines = list(snapshot(options.lines // 3))
    print(f"bench: {len(lines):,} lines, {sum(map(len, lines)) / 1e6:.1f} MB", flush=True)
    seen = [Seen("Python's json", [], [], [])]
    try:
        with ExitStack() as stack:
            measured = [_ours(name, state, lines, stack) for name, state in _states(options, stack)]
            for number in range(options.rounds):
                seen[0].taken.append(_timed(lambda: [json.dumps(json.loads(line)) for line in lines]))
                for one, server in measured:
                    _round(one, server, lines)
                print(f"bench: round {number + 1} of {options.rounds}", flush=True)
            seen += [one for one, _ in measured]
            seen += _peers(options)
    except (BenchError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    _print(seen)
    return 0


def _states(options: argparse.Namespace, stack: ExitStack) -> list[tuple[str, str]]:
    options.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tollbridge-bench-")))
    states = [("memory", "memory"), ("sqlite", f"sqlite:///{options.folder}/state.db")]
    if "postgresql" in options.states:
        options.postgres = stack.enter_context(running()).url
        states.append(("postgresql", options.postgres))
    return [(name, state) for name, state in states if name in options.states]


def _ours(name: str, state: str, lines: list[bytes], stack: ExitStack) -> tuple[Seen, Server]:
    program = [str(Path(sys.executable).with_name("tollbridge")), "stripe", "--quiet", "--host", "127.0.0.1"]
    program += ["--state", state]
    question = Question(PATH, CONFIRM, "client_secret", None, FORM["Content-Type"], KEY)
    server = start(Contestant(name, "", lambda port, _: [*program, "--port", str(port)], question))
    stack.callback(server.stop)
    examine(server)
    _asked(server.port, "PUT", lines)
    return Seen(name, [], [], []), server


def _round(one: Seen, server: Server, lines: list[bytes]) -> None:
    one.taken.append(_timed(lambda: _asked(server.port, "GET")))
    with _paying(server.port):
        kept: list[bytes] = []
        one.used.append(_timed(lambda: kept.append(_asked(server.port, "GET"))))
    _require_whole(one.name, kept[0])
    one.back.append(_timed(lambda: _asked(server.port, "PUT", lines)))


def _asked(port: int, method: str, lines: list[bytes] | None = None) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    try:
        body = b"".join(lines) if lines else None
        connection.request(method, CONTROL, body, NDJSON if lines else {})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status not in (200, 204):
            raise BenchError(f"{method} {CONTROL} got {answer.status}: {content[:300]!r}")
        return content
    finally:
        connection.close()


@contextmanager
def _paying(port: int) -> Iterator[None]:
    """Let some clients pay meanwhile, one request after the other."""
    stop = threading.Event()

    def pay() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while not stop.is_set():
            connection.request("POST", PATH, CONFIRM, FORM)
            connection.getresponse().read()
        connection.close()

    threads = [threading.Thread(target=pay) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _require_whole(name: str, content: bytes) -> None:
    """Look for every charge's intent and every intent's charge.

    Raises:
        BenchError: one is not there.
    """
    rows = [json.loads(line) for line in content.splitlines()[1:]]
    charges = {row[1][1]: row[1][2] for row in rows if row[0] == "Charge"}
    intents = {row[1][1] for row in rows if row[0] == "PaymentIntent"}
    if set(charges.values()) != intents:
        raise BenchError(f"{name}: a snapshot was torn: {len(charges):,} charges of {len(intents):,} intents.")


def _peers(options: argparse.Namespace) -> list[Seen]:
    """Return what the databases themselves take for the same tables."""
    found: list[Seen] = []
    if "sqlite" in options.states:
        script: list[str] = []
        with sqlite3.connect(options.folder / "state.db") as connection:
            taken = _timed(lambda: script.extend(connection.iterdump()))
        with sqlite3.connect(options.folder / "again.db") as connection:
            back = _timed(lambda: connection.executescript("\n".join(script)))
        found.append(Seen("sqlite3's dump", [taken], [], [back]))
    if "postgresql" in options.states:
        file, again = str(options.folder / "state.sql"), options.postgres.removesuffix("/postgres") + "/again"
        _run("psql", "-c", "CREATE DATABASE again", options.postgres)
        taken = _timed(lambda: _run("pg_dump", "--file", file, options.postgres))
        found.append(Seen("pg_dump and psql", [taken], [], [_timed(lambda: _run("psql", "--file", file, again))]))
    return found


def _run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs: they are beside the server."""
    folder = binaries()
    assert folder is not None
    subprocess.run([str((folder / "postgres").resolve().parent / program), *arguments], check=True, capture_output=True)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _print(seen: list[Seen]) -> None:
    once = median(seen[0].taken)
    print(
        "\n{:<18}{:>10}{:>10}{:>10}{:>9}{:>9}{:>9}   to Python's json".format(
            "", "out s", "in use s", "in s", "out", "in use", "in"
        )
    )
    for one in seen:
        times = [median(numbers) if numbers else None for numbers in (one.taken, one.used, one.back)]
        shown = "".join(f"{taken:>10.2f}" if taken is not None else f"{'':>10}" for taken in times)
        shown += "".join(f"{taken / once:>8.2f}x" if taken is not None else f"{'':>9}" for taken in times)
        ours = one.name in ("memory", "sqlite", "postgresql")
        most = max(taken for taken in times if taken is not None) / once
        verdict = f"  {'met   ' if most <= BAR else 'MISSED'}  at most {BAR}x: {most:.2f}x" if ours else ""
        print(f"{one.name:<18}{shown}{verdict}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/snapshots.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lines", type=int, default=100_000, help="of the snapshot (100000)")
    parser.add_argument("--rounds", type=int, default=3, help="of each measurement (3)")
    parser.add_argument("--states", default="memory,sqlite,postgresql", help="memory,sqlite,postgresql")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
