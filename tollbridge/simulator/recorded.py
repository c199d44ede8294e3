"""The record of what the simulator was told: without a secret in the clear."""

import hmac
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import unquote_plus

from tollbridge.simulator.access import key_of
from tollbridge.simulator.envelope import joined, status_told
from tollbridge.simulator.faults import Fault
from tollbridge.simulator.forms import Form, Value, decoded
from tollbridge.simulator.message import Request
from tollbridge.simulator.record import MOST_PATH, Told
from tollbridge.simulator.work import Again, Store, Unavailable

log = logging.getLogger(__name__)

HIDDEN_NAMES = ("client_secret", "number", "cvc")
SECRET = re.compile(r"\w+_secret_\w+|[sr]k_(?:test|live)_\w+")
SIGNS = ("secret", "number", "cvc", "k_test_", "k_live_")
"""What a text with a secret has in it; a text without is kept as it came, which is quicker and smaller."""

ESCAPED_LETTER = re.compile(r"%(?:[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff])")

MOST_TEXT = 16_384
"""Characters of a form that are kept: more than any form has that a contract's request leads to."""

MOST_KEYS = 64


def _has_signs(text: str) -> bool:
    return any(sign in text for sign in SIGNS)


class Record:
    """The newest calls, in a store."""

    def __init__(self, store: Store, *, key: bytes) -> None:
        """Take the calls of a store.

        Args:
            store: what keeps them.
            key: for the hashes of secrets; another record's hashes tell nothing.
        """
        self._store = store
        self._key = key
        self._keys: dict[str, str] = {}

    @property
    def total(self) -> int:
        """How many calls were told, those too that are kept no more."""
        return self._store.told_total()

    def add(self, told: Told) -> None:
        """Keep a call that changed nothing; one that changed something is kept with the change."""
        try:
            with self._store.work() as work:
                work.tell(told)
        except (Again, Unavailable) as reason:
            log.warning("A call could not be recorded: %s", reason)

    def told(
        self,
        request: Request,
        template: str,
        form: Form,
        fault: Fault | None,
        status: int,
        effects: tuple[tuple[str, str], ...],
    ) -> Told:
        """Return a call as the record has it."""
        body = "" if request.method == "GET" else request.body.decode("utf-8", "replace")
        key = request.headers.get("idempotency-key")
        return Told(
            method=request.method,
            path=self.masked_text(request.path[:MOST_PATH]),
            route=template,
            form=self.masked(joined(request.query, body), form),
            idempotency_key=None if key is None else self.masked_text(key[:MOST_PATH]),
            status=status_told(fault, status),
            effects=effects,
            fault=f"{fault.kind} {fault.when}" if fault else None,
            key=self.key(key_of(request.headers)),
        )

    def after(self, number: int, most: int = sys.maxsize) -> list[tuple[int, Told]]:
        """Return the calls that are kept of those after a number, each with its own; the first call ever has 1."""
        return self._store.told(number, most)

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
        self._store.forget_told()

    def __iter__(self) -> Iterator[Told]:
        return iter([told for _, told in self.after(0)])

    def __len__(self) -> int:
        return len(self.after(0))
