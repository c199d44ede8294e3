"""Limits that end a run early: its time, or a target that sends without an end."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tollbridge.verify.errors import Enough, TimeOver

KEPT_A_FINDING, MAX_KEPT = 2.0, 0.4
"""Seconds that are kept for the scripts of each finding, and the most of a run's time that is kept for all of them."""


class RunLimit:
    """The limit of one run. A part of its time is kept for scripts as soon as there is something to write one for."""

    def __init__(self, seconds: float, begun: float) -> None:
        """Set it.

        Args:
            seconds: that the run may take.
            begun: the monotonic time of its beginning.
        """
        self._seconds = seconds
        self._until = begun + seconds
        self._kept = 0.0
        self.stopped: str | None = None

    def stop(self, why: str) -> None:
        """Let the run end, whatever time is left."""
        self.stopped = self.stopped or why

    def keep(self, findings: int, set_back_in: float = 0.0) -> None:
        """Keep time for the scripts of so many findings, for each of which the target is set back twice."""
        self._kept = min(findings * (KEPT_A_FINDING + 2 * set_back_in), MAX_KEPT * self._seconds)

    @contextmanager
    def into_kept(self) -> Iterator[None]:
        """Let a finding be made small in half of the time that is kept: without that it gets no script."""
        kept, self._kept = self._kept, self._kept / 2
        try:
            yield
        finally:
            self._kept = kept

    @property
    def over(self) -> bool:
        """Whether nothing is to be played any more."""
        return self.stopped is not None or self.left <= self._kept

    @property
    def left(self) -> float:
        """Seconds until the run has to be over."""
        return self._until - time.monotonic()

    def require(self) -> None:
        """Go on only where the run has not ended.

        Raises:
            TimeOver: its time is over.
            Enough: it has ended for another reason.
        """
        if self.stopped:
            raise Enough(self.stopped)
        if self.over:
            raise TimeOver(f"--max-time {self._seconds:g} s was over")
