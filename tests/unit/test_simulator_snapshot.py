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


def test_the_objects_of_the_seed_are_there_after_any_restore() -> None:
    """What a snapshot lacks of them stands behind what it has; what it has of them is not touched."""
    stripe = simulator()
    call(stripe, "POST", f"/v1/customers/{ANN}", {"name": "Another"})
    _, *lines = stripe.snapshot()
    stripe.restore([b'{"format":"tollbridge-simulator-1"}', *(line for line in lines if b'"cus_Eve' not in line)])
    shown = call(stripe, "GET", "/v1/customers").document["data"]
    assert [row["name"] for row in shown] == ["Eve", None, "Another"]
    stripe.restore([b'{"format":"tollbridge-simulator-1"}'])
    assert list(stripe.snapshot())[1:] == list(simulator().snapshot())[1:]


def test_a_snapshot_goes_over_http() -> None:
    """Fetched with its length, and put back after a reset; another media type is 415."""
    stripe = simulator()
    create(stripe, **PAID)
    shown = everything(stripe)
    with TestClient(control(stripe)) as http:
        kept = http.get("/snapshot")
        assert kept.headers["content-type"] == "application/x-ndjson"
        assert int(kept.headers["content-length"]) == len(kept.content)
        http.post("/reset")
        assert stripe.intents() == []
        assert http.put("/snapshot", content=kept.content).status_code == 415
        assert http.put("/snapshot", content=kept.content, headers=NDJSON).status_code == 204
    assert everything(stripe) == shown


def test_a_large_snapshot_goes_over_http() -> None:
    """Larger than what is sent at once, and than what is held in memory: every byte arrives."""
    stripe = simulator()
    for _ in range(600):
        create(stripe, description="x" * 1_000, **{f"metadata[k{number}]": "v" * 500 for number in range(30)})
    lines = b"".join(stripe.snapshot())
    assert len(lines) > 8_000_000
    with TestClient(control(stripe)) as http:
        assert http.get("/snapshot").content == lines
        http.post("/reset")
        assert http.put("/snapshot", content=lines, headers=NDJSON).status_code == 204
    assert len(stripe.intents()) == 600


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
