"""The control API: faults, the record, the reset and the cardholder's answer."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.unit.stripe_calls import ANN, ANNS, INTENTS, call, create, simulator
from tollbridge.simulator import NoAnswer, Simulator, control

CHALLENGED: dict[str, Any] = {"confirm": "true", "payment_method": "pm_card_authenticationRequired"}
FAULT = {"method": "POST", "path": INTENTS, "kind": "500", "when": "after"}


@pytest.fixture
def stripe() -> Simulator:
    """The simulator that is controlled."""
    return simulator(alone=True)


@pytest.fixture
def http(stripe: Simulator) -> Iterator[TestClient]:
    """A client of its control API."""
    with TestClient(control(stripe)) as client:
        yield client


def test_the_summary_counts(http: TestClient, stripe: Simulator) -> None:
    """Objects by type, faults that wait, and calls that were told."""
    create(stripe)
    http.post("/faults", json=FAULT)
    told = http.get("/").json()
    assert (told["objects"]["PaymentIntent"], told["objects"]["Customer"]) == (1, 3)
    assert (told["faults"], told["recorded"], told["version"]) == (1, 1, "2026-08-26.dahlia")


def test_a_fault_is_injected_listed_and_forgiven(http: TestClient, stripe: Simulator) -> None:
    """It happens once, after the effect; what waits can be cleared."""
    added = http.post("/faults", json=FAULT)
    assert (added.status_code, added.json()["times"]) == (201, 1)
    assert http.get("/faults").json()["data"] == [added.json()]
    assert create(stripe).status == 500
    assert len(stripe.intents()) == 1
    assert http.get("/faults").json()["data"] == []
    http.post("/faults", json=FAULT)
    assert http.delete("/faults").status_code == 204
    assert create(stripe).status == 200


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"path": INTENTS, "method": "POST"}, "kind is missing."),
        (FAULT | {"share": 0}, "share is '0'; send above 0, and 1 at most."),
        (FAULT | {"seconds": 601}, "seconds is '601'; send 0 to 600."),
        (FAULT | {"share": "half"}, "share has to be a JSON number."),
        (FAULT | {"kind": "nope"}, "kind is 'nope'; send one of 400"),
        (FAULT | {"when": "never"}, "when is 'never'; send before or after."),
        (FAULT | {"path": "/v1/nothing"}, "/v1/nothing"),
        (FAULT | {"times": "2"}, "times has to be a JSON integer"),
        (FAULT | {"times": True}, "times has to be a JSON integer"),
        (FAULT | {"times": 0}, "times is '0'; send 1 or more, or null for all calls."),
        (FAULT | {"method": "PAY"}, "method is 'PAY'; send GET, POST or DELETE, or null for any."),
        (FAULT | {"nope": 1}, "'nope' is not known here"),
        ([], "The body is no JSON object."),
    ],
)
def test_a_bad_fault_is_a_sentence(http: TestClient, sent: Any, told: str) -> None:
    """A problem that says what was expected; nothing waits afterwards."""
    refused = http.post("/faults", json=sent)
    assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json")
    assert told in refused.json()["detail"]
    assert http.get("/faults").json()["data"] == []


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 50_000, "application/json", 400),
        (b"{}", "text/plain", 415),
        (b" " * 70_000, "application/json", 413),
    ],
)
def test_what_is_no_json_is_refused(http: TestClient, body: bytes, media_type: str, status: int) -> None:
    """A page of another origin cannot send what is taken; nothing is a 500."""
    for path in ("/faults", "/reset"):
        answer = http.post(path, content=body, headers={"Content-Type": media_type})
        assert (answer.status_code, answer.json()["status"]) == (status, status)


def test_the_record_is_read_in_parts(http: TestClient, stripe: Simulator) -> None:
    """Each call has a number; secrets are hashes; clearing goes on counting."""
    made = create(stripe, customer=ANN, payment_method=ANNS).document
    call(stripe, "GET", f"{INTENTS}/{made['id']}", {"client_secret": made["client_secret"]})
    whole = http.get("/record").json()
    assert (whole["total"], [entry["number"] for entry in whole["data"]]) == (2, [1, 2])
    first, second = whole["data"]
    assert (first["route"], first["parameters"]["amount"], first["status"]) == (INTENTS, "1000", 200)
    assert first["effects"] == [{"what": "payment_intent.created", "id": made["id"]}]
    assert second["parameters"]["client_secret"].startswith("hmac:")
    assert made["client_secret"] not in http.get("/record").text
    assert [entry["number"] for entry in http.get("/record", params={"since": 1}).json()["data"]] == [2]
    assert [entry["number"] for entry in http.get("/record", params={"limit": 1}).json()["data"]] == [2]
    assert [entry["number"] for entry in http.get("/record?since=0&limit=1").json()["data"]] == [1]
    assert http.get("/record", params={"limit": 0}).json() == {"data": [], "total": 2}
    assert http.get("/record", params={"since": "-1"}).status_code == 400
    assert http.delete("/record").status_code == 204
    create(stripe)
    assert [entry["number"] for entry in http.get("/record").json()["data"]] == [3]


@pytest.mark.parametrize("again", [False, True])
def test_the_record_says_how_a_call_was_refused(http: TestClient, stripe: Simulator, again: bool) -> None:
    """Of a refusal the record has Stripe's code, param and message, of a replayed one too; of a success nothing."""
    for _ in range(2 if again else 1):
        form = {"amount": "1", "currency": "usd", "payment_method_types[]": "card"}
        call(stripe, "POST", INTENTS, form, idempotency_key="one")
    create(stripe)
    *refused, made = http.get("/record").json()["data"]
    assert [entry["error"]["code"] for entry in refused] == ["amount_too_small"] * (2 if again else 1)
    assert [entry["error"]["param"] for entry in refused] == ["amount"] * (2 if again else 1)
    assert refused[0]["error"]["message"].startswith("Amount must be at least")
    assert made["error"] is None


