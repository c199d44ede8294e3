"""A server as a process: started on a free loopback port, asked, weighed and stopped."""

import http.client
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from contestants import Contestant, Question

START_TIMEOUT = 60.0  # seconds; Prism on a busy machine takes ten
POLL = 0.002  # seconds between two tries while a server starts
TICK = 1e6 / os.sysconf("SC_CLK_TCK")  # microseconds in one tick of /proc's CPU clock
PAGE = os.sysconf("SC_PAGE_SIZE")


class BenchError(Exception):
    """A server cannot be measured; the sentence says why."""


@dataclass
class Server:
    """A running contestant.

    Args:
        contestant: who it is.
        port: where it listens.
        process: the program that was started; its children count as it.
        output: what it printed.
        started: seconds from the start of the process to the first 200.
    """

    contestant: Contestant
    port: int
    process: subprocess.Popen[bytes]
    output: IO[bytes]
    started: float

    def cpu(self) -> float:
        """Return the microseconds of CPU that the whole process tree has used."""
        return cpu_of(self.process.pid)

    def cpu_exactly(self) -> float:
        """Return the same, in microseconds still, counted by the scheduler: for what is shorter than a tick."""
        tasks = (task for pid in _tree(self.process.pid) for task in Path(f"/proc/{pid}/task").iterdir())
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e3

    def memory(self) -> int:
        """Return the resident bytes of the whole process tree."""
        return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in _tree(self.process.pid)) * PAGE

    def said(self) -> str:
        """Return whether it still runs, and the end of what it printed."""
        self.output.seek(0)
        state = "It runs" if self.process.poll() is None else f"It ended with code {self.process.returncode}"
        return f"{state}, and printed:\n{self.output.read().decode(errors='replace')[-2000:]}"

    def stop(self) -> None:
        """End the process group, politely first."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                os.killpg(self.process.pid, sign)
                try:
                    self.process.wait(timeout=5)
                except subprocess.TimeoutExpired:
                    continue
        self.output.close()


def cpu_of(pid: int) -> float:
    """Return the microseconds of CPU that a process and those below it have used."""
    return sum(_cpu_ticks(one) for one in _tree(pid)) * TICK


def start(contestant: Contestant, answers: Callable[[int], int | None] | None = None) -> Server:
    """Start a contestant and wait for its first 200.

    Args:
        contestant: who is started.
        answers: returns a status of whoever listens on a port, None where nobody does; None asks the contestant's
            question.

    Raises:
        BenchError: it ended, or gave no 200 within a minute.
    """
    port, spare = _free_ports()
    output = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the server lives
    began = time.perf_counter()
    process = subprocess.Popen(
        contestant.command(port, spare),
        stdout=output,
        stderr=output,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    server = Server(contestant, port, process, output, 0.0)
    while True:
        last = answers(port) if answers else _try(port, contestant.question)
        if last == 200:
            server.started = time.perf_counter() - began
            return server
        if process.poll() is not None or time.perf_counter() - began > START_TIMEOUT:
            said = server.said()
            server.stop()
            raise BenchError(f"{contestant.name}: no 200 (last answer: {last or 'none'}). {said}")
        time.sleep(POLL)


def examine(server: Server) -> None:
    """See that a server answers rightly before it is measured.

    Raises:
        BenchError: a good body is refused or answered with something else, or a wrong body is taken.
    """
    name, question = server.contestant.name, server.contestant.question
    status, body = ask(server.port, question, question.body)
    if status != 200 or not json.loads(body).get(question.member):
        raise BenchError(f"{name}: a good body got {status} without {question.member}: {body[:300]!r}")
    if question.wrong is not None:
        status, body = ask(server.port, question, question.wrong)
        if status not in (400, 422):
            raise BenchError(f"{name}: a wrong body got {status}: {body[:300]!r}")


def ask(port: int, question: Question, body: str) -> tuple[int, bytes]:
    """Send one request on a connection of its own; return status and body."""
    headers = {"Content-Type": question.content_type}
    if question.authorization:
        headers["Authorization"] = question.authorization
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", question.path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _try(port: int, question: Question) -> int | None:
    try:
        return ask(port, question, question.body)[0]
    except (OSError, http.client.HTTPException):
        return None


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        return one.getsockname()[1], two.getsockname()[1]


def _tree(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def _cpu_ticks(pid: int) -> int:
    # the name, in parentheses, may hold blanks; utime and stime are the 12th and 13th fields after it
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
