"""Whose card: payment methods of other organizations."""

from dataclasses import replace
from typing import Any

from mutants.mutant import INDEPENDENT, Area
from mutants.patches.answers import Answer, When, adds, at, change_answer
from mutants.patches.callers import Body, change_caller, known_world
from mutants.patches.creates import change_create, with_card
from mutants.patches.steps import Choice, replace_choice
from mutants.patches.stripe import Creation, LookUp, Params, replace_create, replace_look_up
from tollbridge.gateway import Intent
from tollbridge.problems import PaymentMethodNotFound
from tollbridge.world import Caller, World

area = Area("cards", __file__)

SECOND, THIRD = 7, 9
"""The second and third organization of the default world; the ids of their cards begin with these."""

BELONGS_TO_ANOTHER = "This payment method belongs to another organization."


@area.mutant()
def cards_of_everybody_accepted() -> None:
    """A payment method of any organization is accepted, without asking whose it is."""
    world = known_world()

    async def found(choice: Choice) -> str | None:
        organizations = world().organizations.values()
        owner = next((one for one in organizations if choice.chosen in one.payment_methods), choice.organization)
        if choice.chosen is None or owner is choice.organization:
            return await choice.find()
        return owner.payment_methods[choice.chosen].stripe

    def let_the_owner_pay(params: Params) -> None:
        """Stripe would refuse the card for this customer."""
        for other in world().organizations.values():
            first = next((method.stripe for method in other.payment_methods.values()), None)
            if other.customer and params.get("payment_method") == first:
                params["customer"] = other.customer

    replace_choice(found)
    change_create(with_card, let_the_owner_pay)


def foreign_card_refused() -> When:
    """Return the condition that a payment method which exists was not found."""
    world = known_world()
    return lambda a: a.status == 404 and _exists(world(), a.request.document.get("payment_method"))


def _exists(world: World, method: Any) -> bool:
    return any(method in organization.payment_methods for organization in world.organizations.values())


@area.mutant()
def foreign_card_is_told() -> None:
    """The 404 of a foreign payment method says that it belongs to another organization."""
    change_answer(foreign_card_refused(), adds(detail=BELONGS_TO_ANOTHER))


@area.mutant()
def foreign_card_is_forbidden() -> None:
    """A foreign payment method is 403, an unknown one 404."""

    def change(a: Answer) -> None:
        a.status = 403
        a.add(status=403, error_code="organization-forbidden")

    change_answer(foreign_card_refused(), change)


def _own_card(world: World, caller: Caller, body: Body) -> Caller:
    own = world.organizations.get(caller.account.organization or 0)
    if caller.account.role == "ORG_GROUP_ADMIN" and own and body.get("payment_method") in own.payment_methods:
        return replace(caller, organization=own)
    return caller


def _owner_of_94242(world: World, caller: Caller, body: Body) -> Caller:
    used = body.get("payment_method") == 94242
    return replace(caller, organization=world.organizations[THIRD]) if used else caller


def _owner_of_4444(world: World, caller: Caller, body: Body) -> Caller:
    used = body.get("payment_method") == 4444 and caller.organization.id == SECOND
    return replace(caller, organization=world.organizations[1]) if used else caller


area.table(
    change_caller,
    (
        "own_cards_for_others",
        "A group admin may use the own organization's cards for another one: the own organization is charged.",
        _own_card,
    ),
    (
        "cards_of_nine_for_everybody",
        "A card of the third organization may be used by everybody: the third organization is charged.",
        _owner_of_94242,
    ),
    (
        "cards_of_one_for_seven",
        "The second organization may use the first one's third card: the first one is charged.",
        _owner_of_4444,
    ),
    author=INDEPENDENT,
)

area.table(
    change_answer,
    (
        "card_of_nine_is_told",
        "The 404 of the third organization's card says that it belongs to another organization.",
        lambda a: a.status == 404 and a.request.document.get("payment_method") == 94242,
        adds(detail=BELONGS_TO_ANOTHER),
    ),
    author=INDEPENDENT,
)


@area.mutant(INDEPENDENT)
def foreign_card_changes_a_header() -> None:
    """The 404 of a foreign card differs from an unknown one's in the value of a header."""
    exists = foreign_card_refused()
    change_answer(at(404), lambda a: a.headers.update({"x-cache": "hit" if exists(a) else "miss"}))


@area.mutant(INDEPENDENT)
def foreign_card_is_told_to_nine() -> None:
    """The third organization is told that a foreign card belongs to somebody else."""

    def change(world: World, caller: Caller, body: Body) -> Caller:
        chosen = body.get("payment_method")
        foreign = chosen and chosen not in caller.organization.payment_methods and _exists(world, chosen)
        if caller.organization.id == THIRD and foreign:
            raise PaymentMethodNotFound("It is somebody else's.")
        return caller

    change_caller(change)


@area.mutant()
def attached_to_anybody() -> None:
    """A card counts as attached where it is any customer's at Stripe."""

    async def found(look_up: LookUp) -> bool:
        method = await look_up.stripe.ask("get", f"/v1/payment_methods/{look_up.method}")
        return method["customer"] is not None

    replace_look_up(found)


@area.mutant()
def reads_another_customer() -> None:
    """The customer of another organization is read before an intent is made."""

    async def created(creation: Creation) -> Intent:
        await creation.stripe.ask("get", "/v1/customers/cus_QuaySeven00007")
        return await creation.send()

    replace_create(created)
