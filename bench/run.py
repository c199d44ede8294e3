"""Measure the server against Prism, plain Connexion and stripe-mock, on one machine, in one run.

Every server is started on a free loopback port, its answers are checked, it is warmed up, and then all take
turns in short rounds: on a noisy machine only ratios within a round mean something.
"""

import argparse
import json
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from contestants import ROOT, Contestant, contestants
from load import run_round
from results import Result, as_document, bars, cheaper, faster
from servers import BenchError, Server, examine, start

COLUMNS = ("", "start s", "req/s", "p50 ms", "p99 ms", "CPU µs", "rest MB", "end MB")


def main() -> int:
    """Run the benchmark; 1 when it could not be run. Missed bars are printed, not an error."""
    options = _options()
    try:
        chosen = _choose(contestants(options.contract.resolve()), options.only)
        results = measure(chosen, options)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    _print(results)
    if options.json:
        options.json.write_text(json.dumps(as_document(results), indent=1) + "\n")
    return 0


def measure(chosen: list[Contestant], options: argparse.Namespace) -> dict[str, Result]:
    """Start, examine, warm up and load the chosen servers, in turns."""
    results = {c.name: Result(c.says) for c in chosen}
    for contestant in chosen:  # starts are timed with nothing else running; the first one fills caches
        times = [_time_start(contestant) for _ in range(options.starts + 1)]
        results[contestant.name].starts = times[1:]
        print(f"bench: {contestant.name} starts in {median(times[1:]):.2f} s", flush=True)
    with ExitStack() as stack:
        servers = [_run(contestant, stack) for contestant in chosen]
        for server in servers:
            results[server.contestant.name].at_rest = server.memory()
        for server in servers:
            run_round(server, options.warm_up)
        for number in range(options.rounds):
            turn = number % len(servers)
            for server in servers[turn:] + servers[:turn]:
                results[server.contestant.name].rounds.append(run_round(server, options.seconds))
            print(f"bench: round {number + 1} of {options.rounds}", flush=True)
        for server in servers:
            results[server.contestant.name].memory = server.memory()
    return results


def _run(contestant: Contestant, stack: ExitStack) -> Server:
    server = start(contestant)
    stack.callback(server.stop)
    examine(server)
    return server


def _time_start(contestant: Contestant) -> float:
    server = start(contestant)
    server.stop()
    return server.started


def _choose(everybody: tuple[Contestant, ...], only: str | None) -> list[Contestant]:
    if not shutil.which("wrk"):
        raise BenchError("wrk is not here (Debian and Ubuntu: apt install wrk).")
    names = only.split(",") if only else [c.name for c in everybody]
    unknown = set(names) - {c.name for c in everybody}
    if unknown:
        raise BenchError(
            f"nobody is called {', '.join(sorted(unknown))}: choose from {', '.join(c.name for c in everybody)}."
        )
    chosen = [c for c in everybody if c.name in names]
    for contestant in chosen:
        if missing := contestant.missing():
            raise BenchError(f"{contestant.name} needs {missing}; or leave it out with --only.")
    return chosen


def _print(results: dict[str, Result]) -> None:
    print()
    print("{:<12}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}".format(*COLUMNS))
    for name, r in results.items():
        numbers = (
            median(r.starts),
            r.median("rate"),
            r.median("p50"),
            r.median("p99"),
            r.median("cpu"),
            r.at_rest / 1e6,
            r.memory / 1e6,
        )
        print("{:<12}{:>9.2f}{:>9.0f}{:>9.1f}{:>9.1f}{:>9.0f}{:>9.0f}{:>9.0f}".format(name, *numbers))
    print("\nratios, above 1 is better: the median of the rounds (their middle half)")
    for ours in ("create", "attach"):
        for theirs in ("prism", "connexion"):
            if ours in results and theirs in results:
                rate, cpu = faster(results[ours], results[theirs]), cheaper(results[ours], results[theirs])
                print(f"  {ours} against {theirs:<10} requests/s {rate}   CPU {cpu}")
    print()
    for bar in bars(results):
        print(f"  {'met   ' if bar.met else 'MISSED'}  {bar.asked}: {bar.seen}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/run.py", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=7, help="turns that every server gets (7)")
    parser.add_argument("--seconds", type=int, default=3, help="length of a turn (3)")
    parser.add_argument("--warm-up", type=int, default=6, help="seconds of load before the first turn (6)")
    parser.add_argument("--starts", type=int, default=3, help="timed starts of each server (3)")
    parser.add_argument("--only", help="names, with commas: create,prism,attach,connexion,stripe-mock")
    parser.add_argument("--contract", type=Path, default=ROOT / "openapi.yaml")
    parser.add_argument("--json", type=Path, help="write every number to this file")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
