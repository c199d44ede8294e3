"""Starting our server and our Stripe, as processes that end with the one that started them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from tollbridge.launch import TOLLBRIDGE, WITHIN, free_port, launched, own_environment
from tollbridge.testing.server import Server
from tollbridge.testing.stripe import Stripe
from tollbridge.world import load_world

WORLD = Path(str(files("tollbridge.world") / "default.yaml"))


@dataclass(frozen=True)
class ServerOptions:
    """Options of our server and our Stripe.

    Args:
        world: the world file; None for the bundled one.
        contract: the OpenAPI document; None for the bundled one. Our Stripe alone has none.
        handlers: the folder of its handlers; None for the bundled one. Our Stripe alone has none.
        arguments: more of what `tollbridge serve` or `tollbridge stripe` takes, such as `--auth required`.
        start_within: seconds that a process may stand still before its first answer.
    """

    world: Path | None = None
    contract: Path | None = None
    handlers: Path | None = None
    arguments: tuple[str, ...] = ()
    start_within: float = WITHIN


@contextmanager
def run_server(options: ServerOptions = ServerOptions()) -> Iterator[Server]:
    """Run our server, with its Stripe, on a free port for the length of a `with` block.

    Args:
        options: what it is started with.

    Raises:
        LaunchError: it does not start; with its last words.
        WorldError: the world file has faults; with a sentence for each.
    """
    files_of = {"--world": options.world, "--contract": options.contract, "--handlers": options.handlers}
    world = load_world(options.world or WORLD)
    with _running("serve", files_of, options) as url:
        yield Server(url, world)


@contextmanager
def run_stripe(options: ServerOptions = ServerOptions()) -> Iterator[Stripe]:
    """Run our Stripe alone, on a free port, for the length of a `with` block.

    Args:
        options: what it is started with.

    Raises:
        LaunchError: it does not start; with its last words.
        WorldError: the world file has faults; with a sentence for each.
    """
    world = load_world(options.world or WORLD)
    with _running("stripe", {"--world": options.world}, options) as url:
        yield Stripe(url, f"{url}/_tollbridge/simulator", world)


@contextmanager
def _running(command: str, files_of: dict[str, Path | None], options: ServerOptions) -> Iterator[str]:
    """Run one of our commands; its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    given = [word for name, path in files_of.items() if path for word in (name, str(path))]
    with launched(
        [*TOLLBRIDGE, command, "--quiet", "--port", str(port), *given, *options.arguments],
        ready=f"{url}/_tollbridge/health",
        within=options.start_within,
        env=own_environment(),
    ):
        yield url
