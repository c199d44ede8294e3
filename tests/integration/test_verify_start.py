"""`tollbridge verify --start`: the target is a process of the run's, from its start to its end, and its log is read."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mutants.consumers import PATH, SECRET, running
from tests.integration.conftest import ROOT, serve_command
from tests.waiting import wait_until
from tollbridge import verify as harness
from tollbridge.cli.options import DEFAULTS
from tollbridge.cli.verify import verify as command_line
from tollbridge.launch import answers, free_port, launched
from tollbridge.verify import Report
from tollbridge.verify.reports.text import text
from tollbridge.verify.run import Say

WORLD = ROOT / "examples" / "world.yaml"
PYTHON = shlex.quote(sys.executable)


def started(fault: str) -> str:
    """Return the command that starts a small target."""
    return f"exec {PYTHON} {ROOT / 'tests' / 'small_target.py'} '{fault}'"


def judged(command: str | None, say: Say = lambda _what, _part: None, **options: Any) -> Report:
    """Judge the target that a command starts, or one that runs."""
    usual = {"contract": DEFAULTS.contract, "handlers": DEFAULTS.handlers, "world": DEFAULTS.world, "max_examples": 0}
    return harness.verify(harness.VerifyOptions(start=command, **{**usual, **options}), say)


def until(table: str) -> Say:
    """Return what ends a run before a table, as Ctrl-C does."""

    def say(what: str, _part: float) -> None:
        if what == table:
            raise KeyboardInterrupt

    return say


@pytest.mark.long
def test_a_target_that_remembers_is_started_anew_for_each_replay() -> None:
    """Its finding keeps the call that it remembers, says so, and has scripts that fail on a target just started."""
    report = judged(
        started("remembers"),
        checks=("intent-carries-the-request",),
        fail_fast=True,
        start_env=(("WHO", "port {port}"),),
    )
    run = report.document()
    printed = text(run)
    [finding] = run["findings"]
    assert len(finding["steps"]) == 2
    assert "the target remembers" in finding["remembers"]
    assert finding["remembers"] in printed
    assert set(finding["scripts"]) == {"sh", "pytest"}
    port = report.url.rpartition(":")[2]
    assert finding["target_log"][-1] == f"asked for 100000 with *** of port {port}"
    assert "the end of the target's log\n     asked for" in printed
    assert "ofasmalltarget" not in printed + json.dumps(run)


def test_a_target_at_a_url_that_remembers_is_told_by_an_equal_call() -> None:
    """Nothing sets it back; a call that was answered rightly before says that the finding is not the call's alone."""
    listen, url = ("127.0.0.1", free_port()), f"http://127.0.0.1:{(port := free_port())}"
    environment = {**os.environ, "STRIPE_API_BASE": f"http://127.0.0.1:{listen[1]}", "PORT": str(port)}
    with launched(started("tires"), ready=url, env=environment):
        report = judged(None, url=url, stripe_listen=listen, checks=("intent-carries-the-request",), fail_fast=True)
    [finding] = report.document()["findings"]
    assert "an equal call was answered rightly before" in finding["remembers"]
    assert finding["target_log"] == []


@pytest.mark.long
def test_a_target_that_dies_is_told_with_its_log_and_started_anew() -> None:
    """The finding beside which it ended has its last words and its exit code; the run goes on with a new process."""
    report = judged(started("dies"), until("sequences"), checks=("answers",), every=16)
    assert report.unfinished == "interrupted"
    finding = report.document()["findings"][0]
    assert "closed the connection" in finding["found"]
    assert finding["target_log"][-2:] == ["cannot bear descriptions", "(the process ended with code 7)"]
    assert finding["reproduced"]


@pytest.mark.long
def test_our_own_server_by_its_command() -> None:
    """A whole server with tokens of its own is judged from both sides, and is no more there when the run has ended."""
    url = f"http://127.0.0.1:{free_port()}"
    serve = f"{PYTHON} -m tollbridge serve --port $PORT --stripe $STRIPE --no-prefer --quiet"
    report = judged(serve, until("tokens"), url=url, start_env=(("STRIPE", "{stripe}"),))
    assert (report.findings, report.two_sided, report.unfinished) == ([], True, "interrupted")
    assert report.calls > 20
    assert not answers(url)


def test_a_target_that_asks_for_refunds_and_prices_is_judged() -> None:
    """Its Stripe has both, so what follows from its calls can be judged."""
    report = judged(
        started("asks for refunds and prices"), checks=("intent-carries-the-request",), every=16, max_time=4
    )
    assert (report.findings, report.unfinished, report.two_sided) == ([], None, True)
    assert report.tally.successes


