"""Hostile text in every field that a target, a contract or a world controls, and everything that prints or runs it.

A payload (`tests/hostile.py`) is code for sh and Python, markup for Markdown and HTML, and orders for a terminal. It
wants to make a file; a terminal, which is a real one here, must be told nothing but our own styles.
"""

import json
import os
import pty
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
import yaml

from tests.hostile import MARK, TOLD, Target, obeyed, payload, serving, short
from tests.hostile_contract import hostile_contract, hostile_world
from tests.integration.conftest import ROOT
from tollbridge.launch import answers, free_port, launched

WORLD = ROOT / "examples" / "world.yaml"


@contextmanager
def terminal() -> Iterator[tuple[int, list[bytes]]]:
    """A terminal to write to, and all that was written to it when it is gone."""
    here, there = pty.openpty()
    got: list[bytes] = []

    def reading() -> None:
        with suppress(OSError):  # of a terminal that nobody writes to any more
            while data := os.read(here, 65_536):
                got.append(data)

    reader = threading.Thread(target=reading, daemon=True)
    reader.start()
    try:
        yield there, got
    finally:
        os.close(there)
        reader.join(5)
        os.close(here)


def text_of(got: list[bytes]) -> str:
    """What was written, as text."""
    return b"".join(got).decode("utf-8", "backslashreplace").replace("\r\n", "\n")


ENVIRONMENT = {**os.environ, "PYTHONIOENCODING": "utf-8", "TERM": "xterm"}


def on_a_terminal(command: Sequence[str], within: float = 300, **environment: str) -> tuple[int, str]:
    """Run a command whose output is a terminal; its exit code and its output. The bar of progress goes elsewhere."""
    with terminal() as (there, got), tempfile.TemporaryFile() as errors:
        env = {**ENVIRONMENT, **environment}
        process = subprocess.run(command, stdout=there, stderr=errors, cwd=ROOT, env=env, timeout=within, check=False)
        errors.seek(0)
        said = errors.read()
    return process.returncode, text_of([*got, said])


def tollbridge(*arguments: str | Path, **environment: str) -> tuple[int, str]:
    """Run a command of ours on a terminal; its exit code and output."""
    return on_a_terminal([sys.executable, "-m", "tollbridge", *map(str, arguments)], **environment)


@dataclass(frozen=True)
class Hostile:
    """Files that a stranger gave, and the file that their text wants to make."""

    canary: Path
    contract: Path
    world: Path
    texts: Mapping[str, str]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    """A contract and a world with a payload behind every text that takes one."""
    folder = tmp_path_factory.mktemp("hostile")
    canary = folder / "canary"
    contract, texts = hostile_contract(canary, folder)
    world, more = hostile_world(canary, folder)
    return Hostile(canary, contract, world, texts | more)


def test_hostile_text_is_in_every_field(hostile: Hostile) -> None:
    """What is attacked is nearly everything that a contract and a world say: else the other tests see nothing."""
    assert len(hostile.texts) > 340
    for field in (
        "create_payment_intent",
        "/api/payment/intent",
        "sum",
        "page.title",
        "X-Request-Id",
        "Quay One admin",
    ):
        assert MARK in hostile.texts[field] or "owned" in hostile.texts[field]
    document = json.loads(hostile.contract.read_bytes())
    assert MARK in document["info"]["title"]
    assert "owned" in document["servers"][0]["url"]


def run_against(target: Target, url: str, folder: Path, *options: str | Path) -> tuple[int, str]:
    """Verify a hostile target, with everything that can be written and shown."""
    assert target.stripe
    listen = "{}:{}".format(*target.stripe)
    asked = [url, "--stripe-listen", listen, "--max-examples", "0", "--json", folder / "report.json"]
    return tollbridge("verify", *asked, "--scripts", folder / "scripts", "--full", *options)


def scripts_run(folder: Path, target: Target, url: str) -> Iterator[str]:
    """Run every script that was written, as its reader would; what they printed."""
    assert target.stripe
    port = target.stripe[1]
    stripe = [sys.executable, "-m", "tollbridge", "stripe", "--port", str(port), "--world", str(WORLD), "--quiet"]
    tokens = {f"{kind}TOKEN_{n}": "x" for n in range(1, 13) for kind in ("", "UNSIGNED_", "TAMPERED_", "ALTERED_")}
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {"TARGET": url, "STRIPE": f"http://127.0.0.1:{port}", "PATH": programs, **tokens}
    pytest_all = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    with launched(stripe, ready=f"http://127.0.0.1:{port}/_tollbridge/health", cwd=ROOT):
        for command in [pytest_all, *(["sh", str(script)] for script in sorted(folder.glob("*.sh")))]:
            code, output = on_a_terminal(command, **environment)
            assert code == 1, output
            assert " passed" not in output
            yield output


