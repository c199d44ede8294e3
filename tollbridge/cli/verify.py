"""`tollbridge verify`."""

import math
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from tollbridge.cli.options import DEFAULTS, FILE, FOLDER
from tollbridge.cli.output import say
from tollbridge.cli.progress import Progress
from tollbridge.documents import DocumentError, read_document

if TYPE_CHECKING:  # it takes longer to load than the other commands take
    from tollbridge.verify import Finding, Report

ORIGINS = ("documented", "provider", "choice")


def _listen(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[str, int] | None:
    if value is None:
        return None
    host, _, port = value.removeprefix("http://").rstrip("/").rpartition(":")
    if not port.isdigit() or not 0 < int(port) < 65_536:
        raise click.BadParameter(f"{value!r} is no HOST:PORT, such as 127.0.0.1:12111.")
    return host.strip("[]") or "127.0.0.1", int(port)


def _url(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Return the target's URL, http or https, with host, port and perhaps a path to which the contract's are added."""
    if value is None:
        return None
    with suppress(ValueError):  # of a port that is none
        parts = urlsplit(value)
        plain = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        if plain and not parts.query and not parts.fragment and parts.username is None:
            return parts.geturl()
    raise click.BadParameter(f"{value} is no URL of a server, such as http://localhost:8000.")


def _seconds(_context: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is no number of seconds.")
    return value


def _header(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Return what fits into a header."""
    if value and not all("!" <= character <= "~" for character in value):
        raise click.BadParameter("It takes letters, digits and signs of ASCII, without spaces.")
    return value or None


def _held(_context: click.Context, _parameter: click.Parameter, value: str | None) -> frozenset[str] | None:
    """Each level holds the ones before it too: what the page says, what Stripe says, what we chose."""
    if value is None:
        return None
    return frozenset(ORIGINS[: ORIGINS.index(value) + 1])


def _file(_context: click.Context, _parameter: click.Parameter, value: Path | None) -> Path | None:
    """Return a file that can be written: told before the run, not after it."""
    if value is not None:
        new = not value.exists()
        try:
            value.open("a").close()
        except OSError as error:
            raise click.BadParameter(f"{value} cannot be written ({error.strerror}).") from None
        if new:
            value.unlink()
    return value


def _folder(_context: click.Context, _parameter: click.Parameter, value: Path | None) -> Path | None:
    """Return a folder, made where it is not there."""
    if value is not None:
        try:
            value.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise click.BadParameter(f"{value} cannot be made ({error.strerror}).") from None
    return value


def _names(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (value or "").split(",") if name.strip())


@click.command()
@click.argument("url", required=False, callback=_url)
@click.option(
    "--stripe-listen",
    callback=_listen,
    metavar="HOST:PORT",
    help="The address that the target has as its Stripe: the harness listens there. Without it only the client's side "
    "is judged.",
)
@click.option(
    "--world", type=FILE, help="The target's organizations, accounts, cards, tokens.  [default: the bundled one]"
)
@click.option("--contract", type=FILE, help="OpenAPI 3.0 document.  [default: the bundled openapi.yaml]")
@click.option("--handlers", type=FOLDER, help="Of our own server, where no URL is given.  [default: the bundled one]")
@click.option(
    "--hold",
    type=click.Choice(ORIGINS),
    callback=_held,
    help="Which rules bind: what the page documents; Stripe's too; our choices too.  [default: provider for a URL, "
    "choice for our own server]",
)
@click.option(
    "--max-time",
    default=300.0,
    show_default=True,
    type=click.FloatRange(1),
    callback=_seconds,
    metavar="SECONDS",
    help="Of the run.",
)
@click.option(
    "--max-examples", default=150, show_default=True, type=click.IntRange(0), help="Random sequences at most."
)
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Repeats the random sequences.")
@click.option("--checks", callback=_names, metavar="NAME,…", help="Only these checks.")
@click.option("--exclude", callback=_names, metavar="NAME,…", help="Not these checks.")
@click.option("--list-checks", is_flag=True, help="What each check asserts; then end.")
@click.option(
    "--baseline", type=click.Path(dir_okay=False, path_type=Path), help="A JSON report: what it found is known."
)
@click.option("--reset", metavar="CMD", help="A shell command that sets the target back to its beginning.")
@click.option(
    "--answer-within",
    type=click.FloatRange(0.5, 600),
    callback=_seconds,
    metavar="SECONDS",
    help="The longest that one answer may take.  [default: 35 for a URL, 6 for our own server]",
)
@click.option(
    "--control-token",
    metavar="TOKEN",
    callback=_header,
    help="What a Tollbridge server at the URL asks for before it issues tokens. It is never taken from the "
    "environment: another target would be told it.",
)
@click.option(
    "--start-within",
    type=click.FloatRange(0.1, 3600),
    callback=_seconds,
    metavar="SECONDS",
    help="How long the server may stand still before its first answer; our own may work fifteen times as long.  "
    "[default: 20 for our own server, 0 for a URL]",
)
@click.option("--fail-fast", is_flag=True, help="End with the first finding.")
@click.option("--json", "json_to", type=click.Path(path_type=Path), callback=_file, help="Write the report as JSON.")
@click.option(
    "--scripts",
    type=click.Path(path_type=Path),
    callback=_folder,
    metavar="FOLDER",
    help="Write the findings' scripts here, in sh and for pytest.",
)
@click.option(
    "--full", is_flag=True, help="Beside findings too, show how often each check judged, and every rule of the ledger."
)
@click.option(
    "--evidence",
    type=click.Path(path_type=Path),
    callback=_file,
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
    world: Path | None,
    contract: Path | None,
    handlers: Path | None,
    hold: frozenset[str] | None,
    max_time: float,
    max_examples: int,
    seed: int,
    checks: tuple[str, ...],
    exclude: tuple[str, ...],
    list_checks: bool,
    baseline: Path | None,
    reset: str | None,
    answer_within: float | None,
    control_token: str | None,
    start_within: float | None,
    fail_fast: bool,
    json_to: Path | None,
    scripts: Path | None,
    full: bool,
    evidence: Path | None,
    from_file: Path | None,
    quiet: bool,
) -> None:
    """Judge an implementation of the contract, from both sides: as its client, and as its Stripe.

    Without URL our own server is started and judged. A server of yours is started with its Stripe at an address of this
    machine, and judged with that address:

    \b
    Examples:
      tollbridge verify
      STRIPE_API_BASE=http://127.0.0.1:12111 ./my-server &
      tollbridge verify http://localhost:8000 --stripe-listen 127.0.0.1:12111 --world my-world.yaml
      tollbridge verify http://localhost:8000 --stripe-listen 127.0.0.1:12111 --json now.json --baseline known.json
      tollbridge verify --from evidence.ndjson --checks one-intent

    \b
    Money is only ever moved at the built-in simulator: the target must not know another Stripe.

    Exit codes: 0 clean, 1 findings, 2 could not ask, or not everything was exercised (the sentence says what).
    """
    # Imported here: it takes longer to load than the other commands take.
    from tollbridge import verify as harness

    if list_checks:
        _list_checks()
        return
    progress = Progress(shown=sys.stderr.isatty() and not quiet)
    for ending in (signal.SIGTERM, signal.SIGHUP):  # as Ctrl-C: what was found is told, our server stopped
        signal.signal(ending, signal.default_int_handler)
    if from_file and (url or stripe_listen or evidence or scripts):
        raise click.UsageError("--from judges a file, without a target: leave out URL and what is about one.")
    try:
        if from_file:
            again = harness.Again(from_file, contract or DEFAULTS.contract, checks, exclude, _fingerprints(baseline))
            report = harness.verify_again(again)
            _tell(report, json_to, scripts, full=full, quiet=quiet)
            sys.exit(report.exit_code)
        plan = harness.VerifyOptions(
            contract=contract or DEFAULTS.contract,
            handlers=handlers or DEFAULTS.handlers,
            world=world or DEFAULTS.world,
            url=url,
            stripe_listen=stripe_listen,
            hold=hold,
            max_time=max_time,
            max_examples=max_examples,
            seed=seed,
            checks=checks,
            exclude=exclude,
            baseline=_fingerprints(baseline),
            reset=reset,
            answer_within=answer_within,
            start_within=start_within,
            fail_fast=fail_fast,
            control_token=control_token,
            evidence=evidence,
        )
        report = harness.verify(plan, progress)
    except (harness.VerifyError, KeyboardInterrupt) as reason:
        progress.done()
        raise CouldNotAsk(str(reason) or "Interrupted before anything was asked.") from None
    progress.done()
    _tell(report, json_to, scripts, full=full, quiet=quiet)
    sys.exit(report.exit_code)


def _tell(report: "Report", json_to: Path | None, scripts: Path | None, *, full: bool, quiet: bool) -> None:
    if json_to:
        json_to.write_text(report.json() + "\n", "ascii")
    if scripts:
        _write_scripts(scripts, report.ordered)
    lines = [*report.lines(full=full)]
    say(*(lines[-1:] if quiet else lines))


def _list_checks() -> None:
    from tollbridge import verify as harness

    for check in harness.CHECKS.values():
        say(((check.name, "head"), (f"  [{check.severity}]", "")), f"  {check.asserts}", f"  e.g. {check.sample}")
        if check.rules:
            say(f"  rules: {', '.join(check.rules)}")


class CouldNotAsk(click.ClickException):
    """The target could not be asked."""

    exit_code = 2


def _fingerprints(baseline: Path | None) -> frozenset[str]:
    if baseline is None:
        return frozenset()
    try:
        document = read_document(baseline).value
        return frozenset(str(f["fingerprint"]) for f in document["findings"]) | frozenset(map(str, document["known"]))
    except DocumentError as error:
        raise click.UsageError(f"--baseline {error}") from None
    except (LookupError, TypeError):
        raise click.UsageError(f"--baseline {baseline} is not a JSON report of tollbridge verify.") from None


def _write_scripts(folder: Path, findings: "list[Finding]") -> None:
    for finding in findings:
        for kind, text in finding.scripts.items():
            name = f"{finding.check.name}-{finding.fingerprint}"
            path = folder / (f"{name}.sh" if kind == "sh" else f"test_{name.replace('-', '_')}.py")
            path.unlink(missing_ok=True)  # a link would lead elsewhere
            path.write_text(text, "ascii")
