"""Worlds of other shapes: what a case changes at Stripe is put back, and no check is left without an occasion."""

from pathlib import Path

import pytest

from tests.judged import SDK_WARNS, UNCLOSED, bench
from tollbridge.compose import Options
from tollbridge.verify.cases import TABLES
from tollbridge.verify.model.steps import AtStripe

pytestmark = [pytest.mark.filterwarnings(SDK_WARNS), pytest.mark.filterwarnings(UNCLOSED)]

DEFAULT = Options().world.read_text()
WORLDS = {
    "the first good card is the default source": DEFAULT,
    "the second good card is": DEFAULT.replace("default_source: 4242", "default_source: 42"),
    "the last good card is": DEFAULT.replace("default_source: 4242", "default_source: 4444"),
    "no card is": DEFAULT.replace("    default_source: 4242\n", ""),
}


@pytest.mark.parametrize("name", WORLDS)
def test_what_a_case_changes_at_stripe_is_put_back(name: str, tmp_path: Path) -> None:
    """After each sequence Stripe has what the world file says, whichever card is the default source: no case that
    follows finds its card detached; and a right server is not accused.
    """
    world = tmp_path / "world.yaml"
    world.write_text(WORLDS[name])
    with bench(world) as target:
        stripe = target.run.stripe
        assert stripe
        cards = [
            card.stripe for o in target.context.world.organizations.values() for card in o.payment_methods.values()
        ]
        begun = {card: (stripe.method(card) or {}).get("customer") for card in cards}
        changing = [
            case
            for case in TABLES["sequences"](target.context)
            if any(isinstance(step, AtStripe) for step in case.steps)
        ]
        assert len(changing) > 3
        for case in changing:
            assert target.found([case]) == [], case.name
            assert {card: (stripe.method(card) or {}).get("customer") for card in cards} == begun, case.name
