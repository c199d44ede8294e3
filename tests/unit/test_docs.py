"""What the documents list is what there is."""

import re
from dataclasses import replace
from pathlib import Path

import click
import pytest
from markdown_it import MarkdownIt

from scripts import generate_check_pages, generate_problem_pages
from tests.hostile import payload
from tests.truth.facts import NAMED, PAGE, UNIT, facts_of
from tests.unit.test_simulator_errors import ROWS as ERRORS
from tollbridge.cli import main
from tollbridge.problems import Entry
from tollbridge.pytest_plugin.options import OPTIONS as PYTEST_OPTIONS
from tollbridge.simulator.resources.routes import ROUTES
from tollbridge.verify import CHECKS
from tollbridge.verify.checks.conditions import in_any
from tollbridge.verify.consumer.checks import CONSUMER_CHECKS

ROOT = Path(__file__).parent.parent.parent
SIMULATOR = (ROOT / "docs" / "simulator.md").read_text()


def test_the_simulators_page_lists_its_routes_and_parameters() -> None:
    """Each route with each of its parameters, and no other."""
    rows = re.findall(r"^\| `(GET|POST|DELETE) ([^`]+)` \| (.*?) *\|$", SIMULATOR, re.M)
    listed = {(method, path): set(filter(None, re.split(r",\s*", names.strip()))) for method, path, names in rows}
    assert listed == {(route.method, route.template): set(route.parameters) for route in ROUTES}


def test_every_option_of_every_command_is_explained() -> None:
    """`--help` has a sentence for each option."""
    commands: list[click.Command] = [main]
    for command in commands:
        commands += getattr(command, "commands", {}).values()
        assert command.help, command.name
    options = [option for command in commands for option in command.params if isinstance(option, click.Option)]
    assert len(options) > 25
    assert [option.name for option in options if not option.help] == []


def test_the_options_that_the_pages_name_exist() -> None:
    """README, SECURITY and the compose file name no option of ours that is not there."""
    commands: list[click.Command] = [main]
    for command in commands:
        commands += getattr(command, "commands", {}).values()
    ours = {name for command in commands for option in command.params for name in option.opts}
    ours |= {f"--tollbridge-{option.name}" for option in PYTEST_OPTIONS}
    for page in ("README.md", "SECURITY.md", "docker-compose.yml"):
        named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", (ROOT / page).read_text()))
        assert named - ours <= {"--spec", "--data-binary", "--path-as-is"}, page  # of pipx and of curl
        assert named


def test_what_generated_pages_list_is_text_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check's or a problem's words are no heading, cell, link or tag, whatever they are."""
    text = payload(Path("canary"))
    check = replace(CHECKS["answers"], asserts=text, sample=text, rules=in_any(text), severity=text)
    monkeypatch.setattr(generate_check_pages, "CHECKS", {"answers": check})
    monkeypatch.setattr(
        generate_problem_pages, "catalogue", lambda: (Entry(404, "not-found", text, text, in_contract=True),)
    )
    for page, rows, headings in (
        (generate_check_pages.page(), 0, 3 + len(CONSUMER_CHECKS)),
        (generate_problem_pages.page(), 3, 2),
    ):
        tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(page)
        kinds = [token.type for token in tokens] + [inner.type for token in tokens for inner in token.children or ()]
        assert not {"html_block", "html_inline", "link_open", "image", "fence", "code_block"} & set(kinds)
        assert kinds.count("tr_open") == rows
        assert kinds.count("heading_open") == headings
        assert page.replace("\n", "").isprintable()


def test_the_architecture_page_names_every_room() -> None:
    """No room of the package is missing from the page, and the page names none that is gone."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    package = ROOT / "tollbridge"
    rooms = {p.name + "/" for p in package.iterdir() if p.is_dir() and (p / "__init__.py").exists()}
    rooms |= {p.name for p in package.glob("*.py") if not p.name.startswith("__")}
    table = page.split("| room | imports |")[1].split("\n\n")[0]
    assert set(re.findall(r"`([a-z0-9_]+(?:/|\.py))`", table)) == rooms | {"handlers/"}


FACTS = PAGE.read_text()
FIGURES = re.compile(r"^\| ([a-z][\w`/ -]+?) \|((?: \d+ \|){4})$", re.M)


def test_every_fact_of_stripe_has_its_test() -> None:
    """Each row but the guesses names tests that exist; and each test named by a row is in the table."""
    facts = facts_of(FACTS)
    assert len(facts) > 80
    assert len({fact.id for fact in facts}) == len(facts)
    for fact in facts:
        assert bool(fact.tests) != fact.guessed, fact.id
        for file, test, row in fact.tests:
            source = (UNIT / file).read_text()
            assert re.search(rf"^(?:def {test}\(|class {test}\(|{test} = )", source, re.M), fact.id
            assert not row or row in {one.name for one in ERRORS}, fact.id


def test_the_figures_of_the_facts_were_counted_together() -> None:
    """What the page says of each Stripe adds up to the facts that there were on its day; of ours none differs."""
    figures = {name: [int(number) for number in more.strip(" |").split("|")] for name, more in FIGURES.findall(FACTS)}
    assert len(figures) == 3
    [counted] = {sum(numbers) for numbers in figures.values()}
    assert f"{counted} rows" in FACTS
    assert 200 < counted <= len(facts_of(FACTS))
    assert [figures[name][1] for name in ("our simulator", "our simulator at a URL")] == [0, 0]


def test_every_test_named_by_a_fact_is_in_the_table() -> None:
    """None is left over when a row goes."""
    source = (ROOT / "tests" / "unit" / "test_simulator_facts.py").read_text()
    named = set(re.findall(r"^def (test_\w+)\(", source, re.M))
    assert len(named) >= 40
    assert named == {test for file, test, _ in NAMED.findall(FACTS) if test and not file}
    for test in named:
        ids = re.match(r"test_((?:[a-z]\d+_)+)", test)
        assert ids, test
        for identity in ids.group(1).strip("_").split("_"):
            assert re.search(rf"^\| {identity} \|.*`{test}`", FACTS, re.M), test


def test_every_row_of_the_error_catalogue_is_in_the_table() -> None:
    """But those that are guesses."""
    listed = {row for _, _, row in NAMED.findall(FACTS) if row}
    guesses = {"5 amount is negative", "5 amount is very negative", "13 error_on_requires_action without confirm"}
    assert {one.name for one in ERRORS} - listed == guesses
