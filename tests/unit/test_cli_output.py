"""What the commands print: hostile text in it tells a terminal nothing to do, wherever it comes from."""

import ast
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tests.hostile import obeyed, payload
from tollbridge.cli.output import Commands, say

CLI = Path(__file__).parents[2] / "tollbridge" / "cli"
TEXT = payload(Path("canary"))


def printed(*lines: object, **environment: str) -> str:
    """What a terminal gets that shows colours."""

    @click.command()
    def printing() -> None:
        say(*lines)  # type: ignore[arg-type]

    return CliRunner(env={"TERM": "xterm", "NO_COLOR": None, **environment}).invoke(printing, color=True).output


def test_a_text_is_one_line_that_does_nothing() -> None:
    """Its line breaks are shown, and so is whatever a terminal would obey; our styles are ours."""
    output = printed(TEXT, ((TEXT, "bad"), (TEXT, "")))
    assert output.count("\n") == 2
    assert obeyed(output) == []
    assert "\x1b[31m" in output
    assert "\\x1b]0;owned" in output


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_who_wants_no_colours_gets_none(environment: dict[str, str]) -> None:
    """By the two customs there are."""
    assert printed((("a", "bad"),), **environment) == "a\n"


def test_an_error_does_nothing_either() -> None:
    """Whatever a command fails with, its message is escaped, but for the line breaks in it."""

    @click.group(cls=Commands)
    def commands() -> None:
        """Fail."""

    @commands.command()
    def fails() -> None:
        raise click.ClickException(f"two\nlines {TEXT}")

    @commands.command()
    def misused() -> None:
        raise click.UsageError(TEXT)

    for name in ("fails", "misused", TEXT):
        done = CliRunner().invoke(commands, [name], color=True)
        assert done.exit_code in (1, 2)
        assert obeyed(done.output) == []
        assert "owned" in done.output
        assert ("two\nlines " in done.output) == (name == "fails")


def test_an_error_has_no_workflow_command() -> None:
    """The last words of a target may be in it, and a log of GitHub Actions obeys lines."""

    @click.group(cls=Commands)
    def commands() -> None:
        """Fail."""

    @commands.command()
    def fails() -> None:
        raise click.ClickException("It ended:\n  ::set-output name=a::b\n##[error]x")

    assert CliRunner().invoke(commands, ["fails"]).output == (
        "Error: It ended:\n|   ::set-output name=a::b\n## [error]x\n"
    )


def test_commands_print_by_these_functions_only() -> None:
    """Nothing in the commands prints past them, but the bar of progress."""
    allowed = {"output.py", "progress.py"}
    for file in CLI.glob("*.py"):
        calls = [ast.unparse(node.func) for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
        assert file.name in allowed or not {"click.echo", "click.secho", "click.style", "print"} & set(calls), file
