"""The one place where the parts meet: settings in, an application out."""

import logging
import os
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from tollbridge.browser import GoneAsking, browser_routes
from tollbridge.contract import Contract, ContractError, Operation, load_contract, unserved_lines
from tollbridge.contract.problems import declared_problems
from tollbridge.documents import printable
from tollbridge.gateway import (
    Gateway,
    GatewayError,
    Settings,
    StripeExchange,
    live_test_gateway,
    simulator_gateway,
    url_gateway,
)
from tollbridge.payments import Payments
from tollbridge.server.application import Parts, application
from tollbridge.server.areas import STRIPE, Area
from tollbridge.server.builtin_routes import Ready, bare_surface
from tollbridge.server.console import Console
from tollbridge.server.example_request import ExampleRequest, example_request
from tollbridge.server.exposure import Exposure, ExposureError
from tollbridge.server.gate import Gate
from tollbridge.server.handlers import Handler, HandlerError, load_handlers
from tollbridge.server.identity import Identity
from tollbridge.server.journal import Journal, note_call
from tollbridge.server.middleware import Edge
from tollbridge.server.operations import Limits
from tollbridge.server.own_problems import Problems
from tollbridge.server.request_context import Exchange
from tollbridge.server.run import BindError
from tollbridge.server.shown import shown
from tollbridge.server.stripecalls import StripeCalls
from tollbridge.server.tokens import Tokens
from tollbridge.server.watch import Watching
from tollbridge.simulator import (
    Delivering,
    NoAnswer,
    Request,
    Simulator,
    Store,
    StripeDoor,
    StripeFailure,
    Unavailable,
    answered,
    api_key_of,
    control,
    damage_told,
    described,
    event_names,
    is_deliverable,
    is_for_pages,
    is_publishable,
    off_the_loop,
)
from tollbridge.world import World, WorldError, load_world

log = logging.getLogger(__name__)

T = TypeVar("T")

PACKAGE = Path(__file__).parent
REASON_SHOWN = 400

TOKEN_SECRET = "TOLLBRIDGE_TOKEN_SECRET"  # noqa: S105 - its name


BINDINGS: Mapping[str, object] = {"payments": Payments, "problems": Problems}
"""What a handler may ask for by name, besides body, caller and the operation's parameters; as classes."""


class StateError(Exception):
    """The state cannot be kept where `--state` says; the sentence says why."""


CANNOT_START = (BindError, ContractError, ExposureError, GatewayError, HandlerError, StateError, WorldError)
"""What keeps a server from starting; each is a sentence for whoever started it."""


def bundled() -> Path:
    """Return the folder that holds `openapi.yaml` and `handlers/`: the wheel's, or the checkout's."""
    inside = PACKAGE / "bundled"
    return inside if inside.is_dir() else PACKAGE.parent


