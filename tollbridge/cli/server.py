"""A running server, as commands ask it: its Stripe, and its control API."""

import json
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import click

from tollbridge.server.exposure import CONTROL_TOKEN

TIMEOUT = 15
MAX_ANSWER = 8_000_000
MOUNTED = "/_tollbridge/stripe"
CONTROL = "/_tollbridge/simulator"
UNREADABLE = (ValueError, KeyError, TypeError, RecursionError, HTTPException)
"""Errors raised by an answer that does not come from a Tollbridge server."""

SERVER = click.option(
    "--server",
    default="http://localhost:12111",
    show_default=True,
    metavar="URL",
    help="Where tollbridge stripe, or tollbridge serve (http://localhost:8080), runs.",
)
CONTROL_OPTION = click.option(
    "--control-token",
    envvar=CONTROL_TOKEN,
    metavar="TOKEN",
    help=f"The one that the server was started with.  [default: {CONTROL_TOKEN}]",
)


class Stays(HTTPRedirectHandler):
    """Follows no redirect: it would take the control token to another server."""

    def redirect_request(self, *_request: Any) -> None:
        """Return no request."""
        return


@dataclass(frozen=True)
class Answer:
    """An answer: its status, and its document."""

    status: int
    document: Any


@dataclass(frozen=True)
class Server:
    """A server that answers.

    Args:
        url: its address.
        stripe: the path at which its Stripe is.
        token: the control token; None for none.
    """

    url: str
    stripe: str
    token: str | None

    def call(self, method: str, path: str, form: dict[str, Any] | None = None) -> Answer:
        """Call its Stripe, as a client with a secret key."""
        headers = {"Authorization": f"Bearer sk_test_{self.token or 'tollbridge'}"}
        return self._asked(method, self.stripe + path, headers, urlencode(form or {}, doseq=True))

    def control(self, method: str, path: str) -> Answer:
        """Call its control API."""
        headers = {"Tollbridge-Control-Token": self.token} if self.token else {}
        return self._asked(method, CONTROL + path, headers, "")

    def _asked(self, method: str, path: str, headers: dict[str, str], form: str) -> Answer:
        request = Request(self.url + path, form.encode() if method == "POST" else None, headers, method=method)  # noqa: S310 - its scheme was checked
        try:
            with build_opener(Stays).open(request, timeout=TIMEOUT) as answer:
                return Answer(answer.status, json.loads(answer.read(MAX_ANSWER) or b"null"))
        except HTTPError as refused:
            return _refusal(refused)
        except (URLError, OSError) as error:
            reason = getattr(error, "reason", error)
            raise click.ClickException(
                f"No server answers at {self.url} ({reason}). Start one: tollbridge stripe"
            ) from None
        except UNREADABLE:
            raise click.ClickException(f"What answers at {self.url} is not a Tollbridge.") from None


def _refusal(refused: HTTPError) -> Answer:
    with refused:
        try:
            return Answer(refused.code, json.loads(refused.read(MAX_ANSWER)))
        except UNREADABLE:
            return Answer(refused.code, None)


def server_at(url: str, token: str | None) -> Server:
    """Return the server at an address; its Stripe is at the root, or below `/_tollbridge` beside an API.

    Raises:
        click.ClickException: nothing answers there, or another program.
    """
    if not url.startswith(("http://", "https://")):
        raise click.UsageError(f"--server is {url}; it begins with http:// or https://.")
    for stripe in ("", MOUNTED):
        server = Server(url.rstrip("/"), stripe, token)
        answer = server.call("GET", "/v1/events?limit=1")
        if answer.status == 200 and isinstance(answer.document, dict) and "data" in answer.document:
            return server
        if stripe and answer.status in (401, 403):
            raise click.ClickException(f"{url} asks for its control token: give it by --control-token.")
    raise click.ClickException(f"What answers at {url} is not a Tollbridge with events.")


def complaint(answer: Answer) -> str:
    """Return why a call was refused: what Stripe's error says, or the problem of the control API."""
    document = answer.document if isinstance(answer.document, dict) else {}
    error = document.get("error")
    said = error.get("message") if isinstance(error, dict) else document.get("detail")
    return str(said or f"The server answered {answer.status}.")
