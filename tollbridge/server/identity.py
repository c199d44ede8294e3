"""Who calls, and for which organization."""

from tollbridge.problems import (
    InvalidToken,
    OrganizationForbidden,
    OrganizationNotFound,
    OrganizationRequired,
)
from tollbridge.world import Account, Caller, Organization, World

MAY_NAME = ("ADMIN", "ORG_GROUP_ADMIN")
"""The roles for which the header that names an organization counts; for others it is ignored."""


def authenticate(world: World, authorization: list[bytes]) -> Account:
    """Return the account that the request acts as.

    Args:
        world: who exists.
        authorization: every `Authorization` value of the request.

    Returns:
        The world's default account, where there is no such header.

    Raises:
        InvalidToken: 401, for any value at all: this server issues no tokens yet.
    """
    if authorization:
        raise InvalidToken(
            "This server issues no tokens, so none is valid. Leave the Authorization header out to act as "
            "the world's default account."
        )
    return world.default_account


def effective_organization(world: World, account: Account, named: int | None) -> Caller:
    """Return the account with the organization that it acts for.

    Args:
        world: who exists.
        account: who calls.
        named: the organization that the header names; None where there is no such header.

    Raises:
        OrganizationRequired: 403, the account has none of its own and names none.
        OrganizationForbidden: 403, a group administrator names one that is not managed, or unknown.
        OrganizationNotFound: 404, an administrator names an unknown one.

    Source: the documented header; which answer for which case is our choice.
    """
    own = account.organization
    wanted = named if named is not None and account.role in MAY_NAME else own
    if wanted is None:
        raise OrganizationRequired(
            "The account belongs to no organization. Name one with the header that the contract documents."
        )
    if wanted != own and account.role == "ORG_GROUP_ADMIN":
        _require_managed(world, account, wanted)
    return Caller(account, _organization(world, wanted))


def _require_managed(world: World, account: Account, wanted: int) -> None:
    managed = world.groups[account.group] if account.group is not None else frozenset()
    if wanted not in managed:
        raise OrganizationForbidden("The organization that the header names is not one that this account manages.")


def _organization(world: World, wanted: int) -> Organization:
    organization = world.organizations.get(wanted)
    if organization is None:
        raise OrganizationNotFound(f"There is no organization {wanted}.")
    return organization
