"""Steering an answer by `Prefer`, in Prism's dialect: `code=402`, `example=NAME`; and `wait=SECONDS`, which is ours.

Where an answer is chosen, the handler is not called: nothing is done at Stripe. The request itself is judged as ever,
so that a wrong one is told what is wrong.
"""

import re
from dataclasses import dataclass

import anyio
from starlette.types import Receive, Scope

from tollbridge.contract import Operation, Violation
from tollbridge.documents import printable
from tollbridge.http1.body import ClientGone
from tollbridge.server.documented import PLAIN_NAME, Answer, NotDocumented, documented_answer
from tollbridge.server.preferences import preferences

HEADER = b"prefer"
CODE = re.compile(r"[2-5][0-9]{2}")
SECONDS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3})?")
MAX_SECONDS = 60.0
"""A request that waits holds a connection."""

SHOWN = 40


@dataclass(frozen=True)
class Steering:
    """The preferences of a request about its answer.

    Args:
        wait: seconds before anything is done.
        answer: that is given in the place of the handler's; None lets the handler answer.
        applied: what of it is followed, for the header `Preference-Applied`; empty for nothing.
        refused: what cannot be followed.
    """

    wait: float = 0.0
    answer: Answer | None = None
    applied: str = ""
    refused: tuple[Violation, ...] = ()


NONE = Steering()


def steering_of(operation: Operation, scope: Scope) -> Steering:
    """Return what a request to an operation asks of its answer."""
    values = [value for name, value in scope["headers"] if name == HEADER]
    if not values:
        return NONE
    asked = {name: text for name, text in preferences(values).items() if name in ("code", "example", "wait") and text}
    refused = tuple(
        _refused(detail) for detail in (_wrong_code(asked.get("code")), _wrong_wait(asked.get("wait"))) if detail
    )
    if refused:
        return Steering(refused=refused)
    answer = None
    if "code" in asked or "example" in asked:
        try:
            answer = documented_answer(operation, int(asked["code"]) if "code" in asked else None, asked.get("example"))
        except NotDocumented as reason:
            return Steering(refused=(_refused(str(reason)),))
    return Steering(float(asked.get("wait", 0)), answer, ", ".join(_applied(*each) for each in asked.items()))


async def waited(seconds: float, receive: Receive) -> None:
    """Let a time go by, once the body was read.

    Raises:
        ClientGone: the client has left meanwhile.
    """
    with anyio.move_on_after(seconds):
        while (await receive())["type"] != "http.disconnect":
            pass
        raise ClientGone


def _wrong_code(text: str | None) -> str | None:
    if text is None or CODE.fullmatch(text):
        return None
    return f"code is {printable(repr(text), SHOWN)}; send a status that the contract documents, such as code=400."


def _wrong_wait(text: str | None) -> str | None:
    if text is None or (SECONDS.fullmatch(text) and float(text) <= MAX_SECONDS):
        return None
    return f"wait is {printable(repr(text), SHOWN)}; send seconds from 0 to {MAX_SECONDS:g}, such as wait=2.5."


def _refused(detail: str) -> Violation:
    return Violation(detail=f"Prefer: {detail}", rule=None, pointer=None, header="Prefer", parameter=None)


def _applied(name: str, text: str) -> str:
    """Return a preference as it is repeated; a name that is not plain letters is told by its own name alone."""
    return f"{name}={text}" if PLAIN_NAME.fullmatch(text) else name
