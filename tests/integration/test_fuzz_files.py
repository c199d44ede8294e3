"""The file fuzzing of `make prove`: some cases of it, and whether it would notice."""

import hashlib
import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.fuzz_files import Tally, Worker
from scripts.hostile.server import Ask, Failed, asked
from scripts.hostile.trials import TRIALS, Accused, Trial, told_well
from scripts.hostile.worker import ACCUSED, REFUSED, TAKEN, Errors, Outcome, content_of, outcome_of
from tests.integration.conftest import ROOT


@pytest.mark.long
def test_changed_files_are_refused_or_served() -> None:
    """Twenty of each kind, and a start of the command for each; the counts are printed, and nothing is found."""
    command = [sys.executable, "-m", "scripts.fuzz_files", "--cases", "20", "--commands", "1", "--seconds", "400"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    counts = re.findall(r"^files: (\w+) +(\d+) cases: \d+ refused, \d+ taken, 0 accused; slowest", done.stdout, re.M)
    assert counts == [*((kind, "20") for kind in TRIALS), ("command", "3")]


def test_a_seed_makes_the_same_files_again() -> None:
    """In another process too; another seed and another number make others."""
    program = "from tests.integration.test_fuzz_files import digests; print(digests(1))"
    again = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert again.stdout.strip() == str(digests(1))
    assert len({*digests(1), *digests(2)}) == 2 * len(digests(1))


def digests(seed: int) -> list[str]:
    """Return what names the first files of each kind."""
    return [hashlib.sha256(content_of(kind, seed, number)).hexdigest() for kind in TRIALS for number in range(4)]


def refuse(_path: Path) -> str:
    """Judge a file as it should be."""
    return "it is refused."


def fail(_path: Path) -> str:
    """Judge a file with a failure that no sentence tells of."""
    raise KeyError("x")


def grow(_path: Path) -> str:
    """Judge a file with much memory."""
    return "" if bytearray(300 * 1024 * 1024) else "none"


@pytest.mark.parametrize(("judge", "verdict"), [(refuse, REFUSED), (fail, ACCUSED), (grow, TAKEN)])
def test_an_outcome_is_what_was_done(tmp_path: Path, judge: Callable[[Path], str], verdict: str) -> None:
    """A sentence, a failure, and nothing said, with the memory that it took; what is accused is kept."""
    TRIALS["test"] = Trial(lambda draw: draw.randbytes(8), judge)
    try:
        outcome = outcome_of("test", 1, 0, tmp_path, Errors())
    finally:
        del TRIALS["test"]
    assert outcome.verdict == verdict
    assert ("KeyError: 'x'" in outcome.said) is (verdict == ACCUSED)
    assert (outcome.megabytes > 300) is (judge is grow)
    kept = random.Random("1 test 0").randbytes(8)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == ([kept] if verdict == ACCUSED else [])


@pytest.mark.parametrize("said", ["", "elsewhere: no", "file: a\x1b[31m", "file: a\nTraceback (most recent call last)"])
def test_a_sentence_that_nobody_can_read_is_accused(said: str) -> None:
    """One that is empty, of another file, not printable, or a traceback."""
    with pytest.raises(Accused):
        told_well(said, "file: ")


def test_a_process_that_ends_or_takes_too_long_is_told(tmp_path: Path) -> None:
    """By its code; and by the time that it was given."""
    worker = Worker("nonsense", 1, 0, tmp_path)
    worker.next(60)  # the number
    assert worker.next(60) == "the process ended with code 1"
    worker.stop()
    worker = Worker("world", 1, 0, tmp_path)
    assert worker.next(0.01) == "it took longer than 0 s"
    worker.stop()


def test_an_application_that_fails_is_accused() -> None:
    """An answer 500, and a start that fails; not what a handler that answers anything deserves."""

    def app(body: bytes, started: str = "lifespan.startup.complete"):
        async def serve(scope, receive, send):
            if scope["type"] == "lifespan":
                await receive()
                await send({"type": started})
                await receive()
                return
            await send({"type": "http.response.start", "status": 500, "headers": []})
            await send({"type": "http.response.body", "body": body})

        return serve

    assert asked(app(b'{"error_code": "contract-breach"}'), [Ask("GET", "/")])[0][0] == 500
    for broken in (app(b"{}"), app(b"", "lifespan.startup.failed")):
        with pytest.raises(Failed):
            asked(broken, [Ask("GET", "/")])


def test_a_run_that_proves_nothing_fails() -> None:
    """One in which nothing was refused, or nothing was served."""
    tally = Tally("world")
    assert not tally.proves
    tally.add(Outcome("world", 0, REFUSED, "no.", 1.5, 70))
    assert not tally.proves
    tally.add(Outcome("world", 1, TAKEN, "", 0.5, 80))
    assert tally.proves
    assert tally.line() == ("files: world    2 cases: 1 refused, 1 taken, 0 accused; slowest 1.5 s, largest 80 MB")
    tally.add(Outcome("world", 2, ACCUSED, "it took longer than 120 s"))
    assert not tally.proves
