"""A slow call's hold of its idempotency key: other calls with the key are told meanwhile that it is in use."""

from contextlib import suppress
from dataclasses import dataclass
from math import ceil

from tollbridge.simulator.state.idempotency import Use
from tollbridge.simulator.state.unit_of_work import Store, Unavailable

GRACE_SECONDS = 5
"""How much longer than it takes a slow call may hold its key, before it is taken for dead."""


@dataclass(frozen=True)
class Hold:
    """A hold, or the lack of one.

    Args:
        store: where the key is.
        key: None where the call has none.
        owner: the call's request id.
        other: whether another call holds the key.
    """

    store: Store
    key: str | None
    owner: str
    other: bool

    def end(self) -> None:
        """Let the key go, where it is this call's; where the state cannot be reached, it is when its time is over."""
        if self.key is not None and not self.other:
            with suppress(Unavailable):
                self.store.release(self.key, self.owner)


def held(store: Store, key: str | None, owner: str, seconds: float, machine: int) -> Hold:
    """Hold a key for as long as a call takes, unless another call does.

    Args:
        store: where the key is.
        key: None where the call has none.
        owner: the call's request id.
        seconds: how long the call takes.
        machine: seconds since the epoch, by the machine's clock.

    Raises:
        Unavailable: the state cannot be reached.
    """
    use = Use(owner, machine + ceil(seconds) + GRACE_SECONDS)
    return Hold(store, key, owner, key is not None and not store.claim(key, use, machine))
