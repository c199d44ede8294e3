"""Whatever comes: Stripe's error shape, a status that fits, and a state that is as it was."""

import json
import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.stripe_calls import ANN, ANNS, FORM, INTENTS, KEY, SUBSCRIPTION, call, create, simulator
from tollbridge.simulator import Reply, Request, Simulator
from tollbridge.simulator.model.errors import StripeFailure
from tollbridge.simulator.model.rows import Customer
from tollbridge.simulator.protocol.forms import MAX_BODY, MAX_DEPTH, MAX_FIELDS, decoded
from tollbridge.simulator.state.memory import MemoryStore

PATHS = [
    INTENTS,
    f"{INTENTS}/pi_x/confirm",
    f"{INTENTS}/pi_x/cancel",
    f"/v1/payment_methods/{ANNS}/attach",
    f"/v1/subscriptions/{SUBSCRIPTION}",
    f"/v1/customers/{ANN}",
    f"/v1/customers/{ANN}/payment_methods",
    f"/v1/customers/{ANN}/payment_methods/{ANNS}",
]
GOOD = b"amount=1000&currency=usd&payment_method_types[]=card"
NESTED = b"a" + b"[b]" * 10_000


def send(stripe: Simulator, body: bytes, content_type: str = FORM, path: str = INTENTS) -> Reply:
    """Post raw bytes."""
    headers = {"authorization": f"Bearer {KEY}", "content-type": content_type}
    return stripe.handle(Request("POST", path, "", headers, body))


def assert_stripes_answer(reply: Reply) -> None:
    """An object, or an error with type and message and without empty members."""
    document = json.loads(reply.body)
    assert reply.headers["request-id"].startswith("req_")
    if reply.status == 200:
        assert "object" in document
        return
    assert reply.status in (400, 401, 402, 403, 404, 413, 501)
    assert isinstance(document["error"]["message"], str)
    assert document["error"]["type"] in ("invalid_request_error", "card_error", "idempotency_error", "api_error")
    assert None not in document["error"].values()


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b'{"amount": 1000, "currency": "usd"}', "application/json", 400),
        (b'{"amount": 1000, "currency": "usd"}', FORM, 400),
        (GOOD, "", 400),
        (GOOD, "text/plain", 400),
        (GOOD, "multipart/form-data", 400),
        (GOOD + b"&description=%ff", FORM, 400),
        (GOOD + b"&description=%ed%a0%80", FORM, 400),
        (GOOD + b"&description=\xff", FORM, 400),
        (GOOD + b"&metadata[%ff]=1", FORM, 400),
        (b"\xff\xfea\x00", FORM, 400),
        (b"&".join([b"amount=1"] * (MAX_FIELDS + 1)), FORM, 400),
        (b"a=" + b"b" * MAX_BODY, FORM, 413),
        (NESTED + b"=1", FORM, 400),
        (b"metadata" + b"[b]" * 10_000 + b"=1", FORM, 400),
        (b"[" * 100_000, FORM, 400),
        (b"]" * 100_000, FORM, 400),
        (b"=" * 1_000, FORM, 400),
        (b"&" * 999, FORM, 400),
        (GOOD + b"&metadata=1&metadata[a]=2", FORM, 400),
        (GOOD + b"&metadata[]=1&metadata[a]=2", FORM, 400),
        (b"amount[]=1000&currency=usd", FORM, 400),
        (b"amount=1000&currency[a]=usd", FORM, 400),
        (b"amount=1e3&currency=usd", FORM, 400),
        (b"amount=0x10&currency=usd", FORM, 400),
        ("amount=٤٢٠٠&currency=usd".encode(), FORM, 400),
        (b"amount=+1000&currency=usd", FORM, 400),
        (b"amount=--1&currency=usd", FORM, 400),
        (b"amount=" + b"9" * 100_000 + b"&currency=usd", FORM, 400),
        (b"", FORM, 400),
    ],
    ids=lambda value: repr(value)[:40] if isinstance(value, bytes) else None,
)
def test_a_hostile_form_is_refused_and_leaves_nothing(body: bytes, content_type: str, status: int) -> None:
    """Each gets the status that fits, and the next request is answered."""
    stripe = simulator()
    reply = send(stripe, body, content_type)
    assert reply.status == status
    assert_stripes_answer(reply)
    assert stripe.intents() == []
    assert create(stripe).status == 200


@pytest.mark.parametrize(
    "body",
    [
        "amount=1000&currency=usd&description=Dock ☂".encode(),
        b"amount=1000&currency=usd&description=Dock+%E2%98%82",
        b"amount=999&amount=1000&currency=usd&description=Dock%20%e2%98%82&",
        b"&&amount=0000000000000000000000001000&currency=usd&description=Dock%20%e2%98%82",
    ],
)
def test_odd_forms_that_are_none_the_worse(body: bytes) -> None:
    """Raw UTF-8, both spellings of a blank, empty fields, leading zeros; of two values the last counts."""
    reply = send(simulator(), body, f"{FORM}; charset=utf-8")
    shown = json.loads(reply.body)
    assert (reply.status, shown["amount"], shown["description"]) == (200, 1000, "Dock ☂")


