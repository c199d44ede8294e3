"""A target as a consumer of webhooks: each fault is found by its check, and nothing that is right is blamed."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from mutants.consumers import FAULTS, LEGAL, PATH, SECRET, running
from tests.consumer import consuming
from tollbridge.cli.options import DEFAULTS
from tollbridge.simulator import Fault, Simulator
from tollbridge.verify.consumer.checks import CONSUMER_CHECKS
from tollbridge.verify.consumer.judge import MAX_UNANSWERED, judge
from tollbridge.verify.consumer.judgement import Endpoint, Judgement
from tollbridge.verify.options import VerifyOptions
from tollbridge.verify.target.stripe_double import StripeDouble
from tollbridge.verify.webhooks import judged_beside, registered
from tollbridge.world import load_world


def at_a_simulator() -> Callable[[Callable[[Simulator], Any]], Any]:
    """Return a way to a simulator."""
    stripe = Simulator({})
    return lambda work: work(stripe)


def judged(kind: str, **more: Any) -> Judgement:
    """Judge the sample consumer with a fault or a difference."""
    with running(kind) as server:
        state = f"{server.url}/orders/{{payment_intent}}"
        usual: dict[str, Any] = {"state": state, "seconds": 0.5 if "hang" in kind else 5.0, "settled": 0.0}
        return judge(Endpoint(server.url + PATH, SECRET, **usual | more), at_a_simulator())


def found(judgement: Judgement) -> set[str]:
    """Return the checks that found something."""
    return {fault.check.name for fault in judgement.faults}


FIRST = {check: kind for kind, check in reversed(FAULTS.items())}
"""One fault for each check; `make prove` judges the others."""


@pytest.mark.parametrize("kind", FIRST.values())
def test_each_fault_of_a_consumer_is_found_by_its_check(kind: str) -> None:
    """The check that the catalogue names finds it."""
    assert FAULTS[kind] in found(judged(kind))


@pytest.mark.parametrize("kind", LEGAL)
def test_a_right_consumer_is_blamed_for_nothing(kind: str) -> None:
    """In whatever way it is right; and every check has something to judge."""
    judgement = judged(kind)
    assert [(fault.check.name, fault.found, fault.came_back) for fault in judgement.faults] == []
    assert judgement.aside == {}
    assert set(judgement.judged) == {check.name for check in CONSUMER_CHECKS}


def test_every_check_of_consumers_finds_a_fault() -> None:
    """None is on the list that no sample breaks."""
    assert set(FAULTS.values()) == {check.name for check in CONSUMER_CHECKS}
    assert not set(FAULTS) & set(LEGAL)
    assert len({check.name for check in CONSUMER_CHECKS}) == len(CONSUMER_CHECKS)


def test_without_a_place_to_see_the_state_it_is_not_judged() -> None:
    """The other checks are; what is aside says why."""
    judgement = judged("counts each delivery", state=None)
    assert judgement.faults == []
    assert judgement.aside.keys() == {"webhook-duplicates", "webhook-order", "webhook-kept"}
    assert all("--webhook-state" in reason for reason in judgement.aside.values())
    elsewhere = judged("right", state="http://127.0.0.1:1/{payment_intent}")
    assert elsewhere.aside.keys() == {"webhook-duplicates", "webhook-order", "webhook-kept"}


def test_an_endpoint_gets_what_it_asks_for() -> None:
    """With one type there is no other order; with none of ours there is nothing to judge."""
    one = judged("right", types=("payment_intent.succeeded",))
    assert (one.faults, set(one.aside)) == ([], {"webhook-order"})
    none = judged("takes everything", types=("invoice.paid",))
    assert (none.faults, none.sent, len(none.aside)) == ([], 0, len(CONSUMER_CHECKS))


def test_a_finding_shows_the_delivery_and_not_the_secret() -> None:
    """Its headers, its event, and the answer."""
    judgement = judged("takes what has no signature")
    [fault] = [one for one in judgement.faults if "without the header" in one.found]
    assert fault.sent.startswith("POST http://127.0.0.1:")
    assert '"type": "payment_intent.succeeded"' in fault.sent
    assert "Stripe-Signature" not in fault.sent
    assert fault.came_back.startswith("200")
    assert SECRET not in repr(judgement)
    assert SECRET not in repr(Endpoint("http://a.example", SECRET))


@pytest.mark.parametrize("path", ["/hangs", "/drips", "/heads", "/nonsense", "/resets"])
def test_a_hostile_consumer_costs_a_bounded_time(path: str) -> None:
    """After a few deliveries without an answer no more are made."""
    with consuming() as consumer:
        begun = time.monotonic()
        endpoint = Endpoint(consumer.url(path), SECRET, seconds=0.4, settled=0.0)
        judgement = judge(endpoint, at_a_simulator())
    assert found(judgement) == {"webhook-in-time"}
    assert judgement.sent == MAX_UNANSWERED
    assert time.monotonic() - begun < 5


def test_a_huge_answer_is_not_read() -> None:
    """Neither that of a delivery nor a state; a kilobyte of either is shown at most."""
    with consuming() as consumer:
        endpoint = Endpoint(consumer.url("/huge"), SECRET, state=consumer.url("/huge"), seconds=2, settled=0.0)
        judgement = judge(endpoint, at_a_simulator())
    assert "webhook-no-server-error" in found(judgement)
    assert all(len(fault.came_back) < 1_000 for fault in judgement.faults)


def test_faults_that_wait_for_the_target_do_not_meet_the_harness() -> None:
    """What a run before has left at our Stripe is forgotten: the payments of a consumer's events are made."""
    with running("right") as server, StripeDouble(load_world(DEFAULTS.world), None) as stripe:
        stripe.breaks(Fault(None, None, "500", times=None))
        judgement = judged_beside(Endpoint(server.url + PATH, SECRET, settled=0.0), stripe)
        assert (
            registered(stripe, server.url, VerifyOptions(DEFAULTS.contract, DEFAULTS.handlers, DEFAULTS.world)) is None
        )
    assert (judgement.faults, judgement.judged["webhook-signature"]) == ([], 13)


@pytest.mark.parametrize(
    ("url", "target", "own"),
    [
        ("http://127.0.0.1:4000/hook", "http://localhost:8000", True),
        ("http://[::1]:4000/hook", "http://127.0.0.1:8000", True),
        ("https://shop.example/hook", "http://shop.example:8000", True),
        ("http://192.0.2.1/hook", "http://127.0.0.1:8000", False),
        ("http://169.254.169.254/latest", "http://shop.example", False),
        ("http://127.0.0.1:4000/hook", "http://shop.example", False),
    ],
)
def test_an_endpoint_at_another_host_than_the_targets_is_left_alone(url: str, target: str, own: bool) -> None:
    """A target could make us send to anybody."""
    with StripeDouble(load_world(DEFAULTS.world), None) as stripe:
        assert stripe.post("/v1/webhook_endpoints", {"url": url, "enabled_events[]": "*"}) == 200
        found = registered(stripe, target, VerifyOptions(DEFAULTS.contract, DEFAULTS.handlers, DEFAULTS.world))
    assert (found is not None and found.url == url) == own
