"""The console's routes, below `/_tollbridge/console`: exchanges as they come, and the people of the world."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from tollbridge.problems import InvalidRequest, NotFound, TooManyFollowers
from tollbridge.server.areas import SURFACE
from tollbridge.server.journal import MAX_KEPT, Journal, summary_of
from tollbridge.server.recipes import RECIPES
from tollbridge.server.responses import NO_STORE, json_response
from tollbridge.world import Organization, World

BELOW = f"{SURFACE}/console"
AT_ONCE = 100
"""Exchanges in one event."""

EVERY_SECONDS = 0.25
SILENCE = 60
"""Looks without an exchange after which an empty line is sent, so that a client that has gone is noticed."""

BACK = 64
"""Numbers that are asked for again: servers that share a database may keep theirs in another order."""

MAX_FOLLOWERS = 50
NOW = "now"
"""In the place of a number: nothing that was answered before is wanted."""


@dataclass(frozen=True)
class Console:
    """The data that the console shows.

    Args:
        journal: the exchanges.
        world: who exists.
        described: what a test card does, by its number.
        has_simulator: whether Stripe is the built-in one, which can be told to fail.
        recipes: whether contract and world are the bundled ones, of which it is known how each problem is reached.
    """

    journal: Journal
    world: World
    described: Callable[[str], str]
    has_simulator: bool
    recipes: bool


class Followers:
    """How many follow the journal: each holds a connection."""

    def __init__(self) -> None:
        """Begin with none."""
        self.count = 0


def console_routes(console: Console) -> list[BaseRoute]:
    """Return the routes: all of them are control."""
    followers = Followers()
    return [
        Route(f"{BELOW}/events", partial(_events, console.journal, followers)),
        Route(f"{BELOW}/exchanges", partial(_forget, console.journal), methods=["DELETE"]),
        Route(f"{BELOW}/exchanges/{{number:int}}", partial(_exchange, console.journal)),
        Route(f"{BELOW}/world", partial(_world, console)),
    ]


async def _events(journal: Journal, followers: Followers, request: Request) -> Response:
    after = await _after(journal, request)
    if followers.count >= MAX_FOLLOWERS:
        raise TooManyFollowers(f"{MAX_FOLLOWERS} pages follow the exchanges already. Close one of them.")
    return StreamingResponse(_followed(journal, followers, after), 200, NO_STORE, "text/event-stream")


async def _after(journal: Journal, request: Request) -> int:
    """Return the number after which exchanges are wanted; numbers of another journal count for nothing."""
    text = request.query_params.get("after") or "0"
    if text == NOW:
        return await journal.newest()
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        detail = "after has to be the number of an exchange, in digits only, or now."
        raise InvalidRequest(detail, [{"pointer": "#", "detail": detail}])
    return int(text) if request.query_params.get("journal") == journal.id else 0


async def _followed(journal: Journal, followers: Followers, after: int) -> AsyncIterator[bytes]:
    """Yield events: a list of exchanges each, under the number of the last."""
    followers.count += 1
    first, seen = after, deque[int](maxlen=4 * BACK)
    silent = 0
    try:
        yield b"event: journal\ndata: %s\n\n" % orjson.dumps(journal.id)
        while True:
            found = await journal.after(max(first, after - BACK), AT_ONCE + BACK)
            fresh = [(number, entry) for number, entry in found if number not in seen]
            if fresh:
                after = max(after, fresh[-1][0])
                seen.extend(number for number, _ in fresh)
                yield _event(after, [{"number": number} | summary_of(entry) for number, entry in fresh])
                silent = 0
            elif journal.closed:
                return
            else:
                silent = (silent + 1) % SILENCE
                if not silent:
                    yield b": nothing new\n\n"
                await asyncio.sleep(EVERY_SECONDS)
    finally:
        followers.count -= 1


def _event(number: int, data: list[dict[str, Any]]) -> bytes:
    # orjson writes no line breaks, so that one line is the whole event
    return b"id: %d\ndata: %s\n\n" % (number, orjson.dumps(data))


async def _exchange(journal: Journal, request: Request) -> Response:
    number = min(int(request.path_params["number"]), 1 << 60)
    for each, entry in await journal.after(number - 1, 1):
        if each == number:
            return json_response(entry)
    raise NotFound(f"There is no exchange {number} any more; the newest {MAX_KEPT:,} are kept.")


async def _forget(journal: Journal, _request: Request) -> Response:
    await journal.forget()
    return Response(status_code=204)


async def _world(console: Console, _request: Request) -> Response:
    world = console.world
    document: Mapping[str, Any] = {
        "default_account": world.default_account.id,
        "accounts": [
            {"id": a.id, "name": a.name, "role": a.role, "organization": a.organization, "group": a.group,
             "active": a.active}
            for a in world.accounts.values()
        ],
        "organizations": [_organization(console, one) for one in world.organizations.values()],
        "has_simulator": console.has_simulator,
        "problems": _breakable(console),
    }  # fmt: skip
    return json_response(document)


def _organization(console: Console, one: Organization) -> dict[str, Any]:
    methods = [
        {"id": m.id, "attached": m.attached, "card": console.described(m.card)} for m in one.payment_methods.values()
    ]
    return {
        "id": one.id,
        "name": one.name,
        "customer": one.customer,
        "subscription": one.subscription,
        "default_source": one.default_source,
        "payment_methods": methods,
    }


def _breakable(console: Console) -> list[dict[str, Any]]:
    """Return the problems that a fault at Stripe leads to, each with the fault."""
    if not (console.recipes and console.has_simulator):
        return []
    return [
        {"status": one.status, "error_code": one.error_code, "how": one.how, "fault": one.fault}
        for one in RECIPES
        if one.fault is not None
    ]
