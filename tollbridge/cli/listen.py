"""`tollbridge listen`."""

import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click

from tollbridge.cli.output import say
from tollbridge.cli.server import CONTROL_OPTION, SERVER, Server, complaint, server_at
from tollbridge.cli.webhooks import forward_url
from tollbridge.compose import types_of_events

ENDPOINTS = "/v1/webhook_endpoints"
POLL_SECONDS = 0.3
NEWEST = 1_000


@click.command()
@click.option("-f", "--forward-to", required=True, metavar="URL", help="Where events go: a URL, a port, or a /path.")
@click.option("-e", "--events", default="*", show_default=True, metavar="TYPE,…", help="Which types of events.")
@SERVER
@CONTROL_OPTION
@click.option("--print-secret", is_flag=True, help="Print the signing secret alone first, for scripts.")
def listen(forward_to: str, events: str, server: str, control_token: str | None, print_secret: bool) -> None:
    """Deliver a running server's events to an address, and show each.

    \b
    Examples:
      tollbridge listen --forward-to localhost:4242/webhook
      tollbridge listen --forward-to 4242 --events payment_intent.succeeded,charge.failed

    It registers a webhook endpoint, prints its signing secret (whsec_…), and deletes the endpoint when it ends. The
    server itself delivers, and tries again what fails, so it has to reach the address.

    Exit codes: 0 ended by Ctrl-C, 1 no server there, or refused (the sentence says why), 2 wrong usage.
    """
    try:
        url = forward_url(forward_to)
    except ValueError as error:
        raise click.UsageError(f"--forward-to: {error}") from None
    types = events.split(",")
    for name in types:
        if name not in types_of_events():
            say(f"You're attempting to listen for \"{name}\", which isn't a valid event", err=True)
    running = server_at(server, control_token)
    known = [name for name in types if name in types_of_events()]
    made = running.call("POST", ENDPOINTS, {"url": url, "enabled_events[]": known or ["*"]})
    if made.status != 200:
        raise click.ClickException(complaint(made))
    endpoint = made.document
    if print_secret:
        say(str(endpoint["secret"]))
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the endpoint is deleted then too
    try:
        say(f"> Ready! Your webhook signing secret is {endpoint['secret']} (^C to quit)", err=print_secret)
        for line in _lines(running, endpoint["id"]):
            say(line)
    except KeyboardInterrupt:
        pass
    finally:
        running.call("DELETE", f"{ENDPOINTS}/{endpoint['id']}")


def _lines(server: Server, endpoint: str) -> Iterator[str]:
    """Yield a line for each event of an endpoint, and one for each try."""
    told: dict[str, int] = {}
    while True:
        listed = server.control("GET", f"/deliveries?limit={NEWEST}")
        if listed.status != 200:
            raise click.ClickException(complaint(listed))
        mine = [one for one in listed.document["data"] if one["endpoint"] == endpoint]
        for one in reversed(mine):
            yield from _news(one, told.get(one["id"]))
        told = {one["id"]: one["tries"] for one in mine}
        time.sleep(POLL_SECONDS)


def _news(delivery: dict[str, Any], told: int | None) -> Iterator[str]:
    """Yield what is new of a delivery, of which a number of tries was told; None where it is new itself."""
    if told is None:
        yield f"{_now()}   --> {delivery['type']} [{delivery['event']}]"
    tries = delivery["tries"] - (told or 0)
    for attempt in delivery["attempts"][-tries:] if tries else []:
        yield _answered(delivery, attempt)


def _answered(delivery: dict[str, Any], attempt: dict[str, Any]) -> str:
    if attempt["status"] is None:
        return f"{_now()}            [ERROR] Failed to POST: {delivery['url']}: {attempt['error']}"
    return f"{_now()}  <--  [{attempt['status']}] POST {delivery['url']} [{delivery['event']}]"


def _now() -> str:
    return datetime.now(UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