@settings(max_examples=150, deadline=None)
@given(
    body=st.binary(max_size=200)
    | st.text(alphabet="amountcrey=&[]%0+", max_size=80).map(str.encode)
    | st.builds(lambda tail: GOOD + b"&" + tail, st.text(alphabet="metadata[]=&%f0_", max_size=40).map(str.encode)),
    path=st.sampled_from(PATHS),
)
@example(body=b"metadata[a][]=1&metadata[a]=2", path=INTENTS)
@example(body=b"expand[][]=1", path=INTENTS)
@example(body=b"[]=1", path=INTENTS)
def test_no_bytes_raise(body: bytes, path: str) -> None:
    """Any body, on any route that takes one, is answered as Stripe answers; a refusal changes nothing."""
    stripe = simulator()
    before = stripe.intents(), stripe.subscription(SUBSCRIPTION)
    reply = send(stripe, body, path=path)
    assert_stripes_answer(reply)
    if reply.status != 200:
        assert (stripe.intents(), stripe.subscription(SUBSCRIPTION)) == before
        assert [told.effects for told in stripe.record] == [()]


@settings(max_examples=150, deadline=None)
@given(
    method=st.sampled_from(["GET", "POST", "DELETE", "get", ""]),
    path=st.text(max_size=30) | st.sampled_from(PATHS) | st.text(max_size=9).map(lambda name: f"/v1/customers/{name}"),
    query=st.text(max_size=30) | st.text(alphabet="limt=1[]&%", max_size=20),
    headers=st.dictionaries(
        st.sampled_from(["authorization", "idempotency-key", "stripe-version", "stripe-account", "content-type"]),
        st.text(max_size=20),
        max_size=3,
    ),
)
@example("GET", "/v1/customers/\ud800", "", {})
@example("GET", f"/v1/customers/{ANN}/payment_methods", "starting_after=\udcff", {})
@example("POST", INTENTS, "amount=1000&currency=usd", {"idempotency-key": "\ud800"})
def test_no_address_and_no_header_raises(method: str, path: str, query: str, headers: dict[str, str]) -> None:
    """Lone surrogates too, which no HTTP can carry, are answered."""
    given_headers = {"authorization": f"Bearer {KEY}"} | headers
    stripe = simulator()
    assert_stripes_answer(stripe.handle(Request(method, path, query, given_headers, b"")))
    assert len(stripe.record) == 1


NAMES = st.text(alphabet=string.ascii_lowercase, min_size=1, max_size=3)
VALUES = st.recursive(
    st.text(alphabet=string.printable + "☂é", max_size=5),
    lambda inner: (
        st.lists(st.text(max_size=3, alphabet="ab&=+%"), min_size=1, max_size=3)
        | st.dictionaries(NAMES, inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)


def fields(name: str, value: object) -> list[tuple[str, str]]:
    """Spell a value as the SDK does."""
    if isinstance(value, dict):
        return [field for inner, below in value.items() for field in fields(f"{name}[{inner}]", below)]
    if isinstance(value, list):
        return [(f"{name}[]", str(item)) for item in value]
    return [(name, str(value))]


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_a_form_is_read_as_it_was_written(form: dict[str, object]) -> None:
    """Encoding and decoding nested values gives them back."""
    from urllib.parse import urlencode

    spelt = [field for name, value in form.items() for field in fields(name, value)]
    if any(name.count("[") >= MAX_DEPTH for name, _ in spelt):
        return
    assert decoded(urlencode(spelt)) == form


def test_nesting_has_a_bound() -> None:
    """Eight names deep is read, nine is refused as too deep."""
    assert decoded("a" + "[b]" * (MAX_DEPTH - 1))
    with pytest.raises(StripeFailure) as refused:
        decoded("a" + "[b]" * MAX_DEPTH)
    assert "nested too deep" in refused.value.message


def _fail_after_writing(store: MemoryStore, row: Customer) -> None:
    with store.work() as work:
        work.put(row)
        assert work.get(Customer, row.id) == row
        raise ZeroDivisionError


def test_a_unit_of_work_that_fails_leaves_nothing() -> None:
    """Rows are seen in their own unit at once, and by others only once it ended well."""
    store = MemoryStore(recorded=1)
    row = Customer("cus_1", None, None, None, 0)
    with pytest.raises(ZeroDivisionError):
        _fail_after_writing(store, row)
    with store.work() as work:
        assert work.get(Customer, "cus_1") is None
        work.put(row)
    with store.work() as work:
        assert list(work.listed(Customer)) == [row]


def test_items_of_a_list_may_have_names() -> None:
    """`a[][b]` begins a new item when a name comes again, as Rack reads it; numbers name items too."""
    assert decoded("a[][b]=1&a[][c]=2&a[][b]=3") == {"a": [{"b": "1", "c": "2"}, {"b": "3"}]}
    assert decoded("a[0][b]=1") == {"a": {"0": {"b": "1"}}}


def test_a_post_takes_parameters_from_its_address_too() -> None:
    """Nothing that was sent is overlooked in silence."""
    stripe = simulator()
    headers = {"authorization": f"Bearer {KEY}", "content-type": FORM}
    reply = stripe.handle(Request("POST", INTENTS, "nope=1", headers, GOOD))
    assert (reply.status, json.loads(reply.body)["error"]["param"]) == (400, "nope")
    assert call(stripe, "POST", f"{INTENTS}?amount=1").status == 404
