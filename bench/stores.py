"""Measure whether a request costs more when many intents are stored, on each kind of state, beside Prism.

The create path of our own API, by wrk, in turns. Filling (by the control API's restore) is not timed. A server with
nothing stored is emptied before each of its rounds; the others grow by what the rounds add.
"""

import argparse
import http.client
import json
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psycopg
from contestants import CREATE, ROOT, Contestant, Question, contestants
from load import Round, run_round
from servers import BenchError, Server, examine, start
from stored import snapshot

sys.path.insert(0, str(ROOT))
from tests.postgresql import running

BAR = 1.3
CONTROL = "/_tollbridge/simulator"


@dataclass
class Seen:
    """A server at one size.

    Args:
        name: the state, and how many workers.
        stored: intents at the start; None for Prism, which stores nothing.
        server: the running server.
        rounds: what each round showed.
    """

    name: str
    stored: int | None
    server: Server
    rounds: list[Round] = field(default_factory=list)

    def median(self, name: str) -> float:
        """Return the median over the rounds of one of `Round`'s numbers."""
        return median(getattr(one, name) for one in self.rounds)


def main() -> int:
    """Run the benchmark; 1 when it could not be run. A missed bar is printed, not an error."""
    options = _options()
    try:
        with ExitStack() as stack:
            seen = _everybody(options, stack)
            os.sync()  # what filling wrote is not to be written during the rounds
            for one in seen:
                run_round(one.server, options.warm_up)
            for number in range(options.rounds):
                turn = number % len(seen)
                for one in seen[turn:] + seen[:turn]:
                    if one.stored == 0:
                        _control(one.server, "POST", "/reset")
                    one.rounds.append(run_round(one.server, options.seconds))
                print(f"bench: round {number + 1} of {options.rounds}", flush=True)
            _print(seen)
    except (BenchError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


def _everybody(options: argparse.Namespace, stack: ExitStack) -> list[Seen]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tollbridge-bench-")))
    seen: list[Seen] = []
    states: dict[str, Callable[[int], str]] = {
        "memory": lambda _size: "memory",
        "sqlite": lambda size: f"sqlite:///{folder}/{size}.db",
    }
    if "postgresql" in options.states:
        postgres = stack.enter_context(running())
        states["postgresql"] = lambda size: _database(postgres.url, size)
    for name, url in states.items():
        if name not in options.states:
            continue
        for size in options.sizes:
            print(f"bench: {name}, storing {size:,} intents", flush=True)
            state = url(size)
            server = _started(stack, state, 1)
            _control(server, "PUT", "/snapshot", snapshot(size))
            seen.append(Seen(name, size, server))
            if name == "postgresql" and size in (min(options.sizes), max(options.sizes)):
                seen.append(Seen("postgresql x2", size, _started(stack, state, 2)))
    if "postgresql" in options.states:
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
    prism = next(c for c in contestants(ROOT / "openapi.yaml") if c.name == "prism")
    if missing := prism.missing():
        raise BenchError(f"prism needs {missing}.")
    server = start(prism)
    stack.callback(server.stop)
    return [*seen, Seen("prism", None, server)]


def _started(stack: ExitStack, state: str, workers: int) -> Server:
    program = [str(Path(sys.executable).with_name("tollbridge")), "serve", "--quiet", "--host", "127.0.0.1"]
    program += ["--state", state, "--workers", str(workers)]
    question = Question("/api/payment/intent", json.dumps(CREATE), "client_secret", None)
    server = start(Contestant("stores", state, lambda port, _: [*program, "--port", str(port)], question))
    stack.callback(server.stop)
    examine(server)
    return server


def _database(url: str, size: int) -> str:
    name = f"stored_{size}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload] - our own number
    return url.removesuffix("/postgres") + f"/{name}"


def _control(server: Server, method: str, path: str, body: object = None) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=1200)
    try:
        headers = {"Content-Type": "application/x-ndjson"} if body else {}
        connection.request(method, CONTROL + path, body, headers)  # type: ignore[arg-type] - chunks are taken too
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 204:
            raise BenchError(f"{method} {path} got {answer.status}: {content[:300]!r}")
    finally:
        connection.close()


def _print(seen: list[Seen]) -> None:
    head = ("", "stored", "req/s", "CPU µs", "p50 ms", "p99 ms", "CPU", "req/s")
    print("\n{:<16}{:>12}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}   to the first of its kind".format(*head))
    for one in seen:
        first = next(other for other in seen if other.name == one.name)
        cpu, rate = _ratio(one, first, "cpu"), 1 / _ratio(one, first, "rate")
        stored = "" if one.stored is None else f"{one.stored:,}"
        numbers = [one.median(name) for name in ("rate", "cpu", "p50", "p99")]
        print(f"{one.name:<16}{stored:>12}{numbers[0]:>9.0f}{numbers[1]:>9.0f}", end="")
        print(f"{numbers[2]:>9.1f}{numbers[3]:>9.1f}{cpu:>8.2f}x{rate:>8.2f}x")
        one_last = one.stored and one.stored == max(other.stored or 0 for other in seen)
        if one_last:
            grown = max(cpu, rate)
            verdict = "met   " if grown <= BAR else "MISSED"
            print(f"  {verdict}  {one.name}, {one.stored:,} stored: at most {BAR}x of none, CPU and time: {grown:.2f}x")


def _ratio(one: Seen, first: Seen, name: str) -> float:
    pairs = zip(one.rounds, first.rounds, strict=True)
    return median(getattr(now, name) / getattr(then, name) for now, then in pairs)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/stores.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="turns that everybody gets (5)")
    parser.add_argument("--seconds", type=int, default=3, help="length of a turn (3)")
    parser.add_argument("--warm-up", type=int, default=4, help="seconds of load before the first turn (4)")
    parser.add_argument("--states", default="memory,sqlite,postgresql", help="memory,sqlite,postgresql")
    parser.add_argument(
        "--sizes",
        type=lambda text: [int(part) for part in text.split(",")],
        default=[0, 10_000, 1_000_000],
        help="intents that are stored (0,10000,1000000)",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
