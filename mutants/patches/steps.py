"""Changes of the steps of the use case, from the organization to the subscription."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from mutants import seams
from mutants.patches.stripe import Creation, Params, Stripe
from tollbridge.gateway import Intent, StripeSession
from tollbridge.problems import CardRefused, Problem
from tollbridge.world import Organization


@dataclass(frozen=True)
class Payment:
    """All that one request asks for, before it is done.

    Args:
        organization: who pays.
        fields: of the request.
        gateway: the server's.
        do: does it, and returns the client secret.
    """

    organization: Organization
    fields: Mapping[str, Any]
    gateway: Any
    do: Callable[[], Awaitable[str]]

    def stripe(self) -> Stripe:
        """Return Stripe, for further calls of the mutant's own."""
        return Stripe(seams.BEGIN.current(self.gateway))


@dataclass(frozen=True)
class Choice:
    """The choice of a payment method, before it is looked up.

    Args:
        organization: who pays.
        customer: id at Stripe.
        chosen: the platform's id; None where none was chosen.
        stripe: which is asked.
        find: returns the id at Stripe, or refuses.
    """

    organization: Organization
    customer: str
    chosen: int | None
    stripe: Stripe
    find: Callable[[], Awaitable[str | None]]


@dataclass(frozen=True)
class Tie:
    """The step that ties a payment method to a subscription, before it is taken.

    Args:
        subscription: id at Stripe; None where the organization has none.
        method: id at Stripe.
        charged: whether the card was charged.
        stripe: which is told.
        take: takes the step.
    """

    subscription: str | None
    method: str
    charged: bool
    stripe: Stripe
    take: Callable[[], Awaitable[None]]


def replace_payment(change: Callable[[Payment], Awaitable[str]]) -> None:
    """Let a function do all that one request asks for."""

    def created(create: Any, payments: Any, organization: Organization, **fields: Any) -> Awaitable[str]:
        do = partial(create, payments, organization, **fields)
        return change(Payment(organization, fields, payments._gateway, do))

    seams.CREATE_PAYMENT.wrap(created)


def replace_choice(change: Callable[[Choice], Awaitable[str | None]]) -> None:
    """Let a function find the chosen payment method."""

    def found(
        method: Any,
        payments: Any,
        organization: Organization,
        customer: str,
        chosen: int | None,
        session: StripeSession,
    ) -> Awaitable[str | None]:
        find = partial(method, payments, organization, customer, chosen, session)
        return change(Choice(organization, customer, chosen, Stripe(session), find))

    seams.CHOOSE_METHOD.wrap(found)


def replace_making(change: Callable[[Creation], Awaitable[Intent]]) -> None:
    """Let a function take the step that creates an intent: refusals have their reasons here, as they are answered."""

    def created(create: Any, payments: Any, params: Params, session: StripeSession) -> Awaitable[Intent]:
        go_on = partial(_in_session, create, payments, session)
        return change(Creation(Stripe(session), params, go_on))

    seams.MAKE_INTENT.wrap(created)


def _in_session(create: Any, payments: Any, session: StripeSession, params: Params) -> Awaitable[Intent]:
    made: Awaitable[Intent] = create(payments, params, session)
    return made


def replace_tie(change: Callable[[Tie], Awaitable[None]]) -> None:
    """Let a function tie a payment method to a subscription."""

    def tied(
        tie: Any,
        payments: Any,
        organization: Organization,
        method: str,
        intent: Any,
        session: StripeSession,
        *,
        charged: bool,
    ) -> Awaitable[None]:
        take = partial(tie, payments, organization, method, intent, session, charged=charged)
        return change(Tie(organization.subscription, method, charged, Stripe(session), take))

    seams.TIE_METHOD.wrap(tied)


def skip(seam: seams.Seam) -> None:
    """Let a step do nothing."""

    async def nothing(*_given: Any, **_named: Any) -> None:
        """Do nothing."""

    seam.wrap(nothing)


def customer_of(change: Callable[[Organization], str]) -> None:
    """Let a function return an organization's customer at Stripe."""
    seams.CUSTOMER_OF.wrap(lambda _original, organization: change(organization))


Effect = Callable[[Stripe, Params], Awaitable[None]]


def after_a_decline(effect: Effect) -> None:
    """Let a function do something at Stripe where the card is why no intent is made."""
    _after(lambda problem: isinstance(problem, CardRefused), effect)


def after_another_failure(effect: Effect) -> None:
    """Let a function do something at Stripe where anything but the card is why no intent is made."""
    _after(lambda problem: not isinstance(problem, CardRefused), effect)


def _after(when: Callable[[Problem], bool], effect: Effect) -> None:
    async def created(creation: Creation) -> Intent:
        try:
            return await creation.send()
        except Problem as problem:
            if when(problem):
                await effect(creation.stripe, creation.params)
            raise

    replace_making(created)


async def tie_card_of_the_first(stripe: Stripe, params: Params) -> None:
    """Make the card of the first organization's request its subscription's."""
    if params["customer"] == "cus_QuayOne0000001" and "payment_method" in params:
        await stripe.set_default_method("sub_QuayOne0000001", params["payment_method"])
