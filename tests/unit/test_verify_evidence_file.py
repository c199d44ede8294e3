"""Evidence in a file: no secret is in it, it is judged again as it was, and what is something else is a sentence."""

import base64
import io
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.test_masking import SECRETS
from tests.unit.test_verify_checks import CONTRACT, FAULTS, SECRET, exchange, problem, told
from tollbridge.masking import holds_card_number
from tollbridge.verify.checks import CHECKS
from tollbridge.verify.errors import VerifyError
from tollbridge.verify.evaluator import Evaluator
from tollbridge.verify.evidence.file import KEPT, Head, Writer, read
from tollbridge.verify.evidence.masking import Masking
from tollbridge.verify.model.evidence import Answer, Known
from tollbridge.verify.model.exchange import Exchange
from tollbridge.verify.model.steps import Case
from tollbridge.verify.offline import Again, verify_again

TOKEN = "opaque-token-of-account-7"


def written(exchanges: list[Exchange], known: Known | None = None) -> str:
    """A file of evidence."""
    file = io.StringIO()
    origins = ["choice", "documented", "provider"]
    head = Head("http://t", "openapi.yaml", "world.yaml", origins, True, True, 1, asdict(known or Known()))
    terms = exchanges[-1].expectation.terms
    writer = Writer(file, head, {terms.operation: {"terms": asdict(terms), "aside": {}}}, Masking([TOKEN]))
    for x in exchanges:
        writer.write("a case", KEPT, x)
    return file.getvalue()


def judged(path: Path) -> set[tuple[str, str]]:
    """The checks and causes of what is found in a file."""
    report = verify_again(Again(path, CONTRACT.path))
    return {(finding.check.name, finding.wrong.cause) for finding in report.findings}


def wrong(fault: str) -> Exchange:
    """An exchange in which one thing is wrong, and which nothing was known before."""
    _, changes = FAULTS[fault]
    if "faults" in changes and "calls" not in changes:
        changes = changes | {"calls": [told(fault=f"{changes['faults'][0]['kind']} after")]}
    return exchange(**{name: value for name, value in changes.items() if name != "known"})


@pytest.mark.parametrize("fault", FAULTS)
def test_evidence_is_judged_again_as_it_was(fault: str, tmp_path: Path) -> None:
    """What is found in a run is found in its file, by the same checks and for the same causes."""
    known = FAULTS[fault][1].get("known", Known())
    known = Known(canaries=known.canaries)  # the rest is what the first exchange shows
    first = exchange(known=known)
    second = Exchange(_with(wrong(fault), first.known), wrong(fault).expectation)
    evaluator = Evaluator(CHECKS)
    for x in (first, second):
        evaluator.keep(Case("a case", ()), evaluator.judge([x]))
    path = tmp_path / "evidence.ndjson"
    path.write_text(written([first, second], known))
    assert evaluator.findings
    assert judged(path) == {(f.check.name, f.wrong.cause) for f in evaluator.findings.values()}


def _with(x: Exchange, known: Known) -> Any:
    return replace(x.evidence, known=known)


def test_no_secret_is_in_the_file() -> None:
    """Tokens, keys and client secrets are gone in every form that they are known in, behind escapes too."""
    disguised = base64.b64encode(SECRET.encode()).decode()
    escaped = "".join(f"\\u{ord(c):04x}" for c in TOKEN)
    answer = problem(
        409, "x", f',"a":"{SECRET}","b":"sk_test_abcdef","c":"Bearer {TOKEN}","d":"{disguised}","e":"{escaped}"'
    )
    x = exchange(answer=answer, api_keys=["rk-of-the-target"], calls=[told({"metadata": {"k": "rk-of-the-target"}})])
    text = written([exchange(), x])
    for secret in (TOKEN, SECRET, "secret_abc", "sk_test_abcdef", "rk-of-the-target", disguised[:-2], escaped):
        assert secret not in text.replace("\\\\u", "\\u"), secret


