"""Join the page where a session of Checkout is paid to the built-in Stripe, which keeps the session."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from tollbridge.browser import NoSession, Page, Refused
from tollbridge.simulator import Simulator, StripeFailure, off_the_loop

T = TypeVar("T")


@dataclass(frozen=True)
class Customers:
    """The sessions of a simulator's Checkout, as the page where they are paid needs them."""

    simulator: Simulator

    async def page(self, session: str) -> Page:
        """Return what the page of a session shows."""
        return await self._asked(lambda: self.simulator.payment_page(session))

    async def last_refusal(self, session: str) -> str | None:
        """Return why the newest try to pay failed."""
        return await self._asked(lambda: self.simulator.last_refusal(session))

    async def pay(self, session: str, entered: Mapping[str, str], here: str) -> str | None:
        """Pay with what was entered; return where the browser goes next."""
        outcome = await self._asked(lambda: self.simulator.pay(session, entered, here))
        if outcome.refusal is not None:
            raise Refused(outcome.refusal)
        return outcome.address

    async def _asked(self, work: Callable[[], T]) -> T:
        try:
            return await off_the_loop(self.simulator, work)
        except StripeFailure as failure:
            if failure.status == 404:
                raise NoSession(failure.message) from None
            raise Refused(failure.message, _field_of(failure.param)) from None


def _field_of(param: str | None) -> str | None:
    """Return the last part of a parameter's name, which is the field's: `payment_method_data[card][cvc]` is `cvc`."""
    return re.split(r"[\[\]]+", param.rstrip("]"))[-1] if param else None
