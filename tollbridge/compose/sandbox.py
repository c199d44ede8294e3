"""One server of contract, world, handlers and Stripe, and the same again after an edit of its files."""

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from starlette.types import ASGIApp

from tollbridge.browser import browser_routes
from tollbridge.compose.cardholders import Cardholders
from tollbridge.compose.customers import Customers
from tollbridge.compose.door import door_of
from tollbridge.compose.gateway import gateway_of
from tollbridge.compose.options import TOKEN_SECRET, Options
from tollbridge.compose.readiness import readiness
from tollbridge.compose.state import StateError, require_seed, seed_of, simulator_of, telling_of
from tollbridge.contract import Contract, ContractError, Operation, load_contract, unserved_lines
from tollbridge.contract.problems import declared_problems
from tollbridge.gateway import GatewayError
from tollbridge.payments import Payments
from tollbridge.server.application import Parts, application
from tollbridge.server.areas import STRIPE
from tollbridge.server.console import Console
from tollbridge.server.example_request import ExampleRequest, example_request
from tollbridge.server.exposure import ExposureError
from tollbridge.server.handlers import Handler, HandlerError, load_handlers
from tollbridge.server.identity import Identity
from tollbridge.server.journal import Journal
from tollbridge.server.own_problems import Problems
from tollbridge.server.request_context import Exchange
from tollbridge.server.run import BindError
from tollbridge.server.shown import shown
from tollbridge.server.stripecalls import StripeCalls
from tollbridge.server.tokens import Tokens
from tollbridge.server.watch import Watching
from tollbridge.simulator import Delivering, Simulator, api_key_of, control, described, is_for_pages
from tollbridge.world import World, WorldError, load_world

log = logging.getLogger(__name__)

BINDINGS: Mapping[str, object] = {"payments": Payments, "problems": Problems}
"""Objects that a handler can take by name, besides body, caller and the operation's parameters; as classes."""

CANNOT_START = (BindError, ContractError, ExposureError, GatewayError, HandlerError, StateError, WorldError)
"""Errors that keep a server from starting; the message is a sentence for the user."""


@dataclass(frozen=True)
class Sandbox:
    """A composed server.

    Args:
        app: the ASGI application.
        contract: what it serves.
        world: who exists in it.
        simulator: its Stripe; None where that is elsewhere.
        tokens_required: whether a request without a token is refused.
        journal: what the console shows of exchanges.
        again: makes the application anew from its files, on the same state.
        mocks: the operations that the contract itself answers.
        files: of the contract, as it was read last.
    """

    app: ASGIApp
    contract: Contract
    world: World
    simulator: Simulator | None
    tokens_required: bool
    journal: Journal
    again: Callable[[], ASGIApp]
    mocks: tuple[Operation, ...] = ()
    files: set[Path] = field(default_factory=set)

    def unserved(self) -> list[tuple[str, str, str]]:
        """Return the operations that are not served: the file and line of what is in the way, the operation, why."""
        return [
            (place, f"{operation.method.upper()} {operation.path}", reason)
            for operation, reason, place in unserved_lines(self.contract)
        ]

    def close(self) -> None:
        """Let go of what keeps the state: a process that is forked from this one opens its own."""
        if self.simulator:
            self.simulator.close()

    def cards(self) -> list[tuple[int, str]]:
        """Return the ids of the default organization's payment methods, and what each card does."""
        organization = self.world.organizations.get(self.world.default_account.organization or 0)
        methods = organization.payment_methods.values() if organization else ()
        return [(m.id, described(m.card) + ("" if m.attached else ", not attached")) for m in methods]

    def example(self) -> ExampleRequest | None:
        """Return a request to paste; None where no operation is served."""
        served = [operation for operation in self.contract.operations if not operation.unserved]
        return example_request(served[0]) if served else None


def compose(options: Options, note: Callable[[Exchange], None]) -> Sandbox:
    """Build a server.

    Args:
        options: what it is made from.
        note: told of every answered request.

    Raises:
        ContractError, HandlerError, WorldError, GatewayError: with a sentence that says what to mend.
    """
    contract = load_contract(options.contract, options.refs_below)
    world = load_world(options.world)
    simulator = simulator_of(options, world) if options.stripe == "simulator" else None
    lasting = Lasting(
        simulator=simulator,
        journal=Journal(shown, simulator.shared_journal if simulator else None),
        payments=Payments(gateway_of(options, simulator)),
        note=warning_once(note, world),
        secret=os.urandom(32),
        files=set(contract.sources.contents),
    )
    bindings = _bindings(contract, lasting)
    handlers = _handlers(options, contract, bindings)
    app = _application(options, contract, handlers, bindings, world, lasting)
    again = partial(_again, options, lasting)
    mocks = tuple(one for one in contract.operations if not one.unserved and one.operation_id not in handlers)
    return Sandbox(
        app, contract, world, simulator, options.tokens_required, lasting.journal, again, mocks, lasting.files
    )


