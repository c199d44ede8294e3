"""`tollbridge world`: check a world file, show it, and bring it to a Stripe."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from tollbridge import quoting
from tollbridge.cli.options import DEFAULTS, FILE, FILES
from tollbridge.cli.output import hand_over, say
from tollbridge.worlds import GatewayError, WorldError, checked_world, push_world, role_table, tables_of, world_schema

REFUSED = (GatewayError, WorldError)
WORLD = click.argument("file", type=FILE, required=False)


@click.group()
def world() -> None:
    """Check, show and push world files: who exists, and what Stripe knows of them."""


@world.command()
@FILES
def check(files: tuple[Path, ...]) -> None:
    """Check worlds, each a FILE (the bundled one, if none is given).

    Prints every fault, each as FILE:LINE: path: what is wrong.

    Exit codes: 0 all are good, 1 one is not, 2 wrong usage.
    """
    faults: list[str] = []
    for path in files or (DEFAULTS.world,):
        try:
            found = checked_world(path)
        except REFUSED as reason:
            faults.append(str(reason))
            continue
        methods = sum(len(o.payment_methods) for o in found.organizations.values())
        say(
            f"{path}: good. Organizations: {len(found.organizations)}, groups: {len(found.groups)}, "
            f"accounts: {len(found.accounts)}, payment methods: {methods}."
        )
    if faults:
        raise click.ClickException("\n".join(faults))


@world.command()
@WORLD
@click.option("--json", "as_json", is_flag=True, help="The tables as JSON.")
def show(file: Path | None, as_json: bool) -> None:
    """Show a world FILE (the bundled one, if none is given) as tables."""
    try:
        tables = tables_of(checked_world(file or DEFAULTS.world))
    except REFUSED as reason:
        raise click.ClickException(str(reason)) from None
    if as_json:
        document = {name: [dict(zip(head, row, strict=True)) for row in rows] for name, (head, *rows) in tables.items()}
        say(*json.dumps(document, indent=1).splitlines())
        return
    for name, rows in tables.items():
        say(((name, "head"),), *_table(rows), "")


@world.command()
@click.option("--json", "as_json", is_flag=True, help="The table as JSON.")
def roles(as_json: bool) -> None:
    """Show who may act for whom: for each role and kind of header, the organization or the problem."""
    table = role_table()
    if as_json:
        head, *rows = table
        say(*json.dumps([dict(zip(head, row, strict=True)) for row in rows], indent=1).splitlines())
    else:
        say("The header names:", *_table(table))


@world.command()
def schema() -> None:
    """Print the JSON Schema of world files, for editors."""
    say(*world_schema().decode().splitlines())


@world.command()
@WORLD
@click.option(
    "--stripe",
    default="http://localhost:12111",
    show_default=True,
    metavar="URL|live-test",
    help="Which Stripe: one at a URL, or Stripe's own test mode with STRIPE_API_KEY=sk_test_….",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where the world with the new ids goes.")
def push(file: Path | None, stripe: str, out: Path | None) -> None:
    """Create a world's customers, payment methods and subscriptions at a Stripe.

    Writes the world with the ids that Stripe gave to --out, or prints it: as it is, but on a terminal without control
    characters. What is attached in the world is attached
    there; a second push creates a second set.

    \b
    Examples:
      tollbridge world push my-world.yaml --out there.yaml
      STRIPE_API_KEY=sk_test_… tollbridge world push --stripe live-test --out test-mode.yaml

    Exit codes: 0 pushed, 1 refused, or no server there (the sentence says why), 2 wrong usage.
    """
    try:
        text = push_world(file or DEFAULTS.world, stripe, say=lambda line: say(line, err=True))
    except REFUSED as reason:
        raise click.ClickException(str(reason)) from None
    if not out:
        hand_over(text)
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        hand_over(text)  # what was made at Stripe cannot be made again with the same ids
        raise click.ClickException(f"{out} cannot be written ({error.strerror}): the world is printed.") from None
    say(f"{out}: the world with the new ids.", err=True)


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    shown = [[quoting.terminal(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]
