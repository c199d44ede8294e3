"""`tollbridge listen`."""

import signal
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import click

from tollbridge.cli.output import say
from tollbridge.cli.server import CONTROL_OPTION, SERVER, Server, complaint, server_at
from tollbridge.cli.webhooks import forward_url, types_named

ENDPOINTS = "/v1/webhook_endpoints"
POLL_SECONDS = 0.3
FEWEST, NEWEST = 50, 1_000
"""Deliveries that are asked for: where nothing waits, and at the most."""


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
    try:
        types = types_named(events.split(","))
    except ValueError as error:
        raise click.UsageError(f"--events: {error}") from None
    running = server_at(server, control_token)
    made = running.call("POST", ENDPOINTS, {"url": url, "enabled_events[]": types})
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
    limit = FEWEST
    while True:
        listed = server.control("GET", f"/deliveries?limit={limit}")
        if listed.status != 200:
            raise click.ClickException(complaint(listed))
        found = listed.document["data"]
        if _goes_on(found, endpoint, told, limit):
            limit = NEWEST
            continue
        mine = [one for one in found if one["endpoint"] == endpoint]
        for one in reversed(mine):
            yield from _news(one, told.pop(one["id"], None))
            told[one["id"]] = one["tries"]
        for old in [*told][:-NEWEST]:
            del told[old]
        limit = _as_many_as_wait(found, endpoint)
        time.sleep(POLL_SECONDS)


def _goes_on(found: list[dict[str, Any]], endpoint: str, told: Mapping[str, int], limit: int) -> bool:
    """Tell whether more is new than was asked for: the oldest is an endpoint's own, and was not told."""
    oldest = found[-1] if limit <= len(found) < NEWEST else None
    return oldest is not None and oldest["endpoint"] == endpoint and oldest["id"] not in told


def _as_many_as_wait(found: list[dict[str, Any]], endpoint: str) -> int:
    """Return how many deliveries are asked for next: those down to the last of which there may be news."""
    waiting = [place for place, one in enumerate(found) if one["endpoint"] == endpoint and one["status"] == "waiting"]
    return min(NEWEST, FEWEST + max(waiting, default=0))


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
