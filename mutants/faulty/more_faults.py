"""Stripe fails in ways, and at places, that no table has; or the answer is wrong in one case only."""

from typing import Any

from mutants.patch import around, mutant
from tollbridge.gateway import calls
from tollbridge.gateway.calls import Gateway, Intent
from tollbridge.payments import Payments
from tollbridge.problems import (
    CardRefused,
    PaymentOutcomeUnknown,
    Problem,
    ProviderInvalidResponse,
    ProviderUnavailable,
)


def _problems(change: Any) -> None:
    def make(problem_for: Any) -> Any:
        def found(error: Any, attempts: Any, *, charges: bool) -> Problem:
            problem: Problem = problem_for(error, attempts, charges=charges)
            changed = change(problem, error, attempts, charges)
            return changed or problem

        return found

    around(calls, "problem_for", make)


def _ties(change: Any) -> None:
    def make(tie: Any) -> Any:
        async def tied(
            self: Payments, organization: Any, method: str, intent: Any, until: float, *, charged: bool
        ) -> None:
            await change(tie, self, organization, method, intent, until, charged)

        return tied

    around(Payments, "_tie", make)


@mutant
def update_failure_swallowed() -> None:
    """Where the subscription cannot be updated, the answer is a success all the same."""

    async def change(
        tie: Any, self: Any, organization: Any, method: Any, intent: Any, until: Any, charged: bool
    ) -> None:
        try:
            await self._gateway.set_default_method(organization.subscription, method, until=until)
        except Problem:
            return

    _ties(change)


@mutant
def update_failure_swallowed_uncharged() -> None:
    """Where the subscription cannot be updated and nothing was charged, the answer is a success all the same."""

    async def change(
        tie: Any, self: Any, organization: Any, method: Any, intent: Any, until: Any, charged: bool
    ) -> None:
        if charged:
            await tie(self, organization, method, intent, until, charged=charged)
            return
        try:
            await self._gateway.set_default_method(organization.subscription, method, until=until)
        except Problem:
            return

    _ties(change)


@mutant
def cancelled_and_success() -> None:
    """Where the subscription cannot be updated, the intent is cancelled, and its secret answered."""

    async def change(
        tie: Any, self: Any, organization: Any, method: Any, intent: Any, until: Any, charged: bool
    ) -> None:
        try:
            await tie(self, organization, method, intent, until, charged=charged)
        except Problem:
            if charged:
                raise

    _ties(change)


@mutant
def cancel_failure_is_500() -> None:
    """Where the update fails, and then the cancel too, the answer is a 500."""

    def make(cancel: Any) -> Any:
        async def cancelled(self: Gateway, intent: str, *, until: float) -> None:
            try:
                await cancel(self, intent, until=until)
            except Problem as problem:
                raise RuntimeError("cancel") from problem

        return cancelled

    around(Gateway, "cancel_intent", make)


@mutant
def tied_without_intent() -> None:
    """Where the intent cannot be made, the card becomes the subscription's all the same."""

    def make(create: Any) -> Any:
        async def created(self: Payments, params: dict[str, Any], until: float) -> Intent:
            try:
                made: Intent = await create(self, params, until)
                return made
            except CardRefused:
                raise
            except Problem:
                if params["customer"] == "cus_QuayOne0000001" and "payment_method" in params:
                    await self._gateway.set_default_method("sub_QuayOne0000001", params["payment_method"], until=until)
                raise

        return created

    around(Payments, "_create", make)


@mutant
def unknown_without_card() -> None:
    """A charge of the default source whose outcome is unknown is 503: try again."""

    def make(create: Any) -> Any:
        async def created(self: Payments, params: dict[str, Any], until: float) -> Intent:
            try:
                made: Intent = await create(self, params, until)
                return made
            except PaymentOutcomeUnknown:
                raise (
                    ProviderUnavailable("Try again.") if "payment_method" not in params else PaymentOutcomeUnknown("?")
                ) from None

        return created

    around(Payments, "_create", make)


@mutant
def unknown_of_seven() -> None:
    """A charge of the second organization whose outcome is unknown is 503: try again."""

    def make(create: Any) -> Any:
        async def created(self: Payments, params: dict[str, Any], until: float) -> Intent:
            try:
                made: Intent = await create(self, params, until)
                return made
            except PaymentOutcomeUnknown as problem:
                if params["customer"] == "cus_QuaySeven00007":
                    raise ProviderUnavailable("Try again.") from None
                raise problem

        return created

    around(Payments, "_create", make)


@mutant
def look_up_fails_open() -> None:
    """Where Stripe cannot be asked whose the card is, it is taken for attached."""

    def make(has: Any) -> Any:
        async def known(self: Gateway, customer: str, method: str, *, until: float) -> bool:
            try:
                return await has(self, customer, method, until=until)  # type: ignore[no-any-return]
            except Problem:
                return True

        return known

    around(Gateway, "has_method", make)


@mutant
def look_up_of_everybody_fails_open() -> None:
    """Where Stripe says 429 to the look-up, the card is taken for attached."""

    def make(has: Any) -> Any:
        async def known(self: Gateway, customer: str, method: str, *, until: float) -> bool:
            try:
                return await has(self, customer, method, until=until)  # type: ignore[no-any-return]
            except ProviderUnavailable:
                return True

        return known

    around(Gateway, "has_method", make)


@mutant
def stripes_503_is_500() -> None:
    """Stripe's 503 becomes a 500."""

    def change(problem: Any, error: Any, attempts: Any, charges: bool) -> None:
        if attempts.status == 503:
            raise RuntimeError("503")

    _problems(change)


@mutant
def stripes_403_is_500() -> None:
    """Stripe's 403 becomes a 500."""

    def change(problem: Any, error: Any, attempts: Any, charges: bool) -> None:
        if attempts.status == 403:
            raise RuntimeError("403")

    _problems(change)


@mutant
def stripes_424_is_500() -> None:
    """Stripe's 424 becomes a 500."""

    def change(problem: Any, error: Any, attempts: Any, charges: bool) -> None:
        if attempts.status == 424:
            raise RuntimeError("424")

    _problems(change)


@mutant
def lasting_conflict_is_500() -> None:
    """Stripe's 409 that stays becomes a 500."""

    def change(problem: Any, error: Any, attempts: Any, charges: bool) -> None:
        if attempts.status == 409:
            raise RuntimeError("409")

    _problems(change)


@mutant
def garbage_of_the_update_is_success() -> None:
    """An update whose answer cannot be read is taken for done, where it was not."""

    def make(update: Any) -> Any:
        async def updated(self: Gateway, subscription: str, method: str, *, until: float) -> None:
            try:
                await update(self, subscription, method, until=until)
            except ProviderInvalidResponse:
                return

        return updated

    around(Gateway, "set_default_method", make)
