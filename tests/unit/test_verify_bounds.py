"""A target that answers, or asks Stripe, without an end: the run ends, and keeps little of it."""

import json
import re
import re._parser as sre  # type: ignore[import-not-found]
import time
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPConnection
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest

import tollbridge.verify
from tests.unit.test_verify_checks import (
    HELD,
    SUBJECT,
    WORLD,
    evidence,
    exchange,
    expected,
    problem,
    reply,
    sending,
    told,
)
from tests.unit.test_verify_findings import report
from tollbridge.verify.cases import CaseContext
from tollbridge.verify.checks import CHECKS, Wrong
from tollbridge.verify.checks.answer import validator
from tollbridge.verify.errors import Enough, VerifyError
from tollbridge.verify.evaluator import MAX_VERDICTS, Evaluator
from tollbridge.verify.model.check import LOW, check
from tollbridge.verify.model.evidence import MAX_SECRET, TOKEN, Known
from tollbridge.verify.model.exchange import MAX_CALLS as MAX_CALLS_KEPT
from tollbridge.verify.model.exchange import MAX_TEXT
from tollbridge.verify.model.finding import MAX_CALLS as MAX_CALLS_SHOWN
from tollbridge.verify.model.finding import MAX_SHOWN, came_back, sent, told_lines
from tollbridge.verify.model.steps import Call, Case
from tollbridge.verify.model.tokens import Tokens, world_tokens
from tollbridge.verify.reports.formats import as_json
from tollbridge.verify.reports.text import text
from tollbridge.verify.run_limit import RunLimit
from tollbridge.verify.target.runner import Runner
from tollbridge.verify.target.stripe_double import MAX_CALLS, MAX_KEY, MAX_KEYS, StripeDouble

CALL = Call(SUBJECT.operation, {"amount": 4200, "currency": "usd"})


def test_a_run_that_is_over_plays_nothing() -> None:
    """Its time is over, or it was stopped: each says which, and no request is sent."""
    for limit, why in (
        (RunLimit(0, time.monotonic() - 1), "--max-time 0 s was over"),
        (RunLimit(60, time.monotonic()), "flood"),
    ):
        if why == "flood":
            limit.stop(why)
        runner = Runner("http://127.0.0.1:9", 1, None, Tokens({}, {}), limit)
        context = CaseContext(SUBJECT, WORLD, runner.tokens, HELD, {}, two_sided=False)
        with pytest.raises(Enough, match=why):
            runner.play(context, Case("x", (CALL,)))
        assert (runner.sent, limit.over) == (0, True)


def ask(stripe: StripeDouble, method: str, path: str, key: str = "sk_test_x") -> int:
    """Ask the harness's Stripe as a target does; the status."""
    line = HTTPConnection(stripe.host, stripe.port, timeout=10)
    line.request(method, path, headers={"Authorization": f"Bearer {key}"})
    status = line.getresponse().status
    line.close()
    return status


@pytest.fixture(scope="module")
def stripe() -> Iterator[StripeDouble]:
    """The harness's Stripe, served."""
    with StripeDouble(WORLD, None) as side:
        yield side


def test_a_target_cannot_control_the_stripe_that_judges_it(stripe: StripeDouble) -> None:
    """Reset, faults and record are for scripts, while these run."""
    path = "/_tollbridge/simulator/reset"
    stripe.moment()
    assert ask(stripe, "POST", path) == 404
    with stripe.controllable():
        assert ask(stripe, "POST", path) < 300
    assert ask(stripe, "POST", path) == 404


def test_a_target_that_floods_stripe_is_refused_and_told(stripe: StripeDouble) -> None:
    """So many calls for one request are enough: the others get 429, are not recorded, and the run knows."""
    before = stripe.moment()
    stripe.calls = MAX_CALLS - 1
    assert (ask(stripe, "GET", "/v1/customers/x"), stripe.flooded) == (404, False)
    assert (ask(stripe, "GET", "/v1/customers/x"), stripe.flooded) == (429, True)
    assert len(stripe.since(before).calls) == 1
    stripe.moment()
    assert not stripe.flooded


def test_the_keys_that_stripe_is_shown_are_bounded(stripe: StripeDouble) -> None:
    """In number and in length."""
    stripe.moment()
    for number in range(MAX_KEYS + 5):
        ask(stripe, "GET", "/v1/customers/x", key=f"sk_test_{number}")
    ask(stripe, "GET", "/v1/customers/x", key="k" * (MAX_KEY + 1))
    assert len(stripe.keys) == MAX_KEYS
    assert max(map(len, stripe.keys)) <= MAX_KEY


def test_a_finding_keeps_little_of_a_long_answer() -> None:
    """Of a megabyte that came back, and of hundreds of calls at Stripe, it keeps and shows the beginning."""
    long = reply(400, '{"detail":"' + "x" * 900_000 + '"}', *([f"x-{n}", "y" * 60_000] for n in range(80)))
    call = told({"amount": "1", "description": "z" * 9_000})
    x = exchange(answer=long, calls=[call] * 400, previous=evidence(), parallel=[evidence(answer=long)])
    evaluator = Evaluator(CHECKS)
    verdict = x, CHECKS["accepts-valid"], Wrong("a", "s" * 900_000, "e" * 900_000)
    evaluator.keep(Case("x", (CALL,)), [verdict])
    [finding] = evaluator.findings.values()
    kept = finding.exchange.evidence
    assert [len(one.answer.text) for one in (kept, *kept.parallel) if one.answer] == [MAX_TEXT, MAX_TEXT]
    assert (kept.previous, kept.intents, len(kept.calls or ())) == (None, [], MAX_CALLS_KEPT)
    assert len(came_back(finding.exchange)) < 20_000
    assert len(told_lines(finding.exchange)) == MAX_CALLS_SHOWN + 1
    assert len(text(report(findings=[finding]).document())) < 60_000
    assert len(as_json(report(findings=[finding]).document())) < 80_000


