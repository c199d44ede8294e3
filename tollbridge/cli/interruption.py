"""Ending a run by a signal, as Ctrl-C does, wherever the run is at that moment."""

import os
import signal
from threading import Timer
from types import FrameType

AGAIN_SECONDS = 0.05


def interrupt(number: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt; within a finalizer, from which Python lets no error out, the signal comes again."""
    while frame is not None:
        if frame.f_code.co_name == "__del__":
            Timer(AGAIN_SECONDS, os.kill, (os.getpid(), number)).start()
            return
        frame = frame.f_back
    raise KeyboardInterrupt


def interrupt_by_signals() -> None:
    """Let SIGTERM, SIGHUP and SIGINT end what is under way as Ctrl-C does."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, interrupt)
