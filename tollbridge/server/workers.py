"""Several processes on the same sockets: started, replaced when one dies, and stopped together."""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

HASTY_SECONDS = 2.0
MAX_HASTY = 5
PAUSE_SECONDS = 0.2


def supervise(count: int, work: Callable[[], None]) -> int:
    """Run some work in several processes until SIGINT or SIGTERM; one that dies is replaced.

    Args:
        count: of processes.
        work: what each does; it ends by itself on SIGTERM.

    Returns:
        0 stopped as asked; 1 where processes died as soon as they were started.
    """
    started: dict[int, float] = {}
    stopping = False
    hasty = 0

    def stop(_number: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True
        for pid in started:
            os.kill(pid, signal.SIGTERM)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    for _ in range(count):
        started[_forked(work)] = time.monotonic()
    while started:
        pid, status = os.wait()
        lived = time.monotonic() - started.pop(pid, 0.0)
        if stopping:
            continue
        hasty = hasty + 1 if lived < HASTY_SECONDS else 0
        if hasty >= MAX_HASTY:
            log.error("Workers end as soon as they are started (the last with %s): giving up.", _ending(status))
            stop(signal.SIGTERM, None)
            continue
        log.warning("Worker %d ended with %s; another takes its place.", pid, _ending(status))
        time.sleep(PAUSE_SECONDS)
        started[_forked(work)] = time.monotonic()
    return 1 if hasty >= MAX_HASTY else 0


def _forked(work: Callable[[], None]) -> int:
    """Start a process; only the parent returns."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        work()
        code = 0
    except Exception:
        log.exception("A worker failed.")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _ending(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"code {code}" if code >= 0 else signal.Signals(-code).name
