"""Snapshots that nobody's simulator wrote: refused with their line, or answered from as from any other state."""

import json
from functools import cache
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.consumer import an_endpoint
from tests.unit.stripe_calls import ANN, ANNS, INTENTS, NOW, call, create, simulator
from tests.unit.test_simulator_snapshot import NDJSON
from tollbridge.simulator import control
from tollbridge.simulator.model.field_rules import DEEPEST, fields_of
from tollbridge.simulator.model.rows import (
    INTENT_STATUSES,
    INTERVALS,
    ROW_TYPES,
    SETUP_STATUSES,
    Attempt,
    Event,
    Invoice,
    PaymentIntent,
    Price,
    SetupIntent,
)
from tollbridge.simulator.model.state_machine import SETUP_TRANSITIONS, TRANSITIONS
from tollbridge.simulator.serializers.subscriptions import PERIODS
from tollbridge.simulator.state.snapshot_reading import MAX_LINE

HEAD = b'{"format":"tollbridge-simulator-1"}'
WRONG: list[Any] = [7, -1.5, "text", True, None, ["text"], {"text": 1}, [], {}]
"""A value of each of JSON's types."""

SESSION = {"success_url": "https://shop.example", "customer": ANN}
SUBSCRIBED = {
    "mode": "subscription",
    "line_items[0][price]": "price_TollbridgeYardMonthly01",
    "line_items[0][quantity]": 1,
}
BOUGHT = {
    "mode": "payment",
    "line_items[0][price_data][currency]": "usd",
    "line_items[0][price_data][unit_amount]": 500,
    "line_items[0][price_data][product]": "prod_TollbridgeYard",
    "line_items[0][quantity]": 1,
}
CARD_ENTERED = {"email": "a@b.co", "number": "4242424242424242", "exp_month": "1", "exp_year": "40", "cvc": "123"}

Lines = list[bytes]


@cache
def full() -> tuple[bytes, ...]:
    """The lines of a state with objects of every type in every status."""
    stripe = simulator()
    for method in ("pm_card_visa", "pm_card_authenticationRequired", "pm_card_chargeCustomerFail"):
        create(stripe, confirm="true", payment_method=method)
    create(stripe, confirm="true", payment_method="pm_card_visa", capture_method="manual", customer=ANN)
    shipping = {"shipping[name]": "n", "shipping[address][line1]": "x", "metadata[a]": "b"}
    create(stripe, customer=ANN, payment_method=ANNS, **shipping)
    canceled = create(stripe).document["id"]
    call(stripe, "POST", f"{INTENTS}/{canceled}/cancel", {"cancellation_reason": "abandoned"}, idempotency_key="k1")
    setup = {"payment_method_types[]": "card", "customer": ANN, "payment_method": ANNS}
    call(stripe, "POST", "/v1/setup_intents", setup)
    call(stripe, "POST", "/v1/setup_intents", setup | {"confirm": "true"}, idempotency_key="k2")
    call(stripe, "POST", f"/v1/customers/{ANN}", {"address[line1]": "x"})
    call(stripe, "POST", f"/v1/customers/{ANN}", {"invoice_settings[default_payment_method]": ANNS})
    call(stripe, "POST", "/v1/payment_methods/pm_card_chargeDeclined/attach", {"customer": ANN}, idempotency_key="k3")
    card = {"number": "4242424242424242", "exp_month": 1, "exp_year": 2040, "name": "Ann"}
    token = {f"card[{name}]": value for name, value in card.items()}
    call(stripe, "POST", "/v1/tokens", token)
    data = {f"payment_method_data[card][{name}]": value for name, value in card.items() if name != "name"}
    data |= {"payment_method_data[type]": "card", "return_url": "https://shop.example", **shipping}
    call(stripe, "POST", "/v1/confirmation_tokens", {name: value for name, value in data.items() if "meta" not in name})
    refunded = create(stripe, confirm="true", payment_method="pm_card_refundFail", customer=ANN).document["id"]
    call(stripe, "POST", "/v1/refunds", {"payment_intent": refunded, "amount": 400})
    stripe.clock.advance(60)
    call(stripe, "POST", "/v1/refunds", {"payment_intent": refunded, "amount": 500})
    create(stripe, confirm="true", payment_method="pm_card_createDispute")
    monthly = {"customer": ANN, "items[0][price]": "price_TollbridgeYardMonthly01"}
    for more in ({}, {"payment_behavior": "default_incomplete"}, {"trial_period_days": 3}):
        call(stripe, "POST", "/v1/subscriptions", monthly | more)
    call(stripe, "POST", "/v1/ephemeral_keys", {"customer": ANN})
    call(stripe, "POST", "/v1/checkout/sessions", SESSION | {"mode": "setup"})
    paid = call(stripe, "POST", "/v1/checkout/sessions", SESSION | SUBSCRIBED).document["id"]
    stripe.pay(paid, CARD_ENTERED, "http://localhost:1/_tollbridge/pay/x")
    bought = call(stripe, "POST", "/v1/checkout/sessions", SESSION | BOUGHT).document["id"]
    stripe.pay(bought, CARD_ENTERED, "http://localhost:1/_tollbridge/pay/x")
    price = {"name": "Gate", "default_price_data[currency]": "usd", "default_price_data[unit_amount_decimal]": "1.5"}
    product = call(stripe, "POST", "/v1/products", {**price, "url": "https://shop.example"}).document["id"]
    for _ in range(2):
        form = {"currency": "usd", "unit_amount": 5, "product": product, "lookup_key": "gate"}
        call(stripe, "POST", "/v1/prices", {**form, "transfer_lookup_key": "true"})
    an_endpoint(stripe, "http://127.0.0.1:1/")
    call(stripe, "POST", "/v1/customers", {})
    taken = stripe.outbox.newest(1)[0]["id"]
    stripe.outbox.settle(taken, Attempt(at=NOW, status=500, error=None, milliseconds=1, answer="x"))
    stripe.clock.set(NOW)
    return tuple(stripe.snapshot())


