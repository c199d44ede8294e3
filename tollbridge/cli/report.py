"""`tollbridge report`: what reports of `tollbridge verify` are, and several as one."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from tollbridge.cli.options import FILE
from tollbridge.cli.output import hand_over
from tollbridge.cli.reports import report_options, tell_document
from tollbridge.documents import DocumentError, read_document


@click.group()
def report() -> None:
    """Join reports of `tollbridge verify`, and print their schema."""


@report.command()
def schema() -> None:
    """Print the JSON Schema of what `tollbridge verify --json` writes."""
    from tollbridge.verify import reports  # it takes longer to load than the other commands take

    hand_over(json.dumps(reports.schema(), indent=1) + "\n")


@report.command()
@click.argument("documents", nargs=-1, required=True, type=FILE, metavar="A.json B.json …")
@report_options
@click.option(
    "--full", is_flag=True, help="Beside findings too, show how often each check judged, and every rule of the ledger."
)
@click.option("--quiet", is_flag=True, help="The last line only.")
def merge(documents: tuple[Path, ...], full: bool, quiet: bool, **files: Path | None) -> None:
    """Join JSON reports into one verdict: the shards of a run, or runs with several seeds.

    What one of them found is a finding, and the same cause is told once. A rule, a check, a role or a problem is
    exercised where one of them exercised it.

    \b
    Examples:
      tollbridge verify --shard 1/2 --json 1.json …; tollbridge verify --shard 2/2 --json 2.json …
      tollbridge report merge 1.json 2.json --html found.html

    Exit codes, as of `tollbridge verify`: 0 clean, 1 findings, 2 a shard is missing, not everything was exercised, or
    a file is not a report.
    """
    from tollbridge import verify as harness
    from tollbridge.verify import reports

    try:
        whole = reports.merged([_document(path) for path in documents])
    except harness.VerifyError as reason:
        raise click.UsageError(str(reason)) from None
    tell_document(whole, files, full=full, quiet=quiet)
    sys.exit(whole["exit_code"])


def _document(path: Path) -> dict[str, Any]:
    """Return a report.

    Raises:
        click.UsageError: the file is something else; with a sentence that says where.
    """
    from tollbridge.verify import reports

    try:
        document: dict[str, Any] = read_document(path).value
    except DocumentError as error:
        raise click.UsageError(str(error)) from None
    if fault := reports.fault_of(document):
        raise click.UsageError(f"{path} is not a JSON report of tollbridge verify of this version: {fault}.")
    return document
