"""The Connexion application: contract in, ASGI out."""

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from connexion import AsyncApp
from connexion.middleware.abstract import ROUTING_CONTEXT
from connexion.middleware.context import ContextMiddleware
from connexion.middleware.routing import RoutingMiddleware
from connexion.resolver import Resolver
from connexion.spec import Specification
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from tollbridge.contract import Contract
from tollbridge.contract.problems import declared_problems
from tollbridge.problems import Entry
from tollbridge.server.areas import is_script
from tollbridge.server.builtin_routes import Ready, surface
from tollbridge.server.console import Console
from tollbridge.server.exposure import Exposure
from tollbridge.server.gate import Gate
from tollbridge.server.handlers import Handler
from tollbridge.server.identity import Identity
from tollbridge.server.middleware import Edge
from tollbridge.server.operations import Limits, Operations, endpoint
from tollbridge.server.own_problems import entries_of
from tollbridge.server.request_context import Exchange
from tollbridge.server.routes import documents, names_of, routes_of
from tollbridge.server.stripecalls import StripeCalls
from tollbridge.server.undocumented import amended, by_operation, require_documented


@dataclass(frozen=True)
class Parts:
    """The parts of an application.

    Args:
        contract: what is served.
        handlers: the functions of operations, by id; an operation may have none.
        identity: how it is known who calls.
        bindings: what handlers may ask for by name.
        mounts: further applications below `/_tollbridge`, by path.
        browser: the routes of the browser's Stripe; none where Stripe is elsewhere.
        note: told of every answered request.
        limits: how long a client may take.
        ready: whether the server can serve.
        exposure: how far the server can be reached.
        stripe: what is known of calls to Stripe.
        steers: whether a request may choose its answer by `Prefer`.
        undocumented: whether problems that the contract does not document are an `add`ition to it, or `refuse`d.
        console: what the console shows.
    """

    contract: Contract
    handlers: Mapping[str, Handler]
    identity: Identity
    bindings: Mapping[str, object]
    mounts: Mapping[str, ASGIApp]
    browser: Sequence[BaseRoute]
    note: Callable[[Exchange], None]
    limits: Limits
    ready: Ready
    exposure: Exposure
    stripe: StripeCalls
    steers: bool
    undocumented: str
    console: Console


class ExactRouting(RoutingMiddleware):  # type: ignore[misc]
    """Connexion's routing without redirects: a path with a trailing slash is another path.

    Where it leads a path without parameters is remembered: there are no more of them than operations.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Come before the application that is given what is routed."""
        super().__init__(self._routed)
        self._next = app
        self._known: dict[tuple[str, str], dict[str, str]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Route a request."""
        known = self._known.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if known is None:
            await super().__call__(scope, receive, send)
            return
        scope.setdefault("extensions", {})[ROUTING_CONTEXT] = {**known}
        scope["path_params"] = {}
        await self._next(scope, receive, send)

    async def _routed(self, scope: Scope, receive: Receive, send: Send) -> None:
        routing = scope["extensions"][ROUTING_CONTEXT] if scope["type"] == "http" else {}
        if routing.get("operation_id") is not None and not scope["path_params"]:
            self._known[scope["method"], scope["path"]] = {**routing}
        await self._next(scope, receive, send)

    def add_api(self, specification: Specification, **kwargs: object) -> None:
        """Register the contract, then turn Starlette's slash redirects off."""
        super().add_api(specification, **kwargs)
        self.router.redirect_slashes = False
        for mount in self.router.routes:
            mount.app.redirect_slashes = False


def application(parts: Parts) -> ASGIApp:
    """Return the ASGI application.

    Raises:
        ContractError: the contract does not document a problem, and nothing is to be added to it.
    """
    contract, missing = parts.contract, _undocumented(parts)
    if parts.undocumented == "refuse":
        require_documented(contract, missing)
    operations = {
        name: endpoint(operation, parts.handlers.get(operation.operation_id), missing[operation.operation_id])
        for name, operation in names_of(parts.contract).items()
    }
    innermost = partial(
        Operations,
        endpoints=operations,
        identity=parts.identity,
        bindings=parts.bindings,
        limits=parts.limits,
        steers=parts.steers,
    )
    app = AsyncApp("tollbridge", middlewares=[ExactRouting, ContextMiddleware, innermost])
    app.add_api(routes_of(parts.contract), resolver=Resolver(lambda _name: _answered_by_operations))
    served = amended(contract, missing)
    if served is not contract.document:
        contract = replace(contract, document=served, content=json.dumps(served).encode())
    ours = surface(contract, parts.identity.tokens, parts.ready, parts.mounts, parts.browser, parts.console)
    gate = Gate(parts.exposure, parts.stripe, scripts=partial(_is_script, parts))
    return Edge(app, ours, gate, parts.note, parts.console.journal)


def _undocumented(parts: Parts) -> dict[str, list[Entry]]:
    """Return the problems that each operation may answer and does not document."""
    wanted = {name: inspect.signature(handler).parameters for name, handler in parts.handlers.items()}
    return dict(by_operation(parts.contract, wanted, entries_of(declared_problems(parts.contract.document))))


async def _answered_by_operations() -> None:
    """Stand where Connexion wants a function: it only routes here, and `Operations` answers."""


def _is_script(parts: Parts, path: str) -> bool:
    """Tell whether Stripe's script is at a path outside of `/_tollbridge`: the contract may have its own path."""
    return is_script(path) and bool(parts.browser) and not documents(parts.contract, path)
