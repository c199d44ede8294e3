"""Reading Schemathesis's calls: what is judged as one of ours, and what is left alone."""

from types import SimpleNamespace
from typing import Any

import pytest

from tollbridge.schemathesis_hooks import Judge, Unreadable, call_of, contexts

PATH = "/api/payment/intent"
CONTEXT = contexts()["POST", PATH]
CASE = SimpleNamespace(method="POST", operation=SimpleNamespace(path=PATH))
GOOD = b'{"amount":4200,"currency":"usd"}'


def response(status: int = 200, answer: bytes = b"{}", body: Any = GOOD, path: str = PATH, **headers: str) -> Any:
    """A response of Schemathesis's, with its request."""
    sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    request = SimpleNamespace(url=f"http://127.0.0.1:1{path}", headers=sent, body=body)
    kind = {"content-type": ["application/json"]}
    return SimpleNamespace(status_code=status, content=answer, headers=kind, request=request)


def test_a_plain_call_is_read() -> None:
    """Its document, its headers and who sends it are those of the request."""
    call = call_of(CASE, response(X_More="a"), CONTEXT)
    assert (call.document, call.account) == ({"amount": 4200, "currency": "usd"}, None)
    assert call.headers == (("x-more", "a"),)


@pytest.mark.parametrize(
    "sent",
    [
        response(body=b'{"amount":1,"amount":2}'),
        response(body=b'{"amount":NaN}'),
        response(body=b'"\\ud800"'),
        response(body=b"[]"),
        response(body=b"["),
        response(body=None),
        response(body=b"\xff"),
        response(path="/api/payment/intent?x=1"),
        response(Content_Type="text/plain"),
        response(Authorization="Bearer nobody's"),
    ],
)
def test_a_call_that_readers_differ_on_is_not_judged(sent: Any) -> None:
    """Another path or type, a body that is no plain object of JSON, and an unknown token are left alone."""
    with pytest.raises(Unreadable):
        call_of(CASE, sent, CONTEXT)
    assert Judge().verdicts(CASE, sent) == {}


def test_a_response_is_judged_once_for_all_checks() -> None:
    """The verdicts on one response are one, whichever check asks; the next response has its own."""
    judge, wrong, right = Judge(), response(500), response(200, b'{"client_secret":"pi_1_secret_2"}')
    first = judge.verdicts(CASE, wrong)
    assert "no-server-error" in first
    assert judge.verdicts(CASE, wrong) is first
    assert judge.verdicts(CASE, right) == {}


def test_a_target_that_asks_for_tokens_is_not_accused() -> None:
    """That it refuses a call without one is a choice that nobody holds it to."""
    assert Judge().verdicts(CASE, response(401)) == {}
    assert Judge().verdicts(CASE, response(400)).keys() == {"accepts-valid"}


def test_another_operation_is_not_judged() -> None:
    """What our contract does not have is Schemathesis's alone."""
    other = SimpleNamespace(method="DELETE", operation=SimpleNamespace(path="/other"))
    assert Judge().verdicts(other, response(500)) == {}


def test_an_answer_that_was_asked_for_by_prefer_is_not_judged() -> None:
    """As in a run of the harness: a sandbox may follow it, and says so."""
    steered = response(500, Prefer="code=500")
    assert Judge().verdicts(CASE, steered) != {}
    steered.headers = {**steered.headers, "preference-applied": ["code=500"]}
    assert Judge().verdicts(CASE, steered) == {}
