"""Files that ended the process, or took all memory, given to the commands: each is a sentence, within bounds."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.conftest import ROOT
from tests.unit.test_documents import NINES, bomb

SECONDS = 60
MEMORY = 2 * 1024 * 1024
"""Kilobytes of address space: what asks for more fails."""


def write(content: str | bytes) -> Callable[[Path], object]:
    """Return what makes a file with a content."""
    return lambda path: path.write_bytes(content if isinstance(content, bytes) else content.encode())


def link(target: str) -> Callable[[Path], object]:
    """Return what makes a link."""
    return lambda path: path.symlink_to(target)


EITHER: dict[str, tuple[Callable[[Path], object], str]] = {
    "deep lists": (write("[" * 1_000_000), "FILE:1: has more than 100 lists and objects within each other"),
    "deep JSON": (write('{"a":' * 1_000_000), "FILE:1: has more than 100 lists and objects within each other"),
    "deep blocks": (write("- " * 1_000_000), "FILE:1: has more than 100 lists and objects within each other"),
    "a bomb of aliases": (write(bomb(12)), "FILE:7: has more than 1,000,000 values"),
    "an alias of itself": (write("&a [*a]"), "FILE:1: the alias *a is within what it repeats"),
    "5,000 digits": (write(f"a: {NINES}"), "FILE:1: 999999999999999999999999… is a number of 5,000 characters"),
    "Python": (write("a: !!python/object/apply:os.abort []"), "FILE:1: the tag !!python/object/apply:os.abort is not"),
    "other bytes": (write(b"a: \xff"), "FILE:1: is not text in UTF-8"),
    "no bytes": (write(b""), "FILE"),
    "a device": (link("/dev/zero"), "FILE: is a device; give a regular file."),
    "an endless file": (link("/proc/self/pagemap"), "FILE: goes on, and 16,777,216 bytes are the most that is read"),
    "a pipe": (os.mkfifo, "FILE: is a pipe; give a regular file."),
}  # fmt: skip
COMMANDS: dict[str, list[str]] = {
    "serve --contract": ["serve", "--port", "0", "--contract"],
    "serve --world": ["serve", "--port", "0", "--world"],
    "stripe --world": ["stripe", "--port", "0", "--world"],
    "world check": ["world", "check"],
    "contract ledger": ["contract", "ledger"],
    "verify --contract": ["verify", "--contract"],
    "verify --world": ["verify", "--world"],
    "verify --baseline": ["verify", "--baseline"],
}
WHOLE = ("serve --contract",)
SAMPLE = ("deep JSON", "a device")
ROWS = {
    f"{command}: {name}": (command, *row)
    for command in COMMANDS
    for name, row in EITHER.items()
    if command in WHOLE or name in SAMPLE
}
"""Every file for one command; of the others, which read it in the same way, whether they do."""


@pytest.mark.parametrize(("command", "make", "said"), ROWS.values(), ids=ROWS)
def test_a_hostile_file_is_a_sentence(tmp_path: Path, command: str, make: Callable[[Path], object], said: str) -> None:
    """Whichever command reads it: what was found and where, without a traceback, a signal or a gigabyte."""
    path = tmp_path / "file"
    make(path)
    bounded = ["sh", "-c", f'ulimit -v {MEMORY}; exec "$@"', "sh", sys.executable, "-m", "tollbridge"]
    done = subprocess.run(
        [*bounded, *COMMANDS[command], str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == (2 if command.startswith("verify") else 1), done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith(("Error: ", "… and more."))
    assert said.replace("FILE", str(path)) in done.stderr
