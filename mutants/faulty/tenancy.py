"""Whose money, and whose card."""

from dataclasses import replace
from typing import Any

from mutants.patch import Answer, answering, creating, instead, mutant
from tollbridge.payments import Payments
from tollbridge.problems import OrganizationForbidden, OrganizationNotFound
from tollbridge.server import operations

WORLD: list[Any] = []


def _effective(change: Any) -> None:
    """Decide otherwise for whom a request acts."""
    instead(operations, "effective_organization", change)


@mutant
def anybody_may_name() -> None:
    """The header counts for every role."""
    _effective(lambda effective, world, account, named: effective(world, replace(account, role="ADMIN"), named))


@mutant
def guards_may_name() -> None:
    """The header counts for guards too."""
    _effective(
        lambda effective, world, account, named: effective(
            world, replace(account, role="ADMIN") if account.role == "GUARD" else account, named
        )
    )


@mutant
def admins_header_ignored() -> None:
    """An administrator's header is ignored where the administrator has another way: the first organization pays."""
    _effective(
        lambda effective, world, account, named: effective(
            world, account, 1 if account.role == "ADMIN" and named else named
        )
    )


@mutant
def group_admins_header_ignored() -> None:
    """A group administrator's header is ignored."""
    _effective(
        lambda effective, world, account, named: effective(
            world, account, None if account.role == "ORG_GROUP_ADMIN" else named
        )
    )


@mutant
def every_group() -> None:
    """A group administrator may name any organization."""
    _effective(
        lambda effective, world, account, named: effective(
            world, replace(account, role="ADMIN") if account.role == "ORG_GROUP_ADMIN" else account, named
        )
    )


@mutant
def unknown_is_own() -> None:
    """An administrator who names an unknown organization acts for the first one."""

    def change(effective: Any, world: Any, account: Any, named: Any) -> Any:
        try:
            return effective(world, account, named)
        except OrganizationNotFound:
            return effective(world, account, 1)

    _effective(change)


@mutant
def nobody_is_somebody() -> None:
    """An administrator without organization, who names none, acts for the first one."""
    _effective(
        lambda effective, world, account, named: effective(
            world, account, named or (1 if account.organization is None else None)
        )
    )


@mutant
def group_tells_what_exists() -> None:
    """A group administrator gets 404 for an unknown organization, and 403 for a foreign one."""

    def change(effective: Any, world: Any, account: Any, named: Any) -> Any:
        try:
            return effective(world, account, named)
        except OrganizationForbidden:
            if named not in world.organizations:
                raise OrganizationNotFound("There is none.") from None
            raise

    _effective(change)


def _knowing_the_world() -> None:
    _effective(
        lambda effective, world, account, named: (
            WORLD.__setitem__(slice(None), [world]),
            effective(world, account, named),
        )[1]
    )


@mutant
def anybodys_card() -> None:
    """A payment method is looked up among everybody's, and used without asking whose it is."""
    _knowing_the_world()

    async def choose(method: Any, self: Any, organization: Any, customer: str, chosen: Any, until: float) -> Any:
        if chosen is not None and chosen not in organization.payment_methods:
            for other in WORLD[0].organizations.values():
                if chosen in other.payment_methods:
                    # Stripe would refuse it for this customer: so the owner's customer pays.
                    organization.payment_methods[chosen] = other.payment_methods[chosen]
                    return other.payment_methods[chosen].stripe
        return await method(self, organization, customer, chosen, until)

    instead(Payments, "_method", choose)

    def change(params: dict[str, Any]) -> None:
        for other in WORLD[0].organizations.values():
            own = [m.stripe for m in other.payment_methods.values()]
            if other.customer and params.get("payment_method") == own[0]:
                params["customer"] = other.customer

    creating(change)


@mutant
def foreign_card_is_told() -> None:
    """The 404 of a foreign payment method says that it is somebody else's."""
    _knowing_the_world()

    def change(a: Answer) -> None:
        chosen = a.request.document.get("payment_method")
        if a.status == 404 and any(chosen in o.payment_methods for o in WORLD[0].organizations.values()):
            a.add(detail="This payment method belongs to another organization.")

    answering(change)


@mutant
def foreign_card_is_forbidden() -> None:
    """A foreign payment method is 403, an unknown one 404."""
    _knowing_the_world()

    def change(a: Answer) -> None:
        chosen = a.request.document.get("payment_method")
        if a.status == 404 and any(chosen in o.payment_methods for o in WORLD[0].organizations.values()):
            a.status = 403
            a.add(status=403, error_code="organization-forbidden")

    answering(change)


@mutant
def first_customer_pays() -> None:
    """Where no card is given, the first organization's customer pays."""
    creating(lambda p: p.update(customer="cus_QuayOne0000001") if "payment_method" not in p else None)


@mutant
def without_customer() -> None:
    """The intent belongs to nobody where the browser confirms without a saved card."""
    creating(lambda p: p.pop("customer") if "payment_method" not in p and "confirm" not in p else None)


@mutant
def no_customer_no_matter() -> None:
    """An organization without a customer gets an intent all the same."""
    from tollbridge import payments

    instead(payments, "_customer", lambda _, organization: organization.customer or "cus_QuayOne0000001")
