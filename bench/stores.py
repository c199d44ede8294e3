"""Measure what a request costs on each kind of state, and whether it costs more when many intents are stored.

The create path of our own API, by wrk with 16 connections, in turns: everybody gets its round in the same minute, and
what is compared are rounds of one turn. Servers, database and wrk share the machine: the table says what each took of
it. Filling (by the control API's restore) is not timed. A server with nothing stored is emptied before each of its
rounds; the others grow by what the rounds add.
"""

import argparse
import http.client
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psycopg
from contestants import CREATE, ROOT, Contestant, Question, contestants
from load import Round, run_round
from results import Bar
from servers import BenchError, Server, cpu_of, examine, start
from stored import snapshot

sys.path.insert(0, str(ROOT))
from tests.postgresql import Postgres, running

GROWTH = 1.3
"""How many times more the largest size may cost than none, in CPU and in time."""

SHARES = (("sqlite", "memory", 0.5), ("postgresql", "memory", 0.35), ("postgresql x2", "postgresql", 1.5))
"""The bars: which store serves at least which share of another's requests per second, at each size."""

CONTROL = "/_tollbridge/simulator"
COLUMNS = ("", "stored", "req/s", "server µs", "database µs", "wrk µs", "p50 ms", "p99 ms")
"""The microseconds are of CPU, per request."""


@dataclass
class Seen:
    """A server at one size.

    Args:
        name: the state, and how many workers.
        stored: intents at the start; None for Prism, which stores nothing.
        server: the running server.
        rounds: what each round showed.
        database: microseconds of the database server's CPU per request, a round; empty where there is none.
    """

    name: str
    stored: int | None
    server: Server
    rounds: list[Round] = field(default_factory=list)
    database: list[float] = field(default_factory=list)

    def median(self, name: str) -> float:
        """Return the median over the rounds of one of `Round`'s numbers."""
        return median(getattr(one, name) for one in self.rounds)

    def load(self, seconds: int, postgres: Postgres | None) -> None:
        """Load the server for a round, and keep what that showed."""
        if self.stored == 0:
            _control(self.server, "POST", "/reset", {})
        before = cpu_of(postgres.pid) if postgres else 0.0
        self.rounds.append(run_round(self.server, seconds))
        if postgres and self.name.startswith("postgresql"):
            self.database.append((cpu_of(postgres.pid) - before) / self.rounds[-1].requests)


def main() -> int:
    """Run the benchmark; 1 when it could not be run, or a bar was missed."""
    options = _options()
    try:
        with ExitStack() as stack:
            postgres = stack.enter_context(running()) if "postgresql" in options.states else None
            seen = _everybody(options, postgres, stack)
            os.sync()  # what filling wrote is not to be written during the rounds
            for one in seen:
                run_round(one.server, options.warm_up)
            for number in range(options.rounds):
                turn = number % len(seen)
                for one in seen[turn:] + seen[:turn]:
                    one.load(options.seconds, postgres)
                print(f"bench: round {number + 1} of {options.rounds}", flush=True)
    except (BenchError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    _print(seen)
    asked = [*_shares(seen), *_growths(seen)]
    for bar in asked:
        print(f"  {'met   ' if bar.met else 'MISSED'}  {bar.asked}: {bar.seen}")
    return 0 if all(bar.met for bar in asked) else 1


def _everybody(options: argparse.Namespace, postgres: Postgres | None, stack: ExitStack) -> list[Seen]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tollbridge-bench-")))
    seen: list[Seen] = []
    states: dict[str, Callable[[int], str]] = {
        "memory": lambda _size: "memory",
        "sqlite": lambda size: f"sqlite:///{folder}/{size}.db",
    }
    if postgres:
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
    if postgres:
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


def _control(server: Server, method: str, path: str, body: object) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=1200)
    try:
        headers = {"Content-Type": "application/json" if isinstance(body, dict) else "application/x-ndjson"}
        sent = json.dumps(body) if isinstance(body, dict) else body
        connection.request(method, CONTROL + path, sent, headers)  # type: ignore[arg-type] - chunks are taken too
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 204:
            raise BenchError(f"{method} {path} got {answer.status}: {content[:300]!r}")
    finally:
        connection.close()


def _print(seen: list[Seen]) -> None:
    print("\n{:<16}{:>12}{:>9}{:>12}{:>14}{:>9}{:>9}{:>9}".format(*COLUMNS))
    for one in seen:
        stored = "" if one.stored is None else f"{one.stored:,}"
        database = f"{median(one.database):.0f}" if one.database else ""
        rate, cpu, load, p50, p99 = (one.median(name) for name in ("rate", "cpu", "load", "p50", "p99"))
        print(f"{one.name:<16}{stored:>12}{rate:>9.0f}{cpu:>12.0f}{database:>14}{load:>9.0f}{p50:>9.1f}{p99:>9.1f}")
    print()


def _shares(seen: list[Seen]) -> Iterator[Bar]:
    """Hold the kinds of state against each other, size by size."""
    found = {(one.name, one.stored): one for one in seen}
    for name, other, least in SHARES:
        for size in sorted(one.stored or 0 for one in seen if one.name == name):
            if (other, size) in found:
                ratio = _ratio(found[name, size], found[other, size], "rate")
                asked = f"{name}, {size:,} stored: at least {least}x of {other}'s requests/s"
                yield Bar(asked, f"{ratio:.2f}x", ratio >= least)


def _growths(seen: list[Seen]) -> Iterator[Bar]:
    """Hold the largest size of each kind of state against none stored."""
    largest = max(one.stored or 0 for one in seen)
    found = {(one.name, one.stored): one for one in seen}
    for name in dict.fromkeys(one.name for one in seen):
        if largest and (name, 0) in found and (name, largest) in found:
            now, then = found[name, largest], found[name, 0]
            grown = max(_ratio(now, then, "cpu"), 1 / _ratio(now, then, "rate"))
            asked = f"{name}, {largest:,} stored: at most {GROWTH}x of none, CPU and time"
            yield Bar(asked, f"{grown:.2f}x", grown <= GROWTH)


def _ratio(one: Seen, other: Seen, name: str) -> float:
    pairs = zip(one.rounds, other.rounds, strict=True)
    return median(getattr(mine, name) / getattr(theirs, name) for mine, theirs in pairs)


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
