"""Measure whether an intent costs more when many are stored: ours in process and over HTTP, localstripe, stripe-mock.

One create-and-confirm after the other; all take turns in short rounds, and what a round stored is forgotten before the
next, so that a size stays what it says. Filling is not timed.
"""

import argparse
import http.client
import json
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from contestants import CONFIRM, ROOT, STRIPE_MOCK, Contestant, Question
from servers import BenchError, Server, start
from stored import KEY, PATH, empty, follow, pay, snapshot

LOCALSTRIPE = ROOT / ".tools/localstripe/bin/localstripe"
BAR = 1.3
"""The most that the largest size may cost, as a multiple of the empty one."""

CONTROL = "/_tollbridge/simulator"
FORM = {"Authorization": KEY, "Content-Type": "application/x-www-form-urlencoded"}
NDJSON = {"Content-Type": "application/x-ndjson"}
SETTLED = 50
KEPT_OPEN = 2.0
"""Seconds that every server leaves an idle connection open."""


@dataclass
class Seen:
    """One server, or the simulator in process, at one size.

    Args:
        name: as the table says it.
        stored: intents at the start of a round.
        pay: makes one create-and-confirm.
        cpu: microseconds of CPU spent so far.
        calls: how many a round makes.
        forget: goes back to the size.
        weight: bytes of memory that one stored intent takes, None where that was not seen.
        spent: microseconds of CPU per call, one a round.
        took: microseconds until the answer, the median of a round, one a round.
    """

    name: str
    stored: int
    pay: Callable[[], None]
    cpu: Callable[[], float]
    calls: int
    forget: Callable[[], None]
    weight: float | None = None
    spent: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)

    def round(self) -> None:
        """Make the calls of a round, after some that do not count."""
        self.forget()
        for _ in range(min(SETTLED, self.calls)):
            self.pay()
        times: list[float] = []
        before = self.cpu()
        for _ in range(self.calls):
            began = time.perf_counter()
            self.pay()
            times.append(time.perf_counter() - began)
        self.spent.append((self.cpu() - before) / self.calls)
        self.took.append(median(times) * 1e6)


