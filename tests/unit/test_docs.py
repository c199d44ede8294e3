"""What the documents list is what there is."""

import re
from pathlib import Path

import click

from tollbridge.cli import main
from tollbridge.simulator.routes import ROUTES

ROOT = Path(__file__).parent.parent.parent
SIMULATOR = (ROOT / "docs" / "simulator.md").read_text()


def test_the_simulators_page_lists_its_routes_and_parameters() -> None:
    """Each route with each of its parameters, and no other."""
    rows = re.findall(r"^\| `(GET|POST|DELETE) ([^`]+)` \| (.*?) *\|$", SIMULATOR, re.M)
    listed = {(method, path): set(filter(None, re.split(r",\s*", names.strip()))) for method, path, names in rows}
    assert listed == {(route.method, route.template): set(route.parameters) for route in ROUTES}


def test_every_option_of_every_command_is_explained() -> None:
    """`--help` has a sentence for each option."""
    commands = [main, *main.commands.values()]
    options = [option for command in commands for option in command.params if isinstance(option, click.Option)]
    assert len(options) > 8
    assert [option.name for option in options if not option.help] == []


def test_the_architecture_page_names_every_room() -> None:
    """No room of the package is missing from the page, and the page names none that is gone."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    package = ROOT / "tollbridge"
    rooms = {p.name + "/" for p in package.iterdir() if p.is_dir() and (p / "__init__.py").exists()}
    rooms |= {p.name for p in package.glob("*.py") if not p.name.startswith("__")}
    table = page.split("| room | imports |")[1].split("\n\n")[0]
    assert set(re.findall(r"`([a-z_]+(?:/|\.py))`", table)) == rooms | {"handlers/"}
