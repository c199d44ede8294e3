"""The caller of a request, and the organization that it is for."""

from dataclasses import dataclass

from tollbridge.problems import (
    AuthenticationRequired,
    InactiveAccount,
    OrganizationForbidden,
    OrganizationNotFound,
    OrganizationRequired,
)
from tollbridge.server.tokens import Tokens, bearer
from tollbridge.world import Account, Caller, Organization, World

MAY_NAME = ("ADMIN", "ORG_GROUP_ADMIN")
"""The roles for which the header that names an organization counts; for others it is ignored."""


@dataclass(frozen=True)
class Identity:
    """How this server knows who calls.

    Args:
        world: who exists.
        tokens: what tokens are judged by.
        required: whether a request without a token is refused; otherwise it acts as the world's default account.
    """

    world: World
    tokens: Tokens
    required: bool = False

    def authenticate(self, authorization: list[bytes], *, required: bool = False) -> Account:
        """Return the account that the request acts as.

        Args:
            authorization: every `Authorization` value of the request.
            required: whether the contract asks for a token here.

        Raises:
            AuthenticationRequired: 401, there is no token where one is needed.
            InvalidToken, TokenExpired, InactiveAccount: 401, there is one that is not good.
        """
        if authorization:
            return self.tokens.account(bearer(authorization))
        if required or self.required:
            raise AuthenticationRequired("Send a token: Authorization: Bearer …; POST /_tollbridge/tokens issues it.")
        return self.default()

    def default(self) -> Account:
        """Return the world's default account, which acts where no token of this server's says who does.

        Raises:
            InactiveAccount: 401, it is disabled.
        """
        if not self.world.default_account.active:
            raise InactiveAccount("The world's default account is disabled: a request needs another account's token.")
        return self.world.default_account


def effective_organization(world: World, account: Account, named: int | None, *, naming: str) -> Caller:
    """Return the account with the organization that it acts for.

    Args:
        world: who exists.
        account: who calls.
        named: the organization that the request names; None where it names none.
        naming: what it would be named by, such as `the header organization_id`; empty where nothing can.

    Raises:
        OrganizationRequired: 403, the account has none of its own and names none.
        OrganizationForbidden: 403, a group administrator names one that is not managed, or unknown.
        OrganizationNotFound: 404, an administrator names an unknown one.

    Source: the documented header; which answer for which case is our choice.
    """
    own = account.organization
    wanted = named if named is not None and account.role in MAY_NAME else own
    if wanted is None:
        how = f"Name one by {naming}." if naming else "The contract documents nothing to name one by."
        raise OrganizationRequired(f"The account belongs to no organization. {how}")
    if wanted != own and account.role == "ORG_GROUP_ADMIN":
        _require_managed(world, account, wanted, naming)
    return Caller(account, _organization(world, wanted))


def _require_managed(world: World, account: Account, wanted: int, naming: str) -> None:
    managed = world.groups[account.group] if account.group is not None else frozenset()
    if wanted not in managed:
        raise OrganizationForbidden(
            f"The organization in {naming} is not one that this account manages. Name one that it does, or leave it "
            "out."
        )


def _organization(world: World, wanted: int) -> Organization:
    organization = world.organizations.get(wanted)
    if organization is None:
        raise OrganizationNotFound(f"There is no organization {wanted}.")
    return organization
