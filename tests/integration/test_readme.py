"""The README's requests, run as they stand, against the answers that it shows."""

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest

from tests.integration.conftest import ROOT
from tollbridge.launch import free_port, launched

README = (ROOT / "README.md").read_text()
EXCHANGES = re.findall(r"```sh\n(curl .*?)```\n\n```json\n(.*?)```", README, re.S)
VARIES = re.compile(r"pi_[A-Za-z0-9]{24}_secret_[A-Za-z0-9]{25}|req-[0-9a-f]{16}")


def plain(document: Any) -> Any:
    """A document with what differs from run to run masked."""
    return json.loads(VARIES.sub("…", json.dumps(document)))


def test_the_readme_has_exchanges() -> None:
    """The documented request, a declined card and a wrong request are there, so the next test tests them."""
    assert len(EXCHANGES) == 3


@pytest.mark.parametrize(("command", "shown"), EXCHANGES)
def test_an_exchange_of_the_readme(server_url: str, command: str, shown: str) -> None:
    """The command, pasted, gets the answer that the README shows."""
    here = command.replace("http://localhost:8080", server_url)
    assert here != command
    done = subprocess.run(["sh", "-c", here], capture_output=True, text=True, timeout=120, check=True)
    assert plain(json.loads(done.stdout)) == plain(json.loads(shown))


HARNESS = re.search(r"```sh\n(STRIPE_API_BASE=.*?)\n(\S*tollbridge verify .*?)```\n\n```text\n(.*?)```", README, re.S)
CHANGES = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|Date: .*|Server: .*|\d+ calls in [\d.]+ s|pi_\w+|http://\S+:\d+"
)


def test_the_finding_of_the_readme() -> None:
    """The two commands, on ports of their own, show the finding that the README shows, but for ids and times."""
    assert HARNESS
    port, stripe = free_port(), free_port()
    programs = {".venv/bin/tollbridge": f"{sys.executable} -m tollbridge", ".venv/bin/python": sys.executable}
    ports = {"8000": str(port), "12111": str(stripe)}
    mine = programs | ports
    known = re.compile("|".join(map(re.escape, mine)))
    serve, verify = (known.sub(lambda found: mine[found.group()], part) for part in HARNESS.groups()[:2])
    base, *command = serve.removesuffix(" &").split()
    environment = {**os.environ, **dict([base.split("=", 1)])}
    with launched(command, ready=f"http://127.0.0.1:{port}", env=environment, cwd=ROOT):
        done = subprocess.run(verify.split(), cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1, done.stderr
    assert CHANGES.sub("…", done.stdout.strip()) == CHANGES.sub("…", HARNESS[3].strip())


def test_the_first_block_is_the_two_commands() -> None:
    """A newcomer sees `make serve` and `make test` within the first 25 lines."""
    first = re.search(r"```sh\n(.*?)```", README, re.S)
    assert first
    assert [line.split("#")[0].strip() for line in first[1].splitlines()] == ["make serve", "make test"]
    assert README[: first.start()].count("\n") < 25


def test_the_files_that_the_readme_names_exist() -> None:
    """No link leads nowhere."""
    links = re.findall(r"\]\(([^)h\"][^)]*)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
