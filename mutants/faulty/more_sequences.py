"""State that the tables do not reach, and what only shows together."""

import asyncio
from typing import Any

from mutants.faulty.sequences import remembered
from mutants.patch import instead, mutant
from tollbridge.gateway.calls import Gateway, Intent
from tollbridge.problems import CardRefused


@mutant
def not_attached_remembered() -> None:
    """That a card is not attached is remembered."""
    remembered(lambda _customer, attached: not attached)


@mutant
def attached_remembered_for_seven() -> None:
    """That a card of another organization than the first is attached is remembered."""
    remembered(lambda customer, attached: attached and customer != "cus_QuayOne0000001")


@mutant
def descriptions_swapped_together() -> None:
    """Of two under way together with addresses, one gets the other's address."""
    newest: dict[str, Any] = {}

    async def created(create: Any, self: Gateway, params: Any, *, until: float) -> Intent:
        params = dict(params)
        if "receipt_email" in params:
            newest["address"] = params["receipt_email"]
            await asyncio.sleep(0.01)
            params["receipt_email"] = newest["address"]
        made: Intent = await create(self, params, until=until)
        return made

    instead(Gateway, "create_intent", created)


@mutant
def callers_swapped_together() -> None:
    """Of two accounts that name an organization under way together, one gets the other's."""
    from dataclasses import replace

    from tollbridge.server import operations

    newest: dict[str, Any] = {}

    async def found(arguments: Any, self: Any, served: Any, scope: Any, receive: Any) -> Any:
        given = await arguments(self, served, scope, receive)
        if given["caller"].account.role in ("ADMIN", "ORG_GROUP_ADMIN"):
            newest["organization"] = given["caller"].organization
            await asyncio.sleep(0.01)
            given["caller"] = replace(given["caller"], organization=newest["organization"])
        return given

    instead(operations.Operations, "_arguments", found)


@mutant
def secret_repeated_together() -> None:
    """Equal charges under way together are one."""
    under_way: dict[str, Any] = {}

    async def created(create: Any, self: Gateway, params: Any, *, until: float) -> Intent:
        name = repr(sorted(params.items(), key=str))
        if "confirm" in params and name in under_way:
            shared: Intent = await asyncio.shield(under_way[name])
            return shared
        under_way[name] = asyncio.ensure_future(create(self, params, until=until))
        try:
            made: Intent = await under_way[name]
            return made
        finally:
            under_way.pop(name, None)

    instead(Gateway, "create_intent", created)


@mutant
def charge_after_a_decline_is_doubled() -> None:
    """The first charge of another customer after a decline is made twice."""
    declined: list[str] = []

    async def created(create: Any, self: Gateway, params: Any, *, until: float) -> Intent:
        try:
            if "confirm" in params and declined and declined[0] != params["customer"]:
                declined.clear()
                await create(self, params, until=until)
            made: Intent = await create(self, params, until=until)
            return made
        except CardRefused:
            declined[:] = [params["customer"]]
            raise

    instead(Gateway, "create_intent", created)
