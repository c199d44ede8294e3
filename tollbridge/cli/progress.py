"""How far a run is, as a line on a terminal."""

import time

import click

from tollbridge import quoting
from tollbridge.cli.output import say

BAR = 24


class Progress:
    """A line on a terminal that tells how far a run is; nothing elsewhere."""

    def __init__(self, *, shown: bool, quiet: bool = False) -> None:
        self._shown, self._quiet = shown and not quiet, quiet
        self._last = 0.0
        self._begun = time.monotonic()

    def __call__(self, what: str, part: float) -> None:
        """Tell it, ten times a second at most."""
        now = time.monotonic()
        if not self._shown or now - self._last < 0.1:
            return
        self._last = now
        bar = "━" * round(BAR * part)
        click.echo(f"\r{bar:<{BAR}} {part:>4.0%}  {now - self._begun:5.1f} s  {what:<34}", err=True, nl=False)

    def announced(self, plan: str) -> None:
        """Tell how long the run will take."""
        if not self._quiet:
            self.done()
            say(((plan, "dim"),), err=True)

    def found(self, severity: str, title: str) -> None:
        """Tell a finding as soon as it is found, on a line of its own."""
        if self._quiet:
            return
        self.done()
        seconds = time.monotonic() - self._begun
        say((("found", "bad"), (f" {seconds:6.1f} s  {severity:<8}  {quoting.github_log(title)}", "")), err=True)

    def done(self) -> None:
        """Leave nothing of it behind."""
        if self._shown:
            click.echo("\r" + " " * (BAR + 52) + "\r", err=True, nl=False)