def rows_of(name: str) -> list[tuple[int, list[Any]]]:
    """The full state's rows of a type: their indices among the lines, with the place first."""
    found = [(index, json.loads(line)) for index, line in enumerate(full()) if line.startswith(f'["{name}"'.encode())]
    return [(index, document[1]) for index, document in found]


def changed(index: int, document: Any) -> Lines:
    """The full state with another line in the place of one."""
    lines = list(full())
    lines[index] = json.dumps(document).encode()
    return lines


def refusal(lines: Lines) -> str:
    """The sentence with which a state that is in use refuses lines; it is as it was."""
    stripe = simulator()
    create(stripe, confirm="true", customer=ANN, payment_method=ANNS)
    call(stripe, "POST", INTENTS, {"amount": 1000, "currency": "usd"}, idempotency_key="k")
    stripe.clock.advance(5)
    kept = list(stripe.snapshot())
    with pytest.raises(ValueError, match=r"^(Line \d+|The head)") as refused:
        stripe.restore(lines)
    assert list(stripe.snapshot()) == kept
    return str(refused.value)


def test_the_full_state_has_rows_of_every_type_and_can_be_put_back() -> None:
    """What the tests below change is right before they do."""
    stripe = simulator()
    stripe.restore(full())
    assert {name for name in ROW_TYPES if rows_of(name)} == set(ROW_TYPES)
    assert {row[1][6] for row in rows_of("PaymentIntent")} == set(INTENT_STATUSES)
    assert len([line for line in full() if line.startswith(b'["IdempotencyKey"')]) == 3
    assert list(stripe.snapshot()) == list(full())


