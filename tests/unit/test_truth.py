"""The facts asked of any Stripe: what is sent there, what comes back, and what the table says of it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.truth.__main__ import address_of, main, note
from tests.truth.asking import Asking, Outcome
from tests.truth.facts import Fact, facts_of, outcomes_of
from tests.truth.moment import Moment
from tests.truth.stripe_at import OBJECTS, Address, StripeAt
from tests.truth.table import VERDICTS, counted, json_of, lines_of, text_of
from tests.unit.stripe_calls import ANN, INTENTS, LOOSE, NOW, Answered, call, create, simulator
from tollbridge.gateway.client import GatewayError
from tollbridge.simulator import Reply, Request, Simulator

SECRET = "sk_test_ofSomebody123"


class Elsewhere(Address):
    """A Stripe that is a simulator of this process, and remembers what it was sent."""

    def __init__(self, **more: Any) -> None:
        super().__init__("http://stripe.example", SECRET, **more)
        self.__dict__.update(stripe=Simulator({}, clock=lambda: NOW), sent=[], answers=[])

    def _once(self, request: Request) -> Reply:
        sent = Request(request.method, request.path, request.query, self._headers(request.headers), request.body)
        self.__dict__["sent"].append(sent)
        answers: list[Reply] = self.__dict__["answers"]
        return answers.pop(0) if answers else self.__dict__["stripe"].handle(sent)


def at(address: Address) -> Any:
    """Return one test's Stripe there."""
    return StripeAt(address, lambda: None)


@pytest.mark.parametrize("name", [one for one in OBJECTS if one != LOOSE])  # that one is made of a token
def test_what_a_test_names_is_made_there_and_told_by_its_name(name: str) -> None:
    """Customers, cards, prices and subscriptions have other ids at an address; the test sees its own."""
    kinds = {"cus": "customers", "pm": "payment_methods", "price": "prices", "sub": "subscriptions"}
    elsewhere = Elsewhere()
    shown = call(at(elsewhere), "GET", f"/v1/{kinds[name.partition('_')[0]]}/{name}")
    assert (shown.status, shown.document["id"]) == (200, name)
    assert name not in elsewhere.__dict__["sent"][-1].path


def test_each_test_has_keys_of_its_own_there() -> None:
    """Two tests that use one idempotency key, or one lookup key, do not meet."""
    elsewhere = Elsewhere()
    one, other = at(elsewhere), at(elsewhere)

    def made(stripe: Any, amount: int) -> Answered:
        return call(stripe, "POST", INTENTS, {"amount": amount, "currency": "usd"}, idempotency_key="k")

    first, second = made(one, 1000), made(other, 2000)
    assert [(answer.status, answer.headers["idempotency-key"]) for answer in (first, second)] == [(200, "k")] * 2
    assert made(one, 1000).document == first.document
    assert "'k'" in made(one, 7000).error["message"]


def test_a_list_of_events_is_of_the_tests_own_calls() -> None:
    """Neither what another test did, nor what was made for this one, is in it."""
    elsewhere = Elsewhere()
    create(at(elsewhere))
    stripe = at(elsewhere)
    call(stripe, "POST", f"/v1/customers/{ANN}", {"name": "Anna"})
    listed = call(stripe, "GET", "/v1/events").document["data"]
    assert [one["type"] for one in listed] == ["customer.updated"]


def test_the_endpoints_of_a_test_are_deleted_after_it() -> None:
    """An account has sixteen at most, whoever made them."""
    elsewhere = Elsewhere()
    plugin = Asking(elsewhere)
    form = {"url": "https://a.example/", "enabled_events[]": "*"}
    assert call(plugin.simulator(prepared=False), "POST", "/v1/webhook_endpoints", form).status == 200  # type: ignore[arg-type]
    assert len(call(at(elsewhere), "GET", "/v1/webhook_endpoints").document["data"]) == 1
    plugin.pytest_runtest_teardown()
    assert call(at(elsewhere), "GET", "/v1/webhook_endpoints").document["data"] == []


