"""The commands."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from socket import socket

import click

from tollbridge import __version__
from tollbridge.compose import (
    CANNOT_START,
    Options,
    Sandbox,
    bind,
    compose,
    compose_stripe,
    request_log,
    run,
    set_up_logging,
)

DEFAULTS = Options()
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
SEED = click.option(
    "--seed", type=int, metavar="NUMBER", help="Makes the simulator's ids and secrets repeat.  [default: they never do]"
)
RECORDED = click.option(
    "--recorded",
    default=DEFAULTS.recorded,
    show_default=True,
    type=click.IntRange(1, 1_000_000),
    help="How many of its last calls the simulator remembers.",
)


@click.group(context_settings=CONTEXT)
@click.version_option(__version__, prog_name="tollbridge")
def main() -> None:
    """A contract-first mock server for Stripe-backed payment APIs."""


@main.command()
@click.option("--host", default="localhost", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--contract", type=FILE, help="OpenAPI 3.0 document.  [default: the bundled openapi.yaml]")
@click.option("--handlers", type=FOLDER, help="Folder with a file for each controller.  [default: the bundled one]")
@click.option("--world", type=FILE, help="Who exists: organizations, accounts, cards.  [default: the bundled one]")
@click.option(
    "--stripe",
    default="simulator",
    show_default=True,
    metavar="simulator|URL|live-test",
    help="Which Stripe: the built-in one (offline), one at a URL such as stripe-mock, or Stripe's own test mode "
    "with STRIPE_API_KEY=sk_test_….",
)
@click.option(
    "--log",
    type=click.Choice(["auto", "pretty", "json"]),
    default="auto",
    show_default=True,
    help="A line for each request: for people, or JSON. auto: pretty on a terminal.",
)
@click.option(
    "--answer-within",
    default=DEFAULTS.calls.answer_within,
    show_default=True,
    type=click.FloatRange(0.5, 600),
    metavar="SECONDS",
    help="The longest that one request may take at Stripe, retries and clean-up included.",
)
@SEED
@RECORDED
@click.option("--quiet", is_flag=True, help="No banner and no request log.")
def serve(
    host: str,
    port: int,
    contract: Path | None,
    handlers: Path | None,
    world: Path | None,
    stripe: str,
    log: str,
    answer_within: float,
    seed: int | None,
    recorded: int,
    quiet: bool,
) -> None:
    """Serve the contract, offline.

    \b
    Examples:
      tollbridge serve
      tollbridge serve --port 9000 --stripe http://127.0.0.1:12111
      STRIPE_API_KEY=sk_test_… tollbridge serve --stripe live-test

    Exit codes: 0 stopped as asked, 1 could not start (the sentence says why), 2 wrong usage.
    """
    options = Options(
        contract=contract or DEFAULTS.contract,
        handlers=handlers or DEFAULTS.handlers,
        world=world or DEFAULTS.world,
        stripe=stripe,
        calls=replace(DEFAULTS.calls, answer_within=answer_within),
        seed=seed,
        recorded=recorded,
    )
    set_up_logging(colours=sys.stderr.isatty())
    pretty = log == "pretty" or (log == "auto" and sys.stdout.isatty())
    note = request_log(sys.stdout, pretty=pretty, colours=pretty and sys.stdout.isatty())
    try:
        sandbox = compose(options, (lambda _exchange: None) if quiet else note)
        sockets = bind(host, port)
    except CANNOT_START as reason:
        raise click.ClickException(str(reason)) from None
    if not quiet:
        click.echo(_banner(sandbox, _url(host, sockets), stripe), err=True)
    run(sandbox.app, sockets)


@main.command()
@click.option("--host", default="localhost", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option("--port", default=12111, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--world", type=FILE, help="Who exists: customers, cards, subscriptions.  [default: the bundled one]")
@SEED
@RECORDED
@click.option("--quiet", is_flag=True, help="No banner.")
def stripe(host: str, port: int, world: Path | None, seed: int | None, recorded: int, quiet: bool) -> None:
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
    set_up_logging(colours=sys.stderr.isatty())
    try:
        app = compose_stripe(Options(world=world or DEFAULTS.world, seed=seed, recorded=recorded))
        sockets = bind(host, port)
    except CANNOT_START as reason:
        raise click.ClickException(str(reason)) from None
    if not quiet:
        click.echo(_stripe_banner(_url(host, sockets)), err=True)
    run(app, sockets)


def _url(host: str, sockets: Sequence[socket]) -> str:
    shown = "localhost" if host in ("localhost", "0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    return f"http://{shown}:{sockets[0].getsockname()[1]}"


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


def _banner(sandbox: Sandbox, url: str, stripe: str) -> str:
    account = sandbox.world.default_account
    method, path, body = sandbox.example()
    lines = [
        "",
        f"  {click.style('tollbridge', bold=True)} {__version__}   {click.style(url, fg='cyan')}",
        f"  docs      {url}/_tollbridge/docs",
        f"  Stripe    {stripe}" + (f", also at {url}/_tollbridge/stripe" if sandbox.simulator else ""),
        f"  acts as   {account.name} ({account.role}) without a token",
        "  cards     as payment_method:",
        *(f"            {identity:<6} {story}" for identity, story in sandbox.cards()),
        "",
        f"  curl -X {method} {url}{path} \\",
        f"    -H 'Content-Type: application/json' -d '{body}'",
        "",
        "  Ctrl-C stops it.",
        "",
    ]
    return "\n".join(lines)
