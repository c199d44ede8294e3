"""Faults on demand: the next matching call fails, before or after its effect."""

from dataclasses import dataclass, replace

from tollbridge.simulator.failures import INJECTED

LOST = ("reset", "silence")
KINDS = (*INJECTED, *LOST, "garbage")


@dataclass
class Fault:
    """What to do to the next matching calls.

    Args:
        method: `GET` or `POST`.
        path: a route's template, such as `/v1/subscriptions/{subscription}`.
        kind: an HTTP status of `failures.INJECTED`, `reset`, `silence` or `garbage` (a 200 that is no JSON).
        when: `before` the effect, or `after` it.
        times: how many calls.
    """

    method: str
    path: str
    kind: str
    when: str = "before"
    times: int = 1

    def __post_init__(self) -> None:
        """Refuse what no call could do."""
        if self.kind not in KINDS or self.when not in ("before", "after") or self.times < 1:
            raise ValueError(f"A fault is one of {', '.join(KINDS)}, before or after the effect, at least once.")


class Faults:
    """The faults that wait for their call."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let a fault wait; what is counted down is a copy, so the caller's serves again."""
        self._waiting.append(replace(fault))

    def take(self, method: str, template: str) -> Fault | None:
        """Return the fault of a call, one use less; None where none waits for it."""
        for fault in self._waiting:
            if (fault.method, fault.path) == (method, template) and fault.times > 0:
                fault.times -= 1
                self._waiting = [other for other in self._waiting if other.times > 0]
                return fault
        return None

    def waiting(self) -> list[Fault]:
        """Return copies of the faults that wait."""
        return [replace(fault) for fault in self._waiting]
