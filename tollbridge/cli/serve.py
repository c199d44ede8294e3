"""`tollbridge serve`."""

import os
import secrets
import sys
from dataclasses import replace
from pathlib import Path

import click

from tollbridge import __version__, quoting
from tollbridge.cli.network import ALLOW_HOST, HOST, PUBLIC_URL, TOKEN, network_lines, network_url, url_of, warn
from tollbridge.cli.options import DEFAULTS, FALLBACK, FILE, FOLDER, RECORDED, REFS_BELOW, SEED, SNAPSHOT_LIMIT, STATE
from tollbridge.cli.output import Line, say
from tollbridge.cli.webhooks import WEBHOOK_SECRET, WEBHOOK_TIMEOUT, WEBHOOK_TO, Target, webhook_lines, with_webhooks
from tollbridge.compose import CANNOT_START, TOKEN_SECRET, Options, Sandbox, bundled, compose, watched
from tollbridge.server.example_request import ExampleRequest
from tollbridge.server.exposure import Exposure, exposure
from tollbridge.server.requestlog import request_log
from tollbridge.server.run import bind, run, set_up_logging
from tollbridge.server.workers import supervise

BUILT_FOR = "http://localhost:8080"
"""The server that `examples/react/.env.development` names."""

MAX_LISTED = 20
"""Mocks that the banner names."""

WIDEST = 60
"""Of a column of the table of what is not served."""