def test_a_secret_is_masked_before_a_text_is_cut() -> None:
    """A half of one has another form, and would be shown."""
    text, known = "a" * (MAX_SHOWN - 8) + " opaque-token-of-account-7", Known({"opaque-token-of-account-7": TOKEN})
    x = exchange(answer=reply(400, text), known=known, sent=sending(text=text))
    assert "opaque" not in came_back(x)
    assert "opaque" not in sent(x)


def test_one_answer_makes_few_findings() -> None:
    """A target that blames ten thousand fields has a few findings, not ten thousand."""
    blamed = ",".join(f'{{"pointer":"#/{n}","detail":"It is wrong."}}' for n in range(10_000))
    answer = problem(400, "invalid-request", f',"errors":[{blamed}]')
    right = expected("violations", 400, places=["#/amount"])
    found = Evaluator(["blames-the-right-field"]).judge([exchange(right, answer=answer, intents=[], calls=[])])
    assert len(found) == MAX_VERDICTS


def test_what_is_remembered_of_answers_is_bounded() -> None:
    """A long id is remembered by its hash, codes where the contract has them, and nothing long as a client secret."""
    long = reply(200, f'{{"client_secret":"{"s" * (MAX_SECRET + 1)}"}}', ["X-Long", "x"], media="application/json")
    assert exchange(answer=long).known.secrets == []
    headers = [["x-request-id", "r" * 60_000]]
    first = exchange(answer=replace(problem(400, "c" * 100_000), headers=headers))
    assert {len(one) for one in first.known.ids} == {64}
    evaluator = Evaluator(["answers-have-their-own-ids"])
    again = exchange(answer=replace(problem(404, "not-found"), headers=headers), known=first.known)
    assert len(evaluator.judge([first, again])) == 1
    assert list(evaluator.tally.codes) == [("404", "not-found")]


def patterns() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Every pattern of the harness, by its place."""
    for module in walk_packages(tollbridge.verify.__path__, "tollbridge.verify."):
        if not module.name.endswith(".limited"):
            for name, found in vars(import_module(module.name)).items():
                for one in found.values() if isinstance(found, dict) else (found,):
                    if isinstance(one, re.Pattern):
                        yield f"{module.name}.{name}", one


def unbounded(tree: Any, *, last: bool = True) -> Iterator[str]:
    """Yield the repetitions without a bound behind which a pattern goes on: they are tried again from every place."""
    for number, (kind, argument) in enumerate(tree):
        ends = last and number + 1 == len(tree)
        repeats = kind in (sre.MAX_REPEAT, sre.MIN_REPEAT) and argument[1] > 1
        if repeats and argument[1] == sre.MAXREPEAT and not ends:
            yield str(argument[2])
        for inner in argument if isinstance(argument, tuple) else (argument,):
            for part in inner if isinstance(inner, list) else (inner,):
                if isinstance(part, sre.SubPattern):
                    yield from unbounded(part, last=ends and not repeats)


def test_a_schema_of_somebody_elses_evidence_fetches_nothing() -> None:
    """A reference that leads to a URL or a file is an error, and nothing is asked."""
    for place in ("http://127.0.0.1:9/schema.json", "file:///etc/hostname"):
        with pytest.raises(ValueError, match="Retrieval is disabled"):
            validator(json.dumps({"$ref": place}))


def test_no_pattern_takes_long_whatever_it_is_looked_for_in() -> None:
    """Each repetition within a pattern of the harness is bounded: what it is looked for in, a target writes."""
    from tollbridge.verify.checks.headers import RIGHT

    found = [*patterns(), *((f"headers.{name}", re.compile(pattern)) for name, pattern in RIGHT.items())]
    assert len(found) > 20
    assert [(name, bad) for name, one in found for bad in unbounded(sre.parse(one.pattern, one.flags))] == []
    assert [*unbounded(sre.parse(r"a+b(c|d*e|f+)(g+)+"))] == [f"[(LITERAL, {ord(letter)})]" for letter in "adfg"]


@pytest.mark.parametrize(
    ("named", "value", "said"),
    [
        ("$AWS_SECRET_ACCESS_KEY", "secret", "reads only what begins with TARGET_TOKEN_"),
        ("$TARGET_TOKEN_ADMIN", None, "Set TARGET_TOKEN_ADMIN"),
        ("$TARGET_TOKEN_ADMIN", "two\nlines", "more than one token"),
    ],
)
def test_a_world_file_reads_tokens_only(
    named: str, value: str | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it reads of the environment is sent to the target: a stranger's file chooses among tokens, not secrets."""
    if value is None:
        monkeypatch.delenv(named[1:], raising=False)
    else:
        monkeypatch.setenv(named[1:], value)
    account = replace(WORLD.default_account, token=named)
    with pytest.raises(VerifyError, match=said) as refused:
        world_tokens(replace(WORLD, accounts={account.id: account}))
    assert "secret" not in str(refused.value)
    monkeypatch.setenv("TARGET_TOKEN_ADMIN", "a-token")
    account = replace(account, token="$TARGET_TOKEN_ADMIN")
    assert world_tokens(replace(WORLD, accounts={account.id: account})).good == {account.id: "a-token"}


@pytest.mark.parametrize("name", ["../../etc/passwd", "Name", "a b", "a\nb", ""])
def test_a_check_has_a_name_that_can_stand_in_a_file_name(name: str) -> None:
    """Another one is refused when it is made."""
    with pytest.raises(ValueError, match="kebab case"):
        check(name, "It asserts something.", severity=LOW, sample="It was not so.")
    assert name not in CHECKS
