"""`tollbridge token`."""

import json
import re
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, build_opener

import click

from tollbridge.cli.output import say
from tollbridge.cli.server import CONTROL_OPTION, UNREADABLE, Stays

TIMEOUT = 10
MAX_ANSWER = 65_536
"""Bytes of an answer that are read."""

TOKEN = re.compile(r"[!-~]{1,8192}")


@click.command()
@click.option("--account", required=True, type=click.IntRange(1), help="Whom it speaks for: an id of the world.")
@click.option("--expires-in", type=int, metavar="SECONDS", help="How long it is good.  [default: the world's lifetime]")
@click.option("--expired", is_flag=True, help="One that expired an hour ago, to see the refusal.")
@click.option("--url", default="http://localhost:8080", show_default=True, help="Where the sandbox runs.")
@CONTROL_OPTION
@click.option("--json", "as_json", is_flag=True, help="The whole answer as JSON, not the token alone.")
def token(
    account: int, expires_in: int | None, expired: bool, url: str, control_token: str | None, as_json: bool
) -> None:
    """Get a bearer token from a running sandbox.

    \b
    Examples:
      tollbridge token --account 1
      tollbridge token --account 10                 of a disabled account: refused with inactive-account
      curl -H "Authorization: Bearer $(tollbridge token --account 7)" …

    Exit codes: 0 printed, 1 refused, or no server there (the sentence says why), 2 wrong usage.
    """
    if expired and expires_in is not None:
        raise click.UsageError("Either --expired or --expires-in.")
    asked: dict[str, int] = {"account": account}
    if expired or expires_in is not None:
        asked["expires_in"] = -3600 if expires_in is None else expires_in
    if not url.startswith(("http://", "https://")):
        raise click.UsageError(f"--url is {url}; it begins with http:// or https://.")
    headers = {"Content-Type": "application/json"}
    if control_token:
        headers["Tollbridge-Control-Token"] = control_token
    desk = f"{url.rstrip('/')}/_tollbridge/tokens"
    request = Request(desk, json.dumps(asked).encode(), headers)  # noqa: S310 - its scheme is checked above
    try:
        with build_opener(Stays).open(request, timeout=TIMEOUT) as answer:
            issued = json.loads(answer.read(MAX_ANSWER))
        say(json.dumps(issued) if as_json else _token(issued))
    except HTTPError as refused:
        raise click.ClickException(_reason(refused)) from None
    except (URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise click.ClickException(f"No sandbox answers at {url} ({reason}). Start one: tollbridge serve") from None
    except UNREADABLE:
        raise click.ClickException(f"What answers at {url} is no Tollbridge.") from None


def _token(issued: Any) -> str:
    """Return the token of an answer, as one word: scripts read it from our output."""
    token = issued["access_token"]
    if not TOKEN.fullmatch(token):
        raise ValueError("no token")
    return str(token)


def _reason(refused: HTTPError) -> str:
    with refused:
        try:
            return str(json.loads(refused.read(MAX_ANSWER))["detail"])
        except UNREADABLE:
            return f"{refused.url} answered {refused.code}: no Tollbridge issues tokens there."
