"""How each problem is reached: the commands of its page, run as they stand, get that problem."""

import json
import re
import subprocess
from collections.abc import Iterator
from html import unescape
from urllib.request import urlopen

import pytest

from tests.integration.conftest import ROOT, serve_command
from tollbridge.launch import free_port, launched
from tollbridge.problems import catalogue
from tollbridge.server.recipes import DEFECTS, RECIPES, Recipe, commands, steered


@pytest.fixture(scope="module")
def strict_url() -> Iterator[str]:
    """A server that requires tokens, as one recipe needs it."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    with launched(serve_command(port, "--auth", "required"), ready=f"{url}/_tollbridge/health", cwd=ROOT):
        yield url


def said_by(script: str) -> dict[str, object]:
    """Run commands and return the JSON that the last one prints."""
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=30, check=True)
    document: dict[str, object] = json.loads(done.stdout)
    return document


def test_every_problem_of_the_contract_has_a_recipe_or_is_a_defect() -> None:
    """No problem is left out, none has two recipes, and only defects of the server have none."""
    reached = [(recipe.status, recipe.error_code) for recipe in RECIPES]
    assert len(reached) == len({*reached})
    documented = {(entry.status, entry.error_code) for entry in catalogue() if entry.in_contract}
    assert {*reached} | {(500, code) for code in DEFECTS} == documented


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda one: f"{one.status}-{one.error_code}")
def test_the_commands_of_a_recipe_reach_its_problem(server_url: str, strict_url: str, recipe: Recipe) -> None:
    """Pasted into a shell they get the status and the code, and no fault is left behind."""
    url = strict_url if recipe.options else server_url
    answer = said_by(commands(recipe, url))
    assert (answer["status"], answer["error_code"]) == (recipe.status, recipe.error_code)
    with urlopen(f"{url}/_tollbridge/simulator/faults", timeout=10) as faults:
        assert json.load(faults) == {"data": []}


@pytest.mark.parametrize("code", DEFECTS)
def test_a_defect_is_shown_by_prefer(server_url: str, code: str) -> None:
    """What nothing reaches can be seen all the same."""
    answer = said_by(steered(500, code, server_url))
    assert (answer["status"], answer["error_code"]) == (500, code)


def test_the_commands_of_the_frontends_page_work(server_url: str) -> None:
    """Each curl of docs/frontend.md that calls the API, pasted, gets an answer that is documented."""
    page = (ROOT / "docs" / "frontend.md").read_text()
    found = [one for one in re.findall(r"```sh\n(curl .*?)```", page, re.S) if "/api/payment/intent" in one]
    assert found
    for command in found:
        answer = said_by(command.replace("http://localhost:8080", server_url))
        assert (answer["status"], answer["error_code"]) == (402, "expired-card")


def test_the_page_has_the_commands(server_url: str) -> None:
    """A problem's page shows what the tests above have run, for the address at which it was asked."""
    recipe = next(one for one in RECIPES if one.error_code == "subscription-not-updated")
    with urlopen(f"{server_url}/_tollbridge/problems/{recipe.error_code}", timeout=10) as page:
        text = unescape(page.read().decode())
    assert commands(recipe, server_url) in text
    assert steered(recipe.status, recipe.error_code, server_url) in text
