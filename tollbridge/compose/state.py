"""The built-in Stripe of one server, and where its state is kept."""

import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tollbridge.compose.options import Options
from tollbridge.documents import printable
from tollbridge.simulator import Simulator, Store, Unavailable, api_key_of, damage_told, is_publishable
from tollbridge.world import World, WorldError

REASON_SHOWN = 400


class StateError(Exception):
    """The state cannot be kept where `--state` says; the sentence says why."""


def simulator_of(options: Options, world: World) -> Simulator:
    randomness = None if options.seed is None else random.Random(options.seed)  # noqa: S311 - test ids, on purpose
    seed = seed_of(options, world)
    require_seed(options.world, seed)
    with ExitStack() as begun, telling_of(options.state):
        store = _store(options)
        if store:
            begun.callback(store.close)
        simulator = Simulator(
            seed, randomness=randomness, recorded=options.recorded, store=store, base=partial(_base, options)
        )
        begun.pop_all()
    return simulator


def seed_of(options: Options, world: World) -> dict[str, Any]:
    """Return what the simulator begins with: who is in the world, and who is told of events."""
    return {**world.seed(), "webhook_endpoints": options.webhooks}


def _base(options: Options, headers: Mapping[str, str]) -> str:
    """Return the address at which a browser reaches this server: a browser's call came to it."""
    if options.public_url is not None:
        return options.public_url.rstrip("/")
    if "host" in headers and is_publishable(api_key_of(headers)):
        return f"http://{headers['host']}"
    return options.local_url


def require_seed(world: Path, seed: Mapping[str, object]) -> None:
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
    with telling_of(options.state):
        return sql.SqlStore(url, recorded=options.recorded)


@contextmanager
def telling_of(state: str) -> Iterator[None]:
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
