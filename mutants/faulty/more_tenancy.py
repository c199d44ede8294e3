"""Roles, headers and cards in combination."""

from dataclasses import replace
from typing import Any

from mutants.faulty.tenancy import WORLD, _knowing_the_world
from mutants.patch import Answer, answering, instead, mutant
from tollbridge.server import identity, operations


def _header_for(role: str, change: Any) -> None:
    """Change what is found wrong in the header, for one role."""
    seen: list[Any] = []

    def account(authenticate: Any, self: Any, sent: Any, *, required: bool = False) -> Any:
        found = authenticate(self, sent, required=required)
        seen[:] = [found]
        return found

    instead(identity.Identity, "authenticate", account)

    def found(read: Any, operation: Any, scope: Any) -> Any:
        if seen and seen[0].role == role:
            return change(read, operation, scope)
        return read(operation, scope)

    instead(operations, "read_parameters", found)


@mutant
def drivers_header_unread() -> None:
    """A driver's malformed header is no violation, as it is ignored."""
    _header_for("DRIVER", lambda read, operation, scope: ({}, []))


@mutant
def carriers_header_unread() -> None:
    """A carrier admin's malformed header is no violation, as it is ignored."""
    _header_for("CARRIER_ADMIN", lambda read, operation, scope: ({}, []))


@mutant
def group_admins_malformed_header_ignored() -> None:
    """A group admin's malformed header is left out of account: the own organization pays."""

    def change(read: Any, operation: Any, scope: Any) -> Any:
        values, _broken = read(operation, scope)
        return values, []

    _header_for("ORG_GROUP_ADMIN", change)


@mutant
def admins_first_of_two_headers() -> None:
    """Of an administrator's two different headers the first one counts."""

    def change(read: Any, operation: Any, scope: Any) -> Any:
        kept, seen = [], False
        for name, value in scope["headers"]:
            if name == b"organization_id":
                if seen:
                    continue
                seen = True
            kept.append((name, value))
        return read(operation, {**scope, "headers": kept})

    _header_for("ADMIN", change)


def _asked(change: Any) -> None:
    """Let a function change the caller, knowing the request's body."""

    async def found(arguments: Any, self: Any, served: Any, scope: Any, receive: Any) -> Any:
        given = await arguments(self, served, scope, receive)
        given["caller"] = change(self._identity.world, given["caller"], given["body"])
        return given

    instead(operations.Operations, "_arguments", found)


@mutant
def charge_and_header() -> None:
    """A group admin who charges on the server pays for the own organization, whatever the header names."""
    _asked(
        lambda world, caller, body: (
            replace(caller, organization=world.organizations[caller.account.organization])
            if caller.account.role == "ORG_GROUP_ADMIN" and body.get("error_on_requires_action")
            else caller
        )
    )


@mutant
def own_cards_for_others() -> None:
    """A group admin's cards are those of the own organization, besides those of the named one."""

    def change(world: Any, caller: Any, body: Any) -> Any:
        own = world.organizations.get(caller.account.organization)
        if (
            caller.account.role != "ORG_GROUP_ADMIN"
            or own is None
            or body.get("payment_method") not in own.payment_methods
        ):
            return caller
        return replace(caller, organization=own)

    _asked(change)


@mutant
def admins_subscription() -> None:
    """An administrator's card goes to another subscription where the header names the second organization."""

    def change(world: Any, caller: Any, body: Any) -> Any:
        if caller.account.role == "ADMIN" and caller.organization.id == 7:
            return replace(caller, organization=replace(caller.organization, subscription="sub_InlandNine0009"))
        return caller

    _asked(change)


@mutant
def cards_of_nine_are_everybodys() -> None:
    """The third organization's cards may be used by everybody: it is charged."""

    def change(world: Any, caller: Any, body: Any) -> Any:
        if body.get("payment_method") == 94242:
            return replace(caller, organization=world.organizations[9])
        return caller

    _asked(change)


@mutant
def cards_of_one_for_seven() -> None:
    """The second organization may use the first one's third card: the first one is charged."""

    def change(world: Any, caller: Any, body: Any) -> Any:
        if body.get("payment_method") == 4444 and caller.organization.id == 7:
            return replace(caller, organization=world.organizations[1])
        return caller

    _asked(change)


@mutant
def card_of_nine_is_told() -> None:
    """The 404 of the third organization's card says that it is somebody else's."""

    def change(a: Answer) -> None:
        if a.status == 404 and a.request.document.get("payment_method") == 94242:
            a.add(detail="This payment method belongs to another organization.")

    answering(change)


@mutant
def header_tells_what_is_foreign() -> None:
    """The 404 of a foreign card differs from an unknown one's in the value of a header."""
    _knowing_the_world()

    def change(a: Answer) -> None:
        if a.status == 404:
            chosen = a.request.document.get("payment_method")
            there = any(chosen in o.payment_methods for o in WORLD[0].organizations.values())
            a.headers["x-cache"] = "hit" if there else "miss"

    answering(change)


@mutant
def foreign_card_told_to_others() -> None:
    """The second organization is told that a foreign card is somebody else's, by 403."""
    _knowing_the_world()

    async def found(arguments: Any, self: Any, served: Any, scope: Any, receive: Any) -> Any:
        given = await arguments(self, served, scope, receive)
        chosen = given["body"].get("payment_method")
        if (
            given["caller"].organization.id == 9
            and chosen
            and chosen not in given["caller"].organization.payment_methods
        ) and any(chosen in o.payment_methods for o in WORLD[0].organizations.values()):
            from tollbridge.problems import PaymentMethodNotFound

            raise PaymentMethodNotFound("It is somebody else's.")
        return given

    instead(operations.Operations, "_arguments", found)
