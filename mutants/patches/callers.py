"""Changes of who asks, and of the organization that is acted for."""

from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from typing import Any

from mutants import seams
from mutants.patches.requests import Arrival, replace_arguments
from tollbridge.problems import InvalidRequest
from tollbridge.world import Account, Caller, World

Sent = list[bytes]
"""Every `Authorization` value of a request."""

Authenticate = Callable[[Sent], Account]
FindAccount = Callable[[str], Account]
Effective = Callable[[Account, int | None], Caller]
Body = dict[str, Any]


def known_world() -> Callable[[], World]:
    """Return a function that returns the world of the server, once that has started."""
    loaded: list[World] = []

    def load(load_world: Any, path: Any) -> World:
        loaded[:] = [load_world(path)]
        return loaded[0]

    seams.LOAD_WORLD.wrap(load)
    return lambda: loaded[0]


def replace_authenticate(change: Callable[[Authenticate, Sent], Account]) -> None:
    """Let a function return the account of a request's Authorization headers."""

    def found(authenticate: Any, identity: Any, sent: Sent, *, required: bool = False) -> Account:
        return change(partial(authenticate, identity, required=required), sent)

    seams.AUTHENTICATE.wrap(found)


def change_authorization(change: Callable[[Sent], Sent]) -> None:
    """Let a function change the Authorization headers before they are looked at."""
    replace_authenticate(lambda authenticate, sent: authenticate(change(sent)))


def replace_bearer(change: Callable[[Callable[[Sent], str], Sent], str]) -> None:
    """Let a function return the token of the Authorization headers."""
    seams.BEARER.wrap(change)


def replace_token_account(change: Callable[[FindAccount, str], Account]) -> None:
    """Let a function return the account of a token."""
    seams.TOKEN_ACCOUNT.wrap(lambda account, tokens, token: change(partial(account, tokens), token))


def replace_decode(change: Callable[[Any, str, dict[str, Any]], dict[str, Any]]) -> None:
    """Let a function verify a token; it is given PyJWT's decode, the token, and the other arguments by name."""

    def decoded(decode: Any, token: str, key: Any = "", **how: Any) -> dict[str, Any]:
        return change(decode, token, {"key": key, **how})

    seams.DECODE_TOKEN.wrap(decoded)


def replace_effective(change: Callable[[Effective, Account, int | None], Caller]) -> None:
    """Let a function of the account and the named organization decide which organization is acted for."""

    def decided(effective: Any, world: World, account: Account, named: int | None, *, naming: str) -> Caller:
        return change(partial(effective, world, naming=naming), account, named)

    seams.EFFECTIVE_ORGANIZATION.wrap(decided)


def act_as(change: Callable[[Account, int | None], tuple[Account, int | None]]) -> None:
    """Let a function change the account and the named organization before it is decided which one is acted for."""
    replace_effective(lambda effective, account, named: effective(*change(account, named)))


def change_caller(change: Callable[[World, Caller, Body], Caller]) -> None:
    """Let a function change the caller of a request that breaks no rule, knowing the request's body."""
    world = known_world()

    async def found(arrival: Arrival) -> dict[str, Any]:
        given = await arrival.read()
        return given | {"caller": change(world(), given["caller"], given["body"])}

    replace_arguments(found)


def judge_token_last(kind: type[Exception], least: int) -> None:
    """Let what is wrong with the token be said after the body's violations, where there are at least so many."""
    world = known_world()
    refused: ContextVar[Exception | None] = ContextVar("refused", default=None)

    def late(authenticate: Authenticate, sent: Sent) -> Account:
        try:
            return authenticate(sent)
        except kind as error:
            refused.set(error)
            return world().default_account

    async def found(arrival: Arrival) -> dict[str, Any]:
        refused.set(None)
        try:
            given = await arrival.read()
        except InvalidRequest as error:
            first = refused.get()
            if first and len(error.members["errors"]) < least:  # type: ignore[arg-type]
                raise first from None
            raise
        if first := refused.get():
            raise first
        return given

    replace_authenticate(late)
    replace_arguments(found)