@pytest.mark.parametrize(("kind", "code"), [("429", "rate_limit"), ("card_declined", "card_declined"), ("reset", None)])
def test_the_record_says_what_a_fault_answered(
    http: TestClient, stripe: Simulator, kind: str, code: str | None
) -> None:
    """Where a fault takes an answer's place, the record has the fault's error, and none where it refuses nothing."""
    http.post("/faults", json={"kind": kind, "when": "after"})
    with suppress(NoAnswer):
        create(stripe, amount="1")
    (entry,) = http.get("/record").json()["data"]
    assert (entry["error"] or {}).get("code") == code


def test_a_reset_with_a_seed_repeats_itself(http: TestClient, stripe: Simulator) -> None:
    """The same calls give the same bytes; what was there before is gone."""
    create(stripe)
    runs = []
    for _ in range(2):
        assert http.post("/reset", json={"seed": 7}).status_code == 204
        assert stripe.intents() == []
        runs.append([create(stripe).document, call(stripe, "GET", INTENTS).document])
    assert runs[0] == runs[1]
    assert http.post("/reset").status_code == 204
    assert create(stripe).document["id"] != runs[0][0]["id"]
    assert http.post("/reset", json={"seed": "7"}).status_code == 400


@pytest.mark.parametrize(
    ("card", "outcome", "status", "code"),
    [
        ("pm_card_authenticationRequired", "succeed", "succeeded", None),
        ("pm_card_authenticationRequired", "fail", "requires_payment_method", "payment_intent_authentication_failure"),
        (
            "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
            "succeed",
            "requires_payment_method",
            "card_declined",
        ),
        ("pm_card_threeDSecureRequiredChargeDeclined", "succeed", "requires_payment_method", "card_declined"),
        ("pm_card_threeDSecure2Required", "succeed", "succeeded", None),
    ],
)
def test_the_cardholder_ends_a_challenge(
    http: TestClient, stripe: Simulator, card: str, outcome: str, status: str, code: str | None
) -> None:
    """Success charges the card, which may then be declined; failure asks for another method."""
    made = create(stripe, **CHALLENGED | {"payment_method": card}).document
    assert made["status"] == "requires_action"
    ended = http.post(f"/payment_intents/{made['id']}/authenticate", json={"outcome": outcome}).json()
    assert (ended["status"], (ended["last_payment_error"] or {}).get("code")) == (status, code)
    assert ended["next_action"] is None
    assert call(stripe, "GET", f"{INTENTS}/{made['id']}").document == ended
    again = http.post(f"/payment_intents/{made['id']}/authenticate", json={"outcome": outcome})
    assert (again.status_code, "No authentication is due" in again.json()["detail"]) == (400, True)


@pytest.mark.parametrize(("outcome", "status"), [("succeed", "succeeded"), ("fail", "requires_payment_method")])
def test_the_cardholder_ends_the_challenge_of_a_setup_intent(
    http: TestClient, stripe: Simulator, outcome: str, status: str
) -> None:
    """A card that was set up so pays off session afterwards, where it was asked before."""
    form = {"confirm": "true", "payment_method_types[]": "card", "customer": ANN}
    made = call(stripe, "POST", "/v1/setup_intents", form | {"payment_method": "pm_card_authenticationRequiredOnSetup"})
    url = f"/setup_intents/{made.document['id']}/authenticate"
    assert http.post(url, json={"outcome": outcome}).json()["status"] == status
    method = made.document["payment_method"]
    later = create(stripe, confirm="true", off_session="true", customer=ANN, payment_method=method)
    assert later.status == (200 if outcome == "succeed" else 402)


@pytest.mark.parametrize("sent", [{}, {"outcome": "maybe"}, {"outcome": 1}, {"outcome": "fail", "x": "y"}])
def test_an_unreadable_outcome_is_refused(http: TestClient, stripe: Simulator, sent: Any) -> None:
    """400, and the challenge stays; an intent that is not there is 404."""
    made = create(stripe, **CHALLENGED).document
    assert http.post(f"/payment_intents/{made['id']}/authenticate", json=sent).status_code == 400
    assert [row.status for row in stripe.intents()] == ["requires_action"]
    assert http.post("/payment_intents/pi_x/authenticate", json={"outcome": "fail"}).status_code == 404
