"""Starting a server as a process on a free port, waiting until it answers, stopping it."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

POLL_SECONDS = 0.02
STOP_SECONDS = 8.0
LINES_SHOWN = 20

WITHIN = 20.0
"""Seconds that a process may stand still before it answers."""

LONGEST = 15
"""Times that, a process which works may take: a start of two seconds takes minutes where a hundred others run."""

LEAST_WORK = 0.005
"""The share of a processor that counts as work: one of a hundred busy processes gets more, one that waits gets less."""

PROC = Path("/proc")


class LaunchError(Exception):
    """The process did not come up; the sentence has its last words."""


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def launched(
    command: Sequence[str],
    *,
    ready: str,
    within: float = WITHIN,
    longest: float | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server for the length of a `with` block.

    Args:
        command: the program and its arguments.
        ready: a URL; any HTTP answer from it means that the server is up.
        within: seconds that the process may stand still before that.
        longest: seconds that it may take while it works; None for fifteen times `within`.
        env: the environment; None for this process's own.
        cwd: the working folder; None for this process's own.

    Raises:
        LaunchError: the process ended, stood still, or took too long.
    """
    with TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: S603 - the caller's own command, no shell
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=env, cwd=cwd
        )
        try:
            _wait(process, ready, within, LONGEST * within if longest is None else longest, output)
            yield process
        finally:
            stop(process)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask a process to end, and make it end where it does not."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def answers(url: str) -> bool:
    """Tell whether anything speaks HTTP at a URL; no proxy is asked, as it is the address itself that matters."""
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=2):
            return True
    except HTTPError:
        return True
    except (URLError, OSError):
        return False


def awaited(url: str, within: float) -> bool:
    """Wait for some seconds until anything speaks HTTP at a URL; tell whether it does."""
    until = time.monotonic() + within
    while not (up := answers(url)) and time.monotonic() < until:
        time.sleep(POLL_SECONDS)
    return up


def _wait(process: "subprocess.Popen[bytes]", ready: str, within: float, longest: float, output: IO[bytes]) -> None:
    began = still = time.monotonic()
    worked = _worked(process.pid)
    while True:
        if process.poll() is not None:
            raise LaunchError(f"The process ended with code {process.returncode}:\n{_last_words(output)}")
        if answers(ready):
            return
        now, done = time.monotonic(), _worked(process.pid)
        if done - worked >= LEAST_WORK * within:
            worked, still = done, now
        if now - still > within:
            raise LaunchError(
                f"Nothing answered at {ready}, and the process did nothing for {within:g} s:\n{_last_words(output)}"
            )
        if now - began > longest:
            raise LaunchError(f"Nothing answered at {ready} within {longest:g} s:\n{_last_words(output)}")
        time.sleep(POLL_SECONDS)


def _worked(pid: int) -> float:
    """Return the seconds of CPU that a process and those that it started have used.

    Where a system does not tell (it has no /proc), time itself counts as work: whoever lives is waited for.
    """
    if not PROC.joinpath("self/stat").exists():
        return time.monotonic()
    ticks = 0
    waiting = [pid]
    while waiting:
        process = PROC / str(waiting.pop())
        with suppress(OSError):  # it has just ended
            # Behind the name, which may hold anything: utime, stime, and the same of children that have ended.
            ticks += sum(map(int, process.joinpath("stat").read_text().rpartition(")")[2].split()[11:15]))
            for task in process.joinpath("task").iterdir():
                waiting += map(int, task.joinpath("children").read_text().split())
    return ticks / os.sysconf("SC_CLK_TCK")


def _last_words(output: IO[bytes]) -> str:
    output.seek(0)
    return "\n".join(output.read().decode(errors="replace").splitlines()[-LINES_SHOWN:])
