"""Options of one server, and the files that come with the package."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tollbridge.gateway import Settings
from tollbridge.server.exposure import Exposure
from tollbridge.server.operations import Limits

PACKAGE = Path(__file__).parent.parent

TOKEN_SECRET = "TOLLBRIDGE_TOKEN_SECRET"  # noqa: S105 - its name


def bundled() -> Path:
    """Return the folder that holds `openapi.yaml` and `handlers/`: the wheel's, or the checkout's."""
    inside = PACKAGE / "bundled"
    return inside if inside.is_dir() else PACKAGE.parent


@dataclass(frozen=True)
class Options:
    """Options of one server.

    Args:
        contract: the OpenAPI document.
        refs_below: the folder that the files are in which it refers to; None for its own.
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
        fallback: the URL of a stand-in that answers what the built-in Stripe cannot; None for none.
        environment: where `STRIPE_API_KEY` and `TOLLBRIDGE_TOKEN_SECRET` are looked up.
    """

    contract: Path = field(default_factory=lambda: bundled() / "openapi.yaml")
    refs_below: Path | None = None
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
    fallback: str | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def is_bundled(self) -> bool:
        """Whether the contract, the handlers and the world are those that come with the package."""
        ours = Options()
        return (self.contract, self.handlers, self.world) == (ours.contract, ours.handlers, ours.world)
