"""Requests to the simulator and its replies; the same through every door."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """A request to Stripe.

    Args:
        method: `GET`, `POST` or `DELETE`.
        path: such as `/v1/payment_intents`, without the query.
        query: raw.
        headers: by lower-case name.
        body: raw; a form.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of Stripe's.

    Args:
        status: the HTTP status.
        headers: by lower-case name.
        body: raw; JSON, except for the fault `garbage`.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class Late(Exception):
    """A fault: the answer comes later. The door waits `seconds`, and then asks `answer` for it."""

    def __init__(self, seconds: float, answer: Callable[[], Reply]) -> None:
        super().__init__(seconds)
        self.seconds = seconds
        self.answer = answer


class NoAnswer(Exception):
    """A fault: nothing comes back. `kind` says how the connection ends, `reset` or `silence`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind
