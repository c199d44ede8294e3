"""What one does with a world file besides serving it: check it, show it, bring it to a Stripe."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from tollbridge.documents import DocumentError, read_document
from tollbridge.gateway import GatewayError, Wanted, push
from tollbridge.server.roles import role_table
from tollbridge.simulator import Simulator, alias_of, described
from tollbridge.world import Organization, World, WorldError, load_world, world_schema

__all__ = ["GatewayError", "WorldError", "checked_world", "push_world", "role_table", "tables_of", "world_schema"]

Table = list[tuple[str, ...]]
"""A head, and rows."""


def checked_world(path: Path) -> World:
    """Return a world in which everything is as the server will need it.

    Raises:
        WorldError: with a line for each fault.
    """
    world = load_world(path)
    try:
        Simulator(world.seed())
    except ValueError as error:
        raise WorldError(f"{path}: {error}") from None
    return world


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


def push_world(path: Path, stripe_at: str, *, say: Callable[[str], None]) -> str:
    """Create what Stripe has to know of a world, and return the world's text with the ids that Stripe gave.

    Args:
        path: the world file.
        stripe_at: a URL, or `live-test`, which takes the key from `STRIPE_API_KEY`.
        say: told of each object that was made, and of what could not be.

    Raises:
        WorldError: it is no world, or a card of it has no alias to be made from.
        GatewayError: Stripe refused, or nobody is there.
    """
    world = checked_world(path)
    wanted = [one for organization in world.organizations.values() for one in _wanted(path, organization, say)]
    ids = push(stripe_at, os.environ.get("STRIPE_API_KEY"), wanted, say)
    known = re.compile(r"\b(?:" + "|".join(re.escape(old) for old in ids) + r")\b") if ids else None
    try:
        text = read_document(path).text
    except DocumentError as error:
        raise WorldError(str(error)) from None
    return known.sub(lambda found: ids[found.group()], text) if known else text


def _wanted(path: Path, organization: Organization, say: Callable[[str], None]) -> Iterator[Wanted]:
    if organization.customer:
        more = {"name": organization.name} | ({"email": organization.email} if organization.email else {})
        yield Wanted(organization.customer, None, None, more)
    for method in organization.payment_methods.values():
        alias = alias_of(method.card)
        if alias is None:
            raise WorldError(f"{path}: the card of payment method {method.id} has no pm_card_ alias to make it from.")
        yield Wanted(method.stripe, organization.customer if method.attached else None, alias, {})
    if organization.subscription:
        attached = [method.stripe for method in organization.payment_methods.values() if method.attached]
        if attached:
            yield Wanted(
                organization.subscription, organization.customer, None, {"default_payment_method": attached[0]}
            )
        else:
            say(f"{organization.subscription} is left out: its customer has no payment method to subscribe with.")
