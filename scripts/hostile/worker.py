"""One process that tries one changed file after another; whoever started it kills it where it takes too long."""

import json
import logging
import random
import resource
import sys
import time
import traceback
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.hostile.trials import TRIALS, Trial

MAX_ADDRESSES = 4 * 1024**3
"""Bytes of address space: what asks for more fails in its process, and not the machine."""

REFUSED, TAKEN, ACCUSED = "refused", "taken", "accused"


@dataclass(frozen=True)
class Outcome:
    """The outcome for one file.

    Args:
        kind: of file.
        number: of the case; with the seed it makes the same file again.
        verdict: `refused`, `taken` or `accused`.
        said: the sentences of a refusal, or why it is accused.
        seconds: that it took.
        megabytes: the most that the process had in memory.
    """

    kind: str
    number: int
    verdict: str
    said: str
    seconds: float = 0.0
    megabytes: int = 0


class Errors(logging.Handler):
    """Keeps what the server logs with a traceback: nobody would see it otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record that has one."""
        if record.exc_info:
            self.seen.append("".join(traceback.format_exception(*record.exc_info)))


def content_of(kind: str, seed: int, number: int) -> bytes:
    """Return the content of a case."""
    return TRIALS[kind].make(random.Random(f"{seed} {kind} {number}"))


def outcome_of(kind: str, seed: int, number: int, folder: Path, errors: Errors) -> Outcome:
    """Try a case."""
    path = folder / f"{kind}-{number}"  # SQLite's locks are the process's, by file
    path.write_bytes(content_of(kind, seed, number))
    errors.seen.clear()
    _forget_peak()
    begun = time.monotonic()
    verdict, said = _judged(TRIALS[kind], path)
    if errors.seen:  # the reason of an answer 500 is in the log
        verdict, said = ACCUSED, f"{said}\n{errors.seen[0]}"
    outcome = Outcome(kind, number, verdict, said, time.monotonic() - begun, _peak())
    if verdict != ACCUSED:
        for file in folder.glob(f"{path.name}*"):
            file.unlink()
    return outcome


def _judged(trial: Trial, path: Path) -> tuple[str, str]:
    try:
        said = trial.judge(path)
    except BaseException:  # a panic of a Rust library is not an Exception
        return ACCUSED, traceback.format_exc()
    return (REFUSED, said) if said else (TAKEN, "")


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """Return the most megabytes of memory since it was forgotten."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) // 1024


def main(kind: str, seed: int, first: int, folder: Path) -> None:
    """Try cases from a number on, for ever; each is announced, and its outcome is a line."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESSES, MAX_ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    errors = Errors()
    logging.basicConfig(level=logging.WARNING, handlers=[errors], force=True)
    number = first
    while True:
        print(json.dumps({"number": number}), flush=True)
        print(json.dumps(asdict(outcome_of(kind, seed, number, folder, errors))), flush=True)
        number += 1


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
