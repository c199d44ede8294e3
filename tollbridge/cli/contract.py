"""`tollbridge contract`: what the owner of a contract asks of it."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from tollbridge.cli.options import DEFAULTS, FILE, FOLDER
from tollbridge.cli.output import Line, say
from tollbridge.contracts import Complaint, Verdict, checked_contract

CONTRACT = click.argument("file", type=FILE, required=False)
STYLE = {"error": "bad", "warning": "dim"}


@click.group()
def contract() -> None:
    """Check a contract, and see what it promises."""


@contract.command()
@CONTRACT
@click.option("--handlers", type=FOLDER, help="Folder with a file for each controller.  [default: not looked for]")
@click.option("--lints/--no-lints", default=True, help="Whether Redocly and Spectral are asked.  [default: lints]")
@click.option("--json", "as_json", is_flag=True, help="The verdict as JSON.")
def check(file: Path | None, handlers: Path | None, lints: bool, as_json: bool) -> None:
    """Check a contract FILE (the bundled one with its handlers, if none is given).

    Prints everything that is wrong, each as FILE:LINE: error|warning: what it is. It looks at the document's shape, at
    schemas that nothing can fit, at examples and defaults, handlers, and the ledger (x-rules); and it asks Redocly and
    Spectral for their usual lints, where Node has them (npm install --save-dev @redocly/cli @stoplight/spectral-cli).

    \b
    Examples:
      tollbridge contract check openapi.yaml
      tollbridge contract check openapi.yaml --handlers handlers --json

    Exit codes: 0 it is good (it may have warnings), 1 something is wrong, 2 wrong usage.
    """
    path = file or DEFAULTS.contract
    verdict = checked_contract(path, handlers or (None if file else DEFAULTS.handlers), with_lints=lints)
    if as_json:
        say(*json.dumps(_document(path, verdict), indent=1).splitlines())
    else:
        say(*(_line(path, complaint) for complaint in verdict.complaints), *_summary(path, verdict))
    sys.exit(0 if verdict.is_good else 1)


def _line(path: Path, complaint: Complaint) -> Line:
    head = ((f"{path}:{complaint.line}: ", ""), (f"{complaint.severity}: ", STYLE[complaint.severity]))
    return (*head, (complaint.said, ""), (f"  [{complaint.rule}]", "dim"))


def _summary(path: Path, verdict: Verdict) -> list[Line]:
    counts = f"errors: {verdict.count('error')}, warnings: {verdict.count('warning')}"
    if verdict.operations is not None:
        counts += f", operations: {verdict.operations}, rules: {verdict.rules}"
    return [f"{path}: {'good' if verdict.is_good else 'not good'}. {counts[:1].upper()}{counts[1:]}.", *verdict.not_run]


def _document(path: Path, verdict: Verdict) -> dict[str, object]:
    return {"file": str(path), "good": verdict.is_good, **asdict(verdict)}
