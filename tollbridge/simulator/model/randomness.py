"""The source of ids and secrets: the system's randomness, or one that repeats itself from a seed."""

import random

from tollbridge.simulator.model.ids import id_maker


class Chance:
    """The randomness of one simulator."""

    def __init__(self, randomness: random.Random | None) -> None:
        """Follow some randomness; None for the system's."""
        self.follow(randomness)

    def follow(self, randomness: random.Random | None) -> None:
        """Follow another from now on; None for the system's."""
        self.randomness = randomness or random.SystemRandom()
        self.new_id = id_maker(self.randomness)

    @property
    def repeating(self) -> random.Random | None:
        """The source that repeats itself in another run; None for the system's."""
        return None if isinstance(self.randomness, random.SystemRandom) else self.randomness

    def seed_of_draws(self) -> int:
        """Return a seed for draws that make no ids: it repeats where ids do, and takes nothing from what makes them."""
        apart = random.Random()  # noqa: S311 - which calls a fault hits, not whom to trust
        if self.repeating:
            apart.setstate(self.repeating.getstate())
        return apart.getrandbits(53)
