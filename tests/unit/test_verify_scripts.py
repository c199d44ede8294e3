"""Scripts of findings: each carries its check's own source, runs with nothing else, and comes to the same verdict."""

import ast
import builtins
import os
import subprocess
import symtable
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.test_verify_checks import FAULTS, SUBJECT, evidence, exchange, sending, told
from tollbridge.simulator import Fault
from tollbridge.verify.checks import CHECKS, Wrong
from tollbridge.verify.evaluator import Evaluator
from tollbridge.verify.findings import pytest_script, shell_script
from tollbridge.verify.findings.script import Shown
from tollbridge.verify.findings.script_bundle import bundle, constructor
from tollbridge.verify.model.evidence import API_KEY, Answer, Evidence
from tollbridge.verify.model.exchange import Exchange
from tollbridge.verify.model.steps import Break, Call, Case, Mend, Step, Together
from tollbridge.verify.model.tokens import Tokens
from tollbridge.verify.run_limit import RunLimit
from tollbridge.verify.target.runner import Runner

KINDS = {"sh": shell_script.shell_script, "pytest": pytest_script.pytest_script}
HOSTILE = "x\"'\\\n\r\x00\u2028\ud800{}$(id)`id`${IFS}\nJUDGE\n# coding: utf-7 é"


def player_of(tokens: dict[int, str]) -> Runner:
    """A player whose tokens scripts may have to name."""
    return Runner("http://127.0.0.1:9", 1.0, None, Tokens(tokens, {}), RunLimit(60, time.monotonic()))


def shown(name: str, x: Exchange, cause: str) -> Shown:
    """What a script of one finding shows."""
    runner = player_of({1: "token-of-account-1"})
    steps: list[Step] = [_call(one) for one in calls_of(x)]
    if x.evidence.parallel:
        steps = [Together(tuple(_call(one) for one in x.evidence.parallel))]
    breaks = [Break(Fault(**fault)) for fault in x.evidence.faults]
    mended = [Break(Fault("POST", None, "500")), Mend()] if x.evidence.after_fault else []
    steps = [*steps[:-1], *breaks, *mended, steps[-1]]
    same, equal = x.evidence.same, x.evidence.equal
    return Shown(runner, Case("a case", tuple(steps), same=same, equal=equal), x, CHECKS[name], cause, "0123456789ab")


def _call(x: Evidence) -> Call:
    sent = x.sent
    return Call(
        SUBJECT.operation, sent.document, sent.account, method=sent.method, note=sent.note, raw=sent.text.encode()
    )


def found(fault: str) -> tuple[str, Exchange, Wrong]:
    """The check, the exchange and the verdict of one of the faults that checks are tested with."""
    name, changes = FAULTS[fault]
    if "faults" in changes and "calls" not in changes:
        changes = changes | {"calls": [told(fault=f"{changes['faults'][0]['kind']} after")]}
    x = exchange(**changes)
    return name, x, next(wrong for _, check, wrong in Evaluator(CHECKS).judge([x]) if check.name == name)


def test_every_check_has_a_fault_to_be_tried_with() -> None:
    """The sweep below leaves out no check."""
    assert {name for name, _ in FAULTS.values()} == CHECKS.keys()


def calls_of(x: Exchange) -> list[Evidence]:
    """The calls of the case that led to an exchange: what it is compared with, what came before it, and its own."""
    last, known = x.evidence, x.evidence.known
    again = evidence() if known.ids or known.secrets or known.idempotency_keys else None
    return last.parallel or [one for one in (again, last.previous, last) if one]


def judgement(text: str) -> str:
    """The Python of a script that judges, without what it does by itself."""
    return text.partition("<<'JUDGE'\n")[2].partition("\nJUDGE\n")[0] or text


