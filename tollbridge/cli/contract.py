"""`tollbridge contract`: what the owner of a contract asks of it."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from tollbridge.cli.options import DEFAULTS, FILE, FILES, FOLDER, REFS_BELOW
from tollbridge.cli.output import Line, hand_over, say
from tollbridge.contracts import (
    Change,
    Complaint,
    ContractError,
    Difference,
    ProgramFailed,
    ProgramMissing,
    RuleChange,
    Verdict,
    checked_contract,
    difference,
    ledger_page,
    ledger_rows,
    load_contract,
    types_of,
)

CONTRACT = click.argument("file", type=FILE, required=False)
OUT = click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where it goes.  [default: stdout]")
REFUSED = (ContractError, ProgramFailed, ProgramMissing)
STYLE = {"error": "bad", "warning": "dim"}


class NotCompared(click.ClickException):
    """Two contracts could not be compared: another exit code than that of a change that breaks something."""

    exit_code = 2


@click.group()
def contract() -> None:
    """Check a contract, print its ledger and its types, compare two."""


@contract.command()
@FILES
@REFS_BELOW
@click.option("--handlers", type=FOLDER, help="Folder with a file for each controller.  [default: not looked for]")
@click.option("--lints/--no-lints", default=True, help="Whether Redocly and Spectral are asked.  [default: lints]")
@click.option("--json", "as_json", is_flag=True, help="The verdict as JSON, a document for each FILE.")
def check(files: tuple[Path, ...], refs_below: Path | None, handlers: Path | None, lints: bool, as_json: bool) -> None:
    """Check contracts, each a FILE (the bundled one with its handlers, if none is given).

    Prints everything that is wrong, each as FILE:LINE: error|warning: what it is. It looks at the document's shape, at
    schemas that nothing can fit, at examples and defaults, handlers, and the ledger (x-rules); and it asks Redocly and
    Spectral for their usual lints, where Node has them (npm install --save-dev @redocly/cli @stoplight/spectral-cli).

    \b
    Examples:
      tollbridge contract check openapi.yaml
      tollbridge contract check openapi.yaml --handlers handlers --json

    Exit codes: 0 all are good (they may have warnings), 1 something is wrong, 2 wrong usage.
    """
    folder = handlers or (None if files else DEFAULTS.handlers)
    verdicts = [
        (path, checked_contract(path, folder, with_lints=lints, below=refs_below))
        for path in files or (DEFAULTS.contract,)
    ]
    for path, verdict in verdicts:
        if as_json:
            say(*json.dumps(_document(path, verdict), indent=1).splitlines())
        else:
            say(*(_line(path, complaint) for complaint in verdict.complaints), *_summary(path, verdict))
    sys.exit(0 if all(verdict.is_good for _, verdict in verdicts) else 1)


@contract.command()
@CONTRACT
@click.option("--json", "as_json", is_flag=True, help="The ledger as JSON.")
@OUT
def ledger(file: Path | None, as_json: bool, out: Path | None) -> None:
    """Print the ledger of a contract FILE (the bundled one, if none is given) in Markdown.

    Each statement (x-rules), whose word it is, what enforces it or why nothing does, and what was decided.

    Exit codes: 0 printed, 1 the contract cannot be read, 2 wrong usage.
    """
    try:
        loaded = load_contract(file or DEFAULTS.contract)
    except REFUSED as reason:
        raise click.ClickException(str(reason)) from None
    _hand_over(json.dumps(ledger_rows(loaded), indent=1) + "\n" if as_json else ledger_page(loaded), out)


@contract.command()
@CONTRACT
@click.option("--flat", is_flag=True, help="Leave out branches that only narrow, so that every member has a type.")
@OUT
def types(file: Path | None, flat: bool, out: Path | None) -> None:
    """Print the TypeScript types of a contract FILE (the bundled one, if none is given).

    By openapi-typescript, from node_modules here or above, or the PATH (npm install --save-dev openapi-typescript).
    --flat is for contracts such as the bundled one, whose amounts have a branch for each currency: with it
    Req['receipt_email'] is a type. A running server gives the same document at /_tollbridge/openapi.json?flat=1.

    Exit codes: 0 printed, 1 it could not be made (the sentence says why), 2 wrong usage.
    """
    try:
        made = types_of(file or DEFAULTS.contract, is_flat=flat)
    except REFUSED as reason:
        raise click.ClickException(str(reason)) from None
    _hand_over(made, out)


@contract.command()
@click.argument("old", type=FILE)
@click.argument("new", type=FILE, required=False)
@click.option("--json", "as_json", is_flag=True, help="The changes as JSON.")
@click.option(
    "--fail-on",
    type=click.Choice(["clients", "servers", "nothing"]),
    default="clients",
    show_default=True,
    help="Whom a change has to break for exit code 1.",
)
def diff(old: Path, new: Path | None, as_json: bool, fail_on: str) -> None:
    """Show what a change breaks, from the contract OLD to NEW (the bundled one, if none is given).

    For clients that were written to OLD and meet a server of NEW, for servers that were written to OLD and are judged
    by NEW, and which rules of the ledger and checks of `tollbridge verify` it touches. By oasdiff, from the PATH or
    ~/go/bin (go install github.com/oasdiff/oasdiff@v1.37.0).

    \b
    Example:
      git show main:openapi.yaml > old.yaml && tollbridge contract diff old.yaml openapi.yaml

    Exit codes: 0 nothing breaks, 1 something does, 2 wrong usage, or nothing to compare (the sentence says why).
    """
    path = new or DEFAULTS.contract
    try:
        found = difference(old, path)
    except REFUSED as reason:
        raise NotCompared(str(reason)) from None
    if as_json:
        verdict = {"breaks_clients": found.breaks_clients, "breaks_servers": found.breaks_servers, **asdict(found)}
        say(*json.dumps(verdict, indent=1).splitlines())
    else:
        say(*_changes(found, old, path))
    broken = {"clients": found.breaks_clients, "servers": found.breaks_servers, "nothing": False}[fail_on]
    sys.exit(1 if broken else 0)


def _hand_over(text: str, out: Path | None) -> None:
    if out is None:
        hand_over(text)
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written ({error.strerror}).") from None


def _changes(found: Difference, old: Path, new: Path) -> list[Line]:
    servers = sum(change.breaks_servers for change in found.changes)
    counts = (
        f"Changes: {len(found.changes)}, that break clients: {_count(found, 'yes')}, that may: "
        f"{_count(found, 'perhaps')}, that break servers: {servers}, rules touched: {len(found.rules)}."
    )
    changes = [_change(change, old if change.is_old else new) for change in found.changes]
    return [*changes, *_rules(found), counts]


def _rules(found: Difference) -> Iterator[Line]:
    """Yield a line for the rules of each place: one change of an operation may touch twenty."""
    groups: dict[tuple[str, str], list[RuleChange]] = {}
    for rule in found.rules:
        groups.setdefault((rule.what, rule.place), []).append(rule)
    for (what, place), rules in groups.items():
        checks = dict.fromkeys(name for rule in rules for name in rule.checks)
        named = f"{', '.join(rule.id for rule in rules)} ({place}). Checks: {', '.join(checks) or 'none'}."
        yield (f"rules, {what}: ", "head"), (named, "")


def _count(found: Difference, answer: str) -> int:
    return sum(change.breaks_clients == answer for change in found.changes)


def _change(change: Change, path: Path) -> Line:
    clients = {"yes": ["breaks clients"], "perhaps": ["may break clients"], "no": []}[change.breaks_clients]
    breaks = " and ".join([*clients, *(["breaks servers"] if change.breaks_servers else [])]) or "breaks nothing"
    style = "bad" if change.breaks_clients == "yes" else "head" if change.breaks_servers else "dim"
    place = f"{path}:{change.line}: " if change.line else ""
    return ((place, ""), (breaks, style), (f": {change.where}: {change.said}", ""), (f"  [{change.rule}]", "dim"))


def _line(path: Path, complaint: Complaint) -> Line:
    head = (
        (f"{complaint.file or path}:{complaint.line}: ", ""),
        (f"{complaint.severity}: ", STYLE[complaint.severity]),
    )
    return (*head, (complaint.said, ""), (f"  [{complaint.rule}]", "dim"))


def _summary(path: Path, verdict: Verdict) -> list[Line]:
    counts = f"errors: {verdict.count('error')}, warnings: {verdict.count('warning')}"
    if verdict.operations is not None:
        counts += f", operations: {verdict.operations}, rules: {verdict.rules}"
    return [f"{path}: {'good' if verdict.is_good else 'not good'}. {counts[:1].upper()}{counts[1:]}.", *verdict.not_run]


def _document(path: Path, verdict: Verdict) -> dict[str, Any]:
    document = {"file": str(path), "good": verdict.is_good, **asdict(verdict)}
    for complaint in document["complaints"]:
        complaint["file"] = str(complaint["file"] or path)
    return document
