"""The commands, a module each."""

import click

from tollbridge import __version__
from tollbridge.cli.contract import contract
from tollbridge.cli.listen import listen
from tollbridge.cli.output import Commands
from tollbridge.cli.report import report
from tollbridge.cli.serve import serve
from tollbridge.cli.stripe import stripe
from tollbridge.cli.token import token
from tollbridge.cli.trigger import trigger
from tollbridge.cli.verify import verify
from tollbridge.cli.world import world

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(cls=Commands, context_settings=CONTEXT)
@click.version_option(__version__, prog_name="tollbridge")
def main() -> None:
    """A contract-first mock server for Stripe-backed payment APIs."""


for command in (contract, listen, report, serve, stripe, token, trigger, verify, world):
    main.add_command(command)