@pytest.mark.parametrize("name", ROW_TYPES)
def test_every_field_of_every_row_is_held_against_its_annotation(name: str) -> None:
    """A value of another type is refused with its line and the field's name."""
    tried = 0
    for position, (field, kind) in enumerate(fields_of(ROW_TYPES[name]).kinds, 1):
        for wrong in WRONG:
            if kind.holds(wrong):
                continue
            index, row = rows_of(name)[-1]
            row = [*row[:position], wrong, *row[position + 1 :]]
            assert refusal(changed(index, [name, row])).startswith(f"Line {index + 1}: {name}: {field} has to be ")
            tried += 1
    assert tried >= 5 * len(fields_of(ROW_TYPES[name]).kinds)


NAMING = [(name, index, field) for name, row in ROW_TYPES.items() for index, field, _ in fields_of(row).names]


@pytest.mark.parametrize(("name", "position", "field"), NAMING, ids=lambda value: str(value))
def test_every_id_names_an_object_of_the_state(name: str, position: int, field: str) -> None:
    """One of no object, and one of an object of another type, are refused with the line."""
    for stranger in ("nobody", "prod_TollbridgeYard" if field != "product" else ANN):
        index, row = next((index, row) for index, row in rows_of(name) if row[position + 1] is not None or len(row) > 5)
        row[position + 1] = stranger
        told = refusal(changed(index, [name, row]))
        assert told.startswith(f"Line {index + 1}: {name}: {field} names a "), told


def test_the_fields_that_name_objects_are_found_by_their_annotations() -> None:
    """Those that there are today, so that none is lost."""
    assert {(name, field) for name, _, field in NAMING} == {
        ("Customer", "default_source"), ("Customer", "default_method"), ("PaymentMethod", "customer"),
        ("Subscription", "customer"), ("Subscription", "default_payment_method"), ("PaymentIntent", "customer"),
        ("PaymentIntent", "payment_method"), ("PaymentIntent", "latest_charge"), ("Charge", "payment_intent"),
        ("Charge", "customer"), ("Charge", "payment_method"), ("SetupIntent", "customer"),
        ("SetupIntent", "payment_method"), ("Price", "product"),
        ("ConfirmationToken", "payment_method"), ("Refund", "charge"), ("Refund", "payment_intent"),
        ("Refund", "balance_transaction"), ("Refund", "customer"), ("Refund", "payment_method"),
        ("Refund", "failure_balance_transaction"), ("Charge", "dispute"), ("Dispute", "charge"),
        ("Dispute", "payment_intent"), ("Product", "default_price"), ("LookupKey", "price"), ("Delivery", "endpoint"),
        ("Subscription", "latest_invoice"), ("Subscription", "pending_setup_intent"), ("PaymentIntent", "invoice"),
        ("PaymentIntent", "proven"),
        ("Invoice", "customer"), ("Invoice", "subscription"), ("Invoice", "payment_intent"),
        ("EphemeralKey", "customer"), ("PaymentIntent", "session"), ("SetupIntent", "session"),
        ("CheckoutSession", "customer"), ("CheckoutSession", "payment_intent"), ("CheckoutSession", "setup_intent"),
        ("CheckoutSession", "subscription"), ("CheckoutSession", "invoice"),
    }  # fmt: skip


def test_statuses_and_intervals_are_those_that_the_tables_know() -> None:
    """What a row may have is what a transition begins or ends with, and what a period is known of."""
    assert {*(status for status, _ in TRANSITIONS), *TRANSITIONS.values()} == set(INTENT_STATUSES)
    assert {*(status for status, _ in SETUP_TRANSITIONS), *SETUP_TRANSITIONS.values()} == set(SETUP_STATUSES)
    assert set(INTERVALS) == set(PERIODS)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("changes", [[]], "a change has to be a type of object, and its row before and after"),
        ("changes", [["Event", None, [1]]], "a change has to be a type of object"),
        ("changes", [["Customer", None, None]], "a change has to be a type of object"),
        ("changes", [["Customer", None, "x"]], "content has to be the list of the place and the fields of a Customer"),
        ("changes", [["Customer", None, [1, 7]]], "Customer: it has 1 fields"),
        ("changes", [["Customer", [1, "cus_1", 7, None, None, 1], [1, "cus_1", None, None, None, 1]]], "email has to"),
        ("types", [["charge.succeeded"]], "a type has to be a name, the index of a change"),
        ("types", [["charge.succeeded", 9]], "a type has to be a name, the index of a change"),
        ("types", [["charge.succeeded", 0, [7]]], "and a list of endpoints"),
        ("types", [["charge.succeeded", 0, "we_1"]], "and a list of endpoints"),
        ("types", [[7, 0]], "a type has to be a name, the index of a change"),
        ("types", [["charge.succeeded", 0]] * (36 * 36 + 1), "types may have at most 1296 items"),
    ],
)
def test_an_event_shows_rows_that_the_simulator_would_have_written(field: str, value: Any, told: str) -> None:
    """Otherwise the sentence says what was wrong with the change or the type."""
    index, row = rows_of("Event")[-1]
    row[Event._fields.index(field) + 1] = value
    assert told in refusal(changed(index, ["Event", row]))


