"""What `tollbridge verify` has, printed in place of a run: its checks, and its profiles."""

from collections.abc import Callable

import click

from tollbridge.cli.output import say

Callback = Callable[[click.Context, click.Parameter, bool], None]


SHOWS = "tollbridge.shows"
"""Where the context of a command keeps what is shown in place of a run, once all other options were read."""


def instead(show: Callable[[], None]) -> Callback:
    """Return the callback of an option that lets a command show something in place of what it does."""

    def showing(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
        if value:
            context.meta[SHOWS] = show

    return showing


def checks() -> None:
    """Print what each check asserts."""
    from tollbridge.verify import CHECKS  # it takes longer to load than the other commands take

    for check in CHECKS.values():
        say(((check.name, "head"), (f"  [{check.severity}]", "")), f"  {check.asserts}", f"  e.g. {check.sample}")
        if check.rules:
            say(f"  rules: {', '.join(check.rules)}")


def profiles() -> None:
    """Print what each profile plays, and how long it takes."""
    from tollbridge.verify import PROFILES

    for name, told in PROFILES.items():
        say(((name, "head"), (f"  about {told.takes}, {told.max_time:g} s at most", "")), f"  {told.says}")
