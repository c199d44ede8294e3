"""One call that the simulator received."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tollbridge.simulator.protocol.forms import decoded

MAX_PATH = 512


class RecordedCall(NamedTuple):
    """One call.

    Args:
        method: the HTTP method.
        path: as it came; cut where it is very long.
        route: the route's template; empty where the simulator has none.
        form: the parameters as they came, or, where they hold a secret, as they are shown.
        idempotency_key: None where there was none.
        status: what was answered; 0 where nothing was.
        effects: what changed, with the object's id; empty for reads, refusals and replays.
        fault: the kind and moment of an injected fault, such as `reset after`; None for none.
        key: keyed hash of the API key; None where there was none.
        error: of a refusal, those of Stripe's `code`, `decline_code`, `param` and `message` that it has; None where
            nothing was refused.
    """

    method: str
    path: str
    route: str
    form: str | Mapping[str, Any]
    idempotency_key: str | None
    status: int
    effects: tuple[tuple[str, str], ...]
    fault: str | None
    key: str | None = None
    error: Mapping[str, Any] | None = None

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters as parsed; secrets as keyed hashes."""
        return decoded(self.form) if isinstance(self.form, str) else self.form
