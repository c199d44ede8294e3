"""`tollbridge verify --workers N`: the parts of one run side by side, each with a target and a Stripe of its own.

Stripe's failures, and what Stripe was told, are one for all calls of a target, so cases beside each other at one target
would be seen in each other's evidence. With a target for each part they are not, and the verdicts are those of one run.
"""

import json
import subprocess
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from tollbridge.cli.output import say
from tollbridge.cli.reports import FILES
from tollbridge.cli.verify_lists import SHOWS
from tollbridge.launch import TOLLBRIDGE, ending_with_us, stop

RAW = "tollbridge.arguments"
OF_THE_WHOLE = frozenset({"--workers", "--max-time", *(f"--{name}" for name in FILES)})
"""Options with a value that a part is not given, or is given another one of."""

FLAGS = frozenset({"--quiet", "--full"})

FOUND = "found "
"""How the line begins that tells a finding as soon as it is found."""

LINES_KEPT = 20
"""Lines of a part's own words that are told where it has no report."""


class RememberingCommand(click.Command):
    """A command that knows its arguments as they were typed, and what it is to show in place of a run."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the arguments, and read them."""
        ctx.meta[RAW] = list(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Show what was asked for, or run."""
        show: Callable[[], None] | None = ctx.meta.get(SHOWS)
        return super().invoke(ctx) if show is None else show()


class CouldNotAsk(click.ClickException):
    """The target could not be asked."""

    exit_code = 2


def require_copies(*of_one_target: object) -> None:
    """Refuse workers where there is one target for all of them, or a file that one process writes."""
    if any(of_one_target):
        raise click.UsageError(
            "--workers starts a target for each of them: give --start CMD, or nothing for our own server, and leave "
            "out URL, --stripe-listen, --evidence, --shard, --from and --webhook."
        )


def beside(workers: int, max_time: float, *, quiet: bool) -> dict[str, Any]:
    """Run the parts of the command that was typed, and return the document of the whole.

    Raises:
        CouldNotAsk: a part has no report.
    """
    try:
        return side_by_side(click.get_current_context().meta[RAW], workers, max_time, quiet=quiet)
    except KeyboardInterrupt:
        raise CouldNotAsk("Interrupted: no part has a report.") from None


def side_by_side(arguments: Sequence[str], workers: int, max_time: float, *, quiet: bool) -> dict[str, Any]:
    """Run the parts, and return the document of the whole.

    Args:
        arguments: of the command, as they were typed.
        workers: how many parts.
        max_time: seconds for each part, which begin together.
        quiet: whether findings are not told as they are found.

    Raises:
        CouldNotAsk: a part could not ask its target; in its own words.
    """
    from tollbridge.verify import reports  # it takes longer to load than the other commands take

    own = [*_without(arguments), f"--max-time={max_time}"]
    with TemporaryDirectory(prefix="tollbridge-") as folder, ThreadPoolExecutor(workers) as pool:
        parts = [
            pool.submit(_part, own, f"{number}/{workers}", Path(folder) / f"{number}.json", quiet=quiet)
            for number in range(1, workers + 1)
        ]
        return reports.merged([part.result() for part in parts])


def _part(arguments: Sequence[str], shard: str, report: Path, *, quiet: bool) -> dict[str, Any]:
    """Run one part in a process that ends with this one, and return its document."""
    command = [*TOLLBRIDGE, "verify", f"--shard={shard}", f"--json={report}", *arguments]
    process = subprocess.Popen(  # noqa: S603 - our own command, with the user's own arguments
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    said: deque[str] = deque(maxlen=LINES_KEPT)
    try:
        assert process.stderr
        with ending_with_us(process), process.stderr:
            for raw in process.stderr:
                said.append(line := raw.decode(errors="replace"))
                if line.startswith(FOUND) and not quiet:
                    say(line.rstrip("\n"), err=True)
            process.wait()
    finally:
        stop(process)
    if not report.exists():
        raise CouldNotAsk("".join(said).strip().removeprefix("Error: "))
    document: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return document


def _without(arguments: Sequence[str]) -> Iterator[str]:
    """Yield the arguments of a part: those of the whole run but what only the whole does."""
    waiting = iter(arguments)
    for argument in waiting:
        name, given, _ = argument.partition("=")
        if name in OF_THE_WHOLE and not given:
            next(waiting, None)
        elif name not in OF_THE_WHOLE | FLAGS:
            yield argument
