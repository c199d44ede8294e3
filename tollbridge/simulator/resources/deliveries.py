"""Deliveries of events to webhook endpoints: what is sent, what came of it, and when it is tried again."""

from dataclasses import dataclass
from typing import Any

import orjson

from tollbridge.simulator.model.rows import Attempt, Delivery, WebhookEndpoint
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.event_log import event_named

RETRY_AFTER = (60, 3600, 3 * 3600)
"""Seconds from a try that failed to the next: three times over a few hours, as Stripe does in test mode."""

MAX_ATTEMPTS_KEPT = 10
ACKNOWLEDGED = range(200, 300)
"""The statuses that end a delivery."""


@dataclass(frozen=True, slots=True)
class Sendable:
    """The request of a delivery.

    Args:
        url: where to.
        secret: what it is signed with.
        body: the event, as Stripe prints it.
        twice: whether it is sent a second time after it was acknowledged.
    """

    url: str
    secret: str
    body: bytes
    twice: bool


def sendable(context: Context, identity: str) -> Sendable | None:
    """Return what is to be sent for a delivery; None where there is nothing to send any more, and then it has ended."""
    row = context.work.get(Delivery, identity)
    if row is None or row.due is None:
        return None
    endpoint, event = context.work.get(WebhookEndpoint, row.endpoint), event_named(context, row.event)
    if endpoint is None or endpoint.deleted or endpoint.disabled or event is None:
        context.work.put(row._replace(due=None, status="ended"))
        return None
    document = event.shown(event.pending(context.work))
    # As Stripe prints it: two spaces, no line break at the end.
    body = orjson.dumps(document, option=orjson.OPT_INDENT_2)
    return Sendable(endpoint.url, endpoint.secret, body, context.shared().duplicates)


def settle(context: Context, identity: str, attempt: Attempt) -> None:
    """Keep what came of a try, and let the delivery wait for the next one where it failed."""
    row = context.work.get(Delivery, identity)
    if row is None:
        return
    tries = row.tries + 1
    kept = [*row.attempts, attempt][-MAX_ATTEMPTS_KEPT:]
    due, status = None, "failed"
    if attempt["status"] in ACKNOWLEDGED:
        status = "delivered"
    elif tries <= len(RETRY_AFTER):
        due, status = context.now + RETRY_AFTER[tries - 1], "waiting"
    context.work.put(row._replace(due=due, status=status, tries=tries, attempts=kept))


def deliver_again(context: Context, identity: str) -> Delivery | None:
    """Let a delivery be made now, whatever came of it before; None where there is none with the id."""
    row = context.work.get(Delivery, identity)
    if row is None:
        return None
    row = row._replace(due=context.now, status="waiting")
    context.work.put(row)
    return row


def drop(context: Context, identities: list[str]) -> None:
    """Give up deliveries of which too many wait."""
    for identity in identities:
        row = context.work.get(Delivery, identity)
        if row and row.due is not None:
            context.work.put(row._replace(due=None, status="dropped"))


def shown_delivery(context: Context, row: Delivery) -> dict[str, Any]:
    """Return a delivery as the control API and the console show it."""
    endpoint = context.work.get(WebhookEndpoint, row.endpoint)
    return {
        "id": row.id,
        "event": row.event,
        "type": row.type,
        "endpoint": row.endpoint,
        "url": endpoint.url if endpoint else None,
        "created": row.created,
        "status": row.status,
        "due": row.due,
        "tries": row.tries,
        "attempts": row.attempts,
    }
