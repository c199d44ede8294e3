"""Starting a server as a process on a free port, waiting until it answers, stopping it and whatever it has started."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

TOLLBRIDGE = (sys.executable, "-P", "-m", "tollbridge")
"""Our commands; -P: no file in the working folder shadows a package."""

OF_ANOTHER_SERVER = "TOLLBRIDGE_CONTROL_TOKEN"
"""A variable of the environment that would close the control API of a server of ours."""

POLL_SECONDS = 0.02
STOP_SECONDS = 8.0
READ_SECONDS = 1.0
"""The most that the last output of a process which has ended is waited for: a child of it may still hold the pipe."""

LINES_SHOWN = 20
MAX_LOG = 64 * 1024
"""Bytes of a process's output that are kept: the end of it."""

WITHIN = 20.0
"""Seconds that a process may stand still before it answers."""

LONGEST = 15
"""Times that, a process which works may take: a start of two seconds takes minutes where a hundred others run."""

LEAST_WORK = 0.005
"""The share of a processor that counts as work: one of a hundred busy processes gets more, one that waits gets less."""

PROC = Path("/proc")

ORPHANS = 'read -r _; kill -s KILL -- "-$0" 2>/dev/null'
"""A shell line that ends a process group when its standard input closes: we hold that end, so it closes when we end."""


class LaunchError(Exception):
    """The process did not come up; the sentence has its last words."""

    def __init__(self, sentence: str, last_words: Sequence[str] = ()) -> None:
        """Say it.

        Args:
            sentence: what went wrong.
            last_words: the end of the process's log, which may hold secrets.
        """
        super().__init__("\n".join((f"{sentence}:", *last_words)) if last_words else f"{sentence}.")
        self.sentence = f"{sentence}."
        self.last_words = list(last_words)


class Log:
    """The end of what a process prints, read as it comes: a process stops when its pipe is full and not read."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._reader: threading.Thread | None = None

    def follow(self, output: IO[bytes]) -> None:
        """Read what a process prints from now on, and forget what another one printed."""
        self._kept = kept = bytearray()

        def reading() -> None:
            with output, suppress(OSError):
                while piece := os.read(output.fileno(), MAX_LOG):
                    kept.extend(piece)
                    del kept[:-MAX_LOG]

        self._reader = threading.Thread(target=reading, name="log", daemon=True)
        self._reader.start()

    def finish(self) -> None:
        """Read what a process has printed that has ended."""
        if self._reader:
            self._reader.join(READ_SECONDS)

    def lines(self) -> list[str]:
        """Return the last lines."""
        return bytes(self._kept).decode(errors="replace").splitlines()[-LINES_SHOWN:]


def own_environment() -> dict[str, str]:
    """Return the environment of a server of ours, which is asked for control without a token."""
    return {name: value for name, value in os.environ.items() if name != OF_ANOTHER_SERVER}


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that is free just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def launched(
    command: Sequence[str] | str,
    *,
    ready: str,
    within: float = WITHIN,
    longest: float | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    log: Log | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server for the length of a `with` block, and whatever it starts in a process group with it.

    Args:
        command: the program and its arguments, or a text for a shell.
        ready: a URL; any HTTP answer from it means that the server is up.
        within: seconds that the process may stand still before that.
        longest: seconds that it may take while it works; None for fifteen times `within`.
        env: the environment; None for this process's own.
        cwd: the working folder; None for this process's own.
        log: keeps the end of what it prints; None where only a failure to start tells it.

    Raises:
        LaunchError: the process ended, stood still, or took too long.
    """
    log = log or Log()
    process = subprocess.Popen(  # noqa: S603 - the caller's own command
        command,
        shell=isinstance(command, str),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=env,
        cwd=cwd,
        start_new_session=True,
    )
    try:
        assert process.stdout
        log.follow(process.stdout)
        with ending_with_us(process):
            _wait(process, ready, within, LONGEST * within if longest is None else longest, log)
            yield process
    finally:
        stop(process)


@contextmanager
def ending_with_us(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Let a process group be ended when this process ends, even where it is killed."""
    watcher = subprocess.Popen(  # noqa: S603 - our own words
        ["/bin/sh", "-c", ORPHANS, str(process.pid)], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        yield
    finally:
        watcher.kill()
        watcher.wait()
        assert watcher.stdin
        watcher.stdin.close()


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask a process and its group to end, and make them end where they do not."""
    until = time.monotonic() + STOP_SECONDS
    try:
        _signal(process.pid, signal.SIGTERM)
        while (process.poll() is None or _lives(process.pid)) and time.monotonic() < until:
            time.sleep(POLL_SECONDS)
    finally:  # a second interrupt too
        _signal(process.pid, signal.SIGKILL)
        process.wait()


def _signal(group: int, which: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # it has ended; of zombies alone, some systems say the latter
        os.killpg(group, which)


def _lives(group: int) -> bool:
    """Tell whether any process of a group still does something; without /proc, the first process stands for it."""
    for path in PROC.glob("[0-9]*/stat"):
        with suppress(OSError):  # it has just ended
            state, _parent, of = path.read_text().rpartition(")")[2].split()[:3]
            if int(of) == group and state not in "ZX":
                return True
    return False


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


def _wait(process: "subprocess.Popen[bytes]", ready: str, within: float, longest: float, log: Log) -> None:
    began = still = time.monotonic()
    worked = _worked(process.pid)
    while True:
        if process.poll() is not None:
            log.finish()
            raise LaunchError(f"The process ended with code {process.returncode}", log.lines())
        if answers(ready):
            return
        now, done = time.monotonic(), _worked(process.pid)
        if done - worked >= LEAST_WORK * within:
            worked, still = done, now
        if now - still > within:
            said = f"Nothing answered at {ready}, and the process did nothing for {within:g} s"
            raise LaunchError(said, log.lines())
        if now - began > longest:
            raise LaunchError(f"Nothing answered at {ready} within {longest:g} s", log.lines())
        time.sleep(POLL_SECONDS)


def _worked(pid: int) -> float:
    """Return the seconds of CPU that a process and those that it started have used.

    Where a system does not tell (it has no /proc), time itself counts as work: a living process is waited for.
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
