"""A target that gives Stripe up for a while is right; one that does not come back is not."""

import time
from collections.abc import Callable

import pytest
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.judged import SDK_WARNS, UNCLOSED, bench
from tollbridge.simulator import Fault
from tollbridge.verify.cases import CaseContext
from tollbridge.verify.model.steps import Break, Case, Mend
from tollbridge.verify.model.stripe_routes import CREATE

pytestmark = [pytest.mark.filterwarnings(SDK_WARNS), pytest.mark.filterwarnings(UNCLOSED)]

MOST = 2
"""Failures in a row after which the breaker opens."""

PROBLEM = {
    "type": "x",
    "title": "Stripe is not well",
    "status": 503,
    "detail": "Stripe was given up for now.",
    "instance": "",
    "error_code": "provider-unavailable",
}


def breaker(seconds: float) -> Callable[[ASGIApp], ASGIApp]:
    """Return what puts a circuit breaker before a server, which is open for some seconds."""

    def before(app: ASGIApp) -> ASGIApp:
        failures, opened, count = 0, -seconds, 0

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            nonlocal failures, opened, count

            async def watched(message: Message) -> None:
                nonlocal failures, opened
                if message["type"] == "http.response.start":
                    failures = failures + 1 if message["status"] == 503 else 0
                    opened = time.monotonic() if failures == MOST else opened
                await send(message)

            if scope["type"] == "http" and time.monotonic() < opened + seconds:
                count += 1
                said = PROBLEM | {"instance": f"open-{count}"}
                headers = {"X-Request-Id": f"open-{count}", "Cache-Control": "no-store", "Retry-After": "1"}
                await JSONResponse(said, 503, headers, "application/problem+json")(scope, receive, send)
                return
            await app(scope, receive, watched)

        return answer

    return before


def in_a_row(context: CaseContext) -> list[Case]:
    """Failures of Stripe's one after the other, and a call after them; then a call like any other."""
    failing = [context.call(note="Stripe: 429")] * (MOST + 1)
    broken = (Break(Fault("POST", CREATE, "429", "before", times=None)), *failing, Mend(), context.call(note="after"))
    return [Case("in a row", broken), Case("a call", (context.call(),))]


def test_a_breaker_that_closes_again_is_not_accused() -> None:
    """It says for a moment that Stripe is not well; it is asked until it serves, and what comes then is judged."""
    with bench(change=breaker(1.2)) as target:
        assert target.found(in_a_row(target.context)) == []
        assert target.run.runner.heals_within > 0


def test_a_breaker_that_stays_open_is_found_and_not_waited_for_again() -> None:
    """The bound ends the wait; the finding is that nobody is served after the fault has passed."""
    with bench(change=breaker(3600)) as target:
        target.run.runner.heals_within = 1.0
        served = Case("served before", (target.context.call(note="after"),))
        assert target.found([served, *in_a_row(target.context)[:1]]) == ["recovers"]
        assert target.run.runner.heals_within == 0


def test_whoever_fails_otherwise_is_not_waited_for() -> None:
    """A 500 after a fault is judged as it comes: it says nothing of Stripe."""

    def before(app: ASGIApp) -> ASGIApp:
        asked = 0

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            nonlocal asked
            if scope["type"] == "http" and scope["path"].startswith("/api"):
                asked += 1
                if asked == MOST + 2:
                    await JSONResponse({}, 500)(scope, receive, send)
                    return
            await app(scope, receive, send)

        return answer

    with bench(change=before) as target:
        assert target.found(in_a_row(target.context)[:1]) != []
        assert target.run.runner.heals_within > 0
