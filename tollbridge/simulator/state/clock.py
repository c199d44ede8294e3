"""The simulator's clock: the machine's, until a test sets it."""

from collections.abc import Callable

from tollbridge.simulator.state.settings import Shared
from tollbridge.simulator.state.unit_of_work import Store


class Clock:
    """Seconds since the epoch, whole ones; everybody who shares the store has the same."""

    def __init__(self, source: Callable[[], int], store: Store, moved: Callable[[], None] = lambda: None) -> None:
        """Follow a source until `set` says otherwise; `moved` is called after that."""
        self._moved = moved
        self._source = source
        self._store = store

    def __call__(self) -> int:
        """Return the time."""
        return self.at(self._store.shared())

    def machine(self) -> int:
        """Return the time of the machine, which cannot be set."""
        return self._source()

    def at(self, shared: Shared) -> int:
        """Return the time with what is shared in hand."""
        return (self._source() if shared.stopped_at is None else shared.stopped_at) + shared.ahead

    @property
    def stopped(self) -> bool:
        """Whether it stands."""
        return self._store.shared().stopped_at is not None

    def set(self, now: int | None, ahead: int = 0) -> None:
        """Stop at a time; None follows the source again."""

        def setting(shared: Shared) -> None:
            shared.stopped_at, shared.ahead = now, ahead

        self._store.change(setting)
        self._moved()

    def advance(self, seconds: int) -> None:
        """Go ahead by some seconds, stopped or not."""

        def advancing(shared: Shared) -> None:
            shared.ahead += seconds

        self._store.change(advancing)
        self._moved()
