"""Wrong only while several requests are under way together."""

import asyncio
from dataclasses import replace
from typing import Any

from mutants.mutant import INDEPENDENT, Area
from mutants.patches.requests import Arrival, replace_arguments
from mutants.patches.steps import Payment, replace_making, replace_payment
from mutants.patches.stripe import Creation, Params, Update, replace_create, replace_update
from tollbridge.gateway import Intent

area = Area("together", __file__)


@area.mutant()
def shared_by_all() -> None:
    """The parameters of a create are kept in one place for all requests under way."""
    place: dict[str, Params] = {}

    async def created(creation: Creation) -> Intent:
        place["params"] = creation.params
        await asyncio.sleep(0.01)
        return await creation.send(place["params"])

    replace_making(created)


@area.mutant()
def updates_lost_together() -> None:
    """While another request changes a subscription, a change is lost."""
    under_way: list[str] = []

    async def updated(update: Update) -> None:
        if under_way:
            return
        under_way.append(update.subscription)
        try:
            await update.send()
            await asyncio.sleep(0.05)
        finally:
            under_way.clear()

    replace_update(updated)


@area.mutant()
def secrets_swapped_together() -> None:
    """Of two requests under way together, one gets the other's secret."""
    newest: dict[str, Intent] = {}

    async def created(creation: Creation) -> Intent:
        newest["intent"] = await creation.send()
        await asyncio.sleep(0.01)
        return newest["intent"]

    replace_create(created)


@area.mutant()
def busy_together() -> None:
    """While a request is under way, others are a 500."""
    under_way: list[int] = []

    async def created(payment: Payment) -> str:
        if under_way:
            raise RuntimeError("busy")
        under_way.append(1)
        try:
            return await payment.do()
        finally:
            under_way.pop()

    replace_payment(created)


@area.mutant(INDEPENDENT)
def addresses_swapped_together() -> None:
    """Of two requests with addresses under way together, one gets the other's address."""
    newest: dict[str, str] = {}

    async def created(creation: Creation) -> Intent:
        if "receipt_email" in creation.params:
            newest["address"] = creation.params["receipt_email"]
            await asyncio.sleep(0.01)
            creation.params["receipt_email"] = newest["address"]
        return await creation.send()

    replace_create(created)


@area.mutant(INDEPENDENT)
def callers_swapped_together() -> None:
    """Of two callers who may name an organization under way together, one gets the other's."""
    newest: dict[str, Any] = {}

    async def found(arrival: Arrival) -> dict[str, Any]:
        given = await arrival.read()
        if given["caller"].account.role in ("ADMIN", "ORG_GROUP_ADMIN"):
            newest["organization"] = given["caller"].organization
            await asyncio.sleep(0.01)
            given["caller"] = replace(given["caller"], organization=newest["organization"])
        return given

    replace_arguments(found)


@area.mutant(INDEPENDENT)
def secret_repeated_together() -> None:
    """Equal charges under way together are one."""
    under_way: dict[str, asyncio.Future[Intent]] = {}

    async def created(creation: Creation) -> Intent:
        name = repr(sorted(creation.params.items(), key=str))
        if creation.charges and name in under_way:
            return await asyncio.shield(under_way[name])
        under_way[name] = asyncio.ensure_future(creation.send())
        try:
            return await under_way[name]
        finally:
            under_way.pop(name, None)

    replace_create(created)
