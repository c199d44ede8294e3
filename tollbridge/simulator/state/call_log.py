"""The record of what the simulator was told: without a secret in the clear.

Client secrets and keys are masked when a call is kept, all that `masking` knows when it is shown: looking for card
numbers in every call would cost each of them more than keeping it does, and what could hold one (a description) is
kept with the objects anyway.
"""

import hmac
import re
import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import unquote_plus

from tollbridge.masking import has_secret, masked
from tollbridge.simulator.protocol.call import Call
from tollbridge.simulator.protocol.envelope import error_told, status_told
from tollbridge.simulator.protocol.forms import Value, decoded
from tollbridge.simulator.state.recorded_call import MAX_PATH, RecordedCall
from tollbridge.simulator.state.unit_of_work import Store

HIDDEN_NAMES = ("client_secret", "number", "cvc")
ESCAPED_LETTER = re.compile(r"%(?:[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff])")

MAX_TEXT = 16_384
"""Characters of a form that are kept: more than any form has that a contract's request leads to."""

MAX_KEYS = 64

MAX_MESSAGE = 500
"""Characters of a refusal's message that are kept."""

OF_AN_ERROR = ("code", "decline_code", "param", "message")
"""The members of a refusal that are kept."""


def _has_signs(text: str) -> bool:
    """Tell whether a text may have a secret in it; one that has none is kept as it came: quicker, and smaller."""
    # Spelt out, as it is on the path of every call: `any` over a table takes five times as long.
    return "secret" in text or "number" in text or "cvc" in text or "k_test_" in text or "k_live_" in text


class CallLog:
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

    def add(self, told: RecordedCall) -> None:
        """Keep a call that changed nothing, in a job; one that changed something is kept with the change."""
        with self._store.work() as work:
            work.tell(told)

    def told(
        self,
        call: Call,
        status: int,
        effects: tuple[tuple[str, str], ...] = (),
        refusal: Mapping[str, Any] | None = None,
    ) -> RecordedCall:
        """Return a call as the record has it.

        Args:
            call: what was asked.
            status: of the answer, before a fault took its place; 0 where the operation was not reached.
            effects: what changed.
            refusal: the document of the answer, where it is an error, before a fault took its place.
        """
        key, fault = call.request.headers.get("idempotency-key"), call.fault
        return RecordedCall(
            method=call.request.method,
            path=self._kept(call.request.path),
            route=call.template,
            form=self.masked(call.text, call.form),
            idempotency_key=None if key is None else self._kept(key),
            status=status_told(fault, status),
            effects=effects,
            fault=f"{fault.kind} {fault.when}" if fault else None,
            key=self.key(call.api_key),
            error=self._kept_error(error_told(fault, refusal)),
        )

    def _kept_error(self, error: Mapping[str, Any] | None) -> dict[str, str] | None:
        """Return what is kept of Stripe's error object; it is masked before it is cut."""
        if error is None:
            return None
        return {name: self.masked_text(str(error[name]))[:MAX_MESSAGE] for name in OF_AN_ERROR if error.get(name)}

    def after(self, number: int, most: int = sys.maxsize) -> list[tuple[int, RecordedCall]]:
        """Return the calls that are kept of those after a number, each with its own; the first call ever has 1."""
        return [(each, self._shown(told)) for each, told in self._store.told(number, most)]

    def masked(self, text: str, parameters: Mapping[str, Value]) -> str | Mapping[str, Any]:
        """Return a form that can be kept: as text, or with its secrets hashed, so that equal ones can be told.

        Args:
            text: the form as it came.
            parameters: the form as parsed; empty where it could not be.
        """
        if not parameters:
            return {}
        if len(text) > MAX_TEXT:
            text = text[: text.rfind("&", 0, MAX_TEXT) + 1]
            parameters = decoded(text)
        plain = unquote_plus(text) if "%" in text and ESCAPED_LETTER.search(text) else text
        return self._masked_parameters(parameters) if _has_signs(plain) else text

    def _masked_parameters(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        return {self.masked_text(name): self._masked_value(name, value) for name, value in parameters.items()}

    def _masked_value(self, name: str, value: Value) -> Any:
        if isinstance(value, dict):
            return {self.masked_text(inner): self._masked_value(inner, below) for inner, below in value.items()}
        if isinstance(value, list):
            return [self._masked_value(name, item) for item in value]
        return self.fingerprint(value) if name in HIDDEN_NAMES else self.masked_text(value)

    def _kept(self, text: str) -> str:
        """Return a path or a key that can be kept; masked before it is cut, so that no half of a secret is left."""
        return self.masked_text(text)[:MAX_PATH] if len(text) > MAX_PATH or _has_signs(text) else text

    def masked_text(self, text: str) -> str:
        """Return a text with the secrets in it as keyed hashes."""
        return masked(text, lambda _kept, secret: self.fingerprint(secret))

    def _shown(self, told: RecordedCall) -> RecordedCall:
        """Return a call as it may be seen: without any secret that is known as one."""
        form = told.form
        if isinstance(form, str) and has_secret(unquote_plus(form)):
            form = self._masked_parameters(told.parameters)
        key = None if told.idempotency_key is None else self.masked_text(told.idempotency_key)
        return told._replace(path=self.masked_text(told.path), form=form, idempotency_key=key)

    def fingerprint(self, secret: str) -> str:
        """Return the keyed hash that stands for a secret."""
        return "hmac:" + hmac.new(self._key, secret.encode("utf-8", "replace"), sha256).hexdigest()[:24]

    def key(self, api_key: str) -> str | None:
        """Return the keyed hash of an API key; None for none. Most calls carry the same."""
        if not api_key:
            return None
        known = self._keys.get(api_key)
        if known is None:
            if len(self._keys) >= MAX_KEYS:
                self._keys.clear()
            known = self._keys[api_key] = self.fingerprint(api_key)
        return known

    def clear(self) -> None:
        """Forget every call."""
        self._store.forget_told()

    def __iter__(self) -> Iterator[RecordedCall]:
        return iter([told for _, told in self.after(0)])

    def __len__(self) -> int:
        return len(self.after(0))
