"""Faults on demand: matching calls fail, before or after their effect, or are answered late."""

import random
from dataclasses import dataclass, replace

from tollbridge.simulator.failures import INJECTED, invalid

LOST = ("reset", "silence")
KINDS = (*INJECTED, *LOST, "garbage", "slow")
MOST_SECONDS = 600.0
HEADER = "tollbridge-fault"
SYNTAX = "KIND [before|after] [SECONDS], such as `500 after` or `slow before 2.5`"


@dataclass
class Fault:
    """What to do to matching calls.

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
        if (
            self.kind not in KINDS
            or self.when not in ("before", "after")
            or (self.times is not None and self.times < 1)
        ):
            raise ValueError(f"A fault is one of {', '.join(KINDS)}, before or after the effect, at least once.")
        if not 0 < self.share <= 1 or not 0 <= self.seconds <= MOST_SECONDS:
            raise ValueError(f"share is above 0 and at most 1, seconds are 0 to {MOST_SECONDS:g}.")

    def matches(self, method: str, template: str) -> bool:
        """Tell whether a call is one of those that it is for."""
        return self.method in (None, method) and self.path in (None, template)


class Faults:
    """The faults that wait for their calls."""

    def __init__(self, seed: int = 0) -> None:
        """Begin with none.

        Args:
            seed: decides which calls a share hits, apart from the randomness that makes ids.
        """
        self._waiting: list[Fault] = []
        self._randomness = random.Random(seed)  # noqa: S311 - which tests fail, not whom to trust

    def add(self, fault: Fault) -> None:
        """Let a fault wait; what is counted down is a copy, so the caller's serves again."""
        self._waiting.append(replace(fault))

    def take(self, method: str, template: str) -> Fault | None:
        """Return the fault of a call, one use less; None where none waits for it, or its share spares the call."""
        for fault in self._waiting:
            if not fault.matches(method, template):
                continue
            if fault.share < 1 and self._randomness.random() >= fault.share:
                continue
            if fault.times is not None:
                fault.times -= 1
                if not fault.times:
                    self._waiting.remove(fault)
            return fault
        return None

    def forget(self) -> None:
        """Let none wait."""
        self._waiting.clear()

    def __len__(self) -> int:
        return len(self._waiting)

    def waiting(self) -> list[Fault]:
        """Return copies of the faults that wait."""
        return [replace(fault) for fault in self._waiting]


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
