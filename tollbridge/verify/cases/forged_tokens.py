"""Forged tokens, made of good ones."""

import base64
import json
from typing import Any

from tollbridge.verify.model.steps import ALTERED, TAMPERED, UNSIGNED


def forged(token: str, how: str, somebody: str | None) -> str:
    """Return a forged token.

    Args:
        token: a good one; of a JSON Web Token the parts are forged, of any other its end.
        how: `unsigned`, `tampered` or `altered`.
        somebody: the good token of another account; None where there is none.
    """
    head, _, signature = token.rpartition(".")
    parts = head.split(".")
    if len(parts) != 2 or not all(isinstance(_read(part), dict) for part in parts):
        return f"{token[:-1]}{'A' if token[-1] != 'A' else 'B'}"
    if how == UNSIGNED:
        return f"{_written(_read(parts[0]) | {'alg': 'none'})}.{parts[1]}."
    if how == ALTERED and somebody:
        others = _read(somebody.split(".")[1]) if somebody.count(".") == 2 else {}
        claims = _read(parts[1]) | (others if isinstance(others, dict) else {})
        return f"{parts[0]}.{_written(claims)}.{signature}"
    # The first letter: the last one's bits may be of no account.
    return f"{head}.{'A' if signature[:1] != 'A' else 'B'}{signature[1:]}"


FORGED = (UNSIGNED, TAMPERED, ALTERED)


def _read(part: str) -> Any:
    try:
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):  # it may be a target that says what a token is
        return None


def _written(document: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()
