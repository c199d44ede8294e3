"""What a right answer is: by the contract, the world, and how much a target is held to."""

from collections.abc import Iterator
from typing import Any

import pytest

from tollbridge.compose import Options
from tollbridge.contract import load_contract
from tollbridge.verify.model.oracle import Oracle
from tollbridge.verify.model.steps import EXPIRED, Call
from tollbridge.verify.model.subject import minimal, subjects
from tollbridge.verify.model.terms import CHOICE, DOCUMENTED, PROVIDER, Held
from tollbridge.verify.target.stripe_double import StripeDouble, charged_alone
from tollbridge.world import load_world

CONTRACT = load_contract(Options().contract)
WORLD = load_world(Options().world)
SUBJECT = subjects(CONTRACT)[0]
CARDS = charged_alone(WORLD)
ALL = Held(frozenset({DOCUMENTED, PROVIDER, CHOICE}), CONTRACT)
FOREIGN = Held(frozenset({DOCUMENTED, PROVIDER}), CONTRACT)
USD: dict[str, Any] = {"amount": 4200, "currency": "usd"}


@pytest.fixture(scope="module")
def stripe() -> Iterator[StripeDouble]:
    """The target's Stripe."""
    with StripeDouble(WORLD, None) as side:
        yield side


def call(document: Any = None, account: int | None = None, **more: Any) -> Call:
    """A call with more members than amount and currency."""
    return Call(SUBJECT.operation, USD | (document or {}), account, **more)


def naming(organization: object) -> tuple[tuple[str, str], ...]:
    """The header that names an organization."""
    return (("organization_id", str(organization)),)


CASES: dict[str, tuple[Call, str, set[int], set[str]]] = {
    "plain": (call(), "accepted", {200}, set()),
    "a saved card": (call({"payment_method": 4242}), "accepted", {200}, set()),
    "a declined card": (
        call({"payment_method": 341, "error_on_requires_action": True}),
        "declined",
        {402},
        {"card-declined"},
    ),
    "a card that asks": (
        call({"payment_method": 3184, "error_on_requires_action": True}),
        "declined",
        {402},
        {"authentication-required"},
    ),
    "a declined card, not charged": (call({"payment_method": 341}), "accepted", {200}, set()),
    "an unknown card": (call({"payment_method": 999}), "refused", {404}, {"payment-method-not-found"}),
    "a foreign card": (call({"payment_method": 74242}), "refused", {404}, {"payment-method-not-found"}),
    "not attached": (call({"payment_method": 8210}), "refused", {409}, {"payment-method-not-attached"}),
    "no default source": (
        call({"error_on_requires_action": True}, 7),
        "refused",
        {409},
        {"default-payment-method-missing"},
    ),
    "no customer": (call({}, 11), "refused", {409}, {"customer-missing"}),
    "no subscription": (call({"payment_method": 124242}, 12), "refused", {409}, {"subscription-missing"}),
    "nobody's administrator": (call({}, 1), "refused", {403}, {"organization-required"}),
    "an administrator names one": (call({}, 1, headers=naming(9)), "accepted", {200}, set()),
    "an administrator names none that is": (
        call({}, 1, headers=naming(999)),
        "refused",
        {404},
        {"organization-not-found"},
    ),
    "a group's administrator names a stranger": (
        call({}, 2, headers=naming(9)),
        "refused",
        {403},
        {"organization-forbidden"},
    ),
    "a driver's header is ignored": (call({}, 4, headers=naming(9)), "accepted", {200}, set()),
    "white space around a header": (call({}, 1, headers=naming(" 9 ")), "accepted", {200}, set()),
    "expired": (call({"amount": 0}, 1, token=EXPIRED), "token", {401}, {"token-expired"}),
    "disabled": (call({}, 10), "token", {401}, {"inactive-account"}),
    "too small": (call({"amount": 49}), "violations", {400}, {"invalid-request"}),
    "a malformed header": (call({}, 4, headers=naming("007")), "violations", {400}, {"invalid-request"}),
}


@pytest.mark.parametrize("case", CASES)
def test_the_right_answer(stripe: StripeDouble, case: str) -> None:
    """Each call has its kind of answer, its statuses and its codes."""
    sent, kind, statuses, codes = CASES[case]
    expected = Oracle(SUBJECT, WORLD, ALL, CARDS, stripe).expected(sent)
    assert (expected.kind, set(expected.statuses), set(expected.codes)) == (kind, statuses, codes)