@dataclass(frozen=True)
class Lasting:
    """Objects that stay when contract, handlers or world are edited.

    Args:
        simulator: the state; None where Stripe is elsewhere.
        journal: what the console shows.
        payments: the way to Stripe.
        note: told of every answered request.
        secret: signs tokens where no state keeps one.
        files: of the contract, as it was read last.
    """

    simulator: Simulator | None
    journal: Journal
    payments: Payments
    note: Callable[[Exchange], None]
    secret: bytes
    files: set[Path]


def watched(options: Options, sandbox: Sandbox) -> ASGIApp:
    """Return a server's application that follows its files."""

    def files() -> Iterator[Path]:
        yield from sorted({options.contract, *sandbox.files})
        yield options.world
        yield from sorted(options.handlers.rglob("*.py"))

    return Watching(sandbox.app, build=sandbox.again, files=files, refused=CANNOT_START)


def _again(options: Options, lasting: Lasting) -> ASGIApp:
    contract = _read_again(options, lasting.files)
    world = load_world(options.world)
    require_seed(options.world, world.seed())
    bindings = _bindings(contract, lasting)
    app = _application(options, contract, _handlers(options, contract, bindings), bindings, world, lasting)
    if lasting.simulator:
        with telling_of(options.state):
            lasting.simulator.add(seed_of(options, world))
    return app


def _read_again(options: Options, files: set[Path]) -> Contract:
    """Read the contract, and remember its files; of one that is wrong also those that it names in vain."""
    try:
        contract = load_contract(options.contract, options.refs_below)
    except ContractError as error:
        files.update(error.files)
        raise
    files.clear()
    files.update(contract.sources.contents)
    return contract


def _bindings(contract: Contract, lasting: Lasting) -> Mapping[str, object]:
    """Return what handlers may ask for by name."""
    return {"payments": lasting.payments, "problems": Problems(declared_problems(contract.document))}


def _handlers(options: Options, contract: Contract, bindings: Mapping[str, object]) -> Mapping[str, Handler]:
    if options.mock == "all":
        return {}
    return load_handlers(contract, options.handlers, bindings, missing=options.mock == "missing")


def _application(
    options: Options,
    contract: Contract,
    handlers: Mapping[str, Handler],
    bindings: Mapping[str, object],
    world: World,
    lasting: Lasting,
) -> ASGIApp:
    simulator = lasting.simulator
    parts = Parts(
        contract=contract,
        handlers=handlers,
        identity=Identity(world, _tokens(options, world, lasting), options.tokens_required),
        bindings=bindings,
        mounts=_mounts(options, simulator) if simulator else {},
        browser=browser_routes(STRIPE, Cardholders(simulator), Customers(simulator)) if simulator else [],
        note=lasting.note,
        limits=options.limits,
        ready=readiness(simulator),
        exposure=options.exposure,
        stripe=StripeCalls(is_for_pages, api_key_of) if simulator else StripeCalls(),
        steers=options.steers,
        undocumented=options.undocumented,
        console=Console(lasting.journal, world, described, simulator is not None, recipes=options.is_bundled),
    )
    app = application(parts)
    return Delivering(app, simulator, options.webhook_timeout) if simulator else app


def _mounts(options: Options, simulator: Simulator) -> Mapping[str, ASGIApp]:
    return {
        "stripe": door_of(options, simulator),
        "simulator": control(simulator, snapshot_limit=options.snapshot_limit),
    }


def _tokens(options: Options, world: World, lasting: Lasting) -> Tokens:
    """Return the tokens of this sandbox: signed with the environment's secret, or one that is kept with the state."""
    given = options.environment.get(TOKEN_SECRET)
    simulator = lasting.simulator
    with telling_of(options.state):
        made = simulator.secret("tokens", lasting.secret) if simulator else lasting.secret
        if given is None:
            return Tokens(world, made)
    try:
        return Tokens(world, given.encode())
    except ValueError as error:
        raise WorldError(f"{TOKEN_SECRET}: {error}") from None


def warning_once(note: Callable[[Exchange], None], world: World) -> Callable[[Exchange], None]:
    """Pass notes on, and say once a run that requests without a token act as somebody."""
    warned = False

    def noting(exchange: Exchange) -> None:
        nonlocal warned
        note(exchange)
        if exchange.anonymous and exchange.operation is not None and not warned:
            warned = True
            account = world.default_account
            log.warning(
                "A request came without a token: it acts as the world's default account, %s (%s). This is said once.",
                account.name,
                account.role,
            )

    return noting