def test_only_the_address_is_shown_its_key() -> None:
    """The tests' key is replaced on the way, another is sent as it is, and no text has it."""
    elsewhere = Elsewhere()
    call(at(elsewhere), "GET", "/v1/customers")
    call(at(elsewhere), "GET", "/v1/customers", authorization="Bearer sk_test_another123")
    sent = [one.headers["authorization"] for one in elsewhere.__dict__["sent"]]
    assert sent == [f"Bearer {SECRET}", "Bearer sk_test_another123"]
    assert SECRET not in repr(Address("http://a.example", SECRET, SECRET))


@pytest.mark.parametrize(
    ("stripe", "key", "publishable"),
    [
        ("live-test", None, None),
        ("live-test", "sk_live_123", None),
        ("live-test", "rk_live_123", None),
        ("live-test", "sk_test_123", "pk_live_123"),
        ("https://api.stripe.com", "sk_test_123", None),
        ("nowhere", None, None),
    ],
)
def test_a_live_key_and_stripes_own_address_are_refused(
    stripe: str, key: str | None, publishable: str | None, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """Exit code 2 with a sentence that does not repeat the key; nothing is asked."""
    for name, value in (("STRIPE_API_KEY", key), ("STRIPE_PUBLISHABLE_KEY", publishable)):
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)
    assert main([stripe]) == 2
    said = capsys.readouterr().err
    assert said.startswith("make truth: ")
    assert "live_123" not in said
    assert "test_123" not in said
    with pytest.raises(GatewayError):
        address_of(stripe, {"STRIPE_API_KEY": key or "", "STRIPE_PUBLISHABLE_KEY": publishable or ""})


def test_a_stand_in_never_gets_the_key_of_the_environment() -> None:
    """It is for Stripe's test mode alone."""
    environment = {"STRIPE_API_KEY": "sk_test_mine", "STRIPE_PUBLISHABLE_KEY": "pk_test_mine"}
    stand_in, stripe = (address_of(one, environment) for one in ("http://127.0.0.1:1", "live-test"))
    assert stand_in is not None
    assert stripe is not None
    assert (stand_in.key, stand_in.publishable, stand_in.is_stripe) == ("sk_test_tollbridge", None, False)
    assert (stripe.url, stripe.key, stripe.is_stripe) == ("https://api.stripe.com", "sk_test_mine", True)


def test_a_call_that_is_too_early_is_made_again() -> None:
    """With a longer pause each time, four times at the most; then the fact could not be asked."""
    pauses: list[float] = []
    elsewhere = Elsewhere(pause=pauses.append)
    elsewhere.__dict__["answers"] += [Reply(429, {}, b"")]
    assert create(at(elsewhere)).status == 200
    assert pauses == [1]
    elsewhere.__dict__["answers"] += [Reply(429, {}, b"")] * 4
    with pytest.raises(pytest.skip.Exception, match="429"):
        create(at(elsewhere))
    assert pauses == [1, 1, 2, 4]


@pytest.mark.parametrize(
    "ask",
    [
        lambda stripe: stripe.clock.advance(3600),
        lambda stripe: stripe.clock.set(NOW),
        lambda stripe: stripe.authenticate("pi_1", passes=True),
        lambda stripe: stripe.outbox.newest(1),
        lambda stripe: Asking(Elsewhere()).simulator(prepared=True),
    ],
)
def test_what_an_address_does_not_have_is_not_asked(ask: Any) -> None:
    """The fact is neither right nor wrong by it."""
    with pytest.raises(pytest.skip.Exception):
        ask(at(Elsewhere()))


def test_an_address_that_does_not_answer_is_not_asked() -> None:
    """Nor is one that is broken."""
    with pytest.raises(pytest.skip.Exception, match="no answer"):
        create(at(Address("http://127.0.0.1:1", SECRET)))
    broken = Elsewhere()
    broken.__dict__["answers"].append(Reply(503, {}, b""))
    with pytest.raises(pytest.skip.Exception, match="503"):
        create(at(broken))


def test_times_near_each_other_are_the_same_where_the_clock_is_real() -> None:
    """Within a minute, before and after; a day apart they are not."""
    Moment.began = 5_000_000
    now = Moment(0)
    assert (now == 5_000_007, now == 5_000_900, now + 900 == 5_000_907) == (True, False, True)
    assert now - 1 != 5_000_907
    assert (now < 5_000_000, now > 5_000_000, now > 5_001_000) == (True, True, False)
    assert urlencode({"created": now + 1}) == "created=5000001"
    assert {"created": now} == {"created": 5_000_003}


