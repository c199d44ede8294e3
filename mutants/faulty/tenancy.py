"""Whose money: who may name an organization, and who pays."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace

from starlette.types import Scope

from mutants.mutant import INDEPENDENT, Area
from mutants.patches.callers import (
    Authenticate,
    Body,
    Effective,
    Sent,
    act_as,
    change_caller,
    known_world,
    replace_authenticate,
    replace_effective,
)
from mutants.patches.creates import change_create, drops, every, sets, uncharged, without_card
from mutants.patches.requests import ParametersRead, ReadParameters, replace_parameters
from mutants.patches.steps import customer_of
from tollbridge.problems import OrganizationForbidden, OrganizationNotFound
from tollbridge.world import Account, Caller, World

area = Area("tenancy", __file__)

FIRST_CUSTOMER = "cus_QuayOne0000001"
ORGANIZATION = b"organization_id"


def as_admin(account: Account) -> Account:
    """Return the account as an administrator, who may name any organization."""
    return replace(account, role="ADMIN")


def admin_if(role: str) -> Callable[[Account, int | None], tuple[Account, int | None]]:
    """Return the change that makes administrators of a role's accounts."""
    return lambda account, named: (as_admin(account) if account.role == role else account, named)


area.table(
    act_as,
    ("anybody_may_name", "The header counts for every role.", lambda account, named: (as_admin(account), named)),
    ("guards_may_name", "The header counts for guards too.", admin_if("GUARD")),
    (
        "admins_header_ignored",
        "An administrator's header is ignored: the first organization pays.",
        lambda account, named: (account, 1 if account.role == "ADMIN" and named else named),
    ),
    (
        "group_admins_header_ignored",
        "A group administrator's header is ignored.",
        lambda account, named: (account, None if account.role == "ORG_GROUP_ADMIN" else named),
    ),
    ("every_group", "A group administrator may name any organization.", admin_if("ORG_GROUP_ADMIN")),
    (
        "no_organization_is_the_first",
        "An administrator who belongs to no organization, and names none, acts for the first one.",
        lambda account, named: (account, named or (1 if account.organization is None else None)),
    ),
)


@area.mutant()
def unknown_organization_is_the_first() -> None:
    """An administrator who names an unknown organization acts for the first one."""

    def change(effective: Effective, account: Account, named: int | None) -> Caller:
        try:
            return effective(account, named)
        except OrganizationNotFound:
            return effective(account, 1)

    replace_effective(change)


@area.mutant()
def group_tells_what_exists() -> None:
    """A group administrator gets 404 for an unknown organization, and 403 for a foreign one."""
    world = known_world()

    def change(effective: Effective, account: Account, named: int | None) -> Caller:
        try:
            return effective(account, named)
        except OrganizationForbidden:
            if named not in world().organizations:
                raise OrganizationNotFound("There is none.") from None
            raise

    replace_effective(change)


area.table(
    change_create,
    (
        "first_customer_pays",
        "Where no card is given, the first organization's customer pays.",
        without_card,
        sets(customer=FIRST_CUSTOMER),
    ),
    (
        "without_customer",
        "The intent belongs to nobody where the browser confirms without a saved card.",
        every(without_card, uncharged),
        drops("customer"),
    ),
)

area.table(
    customer_of,
    (
        "missing_customer_is_the_first",
        "An organization without a customer gets an intent all the same.",
        lambda organization: organization.customer or FIRST_CUSTOMER,
    ),
)


def read_for(role: str, read: Callable[[ReadParameters, Scope], ParametersRead]) -> None:
    """Let a function read the parameters, the organization header among them, for the accounts of a role."""
    asks: ContextVar[str] = ContextVar("asks")

    def account(authenticate: Authenticate, sent: Sent) -> Account:
        found = authenticate(sent)
        asks.set(found.role)
        return found

    replace_authenticate(account)
    replace_parameters(lambda usual, scope: read(usual, scope) if asks.get() == role else usual(scope))


def _first_header_only(usual: ReadParameters, scope: Scope) -> ParametersRead:
    first = [value for name, value in scope["headers"] if name == ORGANIZATION][:1]
    others = [(name, value) for name, value in scope["headers"] if name != ORGANIZATION]
    return usual({**scope, "headers": [*others, *((ORGANIZATION, value) for value in first)]})


area.table(
    read_for,
    (
        "drivers_header_unread",
        "A driver's malformed header is accepted, as it is ignored.",
        "DRIVER",
        lambda _usual, _scope: ({}, []),
    ),
    (
        "carriers_header_unread",
        "A carrier admin's malformed header is accepted, as it is ignored.",
        "CARRIER_ADMIN",
        lambda _usual, _scope: ({}, []),
    ),
    (
        "group_admins_malformed_header_ignored",
        "A group admin's malformed header is ignored: the own organization pays.",
        "ORG_GROUP_ADMIN",
        lambda usual, scope: (usual(scope)[0], []),
    ),
    (
        "admins_first_of_two_headers",
        "Of an administrator's two different headers the first one counts.",
        "ADMIN",
        _first_header_only,
    ),
    author=INDEPENDENT,
)


def _own_organization_charged(world: World, caller: Caller, body: Body) -> Caller:
    if caller.account.role == "ORG_GROUP_ADMIN" and body.get("error_on_requires_action"):
        return replace(caller, organization=world.organizations[caller.account.organization or 0])
    return caller


def _another_subscription(_world: World, caller: Caller, _body: Body) -> Caller:
    if caller.account.role == "ADMIN" and caller.organization.id == 7:
        return replace(caller, organization=replace(caller.organization, subscription="sub_InlandNine0009"))
    return caller


area.table(
    change_caller,
    (
        "group_admins_charge_ignores_header",
        "A group admin who charges on the server pays for the own organization, whatever the header names.",
        _own_organization_charged,
    ),
    (
        "admins_card_for_another_subscription",
        "Where an administrator names the second organization, the card is tied to the third one's subscription.",
        _another_subscription,
    ),
    author=INDEPENDENT,
)


def organization_counted(size: int) -> None:
    """Let the named organization be counted up to a size."""
    act_as(lambda account, named: (account, named if named is None else named % size))


area.table(organization_counted, ("organization_in_32_bits", "The named organization is counted in 32 bits.", 2**32))
