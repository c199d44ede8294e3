"""`tollbridge verify`."""

import sys
from pathlib import Path

import click

from tollbridge.cli.interruption import interrupt_by_signals
from tollbridge.cli.options import DEFAULTS, FILE, FOLDER
from tollbridge.cli.progress import Progress
from tollbridge.cli.reports import known_findings, report_options, tell, tell_document
from tollbridge.cli.verify_lists import checks as list_of_checks
from tollbridge.cli.verify_lists import instead, profiles
from tollbridge.cli.verify_values import (
    address,
    endpoint_url,
    finite,
    folder,
    header_name,
    header_value,
    held,
    names,
    server_url,
    shard,
    variables,
    writable,
)
from tollbridge.cli.verify_workers import CouldNotAsk, RememberingCommand, beside, require_copies
from tollbridge.cli.webhooks import ENVIRONMENT as SECRET_VARIABLE
from tollbridge.cli.webhooks import checked_secret


@click.command(cls=RememberingCommand)
@click.argument("url", required=False, callback=server_url)
@click.option(
    "--stripe-listen",
    callback=address,
    metavar="HOST:PORT",
    help="The address that the target has as its Stripe: the harness listens there. Without it only the client's side "
    "is judged.",
)
@click.option(
    "--start",
    metavar="CMD",
    help="A shell command that starts the target, in the foreground, with STRIPE_API_BASE and PORT in its environment. "
    "It is started anew before a finding is played again, and stopped at the end. Without URL it gets a free port.",
)
@click.option(
    "--start-env",
    multiple=True,
    callback=variables,
    metavar="NAME=VALUE",
    help="A variable for --start, repeatable; {stripe}, {stripe_host}, {stripe_port} and {port} in it are addresses.",
)
@click.option(
    "--world", type=FILE, help="The target's organizations, accounts, cards, tokens.  [default: the bundled one]"
)
@click.option("--contract", type=FILE, help="OpenAPI 3.0 or 3.1 document.  [default: the bundled openapi.yaml]")
@click.option("--handlers", type=FOLDER, help="Of our own server, where no URL is given.  [default: the bundled one]")
@click.option(
    "--hold",
    callback=held,
    metavar="NAME,…",
    help="Which rules bind: what the page documents (documented); Stripe's too (provider); our choices too (choice), "
    "or beside the others groups of these (listed below) and single rules by their ids.  [default: provider for a "
    "URL, choice for our own server]",
)
@click.option(
    "--profile",
    default="standard",
    show_default=True,
    type=click.Choice(("quick", "standard", "thorough")),
    help="How much is done: about 20 s, 60 s or 5 minutes for a quick target on two quiet cores; --list-profiles says "
    "what each plays, and leaves out.",
)
@click.option(
    "--list-profiles",
    is_flag=True,
    expose_value=False,
    callback=instead(profiles),
    help="What each profile plays, how long it takes; then end.",
)
@click.option(
    "--max-time",
    type=click.FloatRange(1),
    callback=finite,
    metavar="SECONDS",
    help="Of the whole run, scripts too.  [default: the profile's]",
)
@click.option("--max-examples", type=click.IntRange(0), help="Random sequences at most.  [default: the profile's]")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Repeats the random sequences.")
@click.option(
    "--shard",
    callback=shard,
    metavar="PART/PARTS",
    help="Play this part of the cases and of the random sequences, such as 2/8; tollbridge report merge joins the JSON "
    "reports of all parts.",
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 16),
    help="Play this many parts of the run side by side, each with a target and a Stripe of its own: with --start, or "
    "for our own server.",
)
@click.option(
    "--examples-database",
    metavar="FOLDER|redis://…",
    help="Where Hypothesis keeps the random sequences that found something, to try them first in later runs.",
)
@click.option("--checks", callback=names, metavar="NAME,…", help="Only these checks.")
@click.option("--exclude", callback=names, metavar="NAME,…", help="Not these checks.")
@click.option(
    "--list-checks",
    is_flag=True,
    expose_value=False,
    callback=instead(list_of_checks),
    help="What each check asserts; then end.",
)
@click.option(
    "--baseline", type=click.Path(dir_okay=False, path_type=Path), help="A JSON report: what it found is known."
)
@click.option(
    "--reset",
    metavar="CMD",
    help="A shell command that sets the target back to its beginning; with --start "
    "it runs while the target is stopped.",
)
@click.option(
    "--answer-within",
    type=click.FloatRange(0.5, 600),
    callback=finite,
    metavar="SECONDS",
    help="The longest that one answer may take.  [default: 35 for a URL, 6 for our own server]",
)
@click.option(
    "--control-token",
    metavar="TOKEN",
    callback=header_value,
    help="What a Tollbridge server at the URL asks for before it issues tokens. It is never taken from the "
    "environment: another target would be told it.",
)
@click.option(
    "--start-within",
    type=click.FloatRange(0.1, 3600),
    callback=finite,
    metavar="SECONDS",
    help="How long the server may stand still before its first answer; one that we start may work longer.  "
    "[default: 20, and 0 for a URL without --start]",
)
@click.option(
    "--organization-header",
    metavar="NAME",
    callback=header_name,
    help="How the target spells the header that names an organization.  [default: the contract's spelling]",
)
@click.option(
    "--webhook",
    metavar="URL",
    callback=endpoint_url,
    help="Judge a consumer of webhooks at this address; alone where no target is given. An endpoint that the target "
    "registers at our Stripe is judged without it.",
)
@click.option(
    "--webhook-secret",
    envvar=SECRET_VARIABLE,
    metavar="whsec_…",
    callback=checked_secret,
    help="What the consumer of --webhook takes for Stripe's signature.",
)
@click.option(
    "--webhook-state",
    metavar="URL",
    callback=endpoint_url,
    help="Where the consumer's state is seen by GET, such as http://localhost:8000/orders/{payment_intent}. "
    "Duplicates, other orders, and whether work is kept before a 2xx are judged by it.",
)
@click.option("--fail-fast", is_flag=True, help="End with the first finding.")
@report_options
@click.option(
    "--scripts",
    type=click.Path(path_type=Path),
    callback=folder,
    metavar="FOLDER",
    help="Write the findings' scripts here, in sh and for pytest.",
)
@click.option(
    "--full", is_flag=True, help="Beside findings too, show how often each check judged, and every rule of the ledger."
)
@click.option(
    "--evidence",
    type=click.Path(path_type=Path),
    callback=writable,
    metavar="FILE",
    help="Write what was seen of each exchange (NDJSON), secrets replaced by placeholders.",
)
@click.option(
    "--from",
    "from_file",
    type=FILE,
    metavar="FILE",
    help="Judge such a file again, without a target: with --contract, --checks, --exclude, --baseline, --json.",
)
@click.option("--quiet", is_flag=True, help="The last line only.")
def verify(
    url: str | None,
    stripe_listen: tuple[str, int] | None,
    start: str | None,
    start_env: tuple[tuple[str, str], ...],
    world: Path | None,
    contract: Path | None,
    handlers: Path | None,
    hold: frozenset[str] | None,
    profile: str,
    max_time: float | None,
    max_examples: int | None,
    seed: int,
    shard: tuple[int, int] | None,
    workers: int,
    examples_database: str | None,
    checks: tuple[str, ...],
    exclude: tuple[str, ...],
    baseline: Path | None,
    reset: str | None,
    answer_within: float | None,
    control_token: str | None,
    start_within: float | None,
    organization_header: str | None,
    webhook: str | None,
    webhook_secret: str | None,
    webhook_state: str | None,
    fail_fast: bool,
    scripts: Path | None,
    full: bool,
    evidence: Path | None,
    from_file: Path | None,
    quiet: bool,
    **files: Path | None,
) -> None:
    """Judge an implementation of the contract, from both sides: as its client, and as its Stripe.

    Without URL our own server is started and judged. A server of yours is started with its Stripe at an address of this
    machine, and judged with that address; --start does both:

    \b
    Examples:
      tollbridge verify
      tollbridge verify --start './my-server --port $PORT' --world my-world.yaml
      STRIPE_API_BASE=http://127.0.0.1:12111 ./my-server &
      tollbridge verify http://localhost:8000 --stripe-listen 127.0.0.1:12111 --world my-world.yaml
      tollbridge verify http://localhost:8000 --stripe-listen 127.0.0.1:12111 --json now.json --baseline known.json
      tollbridge verify --webhook http://localhost:4242/webhook --webhook-secret whsec_…
      tollbridge verify --from evidence.ndjson --checks one-intent

    \b
    Groups of our choices, for --hold:
      wire          how strictly HTTP, JSON, media types, paths and methods are read
      members       unknown members, null, the list of currencies
      tenancy       how an organization is named, and that foreign things look like unknown ones
      problems      RFC 9457, every violation with its place, exact statuses, no echo, no-store
      subscription  when the subscription takes the card, and what happens where it cannot
      recovery      which problem tells which failure of Stripe's, and how soon
      repeats       equal requests are two, and Prefer is not followed in silence
    docs/ledger.md lists the rules; each may be named by its id too, such as body.media.

    \b
    Money is only ever moved at the built-in simulator: the target must not know another Stripe.

    Exit codes: 0 clean, 1 findings, 2 could not ask, or not everything was exercised (the sentence says what).
    """
    # Imported here: it takes longer to load than the other commands take.
    from tollbridge import verify as harness

    progress = Progress(shown=sys.stderr.isatty(), quiet=quiet)
    interrupt_by_signals()  # what was found is told then, and our server stopped
    _require_one_way(start, start_env, from_file, url, stripe_listen, evidence, scripts, start)
    if webhook and not webhook_secret:
        raise click.UsageError(
            f"--webhook needs --webhook-secret whsec_…, or {SECRET_VARIABLE}, to sign as Stripe does."
        )
    chosen = harness.PROFILES[profile]
    within = chosen.max_time if max_time is None else max_time
    if workers > 1:
        require_copies(url, stripe_listen, evidence, shard, from_file, webhook)
        tell_document(whole := beside(workers, within, quiet=quiet), files, full=full, quiet=quiet)
        sys.exit(whole["exit_code"])
    try:
        if from_file:
            again = harness.Again(from_file, contract or DEFAULTS.contract, checks, exclude, known_findings(baseline))
            report = harness.verify_again(again)
            tell(report, files, scripts, full=full, quiet=quiet)
            sys.exit(report.exit_code)
        plan = harness.VerifyOptions(
            contract=contract or DEFAULTS.contract,
            handlers=handlers or DEFAULTS.handlers,
            world=world or DEFAULTS.world,
            url=url,
            stripe_listen=stripe_listen,
            hold=hold,
            max_time=within,
            max_examples=chosen.max_examples if max_examples is None else max_examples,
            every=chosen.every,
            seed=seed,
            checks=checks,
            exclude=exclude,
            baseline=known_findings(baseline),
            reset=reset,
            answer_within=answer_within,
            start_within=start_within,
            fail_fast=fail_fast,
            control_token=control_token,
            evidence=evidence,
            organization_header=organization_header,
            start=start,
            start_env=start_env,
            shard=shard,
            examples_database=examples_database,
            webhook=webhook,
            webhook_secret=webhook_secret,
            webhook_state=webhook_state,
        )
        report = harness.verify(plan, progress, progress.found, progress.announced)
    except (harness.VerifyError, KeyboardInterrupt) as reason:
        progress.done()
        raise CouldNotAsk(str(reason) or "Interrupted before anything was asked.") from None
    progress.done()
    tell(report, files, scripts, full=full, quiet=quiet)
    sys.exit(report.exit_code)


def _require_one_way(start: str | None, start_env: object, from_file: Path | None, *of_a_target: object) -> None:
    """Refuse options that do not belong together."""
    if start_env and not start:
        raise click.UsageError("--start-env is the environment of --start CMD: give that too.")
    if from_file and any(of_a_target):
        raise click.UsageError("--from judges a file, without a target: leave out URL and what is about one.")
