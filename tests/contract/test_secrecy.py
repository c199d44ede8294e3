"""Where secrets are, and where they never are."""

import logging

import pytest

from tests.contract.conftest import PATH, Server
from tests.contract.seen import intents
from tollbridge.simulator import Fault

TIED = {
    "amount": 4200,
    "currency": "usd",
    "payment_method": 4242,
    "description": "canary-d",
    "receipt_email": "canary@e.example",
}
UPDATE = ("POST", "/v1/subscriptions/{subscription}")


def test_the_secret_is_in_the_answer_and_nowhere_else(
    server: Server, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither headers, nor logs of any level, nor the record hold what the body returned."""
    caplog.set_level(logging.DEBUG)
    answer = server.http.post(PATH, json=TIED)
    secret = answer.json()["client_secret"]
    assert secret == intents(server)[0]["client_secret"]
    seen = [str(answer.headers), caplog.text, str(list(server.stripe.record)), str(server.noted), *capsys.readouterr()]
    assert not any(secret in text or secret.split("_secret_")[1] in text for text in seen)


@pytest.mark.parametrize("kind", ["500", "400", "reset", "garbage"])
@pytest.mark.parametrize("charged", [False, True])
def test_a_failure_after_the_intent_tells_no_secret(
    server: Server, caplog: pytest.LogCaptureFixture, kind: str, charged: bool
) -> None:
    """Problems and logs about an intent that exists name its id at most."""
    caplog.set_level(logging.DEBUG)
    server.stripe.inject(Fault(*UPDATE, kind=kind, when="before", times=10))
    answer = server.http.post(PATH, json={**TIED, "error_on_requires_action": charged})
    assert answer.status_code in (409, 502, 503)
    [intent] = intents(server)
    tail = intent["client_secret"].split("_secret_")[1]
    assert tail not in answer.text + str(answer.headers) + caplog.text


def test_a_decline_tells_no_secret_though_stripe_sends_it(server: Server) -> None:
    """Stripe embeds the whole intent in a decline; the problem does not."""
    body = {**TIED, "payment_method": 341, "error_on_requires_action": True}
    answer = server.http.post(PATH, json=body)
    assert answer.status_code == 402
    assert set(answer.json()) == {"type", "title", "status", "detail", "instance", "error_code", "decline_code"}
    assert "_secret_" not in answer.text


@pytest.mark.parametrize("broken", ["receipt_email", "description"])
def test_free_text_is_not_echoed(server: Server, broken: str) -> None:
    """A refusal of the description or the address does not repeat it."""
    value = {"receipt_email": "canary-e", "description": "canary-d\0"}[broken]
    answer = server.http.post(PATH, json={**TIED, broken: value})
    assert answer.status_code == 400
    assert "canary" not in answer.text


def test_the_token_is_not_echoed(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """A refused token appears in no answer and no log."""
    caplog.set_level(logging.DEBUG)
    answer = server.http.post(PATH, json=TIED, headers={"Authorization": "Bearer canary-token"})
    assert answer.status_code == 401
    assert "canary-token" not in answer.text + str(answer.headers) + caplog.text