def test_an_event_of_a_type_that_is_not_known_is_passed_over() -> None:
    """A newer Tollbridge may have made it; the others of its call keep their ids."""
    index, row = next((index, row) for index, row in rows_of("Event") if len(row[7]) == 3)
    row[7][1][0] = "charge.invented"
    stripe = simulator()
    stripe.restore(changed(index, ["Event", row]))
    shown = call(stripe, "GET", "/v1/events", {"limit": 100}).document["data"]
    assert [one["id"][-2:] for one in shown if one["id"].startswith(row[1])] == ["02", "00"]


def with_field(name: str, row_type: type[Any], field: str, value: Any, status: str) -> Lines:
    """The full state, a field of a row in a status changed."""
    at = row_type._fields.index("status") + 1
    index, row = next((index, row) for index, row in rows_of(name) if row[at] == status)
    row[row_type._fields.index(field) + 1] = value
    return changed(index, [name, row])


@pytest.mark.parametrize(
    ("row_type", "field", "value", "status"),
    [
        (PaymentIntent, "payment_method", None, "requires_confirmation"),
        (PaymentIntent, "payment_method", None, "requires_action"),
        (PaymentIntent, "payment_method", None, "requires_capture"),
        (PaymentIntent, "payment_method", None, "succeeded"),
        (PaymentIntent, "payment_method", ANNS, "requires_payment_method"),
        (PaymentIntent, "latest_charge", None, "requires_capture"),
        (PaymentIntent, "latest_charge", None, "succeeded"),
        (SetupIntent, "payment_method", None, "requires_confirmation"),
        (SetupIntent, "payment_method", None, "succeeded"),
    ],
)
def test_an_intent_has_what_its_status_says(row_type: type[Any], field: str, value: Any, status: str) -> None:
    """Otherwise the sentence names the field and the status."""
    told = refusal(with_field(row_type.__name__, row_type, field, value, status))
    assert f"{row_type.__name__}: {field} " in told
    assert status in told


@pytest.mark.parametrize("exact", ["x", "", "-1", "1e9", 5, None])
def test_the_exact_amount_of_a_price_is_a_decimal_number(exact: Any) -> None:
    """It is computed with where a subscription begins; a price without an amount costs nothing."""
    at = Price._fields.index("more") + 1
    index, row = next((index, row) for index, row in rows_of("Price") if len(row) > at and row[at])
    told = refusal(changed(index, ["Price", [*row[:at], {"unit_amount_decimal": exact}, *row[at + 1 :]]]))
    assert "Price: more has to be an object with unit_amount_decimal (a decimal number)" in told
    stripe = simulator()
    stripe.restore(changed(index, ["Price", [*row[:at], {}, *row[at + 1 :]]]))
    assert call(stripe, "GET", f"/v1/prices/{row[1]}").document["unit_amount_decimal"] == "0"