@click.command()
@HOST
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--contract", type=FILE, help="OpenAPI 3.0 or 3.1 document.  [default: the bundled openapi.yaml]")
@REFS_BELOW
@click.option("--handlers", type=FOLDER, help="Folder with a file for each controller.  [default: the bundled one]")
@click.option(
    "--mock",
    type=click.Choice(["none", "missing", "all"]),
    default="missing",
    show_default=True,
    help="Which operations the contract itself answers, with its examples or with values made for its schemas: those "
    "without a handler, all, or none, so that a missing handler stops the start.",
)
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
@click.option(
    "--auth",
    type=click.Choice(["optional", "required"]),
    default="optional",
    show_default=True,
    help="Whether a request needs a token (tollbridge token); without one it acts as the world's default account.",
)
@STATE
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Processes that answer; more than one need a --state that they can share.",
)
@SEED
@RECORDED
@SNAPSHOT_LIMIT
@WEBHOOK_TO
@WEBHOOK_SECRET
@WEBHOOK_TIMEOUT
@FALLBACK
@click.option(
    "--cors",
    multiple=True,
    metavar="ORIGIN",
    help="Pages that may read the API's answers besides those at localhost: https://app.example.test, "
    "https://*.example.test, http://192.168.1.5:*, capacitor://app, null for files, * for every page. Repeatable.",
)
@click.option("--cors-credentials", is_flag=True, help="Pages may send credentials (cookies, client certificates).")
@ALLOW_HOST
@TOKEN
@click.option(
    "--prefer/--no-prefer",
    "steers",
    default=True,
    help="Whether a request chooses its answer among the documented ones by the header Prefer: code=402, "
    "example=NAME, wait=SECONDS.  [default: prefer]",
)
@PUBLIC_URL
@click.option(
    "--undocumented-problems",
    "undocumented",
    type=click.Choice(["add", "refuse"]),
    default="add",
    show_default=True,
    help="What becomes of problems that may be answered and that the contract does not document: they are added to the "
    "contract as it is served, or the server does not start and lists them.",
)
@click.option(
    "--watch",
    is_flag=True,
    help="Serve edits of contract, handlers and world as they are saved, on the same state. A broken one keeps what "
    "was good, and is shown in the log and on our pages.",
)
@click.option("--quiet", is_flag=True, help="No banner and no request log.")
def serve(
    host: str,
    port: int,
    contract: Path | None,
    refs_below: Path | None,
    handlers: Path | None,
    mock: str,
    world: Path | None,
    stripe: str,
    log: str,
    answer_within: float,
    auth: str,
    state: str,
    workers: int,
    seed: int | None,
    recorded: int,
    snapshot_limit: int,
    webhook_to: tuple[Target, ...],
    webhook_secret: str | None,
    webhook_timeout: float,
    fallback: str | None,
    cors: tuple[str, ...],
    cors_credentials: bool,
    allow_host: tuple[str, ...],
    control_token: str | None,
    steers: bool,
    public_url: str | None,
    undocumented: str,
    watch: bool,
    quiet: bool,
) -> None:
    """Serve the contract, offline.

    \b
    Examples:
      tollbridge serve
      tollbridge serve --contract openapi.yaml
      tollbridge serve --state sqlite:///sandbox.db
      tollbridge serve --state postgresql://me@host/db --workers 4
      tollbridge serve --contract api.yaml --handlers handlers --watch
      tollbridge serve --port 9000 --stripe http://127.0.0.1:12111
      STRIPE_API_KEY=sk_test_… tollbridge serve --stripe live-test

    \b
    Environment:
      STRIPE_API_KEY             for --stripe live-test
      TOLLBRIDGE_TOKEN_SECRET    signs tokens; 32 bytes or more  [default: kept with the state]
      TOLLBRIDGE_CONTROL_TOKEN   as --control-token
      TOLLBRIDGE_WEBHOOK_SECRET  as --webhook-secret

    Exit codes: 0 stopped as asked, 1 could not start (the sentence says why), 2 wrong usage.
    """
    options = Options(
        contract=contract or DEFAULTS.contract,
        refs_below=refs_below,
        handlers=handlers or DEFAULTS.handlers,
        mock=mock,
        world=world or DEFAULTS.world,
        stripe=stripe,
        calls=replace(DEFAULTS.calls, answer_within=answer_within),
        tokens_required=auth == "required",
        state=state,
        seed=seed,
        recorded=recorded,
        snapshot_limit=snapshot_limit,
        steers=steers,
        undocumented=undocumented,
        public_url=public_url,
        fallback=fallback,
    )
    _require_fitting(options, workers, watch=watch)
    options = with_webhooks(options, webhook_to, webhook_secret, webhook_timeout)
    set_up_logging(colours=sys.stderr.isatty())
    pretty = log == "pretty" or (log == "auto" and sys.stdout.isatty())
    note = request_log(sys.stdout, pretty=pretty, colours=pretty and sys.stdout.isatty())
    note = (lambda _exchange: None) if quiet else note
    try:
        sockets = bind(host, port)
        reach = exposure(
            host,
            sockets,
            allow_host=allow_host,
            cors=cors,
            cors_credentials=cors_credentials,
            control_token=control_token,
        )
        options = replace(options, exposure=reach, local_url=url_of(host, sockets))
        sandbox = compose(options, note)
    except CANNOT_START as reason:
        raise click.ClickException(str(reason)) from None
    if not quiet:
        reached = [*_network(reach, network_url(host, sockets)), *webhook_lines(options)]
        say(*_banner(sandbox, url_of(host, sockets), stripe, reached), err=True)
    warn(host, reach, is_open=_open_to_all(sandbox))
    if workers == 1:
        run(watched(options, sandbox) if watch else sandbox.app, sockets, sandbox.journal.close)
        return
    sandbox.close()
    if sandbox.simulator is None:  # no state to keep the secret with: the workers are given one
        options = replace(options, environment={TOKEN_SECRET: secrets.token_hex(32), **os.environ})

    def work() -> None:
        one = compose(options, note)
        run(one.app, sockets, one.journal.close)

    sys.exit(supervise(workers, work))


def _banner(sandbox: Sandbox, url: str, stripe: str, network: list[Line]) -> list[Line]:
    return [
        "",
        (("  ", ""), ("tollbridge", "head"), (f" {__version__}   ", ""), (url, "link")),
        *network,
        f"  checkout  {url}/_tollbridge/checkout",
        f"  console   {url}/_tollbridge/",
        f"  docs      {url}/_tollbridge/docs",
        *_react(sandbox, url),
        f"  Stripe    {stripe}" + (f", also at {url}/_tollbridge/stripe" if sandbox.simulator else ""),
        f"  acts as   {_without_token(sandbox)}",
        "  cards     as payment_method:",
        *(f"            {identity:<6} {story}" for identity, story in sandbox.cards()),
        *_mocked(sandbox),
        *_not_served(sandbox),
        "",
        *([*_curl(request, url), ""] if (request := sandbox.example()) else []),
        "  Ctrl-C stops it.",
        "",
    ]


