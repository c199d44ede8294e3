"""An endpoint that is judged, and what was found out of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tollbridge.verify.consumer.checks import ConsumerCheck

SETTLED_SECONDS = 0.5
"""After which a state that was not kept before the answer may show."""


@dataclass(frozen=True)
class Endpoint:
    """Where events are delivered.

    Args:
        url: of the consumer.
        secret: that signs; never shown.
        types: of the events that it gets; `*` for all.
        state: where its state is seen, with `{payment_intent}` for a payment's id; None where it is not.
        seconds: that one answer may take.
        settled: seconds after which a state is looked at again.
    """

    url: str
    secret: str = field(repr=False)
    types: Sequence[str] = ("*",)
    state: str | None = None
    seconds: float = 10.0
    settled: float = SETTLED_SECONDS


@dataclass(frozen=True)
class Fault:
    """One thing that a consumer does wrong.

    Args:
        check: what found it.
        cause: tells causes apart, the same in every run.
        found: what was seen.
        sent: the delivery, in lines.
        came_back: the answer, in lines.
    """

    check: ConsumerCheck
    cause: str
    found: str
    sent: str = ""
    came_back: str = ""


@dataclass
class Judgement:
    """What was found out of a consumer.

    Args:
        url: of its endpoint.
        faults: what it does wrong.
        judged: how often each check had something to judge, by name.
        aside: checks that could not be judged, with the reason.
        sent: how many deliveries were made.
    """

    url: str
    faults: list[Fault] = field(default_factory=list)
    judged: dict[str, int] = field(default_factory=dict)
    aside: dict[str, str] = field(default_factory=dict)
    sent: int = 0

    @property
    def reason(self) -> str:
        """Why nothing was judged."""
        return next(iter(self.aside.values()), "")
