"""Which amounts our Stripe charges: every currency, at each of its bounds."""

import pytest

from tests.unit.stripe_calls import create, simulator
from tollbridge.simulator.protocol.money import table

RULES = table()["currencies"]


@pytest.mark.parametrize("currency", sorted(RULES))
def test_each_currency_is_charged_between_its_bounds(currency: str) -> None:
    """The smallest and the largest amount pass; one step beyond either is refused with its code."""
    least, most, step = (RULES[currency][name] for name in ("minimum", "maximum", "step"))
    most -= most % step
    assert [create(simulator(), currency=currency, amount=amount).status for amount in (least, most)] == [200, 200]
    above = create(simulator(), currency=currency, amount=most + step)
    assert (above.status, above.error["code"], above.error["param"]) == (400, "amount_too_large", "amount")
    below = create(simulator(), currency=currency, amount=least - step)
    assert (below.status, below.error["param"]) == (400, "amount")
    assert below.error["code"] == ("amount_too_small" if least > step else "parameter_invalid_integer")


@pytest.mark.parametrize("code", sorted(table()["listed"]))
def test_every_currency_of_stripes_message_is_taken(code: str) -> None:
    """A currency that Stripe's refusal lists is never refused as unknown, and has a maximum."""
    assert create(simulator(), currency=code, amount=1_000_000 if code != "idr" else 100_000_000).status == 200
    refusal = create(simulator(), currency=code, amount="9" * 19).error
    assert refusal["code"] == "amount_too_large"


@pytest.mark.parametrize(
    ("currency", "amount", "status"),
    [("kwd", 1001, 400), ("kwd", 1010, 200), ("isk", 10_050, 400), ("isk", 10_100, 200), ("usd", 1001, 200)],
)
def test_an_amount_off_its_currencys_step_is_refused(currency: str, amount: int, status: int) -> None:
    """Three decimals end in 0, and ISK has none; code and wording are unverified, so not asserted."""
    answered = create(simulator(), currency=currency, amount=amount)
    assert answered.status == status
    if status == 400:
        assert answered.error["param"] == "amount"
