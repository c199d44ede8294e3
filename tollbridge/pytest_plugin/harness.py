"""The run of the harness that all tests of a target share: one process, begun by any of xdist's workers."""

import fcntl
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from tollbridge.launch import TOLLBRIDGE, ending_with_us, stop
from tollbridge.pytest_plugin.options import OPTIONS, destination

OURS = frozenset({"url", "json"})
"""Options that are not handed on as they are."""


class CouldNotAsk(Exception):
    """The harness could not judge the target; the sentence is its own."""


class Harness:
    """One run of the harness, made when the first test asks for it."""

    def __init__(self, config: pytest.Config) -> None:
        """Take what pytest was asked for."""
        self._config = config

    def run(self) -> dict[str, Any]:
        """Return the document of the run.

        Raises:
            CouldNotAsk: the target could not be judged.
        """
        if "could_not" in self._result:
            raise CouldNotAsk(self._result["could_not"])
        return self._result

    @cached_property
    def _result(self) -> dict[str, Any]:
        """The result of the run; made by the first process that asks, read by the others."""
        result = _shared_folder(self._config) / "tollbridge.json"
        with _alone(result.with_suffix(".lock")):
            if not result.exists():
                made = result.with_suffix(".part")
                made.write_text(json.dumps(self._judged(made.with_suffix(".run"))), "utf-8")
                made.replace(result)
        found: dict[str, Any] = json.loads(result.read_text("utf-8"))
        if (wanted := self._given("json")) and "could_not" not in found:
            # As the harness reads paths, whose folder this is: a test may have gone to another one.
            (self._config.invocation_params.dir / str(wanted)).write_text(json.dumps(found, indent=1), "utf-8")
        return found

    def _judged(self, report: Path) -> dict[str, Any]:
        """Let the harness judge the target, in a process that ends when this one does."""
        report.unlink(missing_ok=True)
        command = [*TOLLBRIDGE, "verify", *self._handed_on(), f"--json={report}", "--quiet"]
        process = subprocess.Popen(  # noqa: S603 - our own command; what it is given are arguments
            [*command, *(["--", str(url)] if (url := self._given("url")) else [])],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=self._config.invocation_params.dir,
            start_new_session=True,
        )
        try:
            with ending_with_us(process):
                said = process.communicate()[1].decode(errors="replace").strip()
        finally:
            stop(process)
        if report.exists():
            document: dict[str, Any] = json.loads(report.read_text("utf-8"))
            return document
        return {"could_not": said or f"The harness ended with code {process.returncode}."}

    def _handed_on(self) -> Iterator[str]:
        """Yield the options of the harness."""
        for option in OPTIONS:
            if option.name in OURS or not (given := self._given(option.name)):
                continue
            for value in given if isinstance(given, list) else [given]:
                yield f"--{option.name}" if option.metavar is None else f"--{option.name}={value}"

    def _given(self, option: str) -> str | bool | list[str] | None:
        """Return what pytest was given for an option; None, or False for one without a value, is nothing."""
        found: str | bool | list[str] | None = self._config.getoption(destination(option))
        return found


def _shared_folder(config: pytest.Config) -> Path:
    """Return a folder that this run's workers share, and no other run."""
    factory: pytest.TempPathFactory = config._tmp_path_factory  # type: ignore[attr-defined]
    base = factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Let one process in at a time; one that dies lets the next one in."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
