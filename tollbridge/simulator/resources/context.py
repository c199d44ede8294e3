"""The context of an operation: the state, the clock and the randomness that it works with."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tollbridge.simulator.state.settings import Shared
from tollbridge.simulator.state.unit_of_work import UnitOfWork


@dataclass
class Context:
    """One call.

    Args:
        work: the unit of work.
        now: seconds since the epoch.
        new_id: makes an id for a prefix.
        randomness: for secrets.
        settlement_currency: of the account.
        browser: whether it came with a publishable key.
        version: of the API that the call asks for, as it says it; empty where it does not.
        base: the address of the server whose page asks cardholders; empty where it has none.
        effects: what changed, such as `payment_intent.created`, with the object's id.
        machine: tells the machine's time, which cannot be set.
        expect: is told when an object will change by itself, with its type and its id.
        shared: returns what all who share the state share, to be read only.
        change: changes that by a function of it, with the unit of work.
    """

    work: UnitOfWork
    now: int
    new_id: Callable[[str], str]
    randomness: random.Random
    settlement_currency: str
    effects: list[tuple[str, str]] = field(default_factory=list)
    browser: bool = False
    base: str = ""
    version: str = ""
    machine: Callable[[], int] = lambda: 0
    expect: Callable[[int, type[tuple[Any, ...]], str], None] = lambda _when, _cls, _identity: None
    shared: Callable[[], Shared] = Shared
    change: Callable[[Callable[[Shared], None]], None] = lambda _how: None

    def did(self, what: str, identity: str) -> None:
        """Note an effect."""
        self.effects.append((what, identity))
