"""Starting a server as a process on a free port, waiting until it answers, stopping it."""

import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

POLL_SECONDS = 0.02
STOP_SECONDS = 8.0
LINES_SHOWN = 20


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
    within: float = 20.0,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server for the length of a `with` block.

    Args:
        command: the program and its arguments.
        ready: a URL; any HTTP answer from it means that the server is up.
        within: seconds to wait for that.
        env: the environment; None for this process's own.
        cwd: the working folder; None for this process's own.

    Raises:
        LaunchError: the process ended, or did not answer in time.
    """
    with TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: S603 - the caller's own command, no shell
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=env, cwd=cwd
        )
        try:
            _wait(process, ready, within, output)
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
    """Tell whether anything speaks HTTP at a URL."""
    try:
        with urlopen(url, timeout=2):  # noqa: S310 - http URLs of this machine
            return True
    except HTTPError:
        return True
    except (URLError, OSError):
        return False


def _wait(process: "subprocess.Popen[bytes]", ready: str, within: float, output: IO[bytes]) -> None:
    until = time.monotonic() + within
    while not answers(ready):
        if process.poll() is not None:
            raise LaunchError(f"The process ended with code {process.returncode}:\n{_last_words(output)}")
        if time.monotonic() > until:
            raise LaunchError(f"Nothing answered at {ready} within {within:g} s:\n{_last_words(output)}")
        time.sleep(POLL_SECONDS)


def _last_words(output: IO[bytes]) -> str:
    output.seek(0)
    return "\n".join(output.read().decode(errors="replace").splitlines()[-LINES_SHOWN:])