def test_an_open_invoice_whose_intent_is_paid_already_is_not_paid_again() -> None:
    """It is refused, and nothing is charged."""
    paid = next(row[1] for _, row in rows_of("PaymentIntent") if row[6] == "succeeded")
    at = {name: number for number, name in enumerate(Invoice._fields, 1)}
    index, row = next((index, row) for index, row in rows_of("Invoice") if row[at["status"]] == "open")
    row[at["payment_intent"]] = paid
    stripe = simulator()
    stripe.restore(changed(index, ["Invoice", row]))
    charges = call(stripe, "GET", "/v1/charges", {"limit": 100}).document["data"]
    answer = call(stripe, "POST", f"/v1/invoices/{row[1]}/pay", {"payment_method": ANNS})
    assert answer.status == 400
    assert call(stripe, "GET", "/v1/charges", {"limit": 100}).document["data"] == charges


NEST: Any = "x"
for _ in range(DEEPEST + 2):
    NEST = {"x": NEST}
CUSTOMER = [1, "cus_1", None, None, None, 1]
KEY = ["IdempotencyKey", "k", "/v1/x", "0" * 64, 200, {}, None, "req_1", 1]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "Line 1 is not the head of a snapshot"),
        ([b"{}"], "Line 1 is not the head"),
        ([b'{"format":"another"}'], "Line 1 is not the head"),
        ([b'{"format":["tollbridge-simulator-1"]}'], "Line 1 is not the head"),
        ([b'{"format":"tollbridge-simulator-2"}'], "Line 1: the snapshot has the format tollbridge-simulator-2"),
        ([b'{"format":"tollbridge-simulator-1","randomness":[1]}'], "Line 1: randomness is not the state"),
        ([b'{"format":"tollbridge-simulator-1","randomness":[3,[1.5],null]}'], "Line 1: randomness is not the state"),
        ([b'{"format":"tollbridge-simulator-1","ahead":"x"}'], "Line 1: ahead has to be a whole number or null"),
        ([b'{"format":"tollbridge-simulator-1","ahead":true}'], "Line 1: ahead has to be a whole number or null"),
        ([b'{"format":"tollbridge-simulator-1","stopped_at":1.5}'], "Line 1: stopped_at has to be a whole number"),
        ([b'{"format":"tollbridge-simulator-1","lines":2}', CUSTOMER], "The head says that 2 lines follow, and 1 do"),
        ([HEAD, b"nonsense"], "Line 2: it is not JSON"),
        ([HEAD, b"\xff"], "Line 2: it is not JSON"),
        ([HEAD, b"", b"  ", b"nonsense"], "Line 4: it is not JSON"),
        ([HEAD, b"[" * 100_000], "Line 2: it is not JSON"),
        ([HEAD, b'["' + b"x" * 8_000_000 + b'"]'], "Line 2: it is longer than 8000000 bytes"),
        ([HEAD, b'{"a":1}'], "Line 2: it has to be a list that begins with a type"),
        ([HEAD, b"[]"], "Line 2: it has to be a list that begins with a type"),
        ([HEAD, b'[["Customer"],[1]]'], "Line 2: it has to be a list that begins with a type"),
        ([HEAD, b'["Planet",[1,"x"]]'], "Line 2: it has to be a list that begins with a type"),
        ([HEAD, b'["Customer"]'], "Line 2: after Customer there has to be one list"),
        ([HEAD, b'["Customer",[]]'], "Line 2: after Customer there has to be one list"),
        ([HEAD, b'["Customer",[1,"x"],2]'], "Line 2: after Customer there has to be one list"),
        ([HEAD, [*CUSTOMER[:-1]]], "Line 2: Customer: it has 4 fields, not 5 to 9"),
        ([HEAD, [*CUSTOMER, None, None, None, False, 1]], "Line 2: Customer: it has 10 fields, not 5 to 9"),
        ([HEAD, ["1", *CUSTOMER[1:]]], "Line 2: the place of a Customer has to be a whole number"),
        ([HEAD, [0, *CUSTOMER[1:]]], "Line 2: the place of a Customer has to be a whole number"),
        ([HEAD, [2**60, *CUSTOMER[1:]]], "Line 2: the place of a Customer has to be a whole number"),
        (
            [HEAD, CUSTOMER, [1, "cus_2", *CUSTOMER[2:]]],
            "Line 3: the place of a Customer has to be a whole number above",
        ),
        ([HEAD, CUSTOMER, [2, *CUSTOMER[1:]]], "Line 3: the Customer has the id of another one"),
        ([HEAD, [1, "", *CUSTOMER[2:]]], "Line 2: Customer: id has to be the id of an object"),
        ([HEAD, [1, "a\0b", *CUSTOMER[2:]]], "Line 2: Customer: id has to be the id of an object"),
        ([HEAD, [*CUSTOMER[:-1], 2**63]], "Line 2: Customer: created has to be a whole number"),
        ([HEAD, [*CUSTOMER[:-1], 1e3]], "Line 2: Customer: created has to be a whole number"),
        (
            [HEAD, [*CUSTOMER, None, None, NEST]],
            "Line 2: Customer: more has to be an object, each member anything of at",
        ),
        ([HEAD, [*KEY[:-1]]], "Line 2: IdempotencyKey: it has 7 fields, not 8 to 8"),
        ([HEAD, ["IdempotencyKey", "", *KEY[2:]]], "Line 2: IdempotencyKey: key has to be text of 1 to 255"),
        ([HEAD, [*KEY[:3], "0", *KEY[4:]]], "Line 2: IdempotencyKey: fingerprint has to be 64 hexadecimal digits"),
        ([HEAD, [*KEY[:4], 99, *KEY[5:]]], "Line 2: IdempotencyKey: status has to be that of an answer"),
        ([HEAD, [*KEY[:5], [], *KEY[6:]]], "Line 2: IdempotencyKey: content has to be the object that was answered"),
        ([HEAD, [*KEY[:6], "Planet", *KEY[7:]]], "Line 2: IdempotencyKey: type has to be one of Customer,"),
        ([HEAD, [*KEY[:6], "Customer", *KEY[7:]]], "Line 2: IdempotencyKey: content has to be the list of the place"),
        ([HEAD, [*KEY[:5], [1, "x"], "Customer", *KEY[7:]]], "Line 2: Customer: it has 1 fields"),
        ([HEAD, [*KEY[:7], "req_1\r\nset-cookie: x", 1]], "Line 2: IdempotencyKey: request_id has to be the id"),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else "",
)
def test_what_is_not_a_snapshot_is_refused_with_its_line(lines: list[Any], told: str) -> None:
    """Nothing of it is put back, over HTTP it is a 400 problem with the same sentence."""
    spelt = [
        line
        if isinstance(line, bytes)
        else json.dumps(line if line[0] == "IdempotencyKey" else ["Customer", line]).encode()
        for line in lines
    ]
    assert refusal(spelt).startswith(told)
    stripe = simulator()
    with TestClient(control(stripe)) as http:
        refused = http.put("/snapshot", content=b"\n".join(spelt), headers=NDJSON)
    assert (refused.status_code, refused.json()["detail"].startswith(told)) == (400, True), refused.json()


def test_the_longest_line_that_is_written_can_be_put_back() -> None:
    """A subscription whose every item has a price with as much metadata as it may have, and its key."""
    stripe = simulator()
    metadata = {f"metadata[{'k' * 38}{number:02}]": "\0" * 500 for number in range(50)}
    priced = {"currency": "usd", "unit_amount": 1, "recurring[interval]": "day", "nickname": "\0" * 5_000, **metadata}
    prices = [
        call(stripe, "POST", "/v1/prices", {**priced, "product_data[name]": "x"}).document["id"] for _ in range(20)
    ]
    items = {f"items[{number}][price]": price for number, price in enumerate(prices)}
    made = call(stripe, "POST", "/v1/subscriptions", {"customer": ANN, **items, **metadata}, idempotency_key="long")
    assert made.status == 200
    lines = list(stripe.snapshot())
    assert MAX_LINE // 4 < max(map(len, lines)) < MAX_LINE
    stripe.restore(lines)
    assert list(stripe.snapshot()) == lines
