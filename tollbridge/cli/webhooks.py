"""Addresses for webhooks, and the options that register one."""

import secrets
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import click

from tollbridge.cli.output import Line
from tollbridge.compose import Options, delivers_to, types_of_events

ENVIRONMENT = "TOLLBRIDGE_WEBHOOK_SECRET"
SECRET_BYTES = 32
DELIVERY_SECONDS = Options().webhook_timeout
WHSEC = "whsec_"


@dataclass(frozen=True)
class Target:
    """Where events go.

    Args:
        url: of the consumer.
        types: of the events; `*` for all.
    """

    url: str
    types: tuple[str, ...]


def forward_url(text: str) -> str:
    """Return an address as Stripe's CLI reads it: a port, a path on this machine, or one without a scheme.

    Raises:
        ValueError: it is none.
    """
    if text.isdecimal():
        text = f"http://localhost:{text}"
    elif text.startswith("/"):
        text = f"http://localhost{text}"
    elif "://" not in text:
        text = f"http://{text}"
    if not delivers_to(text):
        raise ValueError(f"{text[:80]!r} is not an address: send http://host[:port]/path, a port, or /path.")
    return text


def target_of(text: str) -> Target:
    """Return what `URL[,types]` says.

    Raises:
        ValueError: it is no address, or names a type that Stripe does not have.
    """
    url, *types = text.split(",")
    return Target(forward_url(url), tuple(types_named(types)) or ("*",))


def types_named(names: list[str]) -> list[str]:
    """Return types of events, of which Stripe has each.

    Raises:
        ValueError: it does not have one.
    """
    for name in names:
        if name not in types_of_events():
            raise ValueError(
                f"{name[:60]!r} is not a type of event; such are payment_intent.succeeded and charge.failed."
            )
    return names


class TargetType(click.ParamType[Target]):
    """An address with types of events."""

    name = "URL[,TYPE…]"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Target:
        """Read it, or say what was expected."""
        if isinstance(value, Target):
            return value
        try:
            return target_of(value)
        except ValueError as error:
            self.fail(str(error), parameter, context)


def checked_secret(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Return a secret of webhooks, or say what one begins with."""
    if value is not None and not (value.startswith(WHSEC) and len(value) > len(WHSEC) and value.isprintable()):
        raise click.BadParameter("it begins with whsec_, as Stripe's do.")
    return value


WEBHOOK_TO = click.option(
    "--webhook-to",
    multiple=True,
    type=TargetType(),
    help="Where the built-in Stripe delivers its events: an address, and the types of events after commas (all where "
    "none are named). Its whsec_… is printed. Repeatable.",
)
WEBHOOK_SECRET = click.option(
    "--webhook-secret",
    envvar=ENVIRONMENT,
    metavar="whsec_…",
    callback=checked_secret,
    help="What the deliveries of --webhook-to are signed with.  [default: a new one at each start]",
)


WEBHOOK_TIMEOUT = click.option(
    "--webhook-timeout",
    default=DELIVERY_SECONDS,
    show_default=True,
    type=click.FloatRange(0.1, 60),
    metavar="SECONDS",
    help="The longest that a webhook endpoint may take to answer.",
)


def with_webhooks(options: Options, targets: tuple[Target, ...], secret: str | None, seconds: float) -> Options:
    """Return the options of a server that delivers events to some addresses.

    Args:
        options: without them.
        targets: where events go.
        secret: that signs deliveries; None for a new one.
        seconds: that an endpoint may take.

    Raises:
        click.UsageError: its Stripe is another one.
    """
    if targets and options.stripe != "simulator":
        raise click.UsageError("--webhook-to is for the built-in Stripe; another one delivers its own events.")
    secret = secret or WHSEC + secrets.token_hex(SECRET_BYTES)
    entries = tuple(_entry(target, secret) for target in targets)
    return replace(options, webhooks=entries, webhook_timeout=seconds)


def _entry(target: Target, secret: str) -> dict[str, Any]:
    """Return an endpoint of a seed; a server that starts again on its state finds it there."""
    told = " ".join((target.url, *target.types))
    identity = f"we_{sha256(told.encode()).hexdigest()[:24]}"
    return {"id": identity, "url": target.url, "enabled_events": list(target.types), "secret": secret}


def webhook_lines(options: Options) -> list[Line]:
    """Return what a banner says of where events go."""
    if not options.webhooks:
        return []
    return [
        *(f"  webhooks  {one['url']}, {', '.join(one['enabled_events'])}" for one in options.webhooks),
        f"            signed with {options.webhooks[0]['secret']}",
    ]
