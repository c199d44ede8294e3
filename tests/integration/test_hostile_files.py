"""Files that ended the process, or took all memory, given to the commands: each is a sentence, within bounds."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.integration.conftest import ROOT
from tests.unit.test_contract_hostile import named, twice
from tests.unit.test_documents import NINES, bomb
from tollbridge.launch import free_port, launched

SECONDS = 60
MEMORY = 2 * 1024 * 1024
"""Kilobytes of address space: what asks for more fails."""

BOUNDED = ["sh", "-c", f'ulimit -v {MEMORY}; exec "$@"', "sh", sys.executable, "-m", "tollbridge"]

CHAINED = {
    "openapi": "3.0.3",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/p": {
            "get": {
                "operationId": "a",
                "x-openapi-router-controller": "a",
                "responses": {"200": {"description": "d", "content": {"application/json": {"schema": named(0)}}}},
            }
        }
    },
    "components": {"schemas": {f"S{n}": twice(n) for n in range(30)} | {"S30": {}}},
}
"""Thirty references that double: were they copied, they would be a billion schemas."""

SERVED = ("/p", "/_tollbridge/docs", "/_tollbridge/openapi.json")


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
    done = subprocess.run(
        [*BOUNDED, *COMMANDS[command], str(path)],
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


def test_references_that_double_are_served(tmp_path: Path) -> None:
    """Within the same memory the contract is there, as small as it is, and a mock answers with a few values."""
    path, port = tmp_path / "openapi.json", free_port()
    path.write_text(json.dumps(CHAINED))
    url = f"http://127.0.0.1:{port}"
    command = [*BOUNDED, "serve", "--quiet", "--port", str(port), "--contract", str(path)]
    with launched(command, ready=f"{url}/_tollbridge/health", cwd=ROOT):
        found = {path: _read(f"{url}{path}") for path in SERVED}
    assert max(map(len, found.values())) < 10_000
    assert json.loads(found["/p"]).keys() == {"a", "b"}


def _read(url: str) -> bytes:
    with urlopen(url, timeout=SECONDS) as answer:
        return bytes(answer.read())
