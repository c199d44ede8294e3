"""Scripts of findings: what a target, a contract or a world says stands in them as data, whatever it is."""

import ast
import io
import json
import os
import subprocess
import tokenize
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.hostile import MARK, in_a_word, on_a_line, path_of, payload, visible
from tests.unit.test_verify_checks import RIGHT, SUBJECT, evidence, exchange
from tests.unit.test_verify_scripts import player_of
from tollbridge.simulator import Fault
from tollbridge.verify.checks import CHECKS
from tollbridge.verify.findings import script_runtime
from tollbridge.verify.findings.pytest_script import CODING, pytest_script
from tollbridge.verify.findings.script import Shown, is_endless, variables, written
from tollbridge.verify.findings.shell_script import shell_script
from tollbridge.verify.model.evidence import Known
from tollbridge.verify.model.exchange import Exchange
from tollbridge.verify.model.steps import OWN, TWO, UNKNOWN, AtStripe, Break, Call, Case, Mend, Step, Together
from tollbridge.verify.target.authorization import SPELT
from tollbridge.verify.target.connection import DRIP, FLOOD
from tollbridge.verify.target.runner import Runner

CALL = Call(SUBJECT.operation, {"amount": 4200, "currency": "usd"})
SCRIPTS = {"sh": shell_script, "pytest": pytest_script}
CANARY = Path("/tmp/canary-of-no-run")
TEXT = payload(CANARY)
NAME = "# {}, finding 0123456789ab."


OURS = ("media", "headers")
"""Names of members that are ours, of what a contract documents."""


def hostile(value: Any) -> Any:
    """Return a value in which every text, and every name of a member, is hostile: whatever the value is made of."""
    if isinstance(value, str):
        return value + TEXT
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: hostile(getattr(value, field.name)) for field in fields(value)})
    if isinstance(value, dict):
        return {name if name in OURS else hostile(name): hostile(item) for name, item in value.items()}
    return [hostile(item) for item in value] if isinstance(value, list) else value


def hostile_exchange() -> Exchange:
    """An exchange whose every text is hostile, compared with another, at the end of a group, with much known."""
    known = Known({"a canary": "a description"}, ["secret"], ["key"], ["id"])
    x = evidence(known=known, faults=[{"kind": "500"}])
    whole = replace(x, previous=x, parallel=[x, x], same=True, equal=True)
    terms = replace(RIGHT.terms, responses=dict([*RIGHT.terms.responses.items()][:2]))  # of all of them it takes long
    right = replace(RIGHT, terms=terms, error={"code": "x"})
    return Exchange(hostile(whole), hostile(replace(right, previous=right, parallel=[right, right])))


def hostile_player() -> Runner:
    """A player whose tokens are hostile too."""
    return player_of({1: visible(TEXT), 2: "token-2"})


def scripts_of(*steps: Step, check: str = "answers", by: Runner | None = None) -> dict[str, str]:
    """Both scripts of a finding."""
    case = Case(TEXT, steps or (CALL, CALL), same=True)
    shown = Shown(by or hostile_player(), case, hostile_exchange(), CHECKS[check], TEXT, "0123456789ab")
    made = {kind: written(script, shown) for kind, script in SCRIPTS.items()}
    assert None not in made.values(), check
    return made  # type: ignore[return-value]


def assert_plain_code(source: str) -> None:
    """Assert that Python code has hostile text in its literals only, and no comment but ours."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        assert token.type != tokenize.COMMENT or MARK not in token.string
    for node in ast.walk(ast.parse(source)):
        names = {
            getattr(node, name) for name in ("id", "attr", "arg", "name") if isinstance(getattr(node, name, 0), str)
        }
        assert not any(MARK in name or name in ("__import__", "system") for name in names)


def assert_harmless(scripts: dict[str, str], check: str = "answers") -> None:
    """Assert it of both scripts: ASCII, comments of ours only, and of the sh script its Python part."""
    for script in scripts.values():
        assert script.isascii()
        assert script.replace("\n", "").isprintable()
        assert not [line for line in script.split("\n") if line.startswith("#") and MARK in line]
    assert scripts["pytest"].split("\n")[:2] == [CODING, NAME.format(check)]
    assert_plain_code(scripts["pytest"])
    before, _, rest = scripts["sh"].partition("<<'JUDGE'\n")
    judge, _, sent = rest.partition("\nJUDGE\n")
    assert MARK not in before
    assert "\nJUDGE\n" not in sent
    assert_plain_code(judge)


@pytest.mark.parametrize("check", CHECKS)
def test_whatever_is_expected_is_data_in_both_scripts(check: str) -> None:
    """The contract's words and schemas, what was seen, and the cause, in the scripts of every check."""
    scripts = scripts_of(check=check)
    assert_harmless(scripts, check)
    assert MARK in scripts["pytest"]


BODIES: tuple[bytes, ...] = (
    *(
        TEXT.encode(),
        on_a_line(TEXT).encode(),
        visible(TEXT).encode(),
        b"@/etc/passwd",
        b"-",
        b"",
        b"\0\xff\n",
        b"a\n\n",
    ),
)


