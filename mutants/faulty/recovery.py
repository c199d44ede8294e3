"""Faults in recovery: one of the two effects fails, and the rest or the answer is wrong."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from mutants import seams
from mutants.mutant import INDEPENDENT, Area
from mutants.patches.steps import Tie, after_another_failure, replace_tie, skip, tie_card_of_the_first
from mutants.patches.stripe import Creation, Update, replace_cancel, replace_create, replace_update
from tollbridge.gateway import Intent
from tollbridge.problems import Problem, ProviderInvalidResponse, ProviderUnavailable

area = Area("recovery", __file__)

MOST_FAILURES = 5
"""In a row, after which a careless server gives up."""


@area.mutant()
def charged_and_unavailable() -> None:
    """A card was charged, the subscription was not updated, and the answer is 503: try again."""

    async def tied(tie: Tie) -> None:
        try:
            await tie.take()
        except Problem as problem:
            raise ProviderUnavailable("Try again.") if tie.charged else problem from None

    replace_tie(tied)


area.table(skip, ("left_open", "Where the subscription cannot be updated, the intent stays open.", seams.UNDO_INTENT))


def swallow_update_failure(when: Callable[[Tie], bool]) -> None:
    """Let a tie be an update whose failure nobody notices, where a condition is met."""

    async def tied(tie: Tie) -> None:
        if not when(tie):
            await tie.take()
            return
        with suppress(Problem):
            await tie.stripe.set_default_method(str(tie.subscription), tie.method)

    replace_tie(tied)


area.table(
    swallow_update_failure,
    (
        "update_failure_swallowed",
        "Where the subscription cannot be updated, the answer is still a success.",
        lambda _tie: True,
    ),
    (
        "update_failure_swallowed_uncharged",
        "Where the subscription cannot be updated and nothing was charged, the answer is still a success.",
        lambda tie: not tie.charged,
    ),
    author=INDEPENDENT,
)


@area.mutant(INDEPENDENT)
def cancelled_and_success() -> None:
    """Where the subscription cannot be updated, the intent is cancelled, and its secret is the answer."""

    async def tied(tie: Tie) -> None:
        try:
            await tie.take()
        except Problem:
            if tie.charged:
                raise

    replace_tie(tied)


@area.mutant(INDEPENDENT)
def cancel_failure_is_500() -> None:
    """Where the update fails, and then the cancellation too, the answer is a 500."""

    async def cancelled(cancel: Callable[[], Awaitable[None]]) -> None:
        try:
            await cancel()
        except Problem as problem:
            raise RuntimeError("cancel") from problem

    replace_cancel(cancelled)


area.table(
    after_another_failure,
    (
        "tied_without_intent",
        "A card of the first organization is tied to the subscription even where no intent can be made.",
        tie_card_of_the_first,
    ),
    author=INDEPENDENT,
)


@area.mutant(INDEPENDENT)
def garbage_of_the_update_is_success() -> None:
    """An update whose answer cannot be read is taken for done."""

    async def updated(update: Update) -> None:
        with suppress(ProviderInvalidResponse):
            await update.send()

    replace_update(updated)


@area.mutant()
def gives_stripe_up() -> None:
    """After five failures of Stripe's in a row it is asked no more."""
    failed = 0

    async def created(creation: Creation) -> Intent:
        nonlocal failed
        if failed >= MOST_FAILURES:
            raise ProviderUnavailable("Stripe is not asked any more.")
        try:
            made = await creation.send()
        except ProviderUnavailable:
            failed += 1
            raise
        failed = 0
        return made

    replace_create(created)