def _mocked(sandbox: Sandbox) -> list[Line]:
    """Return what is answered by the contract itself."""
    if not sandbox.mocks:
        return []
    all_of_it = len(sandbox.mocks) == len(sandbox.contract.operations)
    listed = [f"            {one.method.upper():<7} {one.path}" for one in sandbox.mocks[:MAX_LISTED]]
    more = len(sandbox.mocks) - len(listed)
    listed += [f"            … and {more} more"] if more else []
    count = f"{len(sandbox.mocks)} of {len(sandbox.contract.operations)} operations"
    return [f"  mock      {count}, answered by the contract itself", *([] if all_of_it else listed)]


def _not_served(sandbox: Sandbox) -> list[Line]:
    """Return the table of what is not served: where in the contract, which operation, why."""
    rows = sandbox.unserved()
    if not rows:
        return []
    places = min(max(len(place) for place, _, _ in rows), WIDEST)
    names = min(max(len(name) for _, name, _ in rows), WIDEST)
    listed = [f"    {place:<{places}}  {name:<{names}}  {reason}" for place, name, reason in rows]
    count = f"{len(rows)} of {len(sandbox.contract.operations)} operations"
    return ["", f"  not served, and answered by 501: {count}", *listed]


def _react(sandbox: Sandbox, url: str) -> list[str]:
    """Return how the React example is run against this server; nothing where it is not here, or asks another API."""
    folder = bundled() / "examples/react"
    if sandbox.simulator is None or sandbox.contract.path != Options().contract or not folder.is_dir():
        return []
    elsewhere = "" if url == BUILT_FOR else f"VITE_API={url} VITE_STRIPE_JS={url}/endive/stripe.js "
    return [f"  React     cd {quoting.shell(os.path.relpath(folder))} && npm ci && {elsewhere}npm run dev"]


def _curl(request: ExampleRequest, url: str) -> list[Line]:
    """Return a request as a command; what is pasted is run, so all of it is quoted."""
    first = f"  curl -X {request.method} {quoting.shell(url + request.target)}"
    parts = [f"-H {quoting.shell(header)}" for header in request.headers]
    if request.body is not None:
        option = "--data-raw" if request.body.startswith("@") else "-d"  # -d @NAME would send a file of that name
        parts.append(f"{option} {quoting.shell(request.body)}")
    return [first + (" \\" if parts else ""), *([f"    {' '.join(parts)}"] if parts else [])]


def _require_fitting(options: Options, workers: int, *, watch: bool) -> None:
    """Refuse options that do not go together.

    Raises:
        click.UsageError: with a sentence that says what to leave out, or to give.
    """
    if options.fallback is not None and options.stripe != "simulator":
        raise click.UsageError("--fallback stands behind the built-in Stripe; leave --stripe out.")
    if workers > 1 and watch:
        raise click.UsageError("--watch serves by one process; leave --workers out.")
    if workers > 1 and options.state == "memory" and options.stripe == "simulator":
        raise click.UsageError(
            f"--workers {workers} would each have a memory of their own. Give them one: --state sqlite:///FILE or "
            "--state postgresql://…"
        )


def _network(reach: Exposure, network: str) -> list[str]:
    control = "tokens, faults, record, snapshot, clock, reset, and Stripe's secret keys"
    return network_lines(network, reach, is_open="the API, its docs, Stripe's publishable keys", control=control)


def _open_to_all(sandbox: Sandbox) -> str:
    if sandbox.tokens_required:
        return "anybody who reaches it may use the docs, and with a token the API"
    account = sandbox.world.default_account.name
    return f"anybody who reaches it may use the API, as {account} (--auth required asks for tokens)"


def _without_token(sandbox: Sandbox) -> str:
    if sandbox.tokens_required:
        return "only requests with a token: tollbridge token --account ID"
    account = sandbox.world.default_account
    return f"{account.name} ({account.role}) without a token"
