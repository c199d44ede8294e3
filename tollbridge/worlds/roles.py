"""A table of the roles and the organizations they can act for: computed by the code that decides."""

from collections.abc import Sequence

from tollbridge.problems import InvalidRequest, Problem
from tollbridge.server.identity import effective_organization
from tollbridge.world import Account, Organization, World

ROLES = ("ADMIN", "ORG_GROUP_ADMIN", "ORG_ADMIN", "DRIVER", "GUARD", "CARRIER_ADMIN")
OWN, MANAGED, FOREIGN, UNKNOWN = 1, 2, 3, 4
HEADERS: tuple[tuple[str, int | None], ...] = (
    ("absent", None),
    ("own", OWN),
    ("managed", MANAGED),
    ("foreign", FOREIGN),
    ("unknown", UNKNOWN),
)
MALFORMED = "malformed"
"""Refused before anybody is asked who they are for: a broken header breaks the contract for every role."""

SAID = {OWN: "own", MANAGED: "the managed one", FOREIGN: "the foreign one"}


def role_table() -> list[tuple[str, ...]]:
    """Return the table: a head, then a row for each role, with and without an organization of its own.

    Cells are the organization that the account acts for, or status and code of the problem.
    """
    rows = [("role", "own organization", *(name for name, _ in HEADERS), MALFORMED)]
    for role in ROLES:
        for own in (OWN, None):
            cells = (_cell(role, own, named) for _, named in HEADERS)
            broken = f"{InvalidRequest.status} {InvalidRequest.error_code}"
            rows.append((role, "yes" if own else "none", *cells, broken))
    return rows


def _cell(role: str, own: int | None, named: int | None) -> str:
    if named == OWN and own is None:
        return "-"
    group = 1 if role == "ORG_GROUP_ADMIN" else None
    account = Account(id=1, name=role, role=role, organization=own, group=group, active=True)
    try:
        return SAID[effective_organization(_world(account), account, named, naming="").organization.id]
    except Problem as problem:
        return f"{problem.status} {problem.error_code}"


def _world(account: Account) -> World:
    organizations: Sequence[int] = (OWN, MANAGED, FOREIGN)
    return World(
        organizations={n: Organization(n, str(n), None, None, None, None, {}) for n in organizations},
        groups={1: frozenset({OWN, MANAGED}) if account.organization else frozenset({MANAGED})},
        accounts={account.id: account},
        default_account=account,
        settlement_currency="usd",
    )
