"""Who acts for which organization."""

import pytest

from tollbridge.compose import Options
from tollbridge.problems import OrganizationForbidden, OrganizationNotFound, OrganizationRequired, Problem
from tollbridge.server.identity import effective_organization
from tollbridge.world import Account, load_world

WORLD = load_world(Options().world)
PLAIN_ROLES = ("ORG_ADMIN", "DRIVER", "GUARD", "CARRIER_ADMIN")
OWN, MANAGED, FOREIGN, UNKNOWN = 1, 7, 9, 8


def account(role: str, organization: int | None = OWN, group: int | None = None) -> Account:
    return Account(id=99, name="x", role=role, organization=organization, group=group, active=True)


GROUP_ADMIN = account("ORG_GROUP_ADMIN", OWN, 1)
OUTSIDER = account("ORG_GROUP_ADMIN", FOREIGN, 1)
HOMELESS_GROUP_ADMIN = account("ORG_GROUP_ADMIN", None, 1)
ADMIN = account("ADMIN")
HOMELESS_ADMIN = account("ADMIN", None)

CELLS: list[tuple[Account, int | None, int | type[Problem]]] = [
    (ADMIN, None, OWN),
    (ADMIN, MANAGED, MANAGED),
    (ADMIN, FOREIGN, FOREIGN),
    (ADMIN, UNKNOWN, OrganizationNotFound),
    (HOMELESS_ADMIN, None, OrganizationRequired),
    (HOMELESS_ADMIN, FOREIGN, FOREIGN),
    (GROUP_ADMIN, None, OWN),
    (GROUP_ADMIN, OWN, OWN),
    (GROUP_ADMIN, MANAGED, MANAGED),
    (GROUP_ADMIN, FOREIGN, OrganizationForbidden),
    (GROUP_ADMIN, UNKNOWN, OrganizationForbidden),
    (OUTSIDER, FOREIGN, FOREIGN),
    (HOMELESS_GROUP_ADMIN, None, OrganizationRequired),
    (HOMELESS_GROUP_ADMIN, MANAGED, MANAGED),
    (account("ORG_GROUP_ADMIN", None, None), MANAGED, OrganizationForbidden),
    *((account(role), named, OWN) for role in PLAIN_ROLES for named in (None, OWN, MANAGED, FOREIGN, UNKNOWN)),
    *((account(role, None), named, OrganizationRequired) for role in PLAIN_ROLES for named in (None, OWN)),
]


HEADER = "the header organization_id"


@pytest.mark.parametrize(("who", "named", "expected"), CELLS, ids=str)
def test_the_effective_organization(who: Account, named: int | None, expected: int | type[Problem]) -> None:
    """Each role with each kind of header gets the stated organization or problem."""
    if isinstance(expected, int):
        assert effective_organization(WORLD, who, named, naming=HEADER).organization.id == expected
    else:
        with pytest.raises(expected):
            effective_organization(WORLD, who, named, naming=HEADER)


def test_a_group_admin_cannot_tell_a_foreign_organization_from_an_unknown_one() -> None:
    """Both refusals read the same."""
    told = []
    for named in (FOREIGN, UNKNOWN):
        with pytest.raises(OrganizationForbidden) as caught:
            effective_organization(WORLD, GROUP_ADMIN, named, naming=HEADER)
        told.append(caught.value.document("same"))
    assert told[0] == told[1]


@pytest.mark.parametrize(("who", "named"), [(HOMELESS_ADMIN, None), (GROUP_ADMIN, FOREIGN)])
def test_a_403_names_the_header(who: Account, named: int | None) -> None:
    """Whoever is refused for the organization is told what names one."""
    with pytest.raises((OrganizationRequired, OrganizationForbidden)) as caught:
        effective_organization(WORLD, who, named, naming=HEADER)
    assert "the header organization_id" in caught.value.detail


def test_where_nothing_names_an_organization_the_403_says_so() -> None:
    """An operation without such a parameter sends nobody to look for one."""
    with pytest.raises(OrganizationRequired, match="The contract documents nothing to name one by"):
        effective_organization(WORLD, HOMELESS_ADMIN, None, naming="")
