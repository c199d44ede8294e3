"""Change contracts, worlds, snapshots and databases at random: each has to be refused with a sentence, or be served.

Each kind has a process of its own, bounded in memory and time. A traceback, an answer 500, a signal, and a case that
takes too long or too much memory are findings; their files are kept, and --case makes one again.
"""

import argparse
import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.hostile.command import OPTIONS, served_by_command
from scripts.hostile.trials import TRIALS
from scripts.hostile.worker import ACCUSED, REFUSED, TAKEN, Errors, Outcome, content_of, outcome_of

ROOT = Path(__file__).resolve().parent.parent
MEMORY = Path("/dev/shm")
"""Where the files are, if there is such a folder: nobody waits for a disk."""

MAX_SECONDS = 120.0
MAX_MEGABYTES = 1024
COMMAND = "command"
MAX_SHOWN, LINES_SHOWN, END_SHOWN = 20, 9, 60


@dataclass
class Tally:
    """The outcomes for the files of one kind.

    Args:
        kind: of file.
        counts: of cases, by verdict.
        slowest: seconds of the slowest case.
        largest: megabytes of the largest.
        accused: the findings.
    """

    kind: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys((REFUSED, TAKEN, ACCUSED), 0))
    slowest: float = 0.0
    largest: int = 0
    accused: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count a case."""
        self.counts[outcome.verdict] += 1
        self.slowest = max(self.slowest, outcome.seconds)
        self.largest = max(self.largest, outcome.megabytes)
        if outcome.verdict == ACCUSED:
            self.accused.append(outcome)

    @property
    def cases(self) -> int:
        """How many there were."""
        return sum(self.counts.values())

    @property
    def proves(self) -> bool:
        """Whether nothing was found, in files of both ends; of the command there are too few starts for both."""
        both = self.counts[REFUSED] and self.counts[TAKEN]
        return not self.accused and bool(both or self.kind == COMMAND)

    def line(self) -> str:
        """Return it as a line."""
        counts = ", ".join(f"{count} {verdict}" for verdict, count in self.counts.items())
        most = f"slowest {self.slowest:.1f} s, largest {self.largest} MB"
        return f"files: {self.kind:<8} {self.cases} cases: {counts}; {most}"


class Worker:
    """A process that tries the cases of a kind, from a number on."""

    def __init__(self, kind: str, seed: int, first: int, folder: Path) -> None:
        """Start it."""
        command = [sys.executable, "-m", "scripts.hostile.worker", kind, str(seed), str(first), str(folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put(line)
        self._lines.put("")

    def next(self, within: float) -> dict[str, Any] | str:
        """Return the next line, read; or why there is none."""
        try:
            line = self._lines.get(timeout=within)
        except queue.Empty:
            return f"it took longer than {within:.0f} s"
        return json.loads(line) if line else f"the process ended with code {self._process.wait()}"

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        self._reader.join()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 1 where anything was found, and where no file of a kind was refused, or none was served."""
    parser = argparse.ArgumentParser(prog="scripts/fuzz_files.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=300, help="the kinds run beside each other (300)")
    parser.add_argument("--cases", type=int, help="of each kind, at most")
    parser.add_argument("--kinds", default=",".join(TRIALS), help=",".join(TRIALS))
    parser.add_argument("--commands", type=int, default=5, help="starts of the command with each kind of file (5)")
    parser.add_argument("--seed", type=int, default=1, help="of the changes (1)")
    parser.add_argument("--case", metavar="KIND:NUMBER", help="this one only, in this process")
    options = parser.parse_args(arguments)
    if options.case:
        kind, _, number = options.case.partition(":")
        return _again(kind, options.seed, int(number))
    tallies = [Tally(kind) for kind in options.kinds.split(",")]
    until = time.monotonic() + options.seconds
    with ThreadPoolExecutor(len(tallies)) as threads:
        list(threads.map(lambda tally: _try(tally, options.seed, options.cases, until), tallies))
    by_command = _tried_by_command(tallies, options.seed, options.commands)
    for tally in (*tallies, by_command):
        print(tally.line())
    return max(_reported(tally, options.seed) for tally in (*tallies, by_command))


def _try(tally: Tally, seed: int, cases: int | None, until: float) -> None:
    """Try cases until there are enough, or no time is left; a process that ends is replaced."""
    with tempfile.TemporaryDirectory(prefix="tollbridge-files-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        while not _is_over(tally, cases, until):
            worker = Worker(tally.kind, seed, tally.cases, Path(folder))
            try:
                _follow(worker, tally, cases, until)
            finally:
                worker.stop()


def _tried_by_command(tallies: Sequence[Tally], seed: int, count: int) -> Tally:
    """Start the command itself with the first files of each kind that it can be given."""
    found = Tally(COMMAND)
    with tempfile.TemporaryDirectory(prefix="tollbridge-files-") as folder:
        for kind in (tally.kind for tally in tallies if tally.kind in OPTIONS):
            for number in range(count):
                found.add(served_by_command(kind, seed, number, Path(folder)))
    return found


def _is_over(tally: Tally, cases: int | None, until: float) -> bool:
    return time.monotonic() > until or (cases is not None and tally.cases >= cases)


def _follow(worker: Worker, tally: Tally, cases: int | None, until: float) -> None:
    while not _is_over(tally, cases, until):
        worker.next(MAX_SECONDS)  # the number, or nothing, as below
        told = worker.next(MAX_SECONDS)
        if isinstance(told, str):
            tally.add(Outcome(tally.kind, tally.cases, ACCUSED, told))
            return
        outcome = Outcome(**told)
        if outcome.megabytes > MAX_MEGABYTES and outcome.verdict != ACCUSED:
            said = f"it took {outcome.megabytes} MB, and {MAX_MEGABYTES} are allowed"
            outcome = Outcome(outcome.kind, outcome.number, ACCUSED, said, outcome.seconds, outcome.megabytes)
        tally.add(outcome)


def _reported(tally: Tally, seed: int) -> int:
    """Say what was found, each kind of failure once; return 0 for nothing."""
    by_end = {outcome.said.strip().splitlines()[-1][:END_SHOWN]: outcome for outcome in reversed(tally.accused)}
    for outcome in [*by_end.values()][:MAX_SHOWN]:
        lines = "\n".join(f"  {line}" for line in outcome.said.strip().splitlines()[-LINES_SHOWN:])
        print(f"files: --seed {seed} --case {outcome.kind}:{outcome.number}\n{lines}", file=sys.stderr)
    if not tally.accused and not tally.proves:
        print(f"files: {tally.kind}: none was refused, or none was served: this proves nothing", file=sys.stderr)
    return 0 if tally.proves else 1


def _again(kind: str, seed: int, number: int) -> int:
    """Try one case here, and keep its file."""
    folder = Path(tempfile.mkdtemp(prefix="tollbridge-files-"))
    (folder / "content").write_bytes(content_of(kind, seed, number))
    outcome = outcome_of(kind, seed, number, folder, Errors())
    print(f"{outcome.verdict} in {outcome.seconds:.1f} s, {outcome.megabytes} MB: {folder}/content\n{outcome.said}")
    return 1 if outcome.verdict == ACCUSED else 0


if __name__ == "__main__":
    sys.exit(main())