def test_equal_secrets_stay_equal() -> None:
    """One secret has one placeholder, of the secret's form; another secret has another."""
    masking = Masking([TOKEN])
    masking.learn_client_secrets(["pi_1_secret_S3cretTail99"])
    once = masking.text(f"{TOKEN} pi_1_secret_S3cretTail99 S3cretTail99 pi_1_secret_Another99")
    token, whole, tail, other = once.split()
    assert masking.text(TOKEN) == token
    assert whole.startswith("pi_1_secret_")
    assert whole.endswith(tail)
    assert other not in (whole, tail)
    assert masking.text(once) == once


@pytest.mark.parametrize(("secret", "hidden"), SECRETS.values(), ids=list(SECRETS))
@pytest.mark.parametrize("around", ["{}", "x {} y", "/v1/{}/confirm", "'{}'", "café {} ☂"])
def test_evidence_holds_nothing_that_a_log_hides(around: str, secret: str, hidden: str) -> None:
    """What the log masks is masked in evidence, and stays the same where it is seen again."""
    masking = Masking([])
    once = masking.text(around.format(secret))
    assert hidden not in once
    assert masking.text(once) == once
    assert masking.text(around.format(secret)) == once
    body = json.loads(masking.body(json.dumps({"a": around.format(secret)})))
    assert hidden not in body["a"]


@pytest.mark.parametrize("number", [4242424242424242, 378282246310005, 6011000990139424])
def test_a_card_number_in_evidence_is_another_number_of_its_length(number: int) -> None:
    """So a body in which it is a number is read as before."""
    hidden = json.loads(Masking([]).body(json.dumps({"amount": number})))["amount"]
    assert isinstance(hidden, int)
    assert (len(str(hidden)), hidden == number, holds_card_number(str(hidden))) == (len(str(number)), False, False)


HEAD = json.dumps({"run": asdict(Head("http://t", "c", "w", [], True, True, 1))})
NO_FILE: dict[str, str] = {
    "": "is empty",
    "no JSON": "line 1 is no evidence",
    "[]": "line 1 is no evidence",
    "[" * 100_000: "line 1 is no evidence",
    '{"run": 1}': "line 1 is no evidence",
    HEAD.replace('"format": 1', '"format": 2'): "format 2; this version reads 1",
    HEAD.replace('"seed": 1', '"seed": "x"'): "seed has to be",
    HEAD + '\n{"evidence": {}}': "line 2 is no evidence",
    HEAD + '\n{"operation": {"terms": {"operation": "x", "method": 1, "success": "200"}, "aside": {}}}': "method has",
}


@pytest.mark.parametrize("text", NO_FILE, ids=lambda text: text[:30])
def test_what_is_no_evidence_is_a_sentence(text: str, tmp_path: Path) -> None:
    """Another file, another format and other types are told with the line, and nothing is guessed."""
    path = tmp_path / "evidence.ndjson"
    path.write_text(text)
    with pytest.raises(VerifyError, match=NO_FILE[text]):
        verify_again(Again(path, CONTRACT.path))


def test_evidence_with_an_unfit_part_is_a_sentence(tmp_path: Path) -> None:
    """A call of Stripe's record without its members is found while it is judged, and told with its line."""
    path = tmp_path / "evidence.ndjson"
    lines = written([exchange()]).splitlines()
    document = json.loads(lines[-1])
    document["evidence"]["calls"] = [{"method": "POST"}]
    path.write_text("\n".join([*lines[:-1], json.dumps(document)]))
    with pytest.raises(VerifyError, match="line 3 is no evidence"):
        verify_again(Again(path, CONTRACT.path))


def test_an_answer_survives_the_file(tmp_path: Path) -> None:
    """Texts with lone surrogates, control characters and separators of lines come back as they were."""
    answer = Answer(200, [["x", "\ud800\u2028\r\n"]], 'not json \x00 \u2028 "', unicode=False)
    path = tmp_path / "evidence.ndjson"
    path.write_text(written([exchange(answer=answer)]))
    [line] = read(path).lines()
    assert line.exchange.evidence.answer == answer
