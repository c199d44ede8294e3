"""Properties of the whole server: what holds for any amount, currency and header."""

import json

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.contract.conftest import PATH, Server, in_this_process
from tollbridge.simulator.protocol.money import table

RULES = table()["currencies"]
FIXED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
JSON = ("Content-Type", "application/json")


def allowed(amount: int, currency: str) -> bool:
    rules = RULES[currency]
    return rules["minimum"] <= amount <= 99_999_999 and amount % rules["step"] == 0


def near_a_bound(currency: str) -> st.SearchStrategy[int]:
    least = RULES[currency]["minimum"]
    return st.one_of(st.integers(least - 12, least + 120), st.integers(99_999_900, 100_000_010), st.integers())


MONEY = st.sampled_from(sorted(RULES)).flatmap(lambda c: st.tuples(st.just(c), near_a_bound(c)))


@FIXED
@given(MONEY)
@example(("usd", 50))
@example(("usd", 49))
@example(("kwd", 15))
def test_an_amount_is_accepted_exactly_by_its_currencys_rules(module_server: Server, money: tuple[str, int]) -> None:
    """The table decides; what is refused blames the amount and nothing else; what is accepted reaches Stripe."""
    currency, amount = money
    before = len(module_server.stripe.intents())
    answer = module_server.http.post(PATH, content=json.dumps({"amount": amount, "currency": currency}), headers=[JSON])
    if allowed(amount, currency):
        assert answer.status_code == 200
        made = module_server.stripe.intents()[-1]
        assert (made.amount, made.currency) == (amount, currency)
    else:
        assert answer.status_code == 400
        assert {error["pointer"] for error in answer.json()["errors"]} == {"#/amount"}
        assert len(module_server.stripe.intents()) == before


@FIXED
@given(st.text(max_size=12).filter(lambda text: text not in RULES))
@example("USD")
@example("usd\n")
@example("hrk")
def test_any_other_currency_is_refused_and_blamed_alone(module_server: Server, currency: str) -> None:
    """A code outside the list never blames the amount."""
    body = json.dumps({"amount": 4200, "currency": currency})
    answer = module_server.http.post(PATH, content=body, headers=[JSON])
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/currency"]


@in_this_process
@FIXED
@given(st.binary(max_size=24).filter(lambda value: not set(value) & set(b"\r\n\0")))
@example(b"1")
@example(b"01")
@example("\u0661".encode())
@example(b"9223372036854775808")
def test_the_organization_header_is_digits_or_refused(module_server: Server, value: bytes) -> None:
    """Whatever the header's bytes, the answer is 200 for a plain positive int64 and 400 for the rest."""
    body = json.dumps({"amount": 4200, "currency": "usd"})
    answer = module_server.http.post(PATH, content=body, headers=[JSON, ("organization_id", value)])
    text = value.decode("latin-1")
    plain = text.isascii() and text.isdigit() and not text.startswith("0") and int(text) < 2**63
    assert answer.status_code == (200 if plain else 400)
    if not plain:
        assert [error["header"] for error in answer.json()["errors"]] == ["organization_id"]


@FIXED
@given(st.binary(max_size=200))
@example(b"{}")
def test_any_bytes_get_a_documented_answer(module_server: Server, body: bytes) -> None:
    """No body at all makes the server fail."""
    answer = module_server.http.post(PATH, content=body, headers=[JSON])
    assert answer.status_code in (200, 400)
    if answer.status_code == 400:
        assert answer.json()["error_code"] in ("malformed-json", "invalid-request")
        assert answer.json()["errors"]
