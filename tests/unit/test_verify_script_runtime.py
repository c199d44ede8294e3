"""What a finding's script does besides judging: it looks at Stripe, and leaves the faults that wait for the target."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.test_verify_oracle import WORLD
from tollbridge.simulator import Fault
from tollbridge.verify.findings.script_runtime import at_stripe, seen_by, stripe_now
from tollbridge.verify.target.stripe_double import StripeDouble

CUSTOMER = WORLD.organizations[1].customer
FORM = f"amount=4200&currency=usd&customer={CUSTOMER}&payment_method_types[]=card".encode()


@pytest.fixture
def stripe(monkeypatch: pytest.MonkeyPatch) -> Iterator[StripeDouble]:
    """The target's Stripe, where the script looks for it."""
    with StripeDouble(WORLD, None) as side, side.controllable():
        monkeypatch.setenv("STRIPE", side.url)
        yield side


FAULTS = [
    Fault("GET", None, "429", times=None),
    Fault(None, "/v1/payment_intents", "reset", "after", times=2, share=0.5),
]


def test_looking_at_stripe_leaves_the_faults(stripe: StripeDouble) -> None:
    """A fault of any path, for as long as it is asked, is not met by the script, and waits as before."""
    for fault in FAULTS:
        stripe.breaks(fault)
    before = stripe_now()
    assert before["before"].keys() == {o.subscription for o in WORLD.organizations.values() if o.subscription}
    assert stripe.do(lambda simulator: simulator.faults()) == FAULTS


def test_the_script_sees_what_the_run_sees(stripe: StripeDouble) -> None:
    """Calls, intents and subscriptions are the same documents, whoever looks; the look itself is none of the calls."""
    moment = stripe.moment()
    before = stripe_now()
    made = at_stripe("/v1/payment_intents", FORM)
    [seen] = seen_by([before])
    run = stripe.since(moment)
    assert seen["before"] == moment.subscriptions
    assert seen["after"] == run.subscriptions
    assert seen["intents"] == run.intents == [made]
    assert [call["path"] for call in seen["calls"]] == ["/v1/payment_intents"]
    assert seen["calls"][0] in run.calls


def test_each_call_has_its_own_part_of_the_record(stripe: StripeDouble) -> None:
    """Of two calls that were looked at, the first one's part ends where the second one's begins."""
    moments: list[dict[str, Any] | None] = []
    for _ in range(2):
        moments.append(stripe_now())
        at_stripe("/v1/payment_intents", FORM)
    parts = seen_by(moments)
    assert [[c["method"] for c in part["calls"] if c["method"] == "POST"] for part in parts] == [["POST"], ["POST"]]
    assert len(parts[1]["intents"]) == 1