def assert_nothing_was_obeyed(output: str, hostile_file: Path) -> None:
    """Assert that a terminal was told nothing but our styles, and that no text was run."""
    assert MARK in output
    assert obeyed(output) == []
    assert not hostile_file.exists()


@pytest.mark.long
def test_each_part_of_a_hostile_answer_is_shown_as_text(tmp_path: Path) -> None:
    """Whatever the target answers, and tells Stripe, is a finding of its own: report and JSON have it as text."""
    target = Target(tmp_path / "canary", ("127.0.0.1", free_port()))
    with serving(target.answer) as url:
        code, output = run_against(target, url, tmp_path, "--world", WORLD, "--checks", "accepts-valid")
    assert code == 1, output
    assert len(target.given) == len(target.answers) + len(target.told)
    assert_nothing_was_obeyed(output, target.canary)
    report = json.loads((tmp_path / "report.json").read_bytes())
    # No error_code, and one that is no word, are one cause.
    assert len(report["findings"]) == len(target.given) - 1


@pytest.mark.long
def test_the_scripts_of_a_hostile_target_run_nothing_of_it(tmp_path: Path) -> None:
    """Findings of several checks, with scripts that find them again; what these print is text too."""
    target = Target(tmp_path / "canary", ("127.0.0.1", free_port()))
    with serving(target.answer) as url:
        code, output = run_against(target, url, tmp_path, "--world", WORLD, "--hold", "choice")
        assert code == 1, output
        assert_nothing_was_obeyed(output, target.canary)
        scripts = [*(tmp_path / "scripts").iterdir()]
        assert len(scripts) >= 16
        assert len({script.stem.rpartition("-")[0] for script in scripts if script.suffix == ".sh"}) > 3
        assert all(script.read_bytes().isascii() for script in scripts)
        printed = [*scripts_run(tmp_path / "scripts", target, url)]
    assert any(MARK in output for output in printed)
    assert [output for output in printed if obeyed(output)] == []
    assert not target.canary.exists()


@pytest.mark.long
def test_a_hostile_contract_and_world(hostile: Hostile, tmp_path: Path) -> None:
    """With the target against them: rules, paths, members, tokens and names are text in report, JSON and scripts."""
    target = Target(hostile.canary, ("127.0.0.1", free_port()))
    with serving(target.answer) as url:
        options = ["--contract", hostile.contract, "--world", hostile.world, "--hold", "choice", "--max-time", "60"]
        code, output = run_against(target, url, tmp_path, *options)
    assert code == 1, output
    assert_nothing_was_obeyed(output, hostile.canary)
    report = json.loads((tmp_path / "report.json").read_bytes())
    assert any(MARK in rule["id"] for rule in report["rules"])
    scripts = [*(tmp_path / "scripts").iterdir()]
    assert [script for script in scripts if MARK in script.read_text("ascii")]
    assert {script.parent for script in scripts} == {tmp_path / "scripts"}


@pytest.mark.long
def test_the_commands_of_a_hostile_world(hostile: Hostile, tmp_path: Path) -> None:
    """Tables, counts and complaints are shown on one line each; a world is pushed as it is, but not to a terminal."""
    code, output = tollbridge("world", "show", hostile.world)
    assert (code, "owned" in output, obeyed(output)) == (0, True, [])
    code, output = tollbridge("world", "check", hostile.world)
    assert (code, obeyed(output)) == (0, [])
    document = json.loads(hostile.world.read_bytes())
    text = payload(hostile.canary)
    document["accounts"][0] |= {"role": text, short(text): text, "token": f"secret {text}", "organization": 5}
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(document))
    code, output = tollbridge("world", "check", broken)
    assert (code, obeyed(output), "secret Canary" in output) == (1, [], False)
    assert all(line.startswith(("Error: ", str(tmp_path))) for line in output.strip().split("\n"))
    assert "accounts/0/role" in output
    with serving(lambda _: _stripes({"id": f"cus_x\n{text}"})) as url:
        code, output = tollbridge("world", "push", hostile.world, "--stripe", url)
    assert (code, obeyed(output), "is not an id" in output) == (1, [], True)
    with serving(lambda _: _stripes({"id": "cus_1"})) as url:
        code, output = tollbridge("world", "push", hostile.world, "--stripe", url)
    assert (code, obeyed(output)) == (0, [])
    assert not hostile.canary.exists()


def _stripes(document: Mapping[str, str], status: int = 200) -> bytes:
    body = json.dumps(document).encode()
    head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


