"""Join the page that asks a cardholder to the built-in Stripe, which knows what it asks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tollbridge.browser import GoneAsking
from tollbridge.simulator import Simulator, StripeFailure, off_the_loop

T = TypeVar("T")


@dataclass(frozen=True)
class Cardholders:
    """The challenges of a simulator, as the page that asks needs them."""

    simulator: Simulator

    async def is_asking(self, intent: str, token: str) -> bool:
        """Tell whether a challenge waits for its cardholder."""
        return await self._asked(lambda: self.simulator.is_asking(intent, token))

    async def answer(self, intent: str, token: str, *, passes: bool) -> str:
        """End a challenge; return the address that the browser goes back to."""
        return await self._asked(lambda: self.simulator.answer_page(intent, token, passes=passes))

    async def _asked(self, work: Callable[[], T]) -> T:
        try:
            return await off_the_loop(self.simulator, work)
        except StripeFailure as failure:
            raise GoneAsking(failure.message) from None
