"""The clock that can be set, and the state that can be kept and put back."""

import random
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.unit.stripe_calls import ANN, ANNS, FORM, INTENTS, NOW, call, create, simulator
from tollbridge.simulator import Request, Simulator, control

NDJSON = {"Content-Type": "application/x-ndjson"}
PAID: dict[str, Any] = {"confirm": "true", "customer": ANN, "payment_method": ANNS}
KEYED = {"amount": 1000, "currency": "usd"}


def everything(stripe: Simulator) -> list[Any]:
    """Return what lists show of intents, charges and customers."""
    paths = (INTENTS, "/v1/charges", "/v1/customers", "/v1/subscriptions")
    return [call(stripe, "GET", path, {"limit": 100}).document["data"] for path in paths]


def test_a_state_is_kept_and_put_back() -> None:
    """Objects, their order, idempotency keys and what ids come next, in another simulator too."""
    stripe = simulator()
    for _ in range(3):
        create(stripe, **PAID)
    first = call(stripe, "POST", INTENTS, KEYED, idempotency_key="k").document
    lines = list(stripe.snapshot())
    shown = everything(stripe)
    other = simulator(randomness=random.Random(99))
    for target in (stripe, other):
        target.restore(lines)
        assert everything(target) == shown
        again = call(target, "POST", INTENTS, KEYED, idempotency_key="k")
        assert (again.document, again.headers["idempotent-replayed"]) == (first, "true")


def test_equal_calls_after_a_restore_are_answered_byte_for_byte() -> None:
    """Ids, secrets, request ids and times repeat themselves."""
    stripe = simulator()
    lines = list(stripe.snapshot())
    request = Request(
        "POST", INTENTS, "", {"authorization": "Bearer sk_test_1", "content-type": FORM}, b"amount=1000&currency=usd"
    )
    first = stripe.handle(request)
    stripe.restore(lines)
    assert stripe.handle(request) == first
    assert stripe.handle(request) != first


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "Line 1 is not the head"),
        ([b"{}"], "Line 1 is not the head"),
        ([b"HEAD", b"nonsense"], "Line 2 is no object"),
        ([b"HEAD", b'["Planet",[1,"x"]]'], "Line 2 is no object"),
        ([b"HEAD", b'["Customer",[1]]'], "A row of Customer cannot be read"),
        ([b"HEAD", b'["Customer",["x","y",null,null,null,1]]'], "begins with its place"),
        ([b"HEAD", b'["IdempotencyKey","k"]'], "Line 2 is no object"),
        ([b'{"format":"tollbridge-simulator-1","randomness":[1]}'], "randomness is not the state"),
        ([b'{"format":"tollbridge-simulator-1","ahead":"x"}'], "ahead has to be a whole number"),
    ],
)
def test_what_is_no_snapshot_is_refused_and_changes_nothing(lines: list[bytes], told: str) -> None:
    """The problem names the line; the state stays."""
    stripe = simulator()
    create(stripe, **PAID)
    shown = everything(stripe)
    head = b'{"format":"tollbridge-simulator-1","randomness":null,"stopped_at":null,"ahead":0}'
    body = b"\n".join(head if line == b"HEAD" else line for line in lines)
    with TestClient(control(stripe)) as http:
        refused = http.put("/snapshot", content=body, headers=NDJSON)
    assert (refused.status_code, told in refused.json()["detail"]) == (400, True), refused.json()
    assert everything(stripe) == shown


def test_a_snapshot_goes_over_http() -> None:
    """Fetched, and put back after a reset; another media type is 415."""
    stripe = simulator()
    create(stripe, **PAID)
    shown = everything(stripe)
    with TestClient(control(stripe)) as http:
        kept = http.get("/snapshot")
        assert kept.headers["content-type"] == "application/x-ndjson"
        http.post("/reset")
        assert stripe.intents() == []
        assert http.put("/snapshot", content=kept.content).status_code == 415
        assert http.put("/snapshot", content=kept.content, headers=NDJSON).status_code == 204
    assert everything(stripe) == shown


def test_the_clock_is_stopped_advanced_and_let_go() -> None:
    """Objects bear its time, and a key is forgotten after a day of it."""
    stripe = simulator()
    with TestClient(control(stripe)) as http:
        assert http.get("/clock").json() == {"now": NOW, "stopped": False}
        assert http.put("/clock", json={"now": 1_700_000_000}).json() == {"now": 1_700_000_000, "stopped": True}
        first = call(stripe, "POST", INTENTS, KEYED, idempotency_key="k").document
        assert first["created"] == 1_700_000_000
        assert http.put("/clock", json={"advance": 24 * 3600 + 1}).json()["now"] == 1_700_086_401
        assert call(stripe, "POST", INTENTS, KEYED, idempotency_key="k").document["id"] != first["id"]
        assert http.put("/clock", json={"now": None}).json() == {"now": NOW, "stopped": False}


@pytest.mark.parametrize(
    "sent", [{}, {"now": -1}, {"now": 1, "advance": 1}, {"advance": 1.5}, {"now": "noon"}, {"now": 10**18}]
)
def test_a_bad_time_is_refused(sent: Any) -> None:
    """400, and the clock goes on."""
    stripe = simulator()
    with TestClient(control(stripe)) as http:
        assert http.put("/clock", json=sent).status_code == 400
        assert http.get("/clock").json()["now"] == NOW
