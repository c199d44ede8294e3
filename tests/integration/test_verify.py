"""`tollbridge verify` as a user runs it: against our own server, the examples, another contract, and broken targets."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import ROOT, serve_command
from tests.targets import BROKEN, behind_tls, broken_target
from tollbridge.launch import free_port, launched

EXAMPLES = ROOT / "examples"
WORLD = EXAMPLES / "world.yaml"


def verify(*arguments: str, within: float = 300, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the command."""
    command = [sys.executable, "-m", "tollbridge", "verify", *arguments]
    env = {**os.environ, **environment}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=within, check=False)


@contextmanager
def example(name: str) -> Iterator[tuple[str, str]]:
    """Run an example server; its URL, and the address that it has as its Stripe."""
    port, stripe = free_port(), free_port()
    url, listen = f"http://127.0.0.1:{port}", f"127.0.0.1:{stripe}"
    command = [sys.executable, str(EXAMPLES / "flask_server" / name), str(port), str(WORLD)]
    with launched(command, ready=url, env={**os.environ, "STRIPE_API_BASE": f"http://{listen}"}):
        yield url, listen


@pytest.fixture(scope="module")
def own_report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A whole run against our own server."""
    path = tmp_path_factory.mktemp("verify") / "report.json"
    done = verify("--profile", "thorough", "--json", str(path), "--max-examples", "15")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "clean" in done.stdout.splitlines()[-1]
    report: dict[str, Any] = json.loads(path.read_bytes())
    return report


@pytest.mark.long
def test_our_own_server_is_clean_and_every_check_was_exercised(own_report: dict[str, Any]) -> None:
    """Nothing is found, what can be provoked was, and aside is only what a wrong target gives occasion to."""
    assert own_report["findings"] == []
    assert own_report["not_exercised"] == []
    aside = {check["name"]: check["not_applicable"] for check in own_report["checks"] if check["not_applicable"]}
    assert aside == {
        "asks-for-what-was-requested": "the target gave no occasion"
    }  # Stripe refuses nothing that ours asks
    assert all(check["held"] > 0 for check in own_report["checks"] if check["name"] not in aside)


@pytest.mark.long
def test_the_report_has_the_ledger(own_report: dict[str, Any]) -> None:
    """Every rule stands there, exercised and kept, waived, or not to be seen from outside."""
    verdicts = {rule["id"]: rule["verdict"] for rule in own_report["rules"]}
    assert set(verdicts.values()) == {"kept", "waived", "not the harness's to see"}
    assert {rule for rule, verdict in verdicts.items() if verdict == "not the harness's to see"} == {
        "page.example",
        "refusal.page",
        "prefer.steers",
    }


@pytest.mark.long
def test_a_server_that_is_not_ours_is_not_accused(tmp_path: Path) -> None:
    """The example in Flask, which differs where it may, is clean from both sides."""
    path = tmp_path / "report.json"
    with example("server.py") as (url, stripe):
        whole = ["--profile", "thorough", "--max-examples", "5"]
        done = verify(url, "--stripe-listen", stripe, "--world", str(WORLD), "--json", str(path), *whole)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(path.read_bytes())
    assert report["two_sided"] is True
    assert report["held"] == ["documented", "provider"]
    assert report["calls"] > 1_000


@pytest.mark.long
def test_one_side_alone_says_what_it_cannot_see(tmp_path: Path) -> None:
    """Without Stripe's side the client's side is judged, and the rest is not applicable, with the reason."""
    path = tmp_path / "report.json"
    with example("server.py") as (url, stripe):
        simulator = [sys.executable, "-m", "tollbridge", "stripe", "--port", stripe.rpartition(":")[2], "--quiet"]
        with launched(simulator, ready=f"http://{stripe}/_tollbridge/health"):
            done = verify(url, "--world", str(WORLD), "--json", str(path), "--max-examples", "0")
    assert done.returncode == 0, done.stdout + done.stderr
    aside = {check["name"]: check["not_applicable"] for check in json.loads(path.read_bytes())["checks"]}
    assert "--stripe-listen" in aside["one-intent"]
    assert aside["accepts-valid"] is None


@pytest.mark.long
def test_a_target_behind_tls(tmp_path: Path) -> None:
    """An https URL is judged where its certificate is trusted, and is exit code 2 with a sentence where it is not."""
    port, stripe = free_port(), free_port()
    command = [sys.executable, str(EXAMPLES / "flask_server" / "faulty.py"), str(port), str(WORLD)]
    environment = {**os.environ, "STRIPE_API_BASE": f"http://127.0.0.1:{stripe}"}
    with (
        launched(command, ready=f"http://127.0.0.1:{port}", env=environment),
        behind_tls(port, tmp_path) as (url, known),
    ):
        asked = [url, "--stripe-listen", f"127.0.0.1:{stripe}", "--world", str(WORLD), "--fail-fast"]
        trusted = verify(*asked, "--scripts", str(tmp_path), SSL_CERT_FILE=str(known))
        strange = verify(*asked)
    assert trusted.returncode == 1, trusted.stdout + trusted.stderr
    assert "subscription-stays" in trusted.stdout
    assert [*tmp_path.glob("test_*.py")]
    assert (strange.returncode, "no TLS with the target" in strange.stderr) == (2, True)


def test_a_target_that_is_still_starting_is_waited_for() -> None:
    """With `--start-within` the first call waits until somebody answers at the URL; without it nobody is there."""
    port, stripe = free_port(), free_port()
    program = str(EXAMPLES / "flask_server" / "faulty.py")
    late = f"import time, runpy; time.sleep(4); runpy.run_path({program!r}, None, '__main__')"
    asked = [f"http://127.0.0.1:{port}", "--stripe-listen", f"127.0.0.1:{stripe}", "--world", str(WORLD), "--fail-fast"]
    hasty = verify(*asked)
    assert (hasty.returncode, "No target answers" in hasty.stderr) == (2, True)
    environment = {**os.environ, "STRIPE_API_BASE": f"http://127.0.0.1:{stripe}"}
    with subprocess.Popen([sys.executable, "-c", late, str(port), str(WORLD)], env=environment) as target:
        try:
            patient = verify(*asked, "--start-within", "120")
        finally:
            target.kill()
    assert patient.returncode == 1, patient.stdout + patient.stderr


def test_our_own_server_that_does_not_start_is_told_with_its_log(tmp_path: Path) -> None:
    """It is exit code 2 at once, with its own words."""
    (tmp_path / "handlers").mkdir()
    done = verify("--handlers", str(tmp_path / "handlers"), within=300)
    assert done.returncode == 2
    assert "The target does not start" in done.stderr
    assert "payment_intents" in done.stderr


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_tells_what_it_has(sent: signal.Signals, tmp_path: Path) -> None:
    """It ends with exit code 2, says that it did not finish, and leaves its evidence and no server behind."""
    evidence = tmp_path / "evidence.ndjson"
    command = [sys.executable, "-m", "tollbridge", "verify", "--max-examples", "0", "--evidence", str(evidence)]
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while time.monotonic() < until and not (evidence.exists() and evidence.stat().st_size > 100_000):
        time.sleep(0.05)
    run.send_signal(sent)
    out, err = run.communicate(timeout=120)
    assert run.returncode == 2, out + err
    assert "not finished: interrupted" in out
    assert "Traceback" not in err
    assert verify("--from", str(evidence)).returncode == 0


@pytest.mark.parametrize("option", ["--json", "--scripts"])
def test_a_place_that_cannot_be_written_is_told_before_the_run(option: str, tmp_path: Path) -> None:
    """Nobody loses a report after minutes."""
    file = tmp_path / "file"
    file.write_text("")
    done = verify(option, str(file / "below"), within=300)
    assert (done.returncode, "cannot be" in done.stderr) == (2, True)


@pytest.mark.long
def test_the_faulty_example_is_found_with_scripts_that_fail_again(tmp_path: Path) -> None:
    """One finding, offline too; its scripts exit 1 against the faulty server, and 0 against the right one."""
    path, folder = tmp_path / "report.json", tmp_path / "scripts"
    with example("faulty.py") as (url, stripe):
        asked = [url, "--stripe-listen", stripe, "--world", str(WORLD), "--checks", "subscription-stays"]
        asked += ["--max-examples", "0", "--fail-fast"]
        evidence = tmp_path / "evidence.ndjson"
        done = verify(*asked, "--json", str(path), "--scripts", str(folder), "--evidence", str(evidence))
        assert done.returncode == 1, done.stdout + done.stderr
        again = verify(*asked, "--baseline", str(path), "--max-time", "20")
        assert "1 known" in again.stdout.splitlines()[-1]
    [finding] = json.loads(path.read_bytes())["findings"]
    offline = tmp_path / "offline.json"
    assert verify("--from", str(evidence), "--json", str(offline), "--checks", "subscription-stays").returncode == 1
    [again] = json.loads(offline.read_bytes())["findings"]
    assert [again[name] for name in ("fingerprint", "found", "rules")] == [
        finding[name] for name in ("fingerprint", "found", "rules")
    ]
    assert "example-token" not in evidence.read_text()
    assert (finding["check"], finding["reproduced"]) == ("subscription-stays", True)
    [shell], [test] = [*folder.glob("*.sh")], [*folder.glob("test_*.py")]
    for server, verdict in (("faulty.py", 1), ("server.py", 0)):
        with example(server) as (url, stripe):
            command = [sys.executable, "-m", "tollbridge", "stripe", "--port", stripe.rpartition(":")[2], "--quiet"]
            with launched(command, ready=f"http://{stripe}/_tollbridge/health"):
                environment = {**os.environ, "TARGET": url, "STRIPE": f"http://{stripe}"}
                for script in (
                    ["sh", str(shell)],
                    [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)],
                ):
                    ran = subprocess.run(
                        script, env=environment, capture_output=True, text=True, timeout=300, check=False
                    )
                    assert ran.returncode == verdict, ran.stdout + ran.stderr


@pytest.mark.long
def test_another_contract_is_verified() -> None:
    """A contract with other names, without subscription, charge or problems, is judged as far as it says something."""
    second = ROOT / "tests" / "second"
    done = verify(
        "--contract", str(second / "openapi.yaml"), "--handlers", str(second / "handlers"), "--max-examples", "20"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not applicable: x-stripe names no member that charges on the server" in done.stdout


def test_another_contracts_fault_is_found(tmp_path: Path) -> None:
    """A handler that charges another price is found by what x-stripe says of the contract's own names."""
    second = ROOT / "tests" / "second"
    source = (second / "handlers" / "fees.py").read_text()
    wrong = source.replace('amount=body["price"]', 'amount=body["price"] + 1')
    assert wrong != source
    (tmp_path / "fees.py").write_text(wrong)
    done = verify("--contract", str(second / "openapi.yaml"), "--handlers", str(tmp_path), "--fail-fast")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "intent-carries-the-request" in done.stdout


