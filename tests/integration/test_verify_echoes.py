"""What a fault of the target's is blamed on: a call that fails alone is not the fault of a group, or of Stripe's."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.judged import SDK_WARNS, UNCLOSED, Bench, bench
from tollbridge.simulator import Fault
from tollbridge.verify.model.steps import EXPIRED, UNKNOWN, Break, Call, Case, Mend, Step, Together
from tollbridge.verify.model.stripe_routes import CREATE

pytestmark = [pytest.mark.filterwarnings(SDK_WARNS), pytest.mark.filterwarnings(UNCLOSED)]


def unavailable() -> JSONResponse:
    """The answer of a server that has given Stripe up."""
    identity = f"req-{uuid4().hex}"
    document = {
        "type": "/x",
        "title": "No",
        "status": 503,
        "detail": "It is gone.",
        "error_code": "provider-unavailable",
    }
    headers = {"Retry-After": "5", "Cache-Control": "no-store", "X-Request-Id": identity}
    return JSONResponse(document | {"instance": identity}, 503, headers, "application/problem+json")


class Careless:
    """A server whose requests a test changes before it sees them."""

    def __init__(self) -> None:
        """Change nothing."""
        self.body: Callable[[bytes], bytes] = lambda body: body
        self.takes_every_token = self.gives_up = self.gone = False
        self.app: ASGIApp

    def around(self, app: ASGIApp) -> ASGIApp:
        """The application, with the changes before it."""
        self.app = app
        return self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.takes_every_token and scope["type"] == "http" and not scope["path"].startswith("/_tollbridge"):
            scope = {**scope, "headers": [h for h in scope["headers"] if h[0] != b"authorization"]}

        async def changed() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                message = {**message, "body": self.body(message["body"])}
            return message

        async def watched(message: Message) -> None:
            self.gone = self.gone or (self.gives_up and message.get("status", 0) >= 500)
            await send(message)

        if self.gone:
            await unavailable()(scope, receive, send)
        else:
            await self.app(scope, changed, watched)


CARELESS = Careless()


@pytest.fixture(scope="module")
def target() -> Iterator[Bench]:
    """A server that the tests make careless."""
    with bench(change=CARELESS.around) as judged:
        yield judged


@pytest.fixture(autouse=True)
def careful_again(target: Bench) -> Iterator[None]:
    """Each test begins with a server that is right, of which nothing is known."""
    target.run.alone.clear()
    target.run.right.clear()
    target.run.runner.known = target.run.runner.known.__class__(target.run.runner.known.canaries)
    yield
    CARELESS.body = lambda body: body
    CARELESS.takes_every_token = CARELESS.gives_up = CARELESS.gone = False


def one_more(body: bytes) -> bytes:
    """The body with another amount, of as many digits."""
    return body.replace(b'"amount": 100', b'"amount": 101')


def together(target: Bench) -> Case:
    """Calls of different amounts under way together."""
    calls = [target.context.call(amount=amount, description=f"Dock {amount}") for amount in (100_000, 100_010)]
    return Case("together", (Together(tuple(calls)),))


def after_a_fault(target: Bench, *more: Any) -> Case:
    """A call while Stripe fails, and one after that."""
    call = target.context.call(amount=100_000, confirm=True)
    steps: tuple[Step, ...] = (Break(Fault("POST", CREATE, "500", "after")), call, Mend(), call, *more)
    return Case("a fault", steps)


def test_a_right_server_is_not_accused(target: Bench) -> None:
    """Neither together nor after a fault; nothing is played alone for it."""
    assert target.found([together(target), after_a_fault(target)]) == []
    assert target.run.alone == {}


def test_a_wrong_amount_is_not_blamed_on_calls_under_way_together(target: Bench) -> None:
    """The amount is wrong in each call alone: that is the finding, and the only one."""
    CARELESS.body = one_more
    assert target.found([together(target)]) == ["intent-carries-the-request"]


def test_a_wrong_amount_is_not_blamed_on_a_fault_of_stripes(target: Bench) -> None:
    """A success while Stripe fails is untrue for a reason that has nothing to do with Stripe."""
    CARELESS.body = one_more
    assert target.found([after_a_fault(target)]) == ["intent-carries-the-request"]


def test_a_refusal_is_not_blamed_on_a_fault_that_has_passed(target: Bench) -> None:
    """Who refuses a right call alone does not fail to recover."""
    CARELESS.body = lambda body: body.replace(b'"usd"', b'"xxx"')
    found = target.found([after_a_fault(target), together(target)])
    assert found == ["accepts-valid"]


@pytest.mark.long
def test_what_a_fault_has_broken_for_good_is_blamed_on_the_fault(target: Bench) -> None:
    """A call that went right before a failure of Stripe's, and goes wrong alone after it, fails to recover."""
    CARELESS.gives_up = True
    fault, call = Break(Fault("POST", CREATE, "429", times=None)), target.context.call()
    found = target.found([Case("a call", (call,)), Case("a fault", (fault, call, Mend(), call))])
    assert found == ["recovers"]


@pytest.mark.parametrize("token", [EXPIRED, UNKNOWN])
def test_a_token_that_is_taken_is_one_finding(target: Bench, token: str) -> None:
    """Whatever else is wrong with the calls that carry it, and whatever they get for that."""
    CARELESS.takes_every_token = True
    right = target.context.call(target.context.usable()[2]).but(token=token)
    calls: list[Call] = [
        right,
        right.but(document={"amount": 0}),
        right.but(headers=(("organization_id", "one"),)),
        right.but(document=right.document | {"payment_method": 999}),
    ]
    verdicts = target.judge(Case("a token", (call,)) for call in calls)
    assert [(check.name, wrong.cause) for _, check, wrong in verdicts] == [("judges-tokens", f"{token}: served")] * 4
