"""A program of its own: bounds what a process may take, and becomes the command that it is given.

The bounds are set in the new process before the command begins, which a parent with threads could not do safely.
"""

import os
import resource
import sys
from contextlib import suppress
from pathlib import Path

MEGABYTE = 1_048_576
LIMITS = {
    resource.RLIMIT_CPU: 30,
    resource.RLIMIT_AS: 1_024 * MEGABYTE,
    resource.RLIMIT_FSIZE: 16 * MEGABYTE,
    resource.RLIMIT_NOFILE: 256,
    resource.RLIMIT_CORE: 0,
}
MAX_PROCESSES = 64
"""Besides those that the user has already: the system counts a user's, not a session's."""

PROCESSES = Path("/proc")


def main(command: list[str]) -> None:
    """Set the bounds, and become the command."""
    for kind, most in LIMITS.items():
        bound(kind, most)
    if PROCESSES.is_dir():
        bound_processes(tasks() + MAX_PROCESSES)
    os.environ["MALLOC_ARENA_MAX"] = "2"  # each arena reserves 64 MB of addresses for a thread
    os.execvp(command[0], command)  # noqa: S606 - no shell


def bound(kind: int, most: int) -> None:
    """Bound a resource for good; not where the system does not let it be bounded."""
    least = least_of(most, resource.getrlimit(kind)[1])
    with suppress(ValueError, OSError):
        resource.setrlimit(kind, (least, least))


def least_of(most: int, hard: int) -> int:
    """Return the smaller bound."""
    return most if hard == resource.RLIM_INFINITY else min(most, hard)


def bound_processes(most: int) -> None:
    """Bound the user's processes for good; not where more of them run, unseen from here, as outside of a container."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    resource.setrlimit(resource.RLIMIT_NPROC, (least_of(most, hard), hard))
    try:
        child = os.fork()
    except BlockingIOError:
        resource.setrlimit(resource.RLIMIT_NPROC, (soft, hard))
        return
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    bound(resource.RLIMIT_NPROC, most)


def tasks() -> int:
    """Return how many threads of this user are seen from here."""
    count = 0
    for process in PROCESSES.iterdir():
        with suppress(OSError):  # it ended, or is not for us to see
            if process.name.isdigit() and process.stat().st_uid == os.getuid():
                count += len([*(process / "task").iterdir()])
    return count


if __name__ == "__main__":
    main(sys.argv[1:])