@pytest.mark.parametrize("kind", sorted(BROKEN))
def test_a_target_that_does_not_serve(kind: str) -> None:
    """A target that hangs, answers garbage, closes or floods is a finding, within the bound, without a traceback."""
    with broken_target(kind) as url:
        done = verify(url, "--answer-within", "0.5", "--max-time", "20", within=300)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "answers  [critical]" in done.stdout


@pytest.mark.long
def test_what_cannot_be_asked_is_a_sentence(tmp_path: Path) -> None:
    """Exit code 2 and a sentence: nobody there, no such check, no contract, the address taken, another world."""
    port = free_port()
    nobody = f"http://127.0.0.1:{port}"
    broken = tmp_path / "openapi.yaml"
    broken.write_text('openapi: 3.0.3\ninfo: {title: None, version: "1"}\npaths: {}\n')
    other = tmp_path / "world.yaml"
    other.write_text(WORLD.read_text().replace("cus_Quay", "cus_Else").replace("cus_Inland", "cus_Elsewh"))
    one = tmp_path / "one.yaml"
    one.write_text(WORLD.read_text().replace("cus_QuaySeven", "cus_Elsewhere"))
    with launched(serve_command(port), ready=f"{nobody}/_tollbridge/health"):
        taken = verify(nobody, "--stripe-listen", f"127.0.0.1:{port}")
    with example("server.py") as (url, stripe):
        elsewhere = verify(url, "--stripe-listen", stripe, "--world", str(other))
        partly = verify(url, "--stripe-listen", stripe, "--world", str(one))
    for done, said in (
        (verify(nobody), "the target refuses connections"),
        (verify("--checks", "honesty"), "There is no check honesty"),
        (verify("--contract", str(broken)), "no operation takes a JSON body"),
        (taken, "cannot be had"),
        (elsewhere, "The world does not match the target"),
        (partly, "it asks Stripe for cus_QuaySeven00007, which the world file does not have"),
        (verify("--from", str(broken)), "line 1 is no evidence"),
        (verify("--from", str(broken), nobody), "leave out URL"),
        (verify("ftp://127.0.0.1:1"), "is no URL of a server"),
        (verify("http://127.0.0.1:1/?a=b"), "is no URL of a server"),
        (verify("--stripe-listen", "nowhere"), "is no HOST:PORT"),
    ):
        assert done.returncode == 2, done.stdout + done.stderr
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_a_token_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A world that takes a token from the environment says which variable is missing."""
    world = tmp_path / "world.yaml"
    world.write_text(WORLD.read_text().replace("token: example-token-of-account-1}", "token: $TARGET_TOKEN_NONE}"))
    with example("server.py") as (url, _stripe):
        done = verify(url, "--world", str(world))
    assert (done.returncode, "Set TARGET_TOKEN_NONE" in done.stderr) == (2, True)


def test_the_checks_are_listed() -> None:
    """--list-checks tells of each what it asserts."""
    done = verify("--list-checks")
    assert done.returncode == 0
    assert "one-intent" in done.stdout
    assert "An accepted request makes exactly one PaymentIntent." in done.stdout
