"""`tollbridge stripe`."""

import sys
from pathlib import Path

import click

from tollbridge import __version__
from tollbridge.cli.options import DEFAULTS, FILE, RECORDED, SEED, SNAPSHOT_LIMIT, STATE, url_of
from tollbridge.compose import CANNOT_START, Options, bind, compose_stripe, run, set_up_logging


@click.command()
@click.option("--host", default="localhost", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--port", default=12111, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--world", type=FILE, help="Who exists: customers, cards, subscriptions.  [default: the bundled one]")
@STATE
@SEED
@RECORDED
@SNAPSHOT_LIMIT
@click.option("--quiet", is_flag=True, help="No banner.")
def stripe(
    host: str,
    port: int,
    world: Path | None,
    state: str,
    seed: int | None,
    recorded: int,
    snapshot_limit: int,
    quiet: bool,
) -> None:
    """Serve the Stripe simulator alone: stateful, offline, for any Stripe client.

    Listens where stripe-mock does, and says no where Stripe says no. Any key sk_test_… is let in.

    \b
    Examples:
      tollbridge stripe
      tollbridge stripe --port 9111 --world my-world.yaml
      curl http://localhost:12111/v1/payment_intents -u sk_test_123: \\
        -d amount=1999 -d currency=usd

    \b
    A client needs nothing but the address:
      Python   stripe.StripeClient("sk_test_123", base_addresses={"api": "http://localhost:12111"})
      Node     new Stripe("sk_test_123", {host: "localhost", port: 12111, protocol: "http"})

    Exit codes: 0 stopped as asked, 1 could not start (the sentence says why), 2 wrong usage.
    """
    options = Options(
        world=world or DEFAULTS.world, state=state, seed=seed, recorded=recorded, snapshot_limit=snapshot_limit
    )
    set_up_logging(colours=sys.stderr.isatty())
    try:
        app = compose_stripe(options)
        sockets = bind(host, port)
    except CANNOT_START as reason:
        raise click.ClickException(str(reason)) from None
    if not quiet:
        click.echo(_stripe_banner(url_of(host, sockets)), err=True)
    run(app, sockets)


def _stripe_banner(url: str) -> str:
    lines = [
        "",
        f"  {click.style('tollbridge stripe', bold=True)} {__version__}   {click.style(url, fg='cyan')}",
        "",
        f"  curl {url}/v1/payment_intents -u sk_test_123: \\",
        "    -d amount=1999 -d currency=usd -d payment_method=pm_card_visa \\",
        "    -d 'payment_method_types[]=card' -d confirm=true",
        "",
        "  Ctrl-C stops it.",
        "",
    ]
    return "\n".join(lines)