def test_a_target_that_registers_an_endpoint_is_judged_as_a_consumer() -> None:
    """At the end of its run, with the secret that our Stripe gave it: this one takes what nobody signed."""
    report = judged(started("consumes webhooks"), checks=("intent-carries-the-request",), every=16, max_time=4)
    run = report.document()
    assert {finding["check"] for finding in run["findings"]} == {"webhook-signature", "webhook-timestamp"}
    assert run["exit_code"] == 1
    aside = {check["name"]: check["not_applicable"] for check in run["checks"]}
    assert "--webhook-state" in aside["webhook-duplicates"]
    assert "whsec_" not in json.dumps(run)
    assert "signed with another secret: 200" in text(run)


def test_a_consumer_alone_is_judged_by_the_command(tmp_path: Path) -> None:
    """With its address and secret, and no target; the report has all formats, and the exit code says what was found."""
    with running("counts each delivery") as consumer:
        state = f"{consumer.url}/orders/{{payment_intent}}"
        command = ["--webhook", consumer.url + PATH, "--webhook-secret", SECRET, "--webhook-state", state]
        files = [f"--{name}={tmp_path / name}" for name in ("json", "junit", "sarif", "html", "gitlab")]
        done = CliRunner().invoke(command_line, [*command, *files])
    assert done.exit_code == 1, done.output
    [finding] = json.loads((tmp_path / "json").read_text())["findings"]
    assert finding["check"] == "webhook-duplicates"
    for name in ("json", "junit", "sarif", "html", "gitlab"):
        assert "webhook-duplicates" in (tmp_path / name).read_text(), name
    with running("right") as consumer:
        command = ["--webhook", consumer.url + PATH, "--webhook-secret", SECRET]
        done = CliRunner().invoke(command_line, command)
    assert (done.exit_code, "clean" in done.output) == (0, True), done.output


def test_a_consumer_needs_an_address_and_a_secret() -> None:
    """Wrong usage is exit code 2 with a sentence; so is a consumer that is not there."""
    for more, said in (
        ([], "--webhook needs --webhook-secret"),
        (["--webhook-secret", "mine"], "whsec_"),
        (["--webhook-secret", SECRET, "--webhook-state", "nowhere"], "is not an address"),
    ):
        done = CliRunner().invoke(command_line, ["--webhook", "http://127.0.0.1:1", *more])
        assert (done.exit_code, said in done.output) == (2, True), done.output


def test_what_cannot_be_started_is_a_sentence() -> None:
    """It ends, and its log is told; it goes to the background; another is there; a variable names no address."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    refused(started("cannot start"), "no database at db.example")
    refused(f"{started('none').removeprefix('exec ')} &", "The process ended with code 0")
    refused(started("none"), "{strype}, which stands for nothing", start_env=(("A", "{strype}"),))
    with launched(serve_command(port), ready=f"{url}/_tollbridge/health"):
        refused(started("none"), "Something answers at", url=url)


def refused(command: str, said: str, **options: Any) -> None:
    """Assert that a run is refused."""
    with pytest.raises(harness.VerifyError, match=re.escape(said)):
        judged(command, **options)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("asks another Stripe", "has not asked the Stripe at 127.0.0.1:"),
        ("knows no token", "knows none of the world's tokens"),
    ],
)
def test_a_mistake_in_the_set_up_is_a_sentence_and_not_a_finding(fault: str, said: str) -> None:
    """A target that is connected to another Stripe, or lives in another world, is not judged."""
    refused(started(fault), said, world=WORLD)


@pytest.mark.parametrize(("spelling", "arrives"), [(None, False), ("Organization-Id", True)])
def test_a_header_that_does_not_arrive_is_said(spelling: str | None, *, arrives: bool) -> None:
    """A run in which no header named an organization is not clean; another spelling can be told."""
    report = judged(
        started("spells otherwise"), world=WORLD, max_time=3, checks=("answers",), organization_header=spelling
    )
    said = [what for what in report.unexercised if "nothing that names an organization arrives" in what]
    assert (len(said), report.findings) == (0 if arrives else 1, [])
    assert (report.document()["not_judged"] == []) is arrives
    assert report.exit_code == 2
    assert all("organization_id" in what and "--organization-header" in what for what in said)


@pytest.mark.parametrize("wrong", [["--start", "x", "--start-env", "A"], ["--start-env", "A=b"]])
def test_variables_belong_to_a_command_and_have_a_value(wrong: list[str]) -> None:
    """Anything else is a mistake of whoever types it."""
    done = CliRunner().invoke(command_line, wrong)
    assert (done.exit_code, "NAME=VALUE" in done.output or "--start CMD" in done.output) == (2, True)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_run_that_is_ended(sent: signal.Signals) -> None:
    """Whoever ends the run ends the target with it, even by a kill."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "tollbridge", "verify", url, "--max-examples", "0", "--start", started("none")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        try:
            wait_until(lambda: answers(url))
        finally:
            run.send_signal(sent)
        run.communicate(timeout=60)
    wait_until(lambda: not answers(url))
