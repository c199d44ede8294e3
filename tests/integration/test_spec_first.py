"""docs/spec-first.md, walked from its top to its end: each edit made, each command run, each output seen."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.conftest import ROOT
from tollbridge.launch import free_port, launched

PAGE = (ROOT / "docs/spec-first.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.M | re.S)
WITHIN = 60.0
OASDIFF = "tollbridge contract diff"
PAUSE = "sleep 1; "
LOOKED_AT = "The last edit is"
"""What the log says of each edit, served or not."""

EDITS = re.compile(r"(?:cp|awk) ")
COMPILED = shutil.ignore_patterns("__pycache__")


class Walk:
    """The folder in which the page is walked, and the server that it starts.

    Args:
        folder: with what the page takes from the checkout.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"http://localhost:{free_port()}"
        programs = folder / "bin"
        programs.mkdir()
        (programs / "tollbridge").write_text(f'#!/bin/sh\nexec {sys.executable} -m tollbridge "$@"\n')
        (programs / "tollbridge").chmod(0o755)
        path = os.pathsep.join((str(programs), str(ROOT / ".tools/bin"), os.environ["PATH"]))
        self.looked_at = 0
        self.environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}

    @property
    def has_oasdiff(self) -> bool:
        """Whether changes can be compared here."""
        return shutil.which("oasdiff", path=self.environment["PATH"]) is not None

    def run(self, commands: str) -> str:
        """Run commands of the page; return what they say."""
        here = commands.replace("http://localhost:8080", self.url)
        done = subprocess.run(
            ["sh", "-c", here], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip
        return done.stdout + done.stderr

    def edit(self, diff: str) -> None:
        """Make an edit of the page: what it shows as it was stands once in the file."""
        head, *lines = diff.splitlines()
        path = self.folder / head.removeprefix("--- ")
        was = "\n".join(line[1:] for line in lines if line[0] in " -")
        now = "\n".join(line[1:] for line in lines if line[0] in " +")
        text = path.read_text()
        assert text.count(was) == 1, diff
        self.looked_at = self.log().count(LOOKED_AT)
        path.write_text(text.replace(was, now))

    def log(self) -> str:
        """Return what the server has said."""
        return (self.folder / "next/log").read_text()


@pytest.fixture
def walk(tmp_path: Path) -> Walk:
    """A folder that looks like the checkout, as far as the page goes."""
    shutil.copy(ROOT / "openapi.yaml", tmp_path)
    for name in ("handlers", "examples"):
        (tmp_path / name).mkdir()
    shutil.copytree(ROOT / "handlers", tmp_path / "handlers", dirs_exist_ok=True, ignore=COMPILED)
    shutil.copytree(ROOT / "examples/next_operation", tmp_path / "examples/next_operation", ignore=COMPILED)
    return Walk(tmp_path)


def shown(text: str) -> re.Pattern[str]:
    """Return a pattern of what the page shows: its lines in their order, `…` for whatever differs."""
    parts = (
        [".*?" if part == "…" else re.escape(part) for part in re.split("(…)", line)] for line in text.splitlines()
    )
    lines = map("".join, parts)
    return re.compile(r"(?:.*\n)*?".join(f"^{line}.*\n?" for line in lines), re.M)


@pytest.mark.long
def test_the_page_is_walked(walk: Walk) -> None:
    """Every command says what the page shows, and the log what it quotes."""
    steps = iter(BLOCKS)
    before = walked(walk, steps, until="tollbridge serve")
    assert before
    serve = before[-1].partition(" > ")[0].split()
    command = [sys.executable, "-m", *serve, "--port", walk.url.rpartition(":")[2]]
    script = ["sh", "-c", 'exec "$@" >next/log 2>&1', "sh", *command]
    with launched(script, ready=f"{walk.url}/_tollbridge/health", cwd=walk.folder, env=walk.environment):
        walked(walk, steps, until=None)
    assert "Traceback" not in walk.log()


def walked(walk: Walk, steps: Iterator[tuple[str, str]], until: str | None) -> list[str]:
    """Go on along the page, up to a command that starts with something; return the commands."""
    commands: list[str] = []
    said: str | None = None
    for kind, text in steps:
        if kind == "sh":
            commands.append(text)
            if until and text.startswith(until):
                return commands
            said = None if OASDIFF in text and not walk.has_oasdiff else served(walk, text)
        elif kind == "diff":
            walk.edit(text)
            said = ""
        elif said == "":
            waited_for(walk, shown(text))
        elif said is not None:
            assert shown(text).search(said), f"{commands[-1]}\nsaid\n{said}\nand the page shows\n{text}"
    return commands


def served(walk: Walk, commands: str) -> str:
    """Run commands; those that wait a second on the page wait until the edit before them was looked at."""
    if commands.startswith(PAUSE):
        commands = commands.removeprefix(PAUSE)
        waited_for(walk, re.compile(rf"(?:{LOOKED_AT}(?:.|\n)*){{{walk.looked_at + 1}}}"))
    if EDITS.match(commands):
        walk.looked_at = walk.log().count(LOOKED_AT)
    return walk.run(commands) or " "


def waited_for(walk: Walk, pattern: re.Pattern[str]) -> None:
    """Wait until the server's log has something."""
    until = time.monotonic() + WITHIN
    while not pattern.search(walk.log()):
        assert time.monotonic() < until, f"{pattern.pattern} is not in\n{walk.log()}"
        time.sleep(0.05)
