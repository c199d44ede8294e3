"""`tollbridge stripe`."""

import sys
from dataclasses import replace
from pathlib import Path

import click

from tollbridge import __version__
from tollbridge.cli.network import ALLOW_HOST, HOST, PUBLIC_URL, TOKEN, network_lines, network_url, url_of, warn
from tollbridge.cli.options import DEFAULTS, FALLBACK, FILE, RECORDED, SEED, SNAPSHOT_LIMIT, STATE
from tollbridge.cli.output import Line, say
from tollbridge.cli.webhooks import WEBHOOK_SECRET, WEBHOOK_TIMEOUT, WEBHOOK_TO, Target, webhook_lines, with_webhooks
from tollbridge.compose import CANNOT_START, Options, compose_stripe
from tollbridge.server.exposure import Exposure, exposure
from tollbridge.server.run import bind, run, set_up_logging


@click.command()
@HOST
@click.option("--port", default=12111, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--world", type=FILE, help="Who exists: customers, cards, subscriptions.  [default: the bundled one]")
@STATE
@SEED
@RECORDED
@SNAPSHOT_LIMIT
@WEBHOOK_TO
@WEBHOOK_SECRET
@WEBHOOK_TIMEOUT
@FALLBACK
@ALLOW_HOST
@TOKEN
@PUBLIC_URL
@click.option("--quiet", is_flag=True, help="No banner.")
def stripe(
    host: str,
    port: int,
    world: Path | None,
    state: str,
    seed: int | None,
    recorded: int,
    snapshot_limit: int,
    webhook_to: tuple[Target, ...],
    webhook_secret: str | None,
    webhook_timeout: float,
    fallback: str | None,
    allow_host: tuple[str, ...],
    control_token: str | None,
    public_url: str | None,
    quiet: bool,
) -> None:
    """Serve the Stripe simulator alone: stateful, offline, for any Stripe client.

    Listens where stripe-mock does, and says no where Stripe says no. Any key sk_test_… is let in.

    \b
    Examples:
      tollbridge stripe
      tollbridge stripe --port 9111 --world my-world.yaml
      tollbridge stripe --webhook-to http://localhost:4242/webhook
      curl http://localhost:12111/v1/payment_intents -u sk_test_123: \\
        -d amount=1999 -d currency=usd

    \b
    Environment:
      TOLLBRIDGE_CONTROL_TOKEN   as --control-token
      TOLLBRIDGE_WEBHOOK_SECRET  as --webhook-secret

    \b
    A client needs nothing but the address:
      Python   stripe.StripeClient("sk_test_123", base_addresses={"api": "http://localhost:12111"})
      Node     new Stripe("sk_test_123", {host: "localhost", port: 12111, protocol: "http"})

    Exit codes: 0 stopped as asked, 1 could not start (the sentence says why), 2 wrong usage.
    """
    options = Options(
        world=world or DEFAULTS.world,
        state=state,
        seed=seed,
        recorded=recorded,
        snapshot_limit=snapshot_limit,
        public_url=public_url,
        fallback=fallback,
    )
    options = with_webhooks(options, webhook_to, webhook_secret, webhook_timeout)
    set_up_logging(colours=sys.stderr.isatty())
    try:
        sockets = bind(host, port)
        reach = exposure(host, sockets, allow_host=allow_host, control_token=control_token)
        app = compose_stripe(replace(options, exposure=reach, local_url=url_of(host, sockets)))
    except CANNOT_START as reason:
        raise click.ClickException(str(reason)) from None
    if not quiet:
        banner = _stripe_banner(url_of(host, sockets), network_url(host, sockets), reach, webhook_lines(options))
        say(*banner, err=True)
    warn(host, reach, is_open="anybody who reaches it is let in with any key sk_test_…")
    run(app, sockets)


def _stripe_banner(url: str, network: str, reach: Exposure, webhooks: list[Line]) -> list[Line]:
    return [
        "",
        (("  ", ""), ("tollbridge stripe", "head"), (f" {__version__}   ", ""), (url, "link")),
        *network_lines(
            network, reach, is_open="Stripe's API, any key sk_test_…", control="faults, record, snapshot, clock, reset"
        ),
        *webhooks,
        "",
        f"  curl {url}/v1/payment_intents -u sk_test_123: \\",
        "    -d amount=1999 -d currency=usd -d payment_method=pm_card_visa \\",
        "    -d 'payment_method_types[]=card' -d confirm=true",
        "",
        "  Ctrl-C stops it.",
        "",
    ]
