"""The record of what the simulator was told. Bounded, and without a secret in the clear."""

import hmac
import re
from collections import deque
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from tollbridge.simulator.forms import Value, decoded

HIDDEN_NAMES = ("client_secret", "number", "cvc")
SECRET = re.compile(r"\w+_secret_\w+|[sr]k_(?:test|live)_\w+")
SIGNS = ("secret", "number", "cvc", "k_test_", "k_live_")
"""What a text with a secret has in it; a text without is kept as it came, which is quicker and smaller."""

ESCAPED_LETTER = re.compile(r"%(?:[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff])")

MOST_TEXT = 16_384
"""Characters of a form that are kept: more than any form has that a contract's request leads to."""

MOST_KEYS = 64
MOST_PATH = 512


def _has_signs(text: str) -> bool:
    return any(sign in text for sign in SIGNS)


class Told(NamedTuple):
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

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters as parsed; secrets as keyed hashes."""
        return decoded(self.form) if isinstance(self.form, str) else self.form


class Record:
    """The newest calls."""

    def __init__(self, *, most: int, key: bytes) -> None:
        """Make an empty record; `total` counts every call that it was told of, those too that it keeps no more.

        Args:
            most: how many calls are kept.
            key: for the hashes of secrets; another record's hashes tell nothing.
        """
        self._told: deque[Told] = deque(maxlen=most)
        self.total = 0
        self._key = key
        self._keys: dict[str, str] = {}

    def add(self, told: Told) -> None:
        """Keep a call."""
        self._told.append(told)
        self.total += 1

    def after(self, number: int) -> list[tuple[int, Told]]:
        """Return the calls that are kept of those after a number, each with its own; the first call ever has 1."""
        first = self.total - len(self._told) + 1
        return [(index, told) for index, told in enumerate(self._told, first) if index > number]

    def masked(self, text: str, parameters: Mapping[str, Value]) -> str | Mapping[str, Any]:
        """Return a form that can be kept: as text, or with its secrets hashed, so that equal ones can be told.

        Args:
            text: the form as it came.
            parameters: the form as parsed; empty where it could not be.
        """
        if not parameters:
            return {}
        if len(text) > MOST_TEXT:
            text = text[: text.rfind("&", 0, MOST_TEXT) + 1]
            parameters = decoded(text)
        plain = unquote_plus(text) if "%" in text and ESCAPED_LETTER.search(text) else text
        if not _has_signs(plain):
            return text
        return {self.masked_text(name): self._masked_value(name, value) for name, value in parameters.items()}

    def _masked_value(self, name: str, value: Value) -> Any:
        if isinstance(value, dict):
            return {self.masked_text(inner): self._masked_value(inner, below) for inner, below in value.items()}
        if isinstance(value, list):
            return [self._masked_value(name, item) for item in value]
        return self.fingerprint(value) if name in HIDDEN_NAMES else self.masked_text(value)

    def masked_text(self, text: str) -> str:
        """Return a text with the secrets in it as keyed hashes."""
        if _has_signs(text):
            return SECRET.sub(lambda found: self.fingerprint(found.group()), text)
        return text

    def fingerprint(self, secret: str) -> str:
        """Return the keyed hash that stands for a secret."""
        return "hmac:" + hmac.new(self._key, secret.encode("utf-8", "replace"), sha256).hexdigest()[:24]

    def key(self, api_key: str) -> str | None:
        """Return the keyed hash of an API key; None for none. Most calls carry the same."""
        if not api_key:
            return None
        known = self._keys.get(api_key)
        if known is None:
            if len(self._keys) >= MOST_KEYS:
                self._keys.clear()
            known = self._keys[api_key] = self.fingerprint(api_key)
        return known

    def clear(self) -> None:
        """Forget every call."""
        self._told.clear()

    def __iter__(self) -> Iterator[Told]:
        return iter(tuple(self._told))

    def __len__(self) -> int:
        return len(self._told)