def steps() -> Iterator[Step]:
    """Hostile text in every part of every kind of step."""
    for body in BODIES:
        yield replace(CALL, raw=body)
    yield replace(CALL, document={TEXT: TEXT}, note=TEXT)
    yield CALL.but(path=f"/{path_of(TEXT)}")
    yield CALL.but(path=visible(TEXT))
    yield CALL.but(path="@evil.example/")
    yield CALL.but(method=visible(TEXT))
    yield CALL.but(headers=((in_a_word(TEXT), on_a_line(TEXT)), ("X-Empty", ""), (visible(TEXT), "-")))
    yield CALL.but(content=(("Content-Type", on_a_line(TEXT)),))
    for token in (*SPELT, OWN, UNKNOWN, TWO):
        yield CALL.but(account=1, token=token)
    yield AtStripe(visible(TEXT), {"name": TEXT, "@file": "@/etc/passwd"})
    yield Break(Fault("POST", TEXT, "500"))
    yield Mend()
    yield Together((CALL, CALL.but(raw=TEXT.encode())))


def test_whatever_is_sent_is_data_in_both_scripts() -> None:
    """Paths, methods, headers, bodies, tokens, and what is done at Stripe."""
    for step in steps():
        assert_harmless(scripts_of(CALL, step, CALL))
    assert_harmless(scripts_of(*steps()))


FAKE_CURL = """#!/bin/sh
# Keeps what it was called with; answers each call for a file.
while [ $# -gt 0 ]; do
  printf '%s\\0' "$1" >>"$CALLED"
  case $1 in
  -D) printf 'HTTP/1.1 400 Bad\\r\\nContent-Type: a/b\\r\\n\\r\\n' >"$2" ;;
  -o) printf '%s' "$ANSWERED" >"$2" ;;
  esac
  shift
done
"""


def test_a_script_for_sh_runs_nothing_of_it(tmp_path: Path) -> None:
    """Run by sh, with a curl that only keeps its arguments: these are what was to be sent, and no file is made."""
    canary, kept, curl = tmp_path / "canary", tmp_path / "called", tmp_path / "curl"
    curl.write_text(FAKE_CURL)
    curl.chmod(0o755)
    text = payload(canary)
    sent: list[Step] = [
        CALL.but(path=f"/{path_of(text)}", headers=(("X-Text", on_a_line(text)),), raw=on_a_line(text).encode()),
        AtStripe(f"/v1/x?{visible(text)}", {"name": text}),
        CALL.but(account=1, token="bare"),
    ]
    by = player_of({1: visible(text)})
    # The answer's media type: judged by nothing that a library or our Stripe has to be there for.
    expected = exchange(RIGHT).expectation
    shown = Shown(by, Case("x", tuple(sent)), exchange(expected), CHECKS["media-type"], "400 a b", "0123456789ab")
    script = written(shell_script, shown)
    assert script
    environment = variables(by) | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CALLED": str(kept), "ANSWERED": text}
    done = subprocess.run(
        ["sh", "-c", script], env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert all(c.isprintable() or c == "\n" for c in done.stdout + done.stderr)
    assert "WRONG. Found: The 400 came as a/b." in done.stdout
    assert MARK in done.stdout
    assert not canary.exists()
    called = kept.read_bytes().decode().split("\0")
    for told_curl in (f"X-Text: {on_a_line(text)}", f"name={text}", f"Authorization: {visible(text)}"):
        assert told_curl in called
    assert f"{by.url}/{path_of(text)}" in called


@pytest.mark.parametrize("broken", [FLOOD, f"{DRIP} within 35 s"])
def test_no_script_is_made_for_an_answer_that_does_not_end(broken: str) -> None:
    """Whoever ran it would wait, or fill a disk; of calls under way together one such answer is enough."""
    plain = evidence(answer=None, broken="the target closed the connection")
    endless = replace(plain, broken=broken)
    assert not is_endless(Exchange(plain, RIGHT))
    assert is_endless(Exchange(endless, RIGHT))
    assert is_endless(Exchange(replace(plain, parallel=[endless, plain]), RIGHT))


def test_what_no_word_of_sh_holds_gets_no_script_for_sh() -> None:
    """The other script is made all the same; a number that is none gets neither."""
    x, case = exchange(), Case("x", (CALL.but(path="/a\0b"),))
    shown = Shown(hostile_player(), case, x, CHECKS["answers"], "x", "0123456789ab")
    assert written(shell_script, shown) is None
    assert written(pytest_script, shown)
    case = Case("x", (CALL.but(document={"amount": float("nan")}),))
    shown = Shown(hostile_player(), case, x, CHECKS["free-text-is-not-echoed"], "x", "0123456789ab")
    assert {written(script, shown) for script in SCRIPTS.values()} == {None}


def test_what_scripts_are_made_of_means_the_same_in_ascii() -> None:
    """What is not ASCII in the modules that they take from stands where an escape means the same."""
    verify = Path(script_runtime.__file__).parents[1]
    for file in [*(verify / "checks").glob("*.py"), *(verify / "model").glob("*.py"), Path(script_runtime.__file__)]:
        for token in tokenize.generate_tokens(io.StringIO(file.read_text("utf-8")).readline):
            plain = token.type == tokenize.STRING and not token.string.lower().startswith(("r", "br", "rb", "fr", "rf"))
            assert token.string.isascii() or plain, (file, token.start)


def test_a_script_shows_no_control_character_and_no_secret() -> None:
    """What it prints of an answer is escaped, masked and cut."""
    told_reader = script_runtime.safe(f"{TEXT} pi_1_secret_abc\n{'x' * 10_000}")
    assert all(c.isprintable() or c == "\n" for c in told_reader)
    assert "pi_1_secret_***\n" in told_reader
    assert len(told_reader) < 10_000


def test_the_payload_is_json() -> None:
    """A target can say it."""
    assert json.loads(json.dumps(TEXT)) == TEXT
