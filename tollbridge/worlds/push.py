"""Bringing a world to a Stripe: what it has to know, and the world's text with the ids that it gave."""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from tollbridge.documents import DocumentError, read_document
from tollbridge.gateway import Wanted, push
from tollbridge.simulator import alias_of
from tollbridge.world import Organization, WorldError
from tollbridge.worlds.check import checked_world


def push_world(path: Path, stripe_at: str, *, say: Callable[[str], None]) -> str:
    """Create what Stripe has to know of a world, and return the world's text with the ids that Stripe gave.

    Args:
        path: the world file.
        stripe_at: a URL, or `live-test`, which takes the key from `STRIPE_API_KEY`.
        say: told of each object that was made, and of what could not be.

    Raises:
        WorldError: it is no world, or a card of it has no alias to be made from.
        GatewayError: Stripe refused, or did not answer.
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
