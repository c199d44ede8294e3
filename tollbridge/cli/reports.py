"""The reports of `tollbridge verify`: files that are asked for, lines for people, and what GitHub Actions reads."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import click

from tollbridge.cli.output import say
from tollbridge.cli.verify_values import writable
from tollbridge.documents import DocumentError, read_document

if TYPE_CHECKING:  # it takes longer to load than the other commands take
    from tollbridge.verify import Report

FILES = {
    "json": "Write the report as JSON; tollbridge report schema prints its schema.",
    "junit": "Write JUnit XML: a test case for each check.",
    "sarif": "Write SARIF 2.1.0, for code scanning.",
    "html": "Write one HTML page that needs no network.",
    "gitlab": "Write GitLab's code-quality report.",
}


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command an option for each file that a report can be written to; it gets them by the format's name."""
    for name, told in reversed(FILES.items()):
        path = click.Path(dir_okay=False, path_type=Path)
        option = click.option(f"--{name}", name, type=path, callback=writable, metavar="FILE", help=told)
        command = option(command)
    return command


def tell(report: "Report", files: Mapping[str, Path | None], scripts: Path | None, *, full: bool, quiet: bool) -> None:
    """Write what is asked for, and print the rest.

    Args:
        report: of the run.
        files: where to write it, by format; None for nowhere.
        scripts: the folder for the findings' scripts; None for none.
        full: whether to print the checks and the ledger beside findings.
        quiet: whether to print the last line only.
    """
    if scripts:
        _write_scripts(scripts, report)
    tell_document(report.document(), files, full=full, quiet=quiet)


def tell_document(run: Mapping[str, Any], files: Mapping[str, Path | None], *, full: bool, quiet: bool) -> None:
    """Write a run's document where it is asked for, and print the rest.

    Args:
        run: the document.
        files: where to write it, by format; None for nowhere.
        full: whether to print the checks and the ledger beside findings.
        quiet: whether to print the last line only.
    """
    from tollbridge.verify import reports

    for name, path in files.items():
        if path:
            path.write_text(reports.FORMATS[name](run), "utf-8")
    lines = [*reports.lines(run, full=full)]
    lines = lines[-1:] if quiet else lines
    if not reports.in_actions(os.environ):
        say(*lines)
        return
    begin, end = reports.stopped(token_hex(16))
    say(begin, *lines, end, *reports.annotations(run))
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(reports.step_summary(run))


def known_findings(baseline: Path | None) -> Mapping[str, str]:
    """Return what a baseline knows, each fingerprint with its check; nothing without one."""
    if baseline is None:
        return {}
    try:
        document = read_document(baseline).value
        listed = (*document["findings"], *document["known"])
        return {str(found["fingerprint"]): str(found["check"]) for found in listed}
    except DocumentError as error:
        raise click.UsageError(f"--baseline {error}") from None
    except (LookupError, TypeError):
        raise click.UsageError(f"--baseline {baseline} is not a JSON report of tollbridge verify.") from None


def _write_scripts(folder: Path, report: "Report") -> None:
    for finding in report.ordered:
        for kind, text in finding.scripts.items():
            name = f"{finding.check.name}-{finding.fingerprint}"
            path = folder / (f"{name}.sh" if kind == "sh" else f"test_{name.replace('-', '_')}.py")
            path.unlink(missing_ok=True)  # a link would lead elsewhere
            path.write_text(text, "ascii")
