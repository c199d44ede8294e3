"""What the client is told, and what is left at Stripe, when Stripe fails before or after the effect.

The fine print of the contract, a row a test: an update that fails, an outcome that is unknown, a refusal at
confirm; and that no answer invites a second charge.
"""

import pytest

from tests.contract.conftest import PATH, Server, in_this_process
from tests.contract.seen import effects, intents, subscription_method
from tollbridge.simulator import Fault

PLAIN = {"amount": 4200, "currency": "usd"}
TIED = {**PLAIN, "payment_method": 4444}
CHARGED = {**PLAIN, "payment_method": 4444, "error_on_requires_action": True}

CREATE = ("POST", "/v1/payment_intents")
UPDATE = ("POST", "/v1/subscriptions/{subscription}")
CANCEL = ("POST", "/v1/payment_intents/{intent}/cancel")
LOOK_UP = ("GET", "/v1/customers/{customer}/payment_methods/{payment_method}")

ALWAYS = 10
"""More often than the gateway asks."""

OUTAGES = ["reset", "silence", "500"]
REFUSALS_TO_SERVE = ["429", "424", "409"]


def fail(server: Server, route: tuple[str, str], kind: str, when: str = "before", times: int = ALWAYS) -> None:
    server.stripe.inject(Fault(method=route[0], path=route[1], kind=kind, when=when, times=times))


def refusal(server: Server, body: dict[str, object]) -> tuple[int, str, bool]:
    """Send a request; return status, code, and whether the client is invited to try again."""
    answer = server.http.post(PATH, json=body)
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["error_code"], "retry-after" in answer.headers


@pytest.mark.parametrize("kind", [*OUTAGES, *REFUSALS_TO_SERVE])
@pytest.mark.parametrize("body", [PLAIN, TIED], ids=["plain", "tied"])
def test_an_unconfirmed_create_that_fails_may_be_tried_again(
    server: Server, kind: str, body: dict[str, object]
) -> None:
    """Nothing is charged by an intent that nobody has confirmed, so the client may repeat."""
    fail(server, CREATE, kind)
    assert refusal(server, body) == (503, "provider-unavailable", True)
    assert subscription_method(server) is None


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", OUTAGES)
def test_a_charge_whose_outcome_is_unknown_is_never_to_be_repeated(server: Server, kind: str, when: str) -> None:
    """Lost answers and Stripe's own failures leave it open whether the card was charged."""
    fail(server, CREATE, kind, when)
    assert refusal(server, CHARGED) == (502, "payment-outcome-unknown", False)
    assert subscription_method(server) is None
    assert len(intents(server)) == (1 if when == "after" else 0)


@pytest.mark.parametrize("kind", REFUSALS_TO_SERVE)
def test_a_charge_that_stripe_would_not_begin_may_be_tried_again(server: Server, kind: str) -> None:
    """429, 424 and 409 say that nothing was done."""
    fail(server, CREATE, kind)
    assert refusal(server, CHARGED) == (503, "provider-unavailable", True)
    assert intents(server) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (PLAIN, (502, "provider-invalid-response", False)),
        (CHARGED, (502, "payment-outcome-unknown", False)),
    ],
)
def test_garbage_instead_of_an_intent(server: Server, body: dict[str, object], expected: tuple[int, str, bool]) -> None:
    """A 2xx that is no JSON is a charge of unknown outcome, or merely useless."""
    fail(server, CREATE, "garbage", "after")
    assert refusal(server, body) == expected


@pytest.mark.parametrize("kind", OUTAGES)
@pytest.mark.parametrize("body", [PLAIN, TIED, CHARGED], ids=["plain", "tied", "charged"])
def test_one_lost_answer_is_retried_with_the_same_key(server: Server, kind: str, body: dict[str, object]) -> None:
    """The retry replays the first effect: one intent, one charge, and the answer of the first."""
    fail(server, CREATE, kind, "after", times=1)
    answer = server.http.post(PATH, json=body)
    assert answer.status_code == 200
    [intent] = intents(server)
    assert answer.json()["client_secret"] == intent["client_secret"]
    assert effects(server).count("POST /v1/payment_intents") == 1
    keys = [entry.idempotency_key for entry in server.stripe.record if entry.path == CREATE[1]]
    assert len(keys) == 2
    assert len(set(keys)) == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", [*OUTAGES, "429"])
def test_an_update_that_fails_after_a_charge_says_so(server: Server, kind: str, when: str) -> None:
    """The card was charged: the answer names the intent and does not invite a second charge."""
    fail(server, UPDATE, kind, when)
    answer = server.http.post(PATH, json=CHARGED)
    assert (answer.status_code, answer.json()["error_code"]) == (502, "subscription-not-updated")
    assert "retry-after" not in answer.headers
    [intent] = intents(server)
    assert intent["status"] == "succeeded"
    assert answer.json()["payment_intent"] == intent["id"]
    assert intent["client_secret"] not in answer.text


@pytest.mark.parametrize("kind", [*OUTAGES, "429"])
def test_an_update_that_fails_before_a_charge_takes_the_intent_back(server: Server, kind: str) -> None:
    """Nobody has paid yet: the intent is cancelled, and the client may repeat."""
    fail(server, UPDATE, kind)
    assert refusal(server, TIED) == (503, "provider-unavailable", True)
    assert [intent["status"] for intent in intents(server)] == ["canceled"]
    assert effects(server)[-1] == "POST /v1/payment_intents/{intent}/cancel"


def test_an_update_that_stripe_refuses_is_a_conflict(server: Server) -> None:
    """A 4xx of Stripe's to the update is told as such, and the intent is cancelled."""
    fail(server, UPDATE, "400")
    assert refusal(server, TIED) == (409, "provider-refused", False)
    assert [intent["status"] for intent in intents(server)] == ["canceled"]


@in_this_process
def test_a_failed_clean_up_is_logged_and_hides_nothing(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """The answer stays that of the update; the log has the intent's id and not its secret."""
    fail(server, UPDATE, "500")
    fail(server, CANCEL, "500")
    assert refusal(server, TIED) == (503, "provider-unavailable", True)
    [intent] = intents(server)
    assert intent["id"] in caplog.text
    assert str(intent["client_secret"]) not in caplog.text


@pytest.mark.parametrize("kind", [*OUTAGES, *REFUSALS_TO_SERVE])
def test_a_look_up_that_fails_writes_nothing(server: Server, kind: str) -> None:
    """Where the method could not be looked up, no intent exists."""
    fail(server, LOOK_UP, kind)
    assert refusal(server, CHARGED) == (503, "provider-unavailable", True)
    assert effects(server) == []


@pytest.mark.parametrize("kind", ["401", "403"])
def test_a_refused_key_is_the_operators_to_mend(server: Server, kind: str) -> None:
    """Stripe's 401 and 403 are about this server's key."""
    fail(server, CREATE, kind)
    assert refusal(server, CHARGED) == (502, "provider-misconfigured", False)


def test_a_refusal_at_confirm_is_a_conflict(server: Server) -> None:
    """A 400 of Stripe's to a confirmed create settles it: nothing was charged."""
    fail(server, CREATE, "400")
    assert refusal(server, CHARGED) == (409, "provider-refused", False)


def test_the_service_recovers(server: Server) -> None:
    """After an outage the same server answers as before."""
    fail(server, CREATE, "reset", times=3)
    assert refusal(server, PLAIN)[0] == 503
    assert server.http.post(PATH, json=PLAIN).status_code == 200
