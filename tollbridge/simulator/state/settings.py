"""What all who share a store share besides its objects: the clock's setting, and the faults that wait."""

from dataclasses import asdict, dataclass, field
from typing import Any

from tollbridge.simulator.protocol.faults import Fault, Faults, Waiting


@dataclass
class Shared:
    """Clock and faults.

    Args:
        stopped_at: seconds since the epoch at which the clock stands; None goes with the machine's.
        ahead: seconds that it is ahead.
        faults: those that wait for their call.
    """

    stopped_at: int | None = None
    ahead: int = 0
    faults: Faults = field(default_factory=Faults)

    def document(self) -> dict[str, Any]:
        """Return it as plain data."""
        waiting = [asdict(one) for one in self.faults.waiting]
        return {"stopped_at": self.stopped_at, "ahead": self.ahead, "faults": waiting}


def shared_from(document: dict[str, Any]) -> Shared:
    """Return what was kept as plain data."""
    waiting = [Waiting(Fault(**one["fault"]), one["seed"], one["drawn"]) for one in document["faults"]]
    return Shared(document["stopped_at"], document["ahead"], Faults(waiting))
