"""The target as a consumer of webhooks, in a run: which endpoint is judged, alone or beside the operations."""

import time
from ipaddress import ip_address
from urllib.parse import urlsplit

from tollbridge.contract import ContractError, load_contract
from tollbridge.simulator import Simulator
from tollbridge.verify.checks import CHECKS
from tollbridge.verify.consumer.judgement import Endpoint, Judgement
from tollbridge.verify.consumer.payments import At
from tollbridge.verify.errors import VerifyError
from tollbridge.verify.evaluator import Tally
from tollbridge.verify.model.terms import Held
from tollbridge.verify.options import VerifyOptions
from tollbridge.verify.reports.report import Report
from tollbridge.verify.target.stripe_double import StripeDouble

ALONE = "only a consumer of webhooks is judged: no target was given"
SECONDS = 10.0
"""That one delivery may take, where the run's options say nothing else."""


def judged_alone(options: VerifyOptions) -> Report:
    """Judge a consumer whose endpoint is given, and nothing else.

    Raises:
        VerifyError: the contract, to whose file the findings belong, cannot be read.
    """
    begun = time.monotonic()
    try:
        contract = load_contract(options.contract)
    except ContractError as error:
        raise VerifyError(*str(error).split("\n")) from None
    endpoint = given(options)
    assert endpoint
    judgement = judged_beside(endpoint, None)
    return Report(
        url=endpoint.url,
        contract=contract,
        held=Held(frozenset(), contract),
        two_sided=False,
        seed=options.seed,
        seconds=time.monotonic() - begun,
        calls=judgement.sent,
        tally=Tally(),
        findings=[],
        known=[],
        aside=dict.fromkeys(CHECKS, ALONE),
        unexercised=[],
        unprovoked={},
        unfinished=None,
        generated=0,
        world=options.world.name,
        consumer=judgement,
        baseline=options.baseline,
    )


def somewhere() -> At:
    """Return a way to a simulator of its own, for a consumer whose Stripe is not ours."""
    simulator = Simulator({})
    return lambda work: work(simulator)


def given(options: VerifyOptions) -> Endpoint | None:
    """Return the endpoint that the options name; None where they name none."""
    if options.webhook is None:
        return None
    assert options.webhook_secret
    return Endpoint(
        options.webhook, options.webhook_secret, state=options.webhook_state, seconds=options.answer_within or SECONDS
    )


def registered(stripe: StripeDouble, target: str, options: VerifyOptions) -> Endpoint | None:
    """Return the newest endpoint that a target has registered at our Stripe; None where it has none of its own.

    One at another host than the target's is left alone: a target could make us send to anybody.
    """
    rows = stripe.do(lambda simulator: simulator.outbox.endpoints())
    for row in rows:
        if _is_own(row.url, target):
            seconds = options.answer_within or SECONDS
            return Endpoint(row.url, row.secret, tuple(row.enabled_events), options.webhook_state, seconds)
    return None


def _is_own(url: str, target: str) -> bool:
    """Tell whether an address is the target's: at its host, or both on this machine."""
    host, its = (urlsplit(one).hostname for one in (url, target))
    return host == its or (_is_here(host) and _is_here(its))


def _is_here(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def judged_beside(endpoint: Endpoint, stripe: StripeDouble | None) -> Judgement:
    """Judge a consumer, with payments at the Stripe that it has where that is ours."""
    from tollbridge.verify.consumer.judge import judge  # it loads a library that a run without a consumer does without

    if stripe:
        stripe.mend()  # faults that wait are for the target's calls
    return judge(endpoint, stripe.do if stripe else somewhere())