@dataclass(frozen=True)
class Options:
    """What a server is made from.

    Args:
        contract: the OpenAPI document.
        handlers: the folder with the handlers.
        mock: which operations the contract itself answers: `none` of them, those whose handler is `missing`, or `all`.
        world: the world file.
        stripe: `simulator`, `live-test` or the URL of a stand-in.
        calls: how long and how often Stripe is asked.
        limits: how long a client may take.
        seed: of the simulator's ids and secrets; None lets no run repeat another.
        recorded: how many of its last calls the simulator remembers.
        snapshot_limit: bytes of a snapshot that can be put back.
        state: where the simulator keeps its state: `memory`, `sqlite:///FILE` or `postgresql://…`.
        tokens_required: whether a request without a token is refused.
        exposure: how far the server can be reached; the default is this machine.
        steers: whether a request may choose its answer by `Prefer`.
        undocumented: `add` problems that the contract does not document to it, as it is served, or `refuse` to start.
        webhooks: endpoints of webhooks that are there from the beginning, each with id, url, enabled_events and secret.
        webhook_timeout: seconds that an endpoint may take.
        public_url: the address that browsers reach it by; None where a browser's own calls tell it.
        local_url: the address that it listens on.
        environment: where `STRIPE_API_KEY` and `TOLLBRIDGE_TOKEN_SECRET` are looked up.
    """

    contract: Path = field(default_factory=lambda: bundled() / "openapi.yaml")
    handlers: Path = field(default_factory=lambda: bundled() / "handlers")
    mock: str = "missing"
    world: Path = PACKAGE / "world" / "default.yaml"
    stripe: str = "simulator"
    calls: Settings = field(default_factory=Settings)
    limits: Limits = field(default_factory=Limits)
    seed: int | None = None
    recorded: int = 10_000
    snapshot_limit: int = 1_073_741_824
    state: str = "memory"
    tokens_required: bool = False
    exposure: Exposure = field(default_factory=Exposure)
    steers: bool = True
    undocumented: str = "add"
    webhooks: tuple[Mapping[str, Any], ...] = ()
    webhook_timeout: float = 10.0
    public_url: str | None = None
    local_url: str = "http://localhost:8080"
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def is_bundled(self) -> bool:
        """Whether the contract, the handlers and the world are those that come with the package."""
        ours = Options()
        return (self.contract, self.handlers, self.world) == (ours.contract, ours.handlers, ours.world)


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
    """

    app: ASGIApp
    contract: Contract
    world: World
    simulator: Simulator | None
    tokens_required: bool
    journal: Journal
    again: Callable[[], ASGIApp]
    mocks: tuple[Operation, ...] = ()

    def unserved(self) -> list[tuple[str, str, str]]:
        """Return the operations that are not served: the file and line of what is in the way, the operation, why."""
        return [
            (f"{self.contract.path}:{line}", f"{operation.method.upper()} {operation.path}", reason)
            for operation, reason, line in unserved_lines(self.contract)
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
    contract = load_contract(options.contract)
    world = load_world(options.world)
    simulator = _simulator(options, world) if options.stripe == "simulator" else None
    lasting = Lasting(
        simulator=simulator,
        journal=Journal(shown, simulator.shared_journal if simulator else None),
        payments=Payments(_gateway(options, simulator)),
        note=_warning_once(note, world),
        secret=os.urandom(32),
    )
    bindings = _bindings(contract, lasting)
    handlers = _handlers(options, contract, bindings)
    app = _application(options, contract, handlers, bindings, world, lasting)
    again = partial(_again, options, lasting)
    mocks = tuple(one for one in contract.operations if not one.unserved and one.operation_id not in handlers)
    return Sandbox(app, contract, world, simulator, options.tokens_required, lasting.journal, again, mocks)


@dataclass(frozen=True)
class Lasting:
    """What outlives an edit of contract, handlers and world.

    Args:
        simulator: the state; None where Stripe is elsewhere.
        journal: what the console shows.
        payments: the way to Stripe.
        note: told of every answered request.
        secret: signs tokens where no state keeps one.
    """

    simulator: Simulator | None
    journal: Journal
    payments: Payments
    note: Callable[[Exchange], None]
    secret: bytes


def watched(options: Options, sandbox: Sandbox) -> ASGIApp:
    """Return a server's application that follows its files."""

    def files() -> Iterator[Path]:
        yield options.contract
        yield options.world
        yield from sorted(options.handlers.rglob("*.py"))

    return Watching(sandbox.app, build=sandbox.again, files=files, refused=CANNOT_START)


def _again(options: Options, lasting: Lasting) -> ASGIApp:
    contract = load_contract(options.contract)
    world = load_world(options.world)
    _require_seed(options.world, world.seed())
    bindings = _bindings(contract, lasting)
    app = _application(options, contract, _handlers(options, contract, bindings), bindings, world, lasting)
    if lasting.simulator:
        with _telling_of(options.state):
            lasting.simulator.add(_seed(options, world))
    return app


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
        browser=browser_routes(STRIPE, Cardholders(simulator)) if simulator else [],
        note=lasting.note,
        limits=options.limits,
        ready=_ready(simulator),
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
        "stripe": StripeDoor(simulator),
        "simulator": control(simulator, snapshot_limit=options.snapshot_limit),
    }


def compose_stripe(options: Options) -> ASGIApp:
    """Build the simulator alone, at the address where Stripe's clients expect it.

    Args:
        options: its world, whose customers, cards and subscriptions exist at the start, its seed, and its record.

    Raises:
        WorldError: with a sentence that says what to mend.
    """
    simulator = _simulator(options, load_world(options.world))
    mounts = {"simulator": control(simulator, snapshot_limit=options.snapshot_limit)}
    ours = bare_surface(_ready(simulator), mounts, browser_routes("", Cardholders(simulator)))
    # Its secret keys are open to whom it is shared with: for that it is started.
    gate = Gate(options.exposure, StripeCalls(is_for_pages, api_key_of, keys_are_open=True), outside=Area.STRIPE)
    app = Edge(StripeDoor(simulator), ours, gate, lambda _exchange: None)
    return Delivering(app, simulator, options.webhook_timeout)


def _ready(simulator: Simulator | None) -> Ready:
    """Return what asks whether the state can be reached; the contract is loaded before a server listens.

    Anybody on the network may probe, so the reason, which may name hosts, is logged and not answered: once while it
    stays the same.
    """
    told = ""

    async def ready() -> bool:
        nonlocal told
        reason = await _unreachable(simulator)
        if reason and reason != told:
            log.warning("The state cannot be reached: %s", reason)
        told = reason
        return not reason

    return ready


async def _unreachable(simulator: Simulator | None) -> str:
    """Return why the state cannot be reached; empty where it can, or is not here."""
    try:
        if simulator is not None:
            await off_the_loop(simulator, simulator.faults)
    except Unavailable as reason:
        return str(reason) or type(reason).__name__
    return ""


def delivers_to(url: str) -> bool:
    """Tell whether the built-in Stripe can deliver events to a URL."""
    return is_deliverable(url)


def types_of_events() -> frozenset[str]:
    """Return the types of events that a webhook endpoint may ask for, `*` among them."""
    return event_names()


