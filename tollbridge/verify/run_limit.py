"""What ends a run before its end: its time, or a target that sends without an end."""

import time

from tollbridge.verify.errors import Enough


class RunLimit:
    """The limit of one run."""

    def __init__(self, seconds: float, begun: float) -> None:
        """Set it.

        Args:
            seconds: that the run may take.
            begun: the monotonic time of its beginning.
        """
        self._seconds = seconds
        self._until = begun + seconds
        self.stopped: str | None = None

    def stop(self, why: str) -> None:
        """Let the run end, whatever time is left."""
        self.stopped = self.stopped or why

    @property
    def over(self) -> bool:
        """Whether nothing is to be played any more."""
        return self.stopped is not None or self.overdue(0.0)

    def overdue(self, seconds: float) -> bool:
        """Tell whether the run's time is over since more than some seconds."""
        return time.monotonic() > self._until + seconds

    def require(self) -> None:
        """Go on only where the run has not ended.

        Raises:
            Enough: it has; with the reason.
        """
        if self.over:
            raise Enough(self.stopped or f"--max-time {self._seconds:g} s was over")
