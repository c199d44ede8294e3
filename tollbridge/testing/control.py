"""Requests to a server that we started: JSON or a form out, JSON back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
SECONDS = 60.0

OPENER = build_opener(ProxyHandler({}))
"""Asks no proxy: the server is on this machine, whatever the environment says."""


class Unexpected(Exception):
    """The server refused what it was asked to do; the sentence is the server's own."""


@dataclass(frozen=True)
class Answer:
    """An answer.

    Args:
        status: of HTTP.
        document: its JSON; None where the body is empty.
    """

    status: int
    document: Any


def ask(method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """Return the answer to a request, whatever its status."""
    request = Request(url, body, dict(headers or {}), method=method)  # noqa: S310 - the address of our own server
    try:
        with OPENER.open(request, timeout=SECONDS) as reply:
            return Answer(reply.status, _read(reply.read()))
    except HTTPError as refusal:
        with refusal:
            return Answer(refusal.code, _read(refusal.read()))


def tell(method: str, url: str, document: Mapping[str, Any] | None = None) -> Any:
    """Return the document that a request for control is answered with.

    Raises:
        Unexpected: it is refused.
    """
    body = None if document is None else json.dumps(document).encode()
    answer = ask(method, url, body, {"Content-Type": JSON} if body is not None else {})
    if answer.status >= 400:
        problem = answer.document if isinstance(answer.document, dict) else {}
        raise Unexpected(f"{method} {url} is answered with {answer.status}: {problem.get('detail', 'no detail')}")
    return answer.document


def form(parameters: Mapping[str, object]) -> bytes:
    """Return parameters as Stripe's clients send them: `true` and `false` for a bool."""
    spelt = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in parameters.items()}
    return urlencode(spelt).encode()


def _read(body: bytes) -> Any:
    return json.loads(body) if body else None