@pytest.mark.long
def test_a_hostile_desk(hostile: Hostile) -> None:
    """A token that is no token is not printed where a shell reads it; a refusal's words are text."""
    text = payload(hostile.canary)
    for answer in (_stripes({"access_token": f"abc\n{text}"}), _stripes({"access_token": ""}), b"\x1b[2J\r\n\r\n"):
        with serving(lambda _, answer=answer: answer) as url:  # type: ignore[misc]
            code, output = tollbridge("token", "--account", "1", "--url", url)
        assert (code, obeyed(output), "no Tollbridge" in output) == (1, [], True)
    with serving(lambda _: _stripes({"detail": text}, 404)) as url:
        code, output = tollbridge("token", "--account", "1", "--url", url)
    assert (code, obeyed(output), MARK in output) == (1, [], True)


@pytest.mark.long
def test_what_a_target_asks_of_stripe_is_text_in_an_error(hostile: Hostile, tmp_path: Path) -> None:
    """A route that nobody has, and an id that the world does not have, end the run with one line each."""
    text = payload(hostile.canary)
    for told in ({"path": "/v1/nothing"}, {"form": {"customer": f"cus_{text}", "amount": "1", "currency": "usd"}}):
        target = Target(hostile.canary, ("127.0.0.1", free_port()))
        target.answers, target.told = [], [{**TOLD, **told}]
        with serving(target.answer) as url:
            code, output = run_against(target, url, tmp_path, "--world", WORLD)
        assert code == 2, output
        assert obeyed(output) == []
        assert len(output.strip().split("\n")) == 1


class Markup(HTMLParser):
    """Collects the tags of a page with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags += [(tag, name) for name, _ in attrs] or [(tag, None)]


def test_the_banner_and_the_pages_of_a_hostile_contract(hostile: Hostile, tmp_path: Path) -> None:
    """What the banner says to paste runs nothing, and the docs have no tag but their own."""
    second, port = ROOT / "tests" / "second", free_port()
    document = yaml.safe_load((second / "openapi.yaml").read_text())
    text = payload(hostile.canary)
    document["info"]["title"] = text
    (operation,) = (item["post"] for item in document["paths"].values())
    operation["requestBody"]["content"]["application/json"]["example"] = {"note": text}
    document["paths"] = {f"/gates/{{gate}}/$(touch$IFS{hostile.canary})": {"post": operation}}
    contract = tmp_path / "openapi.json"
    contract.write_text(json.dumps(document))
    command = [sys.executable, "-m", "tollbridge", "serve", "--port", str(port), "--contract", str(contract)]
    command += ["--handlers", str(second / "handlers"), "--world", str(hostile.world)]
    with terminal() as (there, got):
        server = subprocess.Popen(command, stdout=there, stderr=there, cwd=ROOT, env=ENVIRONMENT)
        try:
            wait_until(lambda: answers(f"http://127.0.0.1:{port}/_tollbridge/health"), server, got)
            pages = [_page(f"http://127.0.0.1:{port}/_tollbridge/{path}") for path in ("docs", "problems")]
            assert not _found(f"http://127.0.0.1:{port}/v2/%1b[2J%c2%9b%e2%80%ae")
        finally:
            server.terminate()
            server.wait(20)
    banner = text_of(got)
    assert (obeyed(banner), "owned" in banner) == ([], True)
    assert "GET /v2/" in banner, banner[-300:]
    pasted = "curl" + banner.partition("  curl")[2].partition("\n\n")[0]
    (tmp_path / "curl").write_text('#!/bin/sh\nfor word do printf "%s\\n" "$word"; done')
    (tmp_path / "curl").chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = subprocess.run(["sh", "-c", pasted], env={"PATH": path}, capture_output=True, text=True, check=True)
    assert f"/v2/gates/1/$(touch$IFS{hostile.canary})" in done.stdout
    assert json.dumps({"note": text}) in done.stdout
    assert not hostile.canary.exists()
    for page in pages:
        found = Markup()
        found.feed(page)
        assert not {"img", "b", "a href"} & {tag for tag, _ in found.tags} or MARK not in page
        assert not [name for _, name in found.tags if (name or "").startswith("on")]
        assert "<script>alert" not in page
    assert MARK in pages[0]


def wait_until(there: Callable[[], bool], server: "subprocess.Popen[bytes]", got: list[bytes]) -> None:
    """Wait until a server answers."""
    until = time.monotonic() + 60
    while not there():
        assert time.monotonic() < until, text_of(got)
        assert server.poll() is None, text_of(got)
        time.sleep(0.05)


def _found(url: str) -> bool:
    try:
        urlopen(url, timeout=10).close()
    except HTTPError as missing:
        return missing.code != 404
    return True


def _page(url: str) -> str:
    with urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())
