"""A world as tables, for people."""

from tollbridge.simulator import described
from tollbridge.world import World

Table = list[tuple[str, ...]]
"""A head, and rows."""


def tables_of(world: World) -> dict[str, Table]:
    """Return a world as tables, by name."""
    accounts: Table = [("id", "name", "role", "organization", "group", "active", "default")]
    for account in world.accounts.values():
        default = "yes" if account is world.default_account else ""
        whose = (account.id, account.name, account.role, account.organization or "", account.group or "")
        accounts.append((*map(str, whose), "yes" if account.active else "no", default))
    organizations: Table = [("id", "name", "customer", "subscription", "default source", "groups")]
    methods: Table = [("id", "organization", "at Stripe", "attached", "card")]
    for organization in world.organizations.values():
        groups = ", ".join(str(group) for group, members in world.groups.items() if organization.id in members)
        shown = (organization.id, organization.name, organization.customer or "", organization.subscription or "")
        organizations.append((*map(str, shown), str(organization.default_source or ""), groups))
        for method in organization.payment_methods.values():
            attached = "yes" if method.attached else "no"
            methods.append((str(method.id), str(organization.id), method.stripe, attached, described(method.card)))
    return {"organizations": organizations, "accounts": accounts, "payment methods": methods}
