"""Waiting for another process or thread."""

import time
from collections.abc import Callable

SECONDS = 60
"""After which what has not become true never will, however busy the machine is."""


def wait_until(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    until = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < until, f"not within {SECONDS} s"
        time.sleep(0.02)
