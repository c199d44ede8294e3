"""Signals that end a run."""

import os
import signal
import time

import pytest

from tollbridge.cli.interruption import interrupt


class Finalized:
    """An object within whose finalizer a signal comes."""

    def __del__(self) -> None:
        """Get the signal here."""
        os.kill(os.getpid(), signal.SIGUSR1)
        for _ in range(1000):
            pass


def test_a_signal_within_a_finalizer_ends_the_run_all_the_same() -> None:
    """Python would report the error of the finalizer, and go on: the signal comes once more, behind it."""
    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        one = Finalized()
        del one
        with pytest.raises(KeyboardInterrupt):
            time.sleep(10)
    finally:
        signal.signal(signal.SIGUSR1, before)
