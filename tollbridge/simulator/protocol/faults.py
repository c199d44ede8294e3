"""Faults on demand: matching calls fail, before or after their effect, or are answered late."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256

from tollbridge.simulator.model.errors import INJECTED, invalid

LOST = ("reset", "silence")
SHOWN = 40
METHODS = ("GET", "POST", "DELETE")
WHEN = ("before", "after")
KINDS = (*INJECTED, *LOST, "garbage", "slow")
MAX_SECONDS = 600.0
ALL_DRAWS = 1 << 32

HEADER = "tollbridge-fault"
SYNTAX = "KIND [before|after] [SECONDS], such as `500 after` or `slow before 2.5`"


@dataclass
class Fault:
    """A fault, and the calls that it hits.

    Args:
        method: `GET`, `POST` or `DELETE`; None for any.
        path: a route's template, such as `/v1/subscriptions/{subscription}`; None for any.
        kind: a key of `failures.INJECTED`, `reset`, `silence`, `garbage` (a 200 that is no JSON) or `slow`.
        when: `before` the effect, or `after` it.
        times: how many calls; None for all of them, until it is forgiven.
        share: the part of the matching calls that it hits, above 0 and up to 1.
        seconds: how long a slow answer takes.
    """

    method: str | None
    path: str | None
    kind: str
    when: str = "before"
    times: int | None = 1
    share: float = 1.0
    seconds: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what no call could do."""
        for name, value, is_good, expected in (
            ("method", self.method, self.method in (None, *METHODS), "GET, POST or DELETE, or null for any"),
            ("kind", self.kind, self.kind in KINDS, f"one of {', '.join(KINDS)}"),
            ("when", self.when, self.when in WHEN, " or ".join(WHEN)),
            ("times", self.times, self.times is None or self.times >= 1, "1 or more, or null for all calls"),
            ("share", self.share, 0 < self.share <= 1, "above 0, and 1 at most"),
            ("seconds", self.seconds, 0 <= self.seconds <= MAX_SECONDS, f"0 to {MAX_SECONDS:g}"),
        ):
            if not is_good:
                raise ValueError(f"{name} is {str(value)[:SHOWN]!r}; send {expected}.")

    def matches(self, method: str, template: str) -> bool:
        """Tell whether a call is one of those that it is for."""
        return self.method in (None, method) and self.path in (None, template)


@dataclass
class Waiting:
    """A fault that waits for its calls, and how far its draws have gone.

    Args:
        fault: what to do; its times are counted down.
        seed: decides with `drawn` which calls a share hits.
        drawn: how many calls were drawn for.
    """

    fault: Fault
    seed: int
    drawn: int = 0

    def hits(self) -> bool:
        """Draw for a call: the draws go on wherever the fault is kept meanwhile, and repeat with their seed."""
        if self.fault.share == 1:
            return True
        self.drawn += 1
        hashed = sha256(b"%d %d" % (self.seed, self.drawn)).digest()
        return int.from_bytes(hashed[:4]) / ALL_DRAWS < self.fault.share

    def spent(self) -> bool:
        """Count a call that was hit; return whether it was the last."""
        if self.fault.times is not None:
            self.fault.times -= 1
        return self.fault.times == 0


class Faults:
    """The faults that wait for their calls."""

    def __init__(self, waiting: Iterable[Waiting] = ()) -> None:
        """Begin with some, or none."""
        self.waiting = list(waiting)

    def add(self, fault: Fault, seed: int) -> None:
        """Let a fault wait; what is counted down is a copy, so the caller's serves again.

        Args:
            fault: what to do to matching calls.
            seed: of its draws, apart from the randomness that makes ids; two that wait together draw apart.
        """
        self.waiting.append(Waiting(replace(fault), seed + len(self.waiting)))

    def wait_for(self, method: str, template: str) -> bool:
        """Tell whether one of them may hit a call."""
        return any(one.fault.matches(method, template) for one in self.waiting)

    def take(self, method: str, template: str) -> Fault | None:
        """Return the fault of a call, one use less; None where none waits for it, or its share spares the call."""
        for one in self.waiting:
            if one.fault.matches(method, template) and one.hits():
                if one.spent():
                    self.waiting.remove(one)
                return one.fault
        return None

    def forget(self) -> None:
        """Let none wait."""
        self.waiting.clear()

    def __len__(self) -> int:
        return len(self.waiting)


def asked_for(header: str | None) -> Fault | None:
    """Return the fault that a call asks for itself, by the header `Tollbridge-Fault`; None where it asks for none.

    Raises:
        StripeFailure: 400, for what cannot be read.
    """
    if header is None:
        return None
    kind, *rest = header.split()[:4] or [""]
    when = rest.pop(0) if rest and rest[0] in ("before", "after") else "before"
    try:
        seconds = float(rest.pop(0)) if rest else 1.0
        if rest:
            raise ValueError("there is more than that")
        return Fault(None, None, kind, when, seconds=seconds)
    except ValueError:
        raise invalid(
            f"Tollbridge-Fault: {header[:60]!r} is not {SYNTAX}; KIND is one of {', '.join(KINDS)}."
        ) from None
