"""Webhook endpoints: where events are delivered.

Unlike Stripe, addresses of this machine and of private networks are taken: it is what the simulator is for.
"""

from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from tollbridge.simulator import serializers as shapes
from tollbridge.simulator.model.errors import invalid, missing, not_found
from tollbridge.simulator.model.ids import token
from tollbridge.simulator.model.rows import WebhookEndpoint
from tollbridge.simulator.protocol.answer import Answer, shown
from tollbridge.simulator.protocol.forms import Form, boolean, text, texts
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.protocol.specification import api_versions, event_names
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.pagination import CURSORS, page
from tollbridge.simulator.resources.parameters import merged, metadata
from tollbridge.simulator.state.settings import Shared

SECRET_LENGTH = 32
MOST = 16
"""Endpoints of an account (unverified): each event is a delivery more for each of them."""


def create(context: Context, form: Form) -> Answer:
    """`POST /v1/webhook_endpoints`; this answer alone has the secret."""
    for required in ("enabled_events", "url"):
        if required not in form:
            raise missing(required)
    url = _url(form)
    _require_room(context)
    row = WebhookEndpoint(
        id=context.new_id("we"),
        url=url,
        enabled_events=_events(form),
        secret=f"whsec_{token(context.randomness, SECRET_LENGTH)}",
        created=context.now,
        api_version=_version(form),
        description=text(form, "description"),
        metadata=metadata(form),
    )
    _keep(context, row)
    return Answer(200, shapes.new_webhook_endpoint(row))


def retrieve(context: Context, _form: Form, webhook_endpoint: str) -> Answer:
    """`GET /v1/webhook_endpoints/{webhook_endpoint}`."""
    return shown(_existing(context, webhook_endpoint))


def update(context: Context, form: Form, webhook_endpoint: str) -> Answer:
    """`POST /v1/webhook_endpoints/{webhook_endpoint}`; its version stays."""
    row = _existing(context, webhook_endpoint)
    changes: dict[str, Any] = {
        "disabled": boolean(form, "disabled", row.disabled),
        "metadata": merged(row.metadata, metadata(form), form),
    }
    if "url" in form:
        changes["url"] = _url(form)
    if "enabled_events" in form:
        changes["enabled_events"] = _events(form)
    if "description" in form:
        changes["description"] = text(form, "description", may_clear=True) or None
    row = row._replace(**changes)
    _keep(context, row)
    return shown(row)


def delete(context: Context, _form: Form, webhook_endpoint: str) -> Answer:
    """`DELETE /v1/webhook_endpoints/{webhook_endpoint}`; what waits for it is delivered no more."""
    row = _existing(context, webhook_endpoint)._replace(deleted=True)
    _keep(context, row)
    return Answer(200, {"id": row.id, "object": "webhook_endpoint", "deleted": True})


def list_(context: Context, form: Form) -> Answer:
    """`GET /v1/webhook_endpoints`, the newest first."""
    return page(
        context,
        WebhookEndpoint,
        form,
        what="webhook endpoint",
        url="/v1/webhook_endpoints",
        wanted=lambda row: not row.deleted,
    )


def _require_room(context: Context) -> None:
    """Refuse one endpoint more than an account has.

    Raises:
        StripeFailure: 400 (its wording is unverified).
    """
    there = (row for row in context.work.listed(WebhookEndpoint) if not row.deleted)
    if sum(1 for _ in islice(there, MOST)) == MOST:
        raise invalid(f"You have reached the maximum of {MOST} test webhook endpoints. Delete one of them first.")


def _existing(context: Context, identity: str) -> WebhookEndpoint:
    row = context.work.get(WebhookEndpoint, identity)
    if row is None or row.deleted:
        raise not_found("webhook endpoint", identity, "webhook_endpoint")  # unverified
    return row


def _keep(context: Context, row: WebhookEndpoint) -> None:
    context.work.put(row)
    context.change(lambda shared: follow(shared, row))


def follow(shared: Shared, row: WebhookEndpoint) -> None:
    """Let events go to an endpoint, or go there no more."""
    if row.disabled or row.deleted:
        shared.followers.pop(row.id, None)
    else:
        shared.followers[row.id] = row.enabled_events


def _url(form: Form) -> str:
    """Return the address of an endpoint.

    Raises:
        StripeFailure: 400, for what is not one (its wording is unverified).
    """
    url = text(form, "url") or ""
    if not is_deliverable(url):
        raise invalid(
            "Invalid URL: An explicit scheme (such as https) must be provided.", param="url", code="url_invalid"
        )
    return url


def is_deliverable(url: str) -> bool:
    """Tell whether events can be delivered to a URL: http or https, with a host, without blanks."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url
    return plain and parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


def _events(form: Form) -> list[str]:
    """Return the types of events that an endpoint wants.

    Raises:
        StripeFailure: 400, for one that Stripe does not have (its wording is unverified).
    """
    names = texts(form, "enabled_events") or []
    if not names:
        raise missing("enabled_events")
    for index, name in enumerate(names):
        if name not in event_names():
            raise invalid(f"Invalid event type: {name[:60]!r}", param=f"enabled_events[{index}]")
    return names


def _version(form: Form) -> str | None:
    """Return the version that an endpoint asks for; its events are shown in the pinned one all the same.

    Raises:
        StripeFailure: 400, for one that Stripe does not have (its wording is unverified).
    """
    version = text(form, "api_version")
    if version is not None and version not in api_versions():
        raise invalid(f"Invalid API version: {version[:60]}", param="api_version")
    return version


ENDPOINTS, ENDPOINT = "/v1/webhook_endpoints", "/v1/webhook_endpoints/{webhook_endpoint}"
SAID = ("description", "enabled_events", "metadata", "url")
ROUTES = (
    route("GET", ENDPOINTS, list_, "list of webhook_endpoint", *CURSORS),
    route("POST", ENDPOINTS, create, "webhook_endpoint", "api_version", *SAID),
    route("GET", ENDPOINT, retrieve, "webhook_endpoint"),
    route("POST", ENDPOINT, update, "webhook_endpoint", "disabled", *SAID),
    route("DELETE", ENDPOINT, delete, "deleted_webhook_endpoint"),
)
