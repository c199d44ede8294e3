"""The record of what the simulator was told. Bounded, and without a secret in the clear."""

import hmac
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from tollbridge.simulator.forms import decoded

SECRET_NAMES = ("client_secret",)


@dataclass(frozen=True, slots=True)
class Told:
    """One call.

    Args:
        method: the HTTP method.
        path: as it came.
        route: the route's template.
        form: the parameters as they came, or, where they hold a secret, as they are shown.
        idempotency_key: None where there was none.
        status: what was answered; 0 where nothing was.
        effects: what changed, with the object's id; empty for reads, refusals and replays.
        fault: the kind and moment of an injected fault, such as `reset after`; None for none.
    """

    method: str
    path: str
    route: str
    form: str | Mapping[str, Any]
    idempotency_key: str | None
    status: int
    effects: tuple[tuple[str, str], ...]
    fault: str | None

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters as parsed; secrets as keyed hashes."""
        return decoded(self.form) if isinstance(self.form, str) else self.form


class Record:
    """The newest calls."""

    def __init__(self, *, most: int, key: bytes) -> None:
        """Make an empty record.

        Args:
            most: how many calls are kept.
            key: for the hashes of secrets; another record's hashes tell nothing.
        """
        self._told: deque[Told] = deque(maxlen=most)
        self._key = key

    def add(self, told: Told) -> None:
        """Keep a call."""
        self._told.append(told)

    def masked(self, text: str, parameters: Mapping[str, Any]) -> str | Mapping[str, Any]:
        """Return a form that can be kept: as text, or with its secrets hashed, so that equal ones can be told."""
        if not any(name in parameters for name in SECRET_NAMES):
            return text if parameters else {}
        return {
            name: self.fingerprint(str(value)) if name in SECRET_NAMES else value for name, value in parameters.items()
        }

    def fingerprint(self, secret: str) -> str:
        """Return the keyed hash that stands for a secret."""
        return "hmac:" + hmac.new(self._key, secret.encode(), sha256).hexdigest()[:24]

    def clear(self) -> None:
        """Forget every call."""
        self._told.clear()

    def __iter__(self) -> Iterator[Told]:
        return iter(tuple(self._told))

    def __len__(self) -> int:
        return len(self._told)