def _seed(options: Options, world: World) -> dict[str, Any]:
    """Return what the simulator begins with: who is in the world, and who is told of events."""
    return {**world.seed(), "webhook_endpoints": options.webhooks}


def _simulator(options: Options, world: World) -> Simulator:
    randomness = None if options.seed is None else random.Random(options.seed)  # noqa: S311 - test ids, on purpose
    seed = _seed(options, world)
    _require_seed(options.world, seed)
    with ExitStack() as begun, _telling_of(options.state):
        store = _store(options)
        if store:
            begun.callback(store.close)
        simulator = Simulator(
            seed, randomness=randomness, recorded=options.recorded, store=store, base=partial(_base, options)
        )
        begun.pop_all()
    return simulator


def _base(options: Options, headers: Mapping[str, str]) -> str:
    """Return the address at which a browser reaches this server: a browser's call came to it."""
    if options.public_url is not None:
        return options.public_url.rstrip("/")
    if "host" in headers and is_publishable(api_key_of(headers)):
        return f"http://{headers['host']}"
    return options.local_url


@dataclass(frozen=True)
class Cardholders:
    """The challenges of a simulator, as the page that asks needs them."""

    simulator: Simulator

    async def is_asking(self, intent: str, token: str) -> bool:
        """Tell whether a challenge waits for its cardholder."""
        return await self._asked(lambda: self.simulator.is_asking(intent, token))

    async def answer(self, intent: str, token: str, *, passes: bool) -> str:
        """End a challenge; return the address that the browser goes back to."""
        return await self._asked(lambda: self.simulator.answer_page(intent, token, passes=passes))

    async def _asked(self, work: Callable[[], T]) -> T:
        try:
            return await off_the_loop(self.simulator, work)
        except StripeFailure as failure:
            raise GoneAsking(failure.message) from None


def _require_seed(world: Path, seed: Mapping[str, object]) -> None:
    """Refuse a world that no simulator can begin with; so what fails in a store that has begun is the store's fault."""
    try:
        Simulator(seed)
    except ValueError as error:
        raise WorldError(f"{world}: {error}") from None


def _store(options: Options) -> Store | None:
    """Return what keeps the state; None for memory."""
    if options.state == "memory":
        return None
    if options.seed is not None:
        raise StateError("--seed repeats the ids of a run; a state that outlives the run has them already.")
    # Imported here: SQLAlchemy and Alembic take longer to load than all the rest.
    from tollbridge.simulator.state import sql

    try:
        url = sql.state_url(options.state)
    except sql.StateError as error:
        raise StateError(str(error)) from None
    with _telling_of(options.state):
        return sql.SqlStore(url, recorded=options.recorded)


@contextmanager
def _telling_of(state: str) -> Iterator[None]:
    """Name the state in what is wrong with it.

    Raises:
        StateError: it cannot be reached, or holds what cannot be read.
    """
    try:
        with damage_told():
            yield
    except Unavailable as reason:
        said = printable(str(reason), REASON_SHOWN).removesuffix(".")
        raise StateError(f"--state: the database {_address(state)} cannot be used: {said}.") from None


def _address(state: str) -> str:
    """Return the address of a state without its password."""
    from tollbridge.simulator.state import sql

    return sql.shown(state)


def _tokens(options: Options, world: World, lasting: Lasting) -> Tokens:
    """Return the tokens of this sandbox: signed with the environment's secret, or one that is kept with the state."""
    given = options.environment.get(TOKEN_SECRET)
    simulator = lasting.simulator
    with _telling_of(options.state):
        made = simulator.secret("tokens", lasting.secret) if simulator else lasting.secret
        if given is None:
            return Tokens(world, made)
    try:
        return Tokens(world, given.encode())
    except ValueError as error:
        raise WorldError(f"{TOKEN_SECRET}: {error}") from None


def _gateway(options: Options, simulator: Simulator | None) -> Gateway:
    if simulator is not None:
        return simulator_gateway(_exchange_with(simulator), options.calls)
    if options.stripe == "live-test":
        return live_test_gateway(options.environment.get("STRIPE_API_KEY"), options.calls)
    return url_gateway(options.stripe, options.calls)


def _exchange_with(simulator: Simulator) -> StripeExchange:
    """Join the SDK's transport to the simulator; neither knows the other."""

    async def exchange(
        method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        parts = urlsplit(url)
        lower = {name.lower(): value for name, value in headers.items()}
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        noting = partial(note_call, method, target, body, lower.get("idempotency-key"), perf_counter())
        try:
            reply = await answered(simulator, Request(method, parts.path, parts.query, lower, body))
        except NoAnswer as silence:
            noting(0, b"")
            raise ConnectionResetError(f"the simulator was told to give no answer ({silence.kind})") from None
        noting(reply.status, reply.body)
        return reply.status, reply.headers, reply.body

    return exchange


def _warning_once(note: Callable[[Exchange], None], world: World) -> Callable[[Exchange], None]:
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
