"""Stripe fails in ways, and at places, that no table has; or the answer is wrong in one case only."""

from typing import Any

from mutants.faulty.faults import looked_up_in_vain
from mutants.faulty.order import not_made, tied_to_the_first
from mutants.patch import instead, mutant
from tollbridge.gateway import calls
from tollbridge.gateway.calls import Gateway, Intent
from tollbridge.payments import Payments
from tollbridge.problems import (
    PaymentOutcomeUnknown,
    Problem,
    ProviderInvalidResponse,
    ProviderUnavailable,
)


@mutant
def update_failure_swallowed() -> None:
    """Where the subscription cannot be updated, the answer is a success all the same."""

    async def tied(
        tie: Any, self: Payments, organization: Any, method: str, intent: Any, until: float, *, charged: bool
    ) -> None:
        try:
            await self._gateway.set_default_method(organization.subscription, method, until=until)
        except Problem:
            return

    instead(Payments, "_tie", tied)


@mutant
def update_failure_swallowed_uncharged() -> None:
    """Where the subscription cannot be updated and nothing was charged, the answer is a success all the same."""

    async def tied(
        tie: Any, self: Payments, organization: Any, method: str, intent: Any, until: float, *, charged: bool
    ) -> None:
        if charged:
            await tie(self, organization, method, intent, until, charged=charged)
            return
        try:
            await self._gateway.set_default_method(organization.subscription, method, until=until)
        except Problem:
            return

    instead(Payments, "_tie", tied)


@mutant
def cancelled_and_success() -> None:
    """Where the subscription cannot be updated, the intent is cancelled, and its secret answered."""

    async def tied(
        tie: Any, self: Payments, organization: Any, method: str, intent: Any, until: float, *, charged: bool
    ) -> None:
        try:
            await tie(self, organization, method, intent, until, charged=charged)
        except Problem:
            if charged:
                raise

    instead(Payments, "_tie", tied)


@mutant
def cancel_failure_is_500() -> None:
    """Where the update fails, and then the cancel too, the answer is a 500."""

    async def cancelled(cancel: Any, self: Gateway, intent: str, *, until: float) -> None:
        try:
            await cancel(self, intent, until=until)
        except Problem as problem:
            raise RuntimeError("cancel") from problem

    instead(Gateway, "cancel_intent", cancelled)


@mutant
def tied_without_intent() -> None:
    """Where the intent cannot be made, the card becomes the subscription's all the same."""
    not_made(tied_to_the_first, by_card=False)


def _try_again(where: Any) -> None:
    """Call a charge whose outcome is unknown unavailable, where a function of its parameters says so."""

    async def created(create: Any, self: Payments, params: dict[str, Any], until: float) -> Intent:
        try:
            made: Intent = await create(self, params, until)
            return made
        except PaymentOutcomeUnknown:
            if where(params):
                raise ProviderUnavailable("Try again.") from None
            raise

    instead(Payments, "_create", created)


@mutant
def unknown_without_card() -> None:
    """A charge of the default source whose outcome is unknown is 503: try again."""
    _try_again(lambda params: "payment_method" not in params)


@mutant
def unknown_of_seven() -> None:
    """A charge of the second organization whose outcome is unknown is 503: try again."""
    _try_again(lambda params: params["customer"] == "cus_QuaySeven00007")


@mutant
def look_up_fails_open() -> None:
    """Where Stripe cannot be asked whose the card is, it is taken for attached."""
    looked_up_in_vain(Problem, attached=True)


@mutant
def look_up_of_everybody_fails_open() -> None:
    """Where Stripe says 429 to the look-up, the card is taken for attached."""
    looked_up_in_vain(ProviderUnavailable, attached=True)


def _breaks_at(status: int) -> None:
    """Make a 500 of an answer of Stripe's with a status."""

    def found(problem_for: Any, error: Any, attempts: Any, *, charges: bool) -> Problem:
        if attempts.status == status:
            raise RuntimeError(f"{status}")
        problem: Problem = problem_for(error, attempts, charges=charges)
        return problem

    instead(calls, "problem_for", found)


@mutant
def stripes_503_is_500() -> None:
    """Stripe's 503 becomes a 500."""
    _breaks_at(503)


@mutant
def stripes_403_is_500() -> None:
    """Stripe's 403 becomes a 500."""
    _breaks_at(403)


@mutant
def stripes_424_is_500() -> None:
    """Stripe's 424 becomes a 500."""
    _breaks_at(424)


@mutant
def lasting_conflict_is_500() -> None:
    """Stripe's 409 that stays becomes a 500."""
    _breaks_at(409)


@mutant
def garbage_of_the_update_is_success() -> None:
    """An update whose answer cannot be read is taken for done, where it was not."""

    async def updated(update: Any, self: Gateway, subscription: str, method: str, *, until: float) -> None:
        try:
            await update(self, subscription, method, until=until)
        except ProviderInvalidResponse:
            return

    instead(Gateway, "set_default_method", updated)
