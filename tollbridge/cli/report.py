"""`tollbridge report`: what reports of `tollbridge verify` are."""

import json

import click

from tollbridge.cli.output import hand_over


@click.group()
def report() -> None:
    """What reports of `tollbridge verify` are."""


@report.command()
def schema() -> None:
    """Print the JSON Schema of what `tollbridge verify --json` writes."""
    from tollbridge.verify import reports  # it takes longer to load than the other commands take

    hand_over(json.dumps(reports.schema(), indent=1) + "\n")
