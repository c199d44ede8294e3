"""The order of the effects, and what becomes of the subscription."""

from mutants import seams
from mutants.mutant import Area
from mutants.patches.steps import (
    Choice,
    Payment,
    Tie,
    after_a_decline,
    replace_choice,
    replace_payment,
    replace_tie,
    skip,
    tie_card_of_the_first,
)
from mutants.patches.stripe import Creation, LookUp, Update, replace_create, replace_look_up, replace_update
from tollbridge.gateway import Intent
from tollbridge.problems import CustomerMissing, PaymentMethodNotAttached, Problem

area = Area("order", __file__)


@area.mutant()
def subscription_first() -> None:
    """The subscription is changed before the intent is made."""

    async def found(choice: Choice) -> str | None:
        known = await choice.find()
        if known:
            await choice.stripe.set_default_method(str(choice.organization.subscription), known)
        return known

    replace_choice(found)
    skip(seams.TIE_METHOD)


area.table(
    skip,
    ("subscription_forgotten", "The subscription is not changed.", seams.TIE_METHOD),
)


@area.mutant()
def subscription_forgotten_on_charge() -> None:
    """The subscription is not changed where the card is charged on the server."""

    async def tied(tie: Tie) -> None:
        if not tie.charged:
            await tie.take()

    replace_tie(tied)


@area.mutant()
def another_subscription() -> None:
    """The first card of the second organization is tied to the first organization's subscription."""

    async def updated(update: Update) -> None:
        another = update.method == "pm_QuaySeven000000000074242"
        await update.send("sub_QuayOne0000001" if another else None)

    replace_update(updated)


@area.mutant()
def both_subscriptions() -> None:
    """Another organization's subscription is changed too."""

    async def updated(update: Update) -> None:
        await update.send()
        more = {"default_payment_method": "pm_InlandNine00000000094242"}
        await update.stripe.ask("post", "/v1/subscriptions/sub_InlandNine0009", more)

    replace_update(updated)


@area.mutant()
def subscription_ends_with_it() -> None:
    """The update of the subscription also cancels it at the end of its period."""

    async def updated(update: Update) -> None:
        more = {"default_payment_method": update.method, "cancel_at_period_end": True}
        await update.stripe.ask("post", f"/v1/subscriptions/{update.subscription}", more)

    replace_update(updated)


area.table(
    after_a_decline,
    (
        "refused_card_is_tied",
        "A card of the first organization is tied to the subscription even where it is declined.",
        tie_card_of_the_first,
    ),
)


@area.mutant()
def default_source_is_tied() -> None:
    """A request of the first organization without a payment method ties a saved card to its subscription."""

    async def created(payment: Payment) -> str:
        secret = await payment.do()
        if payment.fields.get("payment_method") is None and payment.organization.id == 1:
            subscription = str(payment.organization.subscription)
            await payment.stripe().set_default_method(subscription, "pm_QuayOne00000000000004242")
        return secret

    replace_payment(created)


@area.mutant()
def intent_before_the_look_up() -> None:
    """An intent is made even where the payment method cannot be used."""

    async def found(choice: Choice) -> str | None:
        try:
            return await choice.find()
        except Problem:
            params = {"amount": 100, "currency": "usd", "customer": choice.customer, "payment_method_types": ["card"]}
            await choice.stripe.create_intent(params)
            raise

    replace_choice(found)


def _attach(look_up: LookUp) -> tuple[str, str, dict[str, str]]:
    """Return the call that attaches a payment method to the customer."""
    return "post", f"/v1/payment_methods/{look_up.method}/attach", {"customer": look_up.customer}


@area.mutant()
def attached_on_the_way() -> None:
    """A card that is not attached to the customer is attached."""

    async def known(look_up: LookUp) -> bool:
        if not await look_up.ask():
            await look_up.stripe.ask(*_attach(look_up))
        return True

    replace_look_up(known)


@area.mutant()
def attached_and_refused() -> None:
    """A card that is not attached to the customer is attached, and the request is still refused."""

    async def known(look_up: LookUp) -> bool:
        if await look_up.ask():
            return True
        try:
            await look_up.stripe.ask(*_attach(look_up))
        except Problem:
            return False
        raise PaymentMethodNotAttached("It was not attached.")

    replace_look_up(known)


@area.mutant()
def missing_subscription_accepted() -> None:
    """Where there is no subscription, the payment method is charged and tied to nothing."""

    async def found(choice: Choice) -> str | None:
        method = choice.organization.payment_methods.get(choice.chosen or 0)
        if choice.organization.subscription is None and method is not None:
            return method.stripe
        return await choice.find()

    async def tied(tie: Tie) -> None:
        if tie.subscription:
            await tie.take()

    replace_choice(found)
    replace_tie(tied)


@area.mutant()
def customer_told_the_address() -> None:
    """The customer at Stripe gets the receipt's address."""

    async def created(creation: Creation) -> Intent:
        made = await creation.send()
        if address := creation.params.get("receipt_email"):
            await creation.stripe.ask("post", f"/v1/customers/{creation.params['customer']}", {"email": address})
        return made

    replace_create(created)


@area.mutant()
def customer_made_on_the_way() -> None:
    """An organization without a customer is given one at Stripe, and is refused."""

    async def created(payment: Payment) -> str:
        try:
            return await payment.do()
        except CustomerMissing:
            await payment.stripe().ask("post", "/v1/customers", {"name": "new"})
            raise

    replace_payment(created)