def test_every_wrong_place_is_expected(stripe: StripeDouble) -> None:
    """Body and header are judged together."""
    sent = call({"amount": 0, "receipt_email": "x", "a/b": 1}, headers=naming("x"))
    expected = Oracle(SUBJECT, WORLD, ALL, CARDS, stripe).expected(sent)
    assert expected.places == ["#/amount", "#/a~1b", "#/receipt_email", "organization_id"]


def test_a_choice_is_not_held_against_others(stripe: StripeDouble) -> None:
    """An unknown member may be taken by a foreign target; a wrong amount beside it may not."""
    foreign = Oracle(SUBJECT, WORLD, FOREIGN, CARDS, stripe)
    assert foreign.expected(call({"x": 1})).kind == "free"
    assert foreign.expected(call({"x": 1, "amount": 0})).kind == "violations"


@pytest.mark.parametrize("held", [ALL, FOREIGN], ids=["choice", "foreign"])
def test_a_converted_minimum_is_not_judged_near_the_rate(stripe: StripeDouble, held: Held) -> None:
    """Within a factor of two of a converted minimum a target may decide, whatever it is held to: rates change."""
    least = {code: minimum for code, minimum, *_ in SUBJECT.money()}["idr"]
    amounts = {least // 3: "violations", least - 1: "free", least: "free", least * 2 - 1: "free", least * 3: "accepted"}
    oracle = Oracle(SUBJECT, WORLD, held, CARDS, stripe)
    found = {amount: oracle.expected(call({"currency": "idr", "amount": amount})).kind for amount in amounts}
    assert found == amounts


def test_what_is_read_in_two_ways_is_held_against_nobody(stripe: StripeDouble) -> None:
    """An empty description may count as none, and a local part of more than 64 characters may be refused."""
    oracle = Oracle(SUBJECT, WORLD, ALL, CARDS, stripe)
    assert oracle.expected(call({"description": ""})).kind == "free"
    assert oracle.expected(call({"description": "", "amount": 0})).kind == "violations"
    for length, kind in ((64, "accepted"), (65, "free")):
        assert oracle.expected(call({"receipt_email": "a" * length + "@example.com"})).kind == kind


def test_a_code_of_the_apis_own_list_is_not_held_against_others(stripe: StripeDouble) -> None:
    """Stripe's API lists eleven codes more than its page: a foreign target may take them, and no other."""
    foreign = Oracle(SUBJECT, WORLD, FOREIGN, CARDS, stripe)
    kinds = [foreign.expected(call({"currency": code})).kind for code in ("ghs", "xxx", "USD")]
    assert kinds == ["free", "violations", "violations"]
    assert Oracle(SUBJECT, WORLD, ALL, CARDS, stripe).expected(call({"currency": "ghs"})).kind == "violations"


@pytest.mark.parametrize(
    ("member", "value", "kind"),
    [
        ("description", None, "free"),
        ("payment_method", None, "free"),
        ("receipt_email", "yard@-example.com", "free"),
        ("receipt_email", "yard", "violations"),
        ("amount", None, "violations"),
        ("description", 7, "violations"),
    ],
)
def test_a_reading_of_ours_is_not_held_against_others(
    stripe: StripeDouble, member: str, value: object, kind: str
) -> None:
    """Null for what may be left out, and how an address looks, are choices; what is required, and types, are not."""
    assert Oracle(SUBJECT, WORLD, FOREIGN, CARDS, stripe).expected(call({member: value})).kind == kind
    assert Oracle(SUBJECT, WORLD, ALL, CARDS, stripe).expected(call({member: value})).kind == "violations"


def test_what_stripe_has_now_decides(stripe: StripeDouble) -> None:
    """A method that was detached is a conflict from then on."""
    oracle = Oracle(SUBJECT, WORLD, ALL, CARDS, stripe)
    assert oracle.expected(call({"payment_method": 4444})).kind == "accepted"
    assert stripe.post("/v1/payment_methods/pm_QuayOne00000000000004444/detach", {}) == 200
    assert oracle.expected(call({"payment_method": 4444})).codes == ["payment-method-not-attached"]
    stripe.reset()
    assert oracle.expected(call({"payment_method": 4444})).kind == "accepted"


def test_a_small_body_fits() -> None:
    """What the harness begins from is what the contract accepts."""
    assert SUBJECT.operation.body
    assert SUBJECT.operation.body.is_valid(SUBJECT.good)
    assert minimal({"type": "object", "required": ["a"], "properties": {"a": {"type": "array"}}}) == {"a": []}