@pytest.mark.parametrize("kind", ["sh", "pytest"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_script_judges_as_its_check_does(fault: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given what the run saw, the judgement of both kinds of script is the check's, word for word."""
    name, x, wrong = found(fault)
    monkeypatch.setenv("STRIPE", "http://127.0.0.1:9")
    monkeypatch.setenv("TARGET", "http://127.0.0.1:9")
    space: dict[str, Any] = {}
    source = judgement(KINDS[kind](shown(name, x, wrong.cause))).partition("\ndef judging(")[0]
    exec(compile(source, "finding", "exec"), space)
    calls = calls_of(x)
    came = [space["Answer"](**_answer(one.answer)) if one.answer else None for one in calls]
    seen = [_seen(one) for one in calls[:-1]] + [_seen(x.evidence)]
    assert wrong.said in [again.said for again in space["judge"](came, seen)]


def _seen(x: Evidence) -> dict[str, Any]:
    members = ("calls", "intents", "before", "after", "broken")
    keys = [*x.api_keys, *(text for text, what in x.known.canaries.items() if what == API_KEY)]
    return {name: getattr(x, name) for name in members} | {"api_keys": keys}


def _answer(answer: Answer) -> dict[str, Any]:
    return {"status": answer.status, "headers": answer.headers, "text": answer.text}


def scopes(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """Walk a script's scopes, from the outermost."""
    yield table
    for child in table.get_children():
        yield from scopes(child)


def global_names(scope: symtable.SymbolTable) -> set[str]:
    """Return the names that a scope looks up in the script itself or among Python's own."""
    return {symbol.get_name() for symbol in scope.get_symbols() if symbol.is_global() and symbol.is_referenced()}


@pytest.mark.parametrize("name", CHECKS)
def test_what_a_check_needs_stands_in_one_script(name: str) -> None:
    """No name is left open, none has two meanings, and of the harness nothing is imported."""
    check = CHECKS[name]
    source = f"from __future__ import annotations\n\n{bundle(check.function, *check.when, Evidence).source}"
    tree = ast.parse(source)
    assert "tollbridge" not in source
    assert "noqa" not in source
    imports = {
        n.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for n in [node.module or ""]
    }
    assert imports <= sys.stdlib_module_names
    assert "@check" not in source
    space: dict[str, Any] = {}
    exec(compile(source, name, "exec"), space)
    table = symtable.symtable(source, name, "exec")
    assert {symbol for scope in scopes(table) for symbol in global_names(scope)} <= space.keys() | vars(builtins).keys()
    defined = [node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    assert len(set(defined)) == len(defined)


def test_only_what_a_check_reads_is_taken() -> None:
    """A check of the status takes the answer of the evidence, and neither Stripe's side nor the schema's validator."""
    source = bundle(CHECKS["answers"].function, *CHECKS["answers"].when, Evidence).source
    assert "broken: str | None" in source
    assert "subscription" not in source
    assert "jsonschema_rs" not in source
    assert "jsonschema_rs" in bundle(CHECKS["answer-schema"].function).source


@pytest.mark.parametrize("kind", ["sh", "pytest"])
def test_scripts_run_on_the_oldest_python(kind: str) -> None:
    """No check's script uses what Python 3.9 lacks."""
    for name, fault in {name: fault for fault, (name, _) in FAULTS.items()}.items():
        _, x, wrong = found(fault)
        text = KINDS[kind](shown(name, x, wrong.cause))
        judge = judgement(text)
        ast.parse(judge, feature_version=(3, 9))
        for call in (node for node in ast.walk(ast.parse(judge)) if isinstance(node, ast.Call)):
            assert not (isinstance(call.func, ast.Name) and call.func.id == "zip" and call.keywords)


def test_a_request_is_data_wherever_it_stands() -> None:
    """A hostile target, note and header are words of the shell or literals; sh has no word for NUL."""
    x = exchange(sent=sending(note=HOSTILE))
    made = constructor(x.evidence.sent, frozenset({"note", "target"}))
    assert ast.literal_eval(made.partition("note=")[2].partition(",\n")[0]) == HOSTILE
    path = "/a$(touch x)`id`\"';b"
    call = Call(SUBJECT.operation, {"amount": 1}, path=path, headers=(("x", path),))
    runner = player_of({})
    line = shell_script._curl(runner, call)
    told_to = f'ask() {{ printf "%s\\n" "$@"; }}; {line}'
    done = subprocess.run(
        ["sh", "-c", told_to], capture_output=True, text=True, env=os.environ | {"TARGET": "T"}, check=True
    )
    assert f"T{path}" in done.stdout.splitlines()
    assert f"x: {path}" in done.stdout.splitlines()
    with pytest.raises(ValueError, match="word of sh"):
        shell_script._curl(runner, call.but(headers=(("x", "a\0b"),)))


def test_tokens_stand_in_no_script() -> None:
    """In whatever way a token is shown, the script has the name of a variable in its place."""
    runner = player_of({1: "token-of-account-1", 2: "token-of-account-2"})
    for how in ("own", "basic", "lower", "bare", "twice", "two", "tampered", "other scheme"):
        call = Call(SUBJECT.operation, {"amount": 1}, account=1, token=how)
        for text in (shell_script._curl(runner, call), pytest_script._asking(runner, call)):
            assert "token-of-account" not in text, how
            assert "TOKEN_1" in text, how
