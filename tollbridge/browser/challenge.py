"""The page where a cardholder is asked where no Stripe.js is (`redirect_to_url`): it works without scripts."""

from collections.abc import Awaitable
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tollbridge.http1.body import Bounds, read_body
from tollbridge.problems import NotFound

BOUNDS = Bounds(4_096)
NO_STORE = {"Cache-Control": "no-store"}
OUTCOMES = {"succeed": True, "fail": False}
FOLDER = Path(__file__).parent / "pages"


class GoneAsking(Exception):
    """No cardholder is asked at this address: it is not one of ours, or its challenge has ended."""


class Challenges(Protocol):
    """The questions that the page asks the simulator."""

    def is_asking(self, intent: str, token: str) -> Awaitable[bool]:
        """Tell whether a challenge waits for its cardholder.

        Raises:
            GoneAsking: the address does not belong to an intent.
        """

    def answer(self, intent: str, token: str, *, passes: bool) -> Awaitable[str]:
        """End a challenge; return the address that the browser goes back to.

        Raises:
            GoneAsking: there is none to end.
        """


class ChallengePage:
    """The page of every challenge; its address names the intent and a token."""

    def __init__(self, challenges: Challenges) -> None:
        """Take what knows the challenges."""
        self._challenges = challenges

    async def show(self, request: Request) -> Response:
        """Answer with the question, or with a page that says that it is over."""
        intent, token = request.path_params["intent"], request.path_params["token"]
        try:
            waits = await self._challenges.is_asking(intent, token)
        except GoneAsking:
            raise NotFound("There is no 3-D Secure challenge at this address.") from None
        return _page("challenge" if waits else "over", 200 if waits else 410)

    async def end(self, request: Request) -> Response:
        """Take the cardholder's answer, and go back to the shop."""
        intent, token = request.path_params["intent"], request.path_params["token"]
        form = await read_body(request.scope, request.receive, BOUNDS)
        outcome = parse_qs(form.decode("latin-1")).get("outcome", [""])[0]
        if outcome not in OUTCOMES:
            return _page("challenge", 400)
        try:
            back = await self._challenges.answer(intent, token, passes=OUTCOMES[outcome])
        except GoneAsking:
            return _page("over", 410)
        return RedirectResponse(back, 303, NO_STORE)


def _page(name: str, status: int) -> Response:
    """Return one of our pages as it is: nothing that anybody sent is written into it."""
    return HTMLResponse((FOLDER / f"{name}.html").read_bytes(), status, NO_STORE)
