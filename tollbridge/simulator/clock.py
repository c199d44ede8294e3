"""The simulator's clock: the machine's, until a test sets it."""

from collections.abc import Callable


class Clock:
    """Seconds since the epoch, whole ones."""

    def __init__(self, source: Callable[[], int]) -> None:
        """Follow a source until `set` says otherwise."""
        self._source = source
        self.ahead = 0
        self.stopped_at: int | None = None

    def __call__(self) -> int:
        """Return the time."""
        return (self._source() if self.stopped_at is None else self.stopped_at) + self.ahead

    def set(self, now: int | None) -> None:
        """Stop at a time; None follows the source again."""
        self.stopped_at, self.ahead = now, 0

    def advance(self, seconds: int) -> None:
        """Go ahead by some seconds, stopped or not."""
        self.ahead += seconds
