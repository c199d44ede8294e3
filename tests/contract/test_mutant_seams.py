"""Requests pass through each place of the server that a mutant changes, and the patches fit those places."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from mutants import seams
from mutants.patches import answers, callers, contract, creates, requests, steps, stripe
from mutants.seams import Seam
from tests.contract.conftest import PATH, SETTINGS
from tests.mutant_seams import SEAMS, restored
from tollbridge.compose import Options, compose
from tollbridge.launch import free_port
from tollbridge.problems import ProviderUnavailable

CONSTANTS = {seams.INTEGER: (re.compile("x"), 400)}
"""Seams that are not functions: another value, and the status that a good request then gets."""

BODY = {"amount": 4200, "currency": "usd", "payment_method": 4242}
CHARGE = BODY | {"error_on_requires_action": True}
HEADERS = {"organization_id": "1", "accept": "application/json;q=0.9"}
FAULT = {"kind": "400", "path": "/v1/subscriptions/{subscription}"}

IDLE: tuple[Callable[[], None], ...] = (
    partial(answers.change_answer, answers.always, lambda _answer: None),
    partial(contract.change_contract, lambda _document: None),
    partial(creates.change_every_create, lambda _params: None),
    partial(stripe.replace_create, lambda creation: creation.send()),
    partial(stripe.replace_look_up, lambda look_up: look_up.ask()),
    partial(stripe.replace_update, lambda update: update.send()),
    partial(stripe.replace_cancel, lambda cancel: cancel()),
    partial(stripe.change_problem, lambda _failure: False, lambda: ProviderUnavailable("Not used.")),
    partial(stripe.change_attempt_headers, lambda _method, _url, headers: headers),
    partial(stripe.change_create_key, lambda _params: str(uuid4())),
    partial(stripe.change_retries, 0),
    partial(stripe.wait_for_stripe, 1),
    partial(steps.replace_payment, lambda payment: payment.do()),
    partial(steps.replace_choice, lambda choice: choice.find()),
    partial(steps.replace_making, lambda creation: creation.send()),
    partial(steps.replace_tie, lambda tie: tie.take()),
    partial(steps.customer_of, lambda organization: str(organization.customer)),
    partial(callers.change_authorization, lambda sent: sent),
    partial(callers.replace_bearer, lambda bearer, sent: bearer(sent)),
    partial(callers.replace_token_account, lambda account, token: account(token)),
    partial(callers.replace_decode, lambda decode, token, how: decode(token, **how)),
    partial(callers.act_as, lambda account, named: (account, named)),
    partial(callers.change_caller, lambda _world, caller, _body: caller),
    partial(callers.judge_token_last, Exception, 1),
    partial(requests.replace_arguments, lambda arrival: arrival.read()),
    partial(requests.change_path, lambda path: path),
    partial(requests.change_content_type, lambda sent: sent),
    partial(requests.change_encodings, lambda sent: sent),
    partial(requests.replace_accept, lambda require, accepts: require(accepts if requests.weights(accepts) else [])),
    partial(requests.largest_body, requests.every_request, 65_536),
    partial(requests.replace_parse, lambda parse, content: parse(content)),
    partial(requests.replace_parameters, lambda read, scope: read(scope)),
    partial(requests.change_parameter, lambda sent: sent),
    partial(creates.confirm_apart, {}),
)
"""Each patch, with a change that makes no difference."""


@contextmanager
def counted() -> Iterator[set[Seam]]:
    """Yield the seams that are called meanwhile."""
    called: set[Seam] = set()
    with restored():
        for seam in SEAMS:
            if seam not in CONSTANTS:
                seam.wrap(partial(_counting, seam, called))
        yield called


def _counting(seam: Seam, called: set[Seam], original: Any, *given: object, **named: object) -> Any:
    called.add(seam)
    return original(*given, **named)


@contextmanager
def client(options: Options) -> Iterator[httpx.Client]:
    """A client of a server that is composed with the seams as they are now."""
    sandbox = compose(options, lambda _exchange: None)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await sandbox.app(scope, receive, send)

    with TestClient(app, base_url="http://localhost:8080", raise_server_exceptions=False) as http:
        token = http.post("/_tollbridge/tokens", json={"account": 1}).json()["access_token"]
        http.headers.update({**HEADERS, "authorization": f"Bearer {token}"})
        yield http


def played() -> list[int]:
    """Return the statuses of a success, a charge, a subscription that is not updated, and a Stripe that is away."""
    with client(Options(calls=SETTINGS)) as http:
        statuses = [http.post(PATH, json=BODY).status_code, http.post(PATH, json=CHARGE).status_code]
        assert http.post("/_tollbridge/simulator/faults", json=FAULT).status_code == 201
        statuses.append(http.post(PATH, json=BODY).status_code)
    away = f"http://127.0.0.1:{free_port()}"
    with client(Options(calls=replace(SETTINGS, retries=0), stripe=away)) as http:
        return [*statuses, http.post(PATH, json=BODY).status_code]


def test_requests_reach_each_seam() -> None:
    """A few requests pass through every function that a mutant changes."""
    with counted() as called:
        assert played() == [200, 200, 409, 503]
    assert {seam for seam in SEAMS if seam not in called} == CONSTANTS.keys()


def test_a_request_depends_on_each_constant() -> None:
    """With another value in its place a request that was accepted is refused."""
    with client(Options(calls=SETTINGS)) as http:
        for seam, (value, status) in CONSTANTS.items():
            assert http.post(PATH, json=BODY).status_code == 200
            with restored():
                seam.put(value)
                assert http.post(PATH, json=BODY).status_code == status


def test_patches_that_change_nothing_leave_the_answers_alone() -> None:
    """Every patch fits its seam: a patch that does not makes a 500, which the harness would take for a killed fault."""
    with restored():
        for patch in IDLE:
            patch()
        assert played() == [200, 200, 409, 503]


def test_the_patches_that_are_tried_change_each_seam() -> None:
    """A patch is tried at every function, but for one that mutants skip, and two that they only call."""
    changed: set[Seam] = set()
    for patch in IDLE:
        with restored() as usual:
            patch()
            changed |= {seam for seam, value in usual.items() if seam.current is not value}
    assert set(SEAMS) - changed == {seams.UNDO_INTENT, seams.ASK, seams.ACCEPT_WEIGHT} | CONSTANTS.keys()
