"""Webhook endpoints as Stripe shows them."""

from typing import Any

from tollbridge.simulator.model.rows import WebhookEndpoint

Shape = dict[str, Any]


def webhook_endpoint(row: WebhookEndpoint) -> Shape:
    """Return a `webhook_endpoint`, without its secret."""
    return {
        "id": row.id,
        "object": "webhook_endpoint",
        "api_version": row.api_version,
        "application": None,
        "created": row.created,
        "description": row.description,
        "enabled_events": row.enabled_events,
        "livemode": False,
        "metadata": row.metadata or {},
        "status": "disabled" if row.disabled else "enabled",
        "url": row.url,
    }


def new_webhook_endpoint(row: WebhookEndpoint) -> Shape:
    """Return one with its secret, which only the answer to its creation has."""
    shape = webhook_endpoint(row)
    rest = {name: shape.pop(name) for name in ("status", "url")}
    return {**shape, "secret": row.secret, **rest}