def main() -> int:
    """Run the benchmark; 1 when it could not be run. A missed bar is printed, not an error."""
    options = _options()
    try:
        with ExitStack() as stack:
            theirs = [] if options.ours else _theirs(options, stack)
            groups = [_in_process(options), _ours(options, stack), _followed(options), *theirs]
            _take_turns([seen for group in groups for seen in group], options.rounds)
    except (BenchError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    _print(groups)
    if options.json:
        kept = ("name", "stored", "calls", "weight", "spent", "took")
        document = [[{name: getattr(seen, name) for name in kept} for seen in group] for group in groups]
        options.json.write_text(json.dumps(document, indent=1) + "\n")
    return 0


def _take_turns(everybody: list[Seen], rounds: int) -> None:
    for number in range(rounds):
        turn = number % len(everybody)
        for seen in everybody[turn:] + everybody[:turn]:
            seen.round()
        print(f"bench: round {number + 1} of {rounds}", flush=True)


def _in_process(options: argparse.Namespace) -> list[Seen]:
    """Return the simulator without a door, at each size."""
    found: list[Seen] = []
    for size in options.sizes:
        print(f"bench: in process, storing {size:,} intents", flush=True)
        simulator = empty()
        simulator.restore(snapshot(size, events=options.events))
        fill = (lambda s=simulator: s.restore(snapshot(0))) if size == 0 else _nothing
        number = iter(range(10**12))

        def one(simulator=simulator, number=number) -> None:  # type: ignore[no-untyped-def]
            pay(simulator, f"bench-{next(number)}")

        found.append(Seen("in process", size, one, lambda: time.process_time() * 1e6, options.calls, fill))
    return found


def _followed(options: argparse.Namespace) -> list[Seen]:
    """Return the simulator without a door, with nothing stored: without a webhook endpoint, and with one."""
    found: list[Seen] = []
    for name, endpoints in (("no endpoint", 0), ("an endpoint", 1)):
        simulator = empty()
        number = iter(range(10**12))

        def forget(simulator=simulator, endpoints=endpoints) -> None:  # type: ignore[no-untyped-def]
            simulator.restore(snapshot(0))
            for _ in range(endpoints):
                follow(simulator)

        def one(simulator=simulator, number=number) -> None:  # type: ignore[no-untyped-def]
            pay(simulator, f"bench-{next(number)}")

        found.append(Seen(name, 0, one, lambda: time.process_time() * 1e6, options.calls, forget))
    return found


def _ours(options: argparse.Namespace, stack: ExitStack) -> list[Seen]:
    """Return `tollbridge stripe` at each size, a process each."""
    program = [str(Path(sys.executable).with_name("tollbridge")), "stripe", "--quiet", "--host", "127.0.0.1"]
    contestant = _stripe("over HTTP", lambda port, _: [*program, "--port", str(port)])
    found: list[Seen] = []
    for size in options.sizes:
        print(f"bench: over HTTP, storing {size:,} intents", flush=True)
        server, client = _start(contestant, stack)
        client.send("PUT", f"{CONTROL}/snapshot", snapshot(0), NDJSON)
        before = server.memory()
        client.send("PUT", f"{CONTROL}/snapshot", snapshot(size, events=options.events), NDJSON)
        weight = (server.memory() - before) / size if size >= 10_000 else None
        forget = client.reset if size == 0 else _nothing
        found.append(Seen("over HTTP", size, client.pay, server.cpu_exactly, options.calls, forget, weight))
    return found


def _theirs(options: argparse.Namespace, stack: ExitStack) -> list[list[Seen]]:
    """Return localstripe, empty and with as many intents as it bears, and stripe-mock, which stores nothing."""
    for path, how in ((LOCALSTRIPE, "scripts/setup bench"), (STRIPE_MOCK, "scripts/setup bench")):
        if not path.exists():
            raise BenchError(f"{path.name} is not here ({how}).")
    local = _stripe("localstripe", lambda port, _: [str(LOCALSTRIPE), "--from-scratch", "--port", str(port)])
    sizes: list[Seen] = []
    for size in (0, options.localstripe):
        print(f"bench: localstripe, storing {size:,} intents", flush=True)
        server, client = _start(local, stack)
        forget = (lambda c=client: c.send("DELETE", "/_config/data")) if size == 0 else _nothing
        for _ in range(size):
            client.pay()
        sizes.append(Seen("localstripe", size, client.pay, server.cpu_exactly, options.calls // 20, forget))

    def command(port: int, spare: int) -> list[str]:
        return [str(STRIPE_MOCK), "-http-addr", f"127.0.0.1:{port}", "-https-addr", f"127.0.0.1:{spare}"]

    server, client = _start(_stripe("stripe-mock", command), stack)
    return [sizes, [Seen("stripe-mock", 0, client.pay, server.cpu_exactly, options.calls, _nothing)]]


class Client:
    """One connection to a server that speaks as Stripe does."""

    def __init__(self, name: str, port: int) -> None:
        """Open it."""
        self._name = name
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        self._number = 0
        self._used = time.monotonic()

    def pay(self) -> None:
        """Create and confirm an intent under a new idempotency key."""
        self._number += 1
        self.send("POST", PATH, CONFIRM.encode(), {**FORM, "Idempotency-Key": f"bench-{self._number}"})

    def reset(self) -> None:
        """Let our simulator go back to the beginning."""
        self.send("POST", f"{CONTROL}/reset")

    def send(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> None:
        """Send a request.

        Raises:
            BenchError: its answer is no success.
        """
        if time.monotonic() - self._used > KEPT_OPEN:
            self._connection.close()  # and opened again by the request
        self._connection.request(method, path, body, headers or {})  # type: ignore[arg-type] - chunks are taken too
        answer = self._connection.getresponse()
        self._used = time.monotonic()
        content = answer.read()
        if not 200 <= answer.status < 300:
            raise BenchError(f"{self._name}: {method} {path} got {answer.status}: {content[:300]!r}")


def _stripe(name: str, command: Callable[[int, int], list[str]]) -> Contestant:
    question = Question(PATH, CONFIRM, "client_secret", None, FORM["Content-Type"], KEY)
    return Contestant(name, name, command, question)


def _start(contestant: Contestant, stack: ExitStack) -> tuple[Server, Client]:
    server = start(contestant)
    stack.callback(server.stop)
    return server, Client(contestant.name, server.port)


def _nothing() -> None:
    """Forget nothing: what a round stores is a small part of what is there."""


def _print(groups: list[list[Seen]]) -> None:
    print(
        "\n{:<12}{:>12}{:>10}{:>10}{:>18}{:>22}".format(
            "", "stored", "CPU µs", "µs", "bytes an intent", "CPU, to the first"
        )
    )
    for group in groups:
        for seen in group:
            weight = f"{seen.weight:,.0f}" if seen.weight else ""
            cpu, took = median(seen.spent), median(seen.took)
            print(
                f"{seen.name:<12}{seen.stored:>12,}{cpu:>10.0f}{took:>10.0f}{weight:>18}{_growth(group, seen):>21.2f}x"
            )
    print()
    for group in groups[:2]:
        grown = _growth(group, group[-1])
        verdict = "met   " if grown <= BAR else "MISSED"
        print(f"  {verdict}  {group[0].name}, {group[-1].stored:,} stored: at most {BAR}x of none: {grown:.2f}x")


def _growth(group: list[Seen], seen: Seen) -> float:
    """Return the median over the rounds of what a call cost as a multiple of the group's first."""
    return median(now / first for now, first in zip(seen.spent, group[0].spent, strict=True))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/growth.py", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=7, help="turns that everybody gets (7)")
    parser.add_argument("--calls", type=int, default=1_000, help="calls in a turn; localstripe a twentieth (1000)")
    parser.add_argument(
        "--sizes",
        type=lambda text: [int(part) for part in text.split(",")],
        default=[0, 10_000, 1_000_000],
        help="intents that are stored (0,10000,1000000)",
    )
    parser.add_argument("--events", action="store_true", help="store the events of each intent too (2 kB each)")
    parser.add_argument("--ours", action="store_true", help="measure ours only")
    parser.add_argument("--localstripe", type=int, default=2_000, help="intents that localstripe stores (2000)")
    parser.add_argument("--json", type=Path, help="write every number to this file")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
