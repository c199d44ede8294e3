"""Times in the tests of facts, where the clock is not ours."""

WITHIN = 60
"""Seconds by which two times may differ and be the same: what the calls of one test take at the most."""


class Moment(int):
    """A time so many seconds after the beginning of the test, equal to all times near it.

    The tests of facts compare with `NOW`, where the simulator's clock stands still. Elsewhere `NOW` is this, with 0.
    """

    began = 0
    """Seconds since the epoch, when the test began."""

    @property
    def there(self) -> int:
        """The time itself."""
        return Moment.began + int(self)

    def __eq__(self, other: object) -> bool:
        """Whether the two are near each other."""
        return isinstance(other, int) and abs(self.there - _there(other)) <= WITHIN

    def __hash__(self) -> int:
        """Return one value for all, as any two may be equal."""
        return 0

    def __lt__(self, other: int) -> bool:
        """Whether it may be before the other."""
        return self.there - WITHIN < _there(other)

    def __gt__(self, other: int) -> bool:
        """Whether it may be after the other."""
        return self.there + WITHIN > _there(other)

    def __add__(self, seconds: int) -> "Moment":
        """Return a later one."""
        return Moment(int(self) + seconds)

    def __floordiv__(self, unit: int) -> int:
        """Return how many whole units of time have passed since the epoch."""
        return self.there // unit

    def __str__(self) -> str:
        """Return what is sent for it."""
        return str(self.there)

    __repr__ = __str__


def _there(time: int) -> int:
    return time.there if isinstance(time, Moment) else time