PAGE = """
| id | fact | known by | test |
| --- | --- | --- | --- |
| r13 | refunded already | R | `test_x.py::test_r13_to_r14` |
| r14 | of zero | T | `test_x.py::test_r13_to_r14` |
| e1 | no amount | D | errors[1 amount missing] |
| o1 | ids | R | `test_o1_ids`, `test_x.py::test_other` |
| v1 | events | R | `test_x.py::test_v1` |
| u1 | a guess | U | |
"""


def test_a_fact_holds_where_all_of_its_tests_do() -> None:
    """A test that has rows of several facts counts for each by its own rows; a guess is unverified."""
    errors = "tests/unit/test_simulator_errors.py::test_a_create_is_refused_as_stripe_refuses_it"
    outcomes = {
        "tests/unit/test_x.py::test_r13_to_r14[r13 already]": Outcome("holds"),
        "tests/unit/test_x.py::test_r13_to_r14[r14 of zero]": Outcome("differs", "assert 200 == 400"),
        f"{errors}[1 amount missing]": Outcome("holds"),
        f"{errors}[11 unknown]": Outcome("differs"),
        "tests/unit/test_simulator_facts.py::test_o1_ids": Outcome("holds"),
        "tests/unit/test_simulator_facts.py::test_o1_ids_and_more": Outcome("differs"),
        "tests/unit/test_x.py::test_other": Outcome("not asked", "no clock"),
    }
    lines = lines_of(facts_of(PAGE), outcomes)
    verdicts = {line.id: line.verdict for line in lines}
    assert verdicts == {
        "r13": "holds",
        "r14": "differs",
        "e1": "holds",
        "o1": "not asked",
        "v1": "not asked",
        "u1": "unverified",
    }
    assert list(counted(lines)) == list(VERDICTS)
    document = json.loads(json_of("simulator", lines))
    assert document["figures"] == {"holds": 2, "differs": 1, "not asked": 2, "unverified": 1}
    assert document["facts"][1]["said"] == ["assert 200 == 400"]
    text = text_of("simulator", lines)
    assert "assert 200 == 400" in text
    assert text.endswith("of 6 facts 2 hold, 1 differ, 2 could not be asked, 1 are unverified.")


def test_figures_are_noted_with_their_day_and_the_number_of_rows(tmp_path: Path) -> None:
    """Those of one Stripe are replaced; a page that has no row of that name is left as it is."""
    page = tmp_path / "page.md"
    before = "| a | 1 | 1 | 1 | 1 |\n| b | 1 | 1 | 1 | 1 |\n\nOf 2020-01-01, when there were 4 rows."
    page.write_text(before)
    lines = lines_of(facts_of(PAGE), {})
    note(page, "b", lines)
    table, _, said = page.read_text().partition("\n\n")
    assert table == "| a | 1 | 1 | 1 | 1 |\n| b | 0 | 0 | 5 | 1 |"
    assert said == f"Of {datetime.now(UTC).date()}, when there were 6 rows."
    with pytest.raises(SystemExit, match="no row of figures for 'c'"):
        note(page, "c", lines)


def test_each_fact_is_asked_by_tests_of_its_own() -> None:
    """A test whose rows name facts has one for each fact that names the test."""
    fact = Fact("r13", "", "R", (("test_x.py", "test_r", ""),))
    ids = [
        "tests/unit/test_x.py::test_r[r13 a]",
        "tests/unit/test_x.py::test_r[r14 b]",
        "tests/unit/test_x.py::test_rs",
    ]
    assert outcomes_of(fact, fact.tests[0], ids) == ids[:1]
    assert outcomes_of(Fact("r1", "", "R", fact.tests), fact.tests[0], ids) == ids[:2]


def test_the_tests_simulator_is_the_simulator() -> None:
    """Where nothing else is asked, no test of ours runs against another Stripe."""
    assert isinstance(simulator(alone=True), Simulator)
    assert create(simulator()).document["created"] == NOW
