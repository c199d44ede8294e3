"""Output of the commands: foreign text in it is escaped, so a terminal obeys our own styles only."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from tollbridge import quoting

STYLES: Mapping[str, Mapping[str, Any]] = {
    "bad": {"fg": "red", "bold": True},
    "good": {"fg": "green"},
    "dim": {"dim": True},
    "head": {"bold": True},
    "link": {"fg": "cyan"},
}

Span = tuple[str, str]
"""A text, and the name of its style; empty for none."""

Line = str | Sequence[Span]


def say(*lines: Line, err: bool = False) -> None:
    """Print lines.

    Args:
        lines: each a text, or texts with a style each; a line break in a text is shown and not obeyed.
        err: whether they go to stderr.
    """
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    click.echo("\n".join(map(_shown, lines)), err=err, color=False if plain else None)


def _shown(line: Line) -> str:
    spans = [(line, "")] if isinstance(line, str) else line
    return "".join(_styled(quoting.terminal(text), style) for text, style in spans)


def _styled(text: str, style: str) -> str:
    return click.style(text, **STYLES[style]) if style else text


def hand_over(document: str) -> None:
    """Print a document for other programs as it is; on a terminal as `say` does."""
    shown = quoting.terminal_lines(document) if sys.stdout.isatty() else document
    click.echo(shown.encode(), nl=False)


class Commands(click.Group):
    """Commands whose errors tell a terminal and GitHub Actions nothing to do: the end of a target's log is in some."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            told = "\n".join(map(quoting.github_log, error.message.split("\n")))
            error.message = told  # type: ignore[misc]  # final in types only
            raise
