"""Settings kept in the store: the clock, pending faults, and how events are delivered."""

from dataclasses import asdict, dataclass, field
from typing import Any

from tollbridge.simulator.protocol.faults import Fault, Faults, Waiting

ORDERS = ("logical", "arrival")


@dataclass
class Shared:
    """Clock, faults, and how events are delivered.

    Args:
        stopped_at: seconds since the epoch at which the clock stands; None goes with the machine's.
        ahead: seconds that it is ahead.
        faults: those that wait for their call.
        followers: the enabled webhook endpoints, each with the types of events that it wants: what their rows say, read
            with every call because this is.
        order: `logical` or `arrival`, of the deliveries of one call's events.
        duplicates: whether each event is delivered twice.
    """

    stopped_at: int | None = None
    ahead: int = 0
    faults: Faults = field(default_factory=Faults)
    followers: dict[str, list[str]] = field(default_factory=dict)
    order: str = ORDERS[0]
    duplicates: bool = False

    def document(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "stopped_at": self.stopped_at,
            "ahead": self.ahead,
            "faults": [asdict(one) for one in self.faults.waiting],
            "followers": self.followers,
            "order": self.order,
            "duplicates": self.duplicates,
        }


def shared_from(document: dict[str, Any]) -> Shared:
    """Return what was kept as plain data; what an older version did not keep is as it is at the beginning."""
    waiting = [Waiting(Fault(**one["fault"]), one["seed"], one["drawn"]) for one in document["faults"]]
    return Shared(
        document["stopped_at"],
        document["ahead"],
        Faults(waiting),
        document.get("followers", {}),
        document.get("order", ORDERS[0]),
        document.get("duplicates", False),
    )
