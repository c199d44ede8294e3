"""Our Stripe, as a test sees and steers it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tollbridge.testing.control import FORM, ask, form, tell
from tollbridge.world import World

PAGE = 1_000
SECRET_KEY = "sk_test_tollbridge"  # noqa: S105 - of a Stripe that lets in any such key


class StripeRefused(Exception):
    """Our Stripe refused a call of the test's own.

    Args:
        status: of the answer.
        error: Stripe's error object: `type`, `code`, `message`, `param`, …
    """

    def __init__(self, status: int, error: Mapping[str, Any]) -> None:
        super().__init__(f"Stripe answers {status}: {error.get('message', '')}")
        self.status = status
        self.error = error


@dataclass(frozen=True)
class Effect:
    """Something that a call changed at Stripe.

    Args:
        what: such as `payment_intent.created`.
        id: of the object.
    """

    what: str
    id: str


@dataclass(frozen=True)
class StripeCall:
    """A call that Stripe received.

    Args:
        number: counts from 1 since the last start or reset.
        method: of HTTP.
        path: as it was asked, such as `/v1/payment_intents/pi_1/confirm`.
        route: its template, such as `/v1/payment_intents/{intent}/confirm`; None where Stripe has no such route.
        parameters: of form or query, as a tree; secrets are masked.
        status: of the answer; None where none was given.
        effects: what it changed.
        idempotency_key: None where it had none.
        fault: the kind of the fault that it met; None for none.
    """

    number: int
    method: str
    path: str
    route: str | None
    parameters: Mapping[str, Any]
    status: int | None
    effects: tuple[Effect, ...]
    idempotency_key: str | None
    fault: str | None


class Stripe:
    """A simulator that runs: alone, or behind our server."""

    def __init__(self, url: str, control: str, world: World) -> None:
        """Take one.

        Args:
            url: what clients of Stripe's are given as its address.
            control: the address of its control API.
            world: whose customers, cards and subscriptions it begins with.
        """
        self.url = url
        self.world = world
        self._control = control

    def calls(self, method: str | None = None, route: str | None = None) -> list[StripeCall]:
        """Return the calls that it received, the oldest first.

        Args:
            method: of those that are returned; None for any.
            route: the template of those that are returned, such as `/v1/payment_intents`; None for any.
        """
        return [call for call in self._calls() if method in (None, call.method) and route in (None, call.route)]

    def _calls(self) -> Iterator[StripeCall]:
        since = 0
        while page := self._tell("GET", f"/record?since={since}&limit={PAGE}")["data"]:
            for call in page:
                yield _call(call)
            since = page[-1]["number"]

    def forget_calls(self) -> None:
        """Forget the calls that it received so far; what they did stays."""
        self._tell("DELETE", "/record")

    def fail(
        self,
        kind: str,
        *,
        method: str | None = None,
        route: str | None = None,
        when: str = "before",
        times: int | None = 1,
        share: float = 1.0,
        seconds: float = 1.0,
    ) -> None:
        """Let calls fail that are still to come.

        Args:
            kind: `429`, `500`, `reset`, `silence`, `garbage`, `slow`, or a card's error such as `expired_card`.
            method: of the calls that fail; None for any.
            route: the template of the calls that fail, such as `/v1/payment_intents`; None for any.
            when: `before` the call has its effect, or `after` it.
            times: how many calls; None for all of them until `mend`.
            share: the part of the matching calls that is hit, above 0 and up to 1.
            seconds: how long a `slow` answer takes.

        Raises:
            Unexpected: there is no such failure.
        """
        fault = {"kind": kind, "when": when, "times": times, "share": share, "seconds": seconds}
        narrowed = {name: value for name, value in (("method", method), ("path", route)) if value is not None}
        self._tell("POST", "/faults", fault | narrowed)

    def faults(self) -> list[dict[str, Any]]:
        """Return the failures that wait for their calls."""
        found: list[dict[str, Any]] = self._tell("GET", "/faults")["data"]
        return found

    def mend(self) -> None:
        """Let nothing fail any more."""
        self._tell("DELETE", "/faults")

    def authenticate(self, intent: str, *, succeeds: bool = True) -> dict[str, Any]:
        """End the 3-D Secure challenge of an intent; return the intent.

        Args:
            intent: the id of a PaymentIntent (`pi_…`) or a SetupIntent (`seti_…`).
            succeeds: whether the cardholder passes.

        Raises:
            Unexpected: no challenge waits there.
        """
        kind = "setup_intents" if intent.startswith("seti_") else "payment_intents"
        outcome = {"outcome": "succeed" if succeeds else "fail"}
        ended: dict[str, Any] = self._tell("POST", f"/{kind}/{intent}/authenticate", outcome)
        return ended

    def now(self) -> int:
        """Return its time, in seconds since 1970."""
        return int(self._tell("GET", "/clock")["now"])

    def stop_clock(self, at: int) -> None:
        """Let its time stand, at seconds since 1970."""
        self._tell("PUT", "/clock", {"now": at})

    def start_clock(self) -> None:
        """Let its time be the machine's again."""
        self._tell("PUT", "/clock", {"now": None})

    def advance_clock(self, seconds: int) -> None:
        """Set its time ahead."""
        self._tell("PUT", "/clock", {"advance": seconds})

    def reset(self, seed: int | None = None) -> None:
        """Go back to the beginning: the world's objects, no calls, no failures.

        Args:
            seed: makes the ids that follow repeatable; None for ids that never repeat.
        """
        self._tell("POST", "/reset", None if seed is None else {"seed": seed})

    def get(self, path: str, parameters: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Read at Stripe as one of its clients.

        Args:
            path: such as `/v1/payment_intents/pi_1`.
            parameters: of the query, named as Stripe documents them: `{"limit": 100}`.

        Raises:
            StripeRefused: Stripe refuses it.
        """
        return self._ask("GET", path + (f"?{form(parameters).decode()}" if parameters else ""), None)

    def post(self, path: str, parameters: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Change something at Stripe as one of its clients.

        Args:
            path: such as `/v1/payment_intents`.
            parameters: of the form, named as it spells them: `{"amount": 4200, "payment_method_types[]": "card"}`.

        Raises:
            StripeRefused: Stripe refuses it.
        """
        return self._ask("POST", path, form(parameters or {}))

    def _ask(self, method: str, path: str, body: bytes | None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {SECRET_KEY}", "Content-Type": FORM}
        answer = ask(method, self.url + path, body, headers)
        if answer.status >= 400:
            raise StripeRefused(answer.status, answer.document["error"])
        document: dict[str, Any] = answer.document
        return document

    def _tell(self, method: str, path: str, document: Mapping[str, Any] | None = None) -> Any:
        return tell(method, self._control + path, document)


def _call(told: Mapping[str, Any]) -> StripeCall:
    """Return a call as the control API shows it."""
    return StripeCall(
        number=told["number"],
        method=told["method"],
        path=told["path"],
        route=told["route"],
        parameters=told["parameters"],
        status=told["status"],
        effects=tuple(Effect(effect["what"], effect["id"]) for effect in told["effects"]),
        idempotency_key=told["idempotency_key"],
        fault=told["fault"],
    )
