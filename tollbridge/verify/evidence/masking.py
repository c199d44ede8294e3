"""Secrets of a run's evidence, replaced by placeholders: equal ones by equal ones, and of the same form.

So a file of evidence can be judged again, and has no token, no key, no client secret and no card number in it.
"""

import base64
import hmac
import json
import re
from collections.abc import Iterable
from itertools import cycle
from secrets import token_bytes
from typing import Any

from tollbridge.masking import holds_card_number, masked
from tollbridge.verify.model.evidence import MAX_DEPTH, NO_TOKEN_OF_ANYBODY, depth

KEY = re.compile(r"((?:[sr]k_(?:test|live)|whsec)_)(\w+)")
DIGIT = re.compile(r"[0-9]")
PREFIX = "token-"
MIN_SECRET = 6
"""Characters of a token that is replaced wherever it stands; a shorter one would take words away."""


class Masking:
    """Replaces secrets, each by one placeholder for the length of a file."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Take the secrets that are known from the beginning.

        Args:
            secrets: tokens and keys, whatever form they have.
        """
        self._key = token_bytes(32)
        self._placeholders: dict[str, str] = {}
        self._made: set[str] = set()
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Replace some texts from now on, wherever they stand."""
        for secret in secrets:
            if len(secret) < MIN_SECRET or secret == NO_TOKEN_OF_ANYBODY:
                continue
            form = KEY.fullmatch(secret)
            hidden = f"{form[1]}{self._hash(form[2])}" if form else f"{PREFIX}{self._hash(secret)}"
            self._placeholders.setdefault(secret, hidden)

    def learn_client_secrets(self, secrets: Iterable[str]) -> None:
        """Replace client secrets in their disguises too: the last part alone, and all of it in base64."""
        for secret in secrets:
            hidden, tail = self._of_client_secret(secret), secret.rpartition("_secret_")[2]
            if secret in self._placeholders or len(tail) < MIN_SECRET:
                continue
            self._placeholders |= {
                _base64(secret): _base64(hidden),
                secret: hidden,
                tail: hidden.rpartition("_secret_")[2],
            }

    def _of_client_secret(self, secret: str) -> str:
        head, form, tail = secret.rpartition("_secret_")
        return f"{head}{form}{self._hash(tail)}"

    def _hash(self, secret: str) -> str:
        made = hmac.digest(self._key, secret.encode("utf-8", "surrogatepass"), "sha256").hex()[:24]
        self._made.add(made)
        return made

    def text(self, text: str) -> str:
        """Return a text without secrets."""
        for secret in sorted((one for one in self._placeholders if one in text), key=len, reverse=True):
            text = text.replace(secret, self._placeholders[secret])
        return masked(text, self._formed)

    def _formed(self, kept: str, secret: str) -> str:
        """Return the placeholder of what has the form of a secret; a placeholder and the public token stay."""
        hidden = secret.removeprefix(kept)
        if hidden.removeprefix(PREFIX) in self._made or hidden == NO_TOKEN_OF_ANYBODY or len(hidden) < MIN_SECRET:
            return secret
        return f"{kept}{self._hash(hidden)}" if kept or not secret[0].isdigit() else self._of_number(secret)

    def _of_number(self, digits: str) -> str:
        """Return a number of the same length that is no card's; JSON reads it where it reads the card's."""
        hidden = digits
        while hidden == digits or holds_card_number(hidden):
            others = cycle(str(int(self._hash(hidden), 16)))
            hidden = DIGIT.sub(lambda _digit: next(others), hidden)  # noqa: B023 - called at once
        self._made.add(hidden)
        return hidden

    def document(self, document: Any) -> Any:
        """Return a JSON document without secrets, in names of members too."""
        if isinstance(document, str):
            return self.text(document)
        if isinstance(document, list):
            return [self.document(item) for item in document]
        if isinstance(document, dict):
            return {self.text(str(name)): self.document(value) for name, value in document.items()}
        return document

    def body(self, text: str) -> str:
        """Return an answer's body without secrets, and without those that only its JSON reads, behind escapes."""
        masked = self.text(text)
        try:
            document = json.loads(masked)
        except (ValueError, RecursionError):
            return masked
        if depth(document) > MAX_DEPTH:
            return masked
        again = self.document(document)
        return masked if again == document else json.dumps(again)


def _base64(text: str) -> str:
    """Return a text in base64, without what depends on its end."""
    return base64.b64encode(text.encode()).decode().rstrip("=")[:-1]
