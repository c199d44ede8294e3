"""Options that several commands share."""

from pathlib import Path

import click

from tollbridge.compose import Options

DEFAULTS = Options()
FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
FILES = click.argument("files", nargs=-1, type=FILE, metavar="[FILE]…")
"""As a hook gives them: all that a commit changes."""

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
REFS_BELOW = click.option(
    "--refs-below",
    type=FOLDER,
    help="The folder that the files are in which the contract refers to by $ref; links do not lead out of it.  "
    "[default: the contract's own]",
)
SEED = click.option(
    "--seed", type=int, metavar="NUMBER", help="Makes the simulator's ids and secrets repeat.  [default: they never do]"
)
STATE = click.option(
    "--state",
    default="memory",
    show_default=True,
    metavar="memory|sqlite:///FILE|postgresql://…",
    help="Where the simulator keeps its state: gone with the process, in a file, or shared by several servers.",
)
RECORDED = click.option(
    "--recorded",
    default=DEFAULTS.recorded,
    show_default=True,
    type=click.IntRange(1, 1_000_000),
    help="How many of its last calls the simulator remembers.",
)
FALLBACK = click.option(
    "--fallback",
    metavar="URL",
    help="A stand-in, such as stripe-mock, that answers what the built-in Stripe does not have, and calls that name "
    "objects it does not know. Its answers have the header Tollbridge-Fallback.",
)
SNAPSHOT_LIMIT = click.option(
    "--snapshot-limit",
    default=DEFAULTS.snapshot_limit,
    show_default=True,
    type=click.IntRange(1),
    metavar="BYTES",
    help="The largest snapshot that can be put back.",
)
