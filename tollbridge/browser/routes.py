"""The routes of the browser's Stripe."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tollbridge.browser.challenge import FOLDER, ChallengePage, Challenges
from tollbridge.browser.payment import PaymentPages, Sessions
from tollbridge.browser.script import script

HEADERS = {"Cache-Control": "no-cache"}
SURFACE = "/_tollbridge"
STRIPES = "https://api.stripe.com"
SCRIPTS = (f"{SURFACE}/stripe.js", "/v3", "/v3/", "/{train}/stripe.js")
"""Our own path, and those of js.stripe.com, for a hosts entry or an interception that sends its requests here."""


def browser_routes(api_path: str, challenges: Challenges, sessions: Sessions) -> list[Route]:
    """Return the routes.

    Args:
        api_path: where Stripe's API is on the server: `/_tollbridge/stripe`, or empty where it is served alone.
        challenges: what knows the challenges.
        sessions: what knows the sessions of Checkout.
    """

    async def serve_script(request: Request) -> Response:
        origin = f"{request.url.scheme}://{request.headers.get('host', 'localhost')}"
        # For suites that await calls to Stripe's own address, and answer them from here by interception.
        api = STRIPES if request.query_params.get("api") == "stripe" else origin + api_path
        return Response(script(api), media_type="text/javascript", headers=HEADERS)

    page, payments = ChallengePage(challenges), PaymentPages(sessions)
    address, payment = f"{SURFACE}/3d-secure/{{intent}}/{{token}}", f"{SURFACE}/pay/{{session}}"
    return [
        *(Route(path, serve_script) for path in SCRIPTS),
        Route(f"{SURFACE}/3d-secure/challenge.css", partial(_style, "challenge")),
        Route(address, page.show),
        Route(address, page.end, methods=["POST"]),
        Route(f"{SURFACE}/pay/payment.css", partial(_style, "payment")),
        Route(payment, payments.show),
        Route(payment, payments.pay, methods=["POST"]),
    ]


async def _style(name: str, _request: Request) -> Response:
    return Response((FOLDER / f"{name}.css").read_bytes(), media_type="text/css", headers=HEADERS)
