"""The gate: who may use what this server has, judged in one place before any route sees the request.

The API is open to whom its contract says; CORS says which pages may read it. The rest is ours: pages for people, the
control surface (tokens, faults, the record, snapshots, the clock, reset), and the Stripe doors. `X-Forwarded-*` and
`Forwarded` count for nothing: anybody can send them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hmac import compare_digest

from starlette.types import Scope

from tollbridge.http1.media import JSON, NDJSON
from tollbridge.problems import (
    ControlOff,
    ControlTokenRequired,
    HostNotAllowed,
    OriginNotAllowed,
    Problem,
    UnsupportedMediaType,
)
from tollbridge.server.areas import Area, area_of, is_script
from tollbridge.server.exposure import CONTROL_TOKEN, Exposure
from tollbridge.server.head import Head, head_of
from tollbridge.server.origins import HeaderList, is_local, preflight_headers, reading_headers
from tollbridge.server.shield import BROWSER_SHIELD, SHIELD
from tollbridge.server.strangers import Strangers
from tollbridge.server.stripecalls import StripeCalls

SAFE = ("GET", "HEAD")
SENT_AS = (JSON, NDJSON)
TOKEN_HEADER = "tollbridge-control-token"  # noqa: S105 - its name
FAULT_HEADER = "tollbridge-fault"
KEY_PREFIX = "sk_test_"

EXPOSED = b"Allow, Preference-Applied, Retry-After, WWW-Authenticate, X-Request-Id"
EXPOSED_BY_STRIPE = b"Idempotent-Replayed, Original-Request, Request-Id"

OFF = (
    "This server listens beyond this machine, where control is off. Start it with --control-token TOKEN (or "
    f"{CONTROL_TOKEN}) and send that in the header Tollbridge-Control-Token, or let it listen on localhost."
)
KEYS_OFF = (
    "This server listens beyond this machine, where secret keys are off. Start it with --control-token TOKEN (or "
    f"{CONTROL_TOKEN}) and use the key sk_test_TOKEN, or let it listen on localhost."
)
TOKEN_MISSING = "Send the token that the server was started with in the header Tollbridge-Control-Token."  # noqa: S105
KEY_MISSING = "Use the key sk_test_TOKEN, with the control token that the server was started with as TOKEN."
FOREIGN = (
    "A page of another site sent this. Send it from a program, or from a page at localhost; --cors is for the API, and "
    "a publishable key for the routes of Stripe.js."
)
NOT_JSON = f"Send the body as {JSON} (a snapshot as {NDJSON}), with that Content-Type."


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's decision about a request.

    Args:
        area: what its path belongs to.
        headers: of whatever is answered.
        refusal: what it is answered with, in the place of a route's answer; None where it passes.
        preflight: further headers, where it is answered as a preflight; None where it is none.
    """

    area: Area
    headers: HeaderList = field(default_factory=list)
    refusal: Problem | None = None
    preflight: HeaderList | None = None


PASSED = Verdict(Area.API)


class Gate:
    """Judges requests by where they come from."""

    def __init__(
        self,
        exposure: Exposure,
        stripe: StripeCalls,
        outside: Area = Area.API,
        scripts: Callable[[str], bool] = is_script,
    ) -> None:
        """Take a place before the routes.

        Args:
            exposure: how far the server can be reached.
            stripe: what is known of calls to Stripe.
            outside: what paths that are not below `/_tollbridge` belong to.
            scripts: which of those are the browser's, as Stripe's script is there.
        """
        self._scripts = scripts
        self._exposure = exposure
        self._stripe = stripe
        self._outside = outside
        self._strangers = Strangers()

    def judge(self, scope: Scope) -> Verdict:
        """Return what is to be done with a request."""
        path = scope["path"]
        area = Area.BROWSER if self._scripts(path) else area_of(path, self._outside)
        if area is Area.API:
            named = any(name == b"origin" for name, _ in scope["headers"])
            return self._reading_of_the_api(head_of(scope)) if named else PASSED
        head = head_of(scope)
        if not self._exposure.hosts.allow(head.host, head.arrived_at):
            return Verdict(area, SHIELD, _not_our_name(head))
        foreign = self._is_foreign(head, area)
        anybody = foreign and self._is_for_any_page(head, area)
        shield = BROWSER_SHIELD if area is Area.BROWSER else SHIELD
        headers = shield + _cors(head, area, "*" if anybody else None if foreign else head.origin)
        if foreign and not anybody and self._turned_away(head, area):
            return Verdict(area, headers, OriginNotAllowed(FOREIGN))
        if head.is_preflight:
            return Verdict(area, headers, preflight=_preflight_headers(head))
        return Verdict(area, headers, _body_refusal(head, area) or self._token_refusal(head, area))

    def _reading_of_the_api(self, head: Head) -> Verdict:
        """Judge a request to the API that a page sent: the contract says the rest."""
        origin, origins = head.origin or "", self._exposure.origins
        if origins.allow(origin):
            headers = reading_headers(origin, EXPOSED, credentials=origins.credentials)
            return Verdict(Area.API, headers, preflight=_preflight_headers(head) if head.is_preflight else None)
        if head.is_same_origin and not self._exposure.hosts.allow(head.host, head.arrived_at):
            # Only a page that has this name can send it, so the name was made to lead here, or is a proxy's.
            return Verdict(Area.API, refusal=_not_our_name(head))
        if not head.is_same_origin:
            self._strangers.tell(origin, Area.API, head.method)
        return PASSED

    def _is_foreign(self, head: Head, area: Area) -> bool:
        """Tell whether a page of another site is behind a request to what is ours."""
        origin = head.origin
        if origin is None:
            return head.is_from_elsewhere
        named = area is Area.PAGES and self._exposure.origins.allow(origin)
        return not (is_local(origin) or head.is_same_origin or named)

    def _is_for_any_page(self, head: Head, area: Area) -> bool:
        """Tell whether Stripe's API lets a page of any site send this, as it does with a publishable key."""
        if area is Area.BROWSER:
            return head.wanted_method in SAFE
        return area is Area.STRIPE and FAULT_HEADER not in head.headers and self._stripe.is_for_pages(head)

    def _turned_away(self, head: Head, area: Area) -> bool:
        """Tell whether a page of another site is refused, and not only kept from reading; its origin is logged."""
        if head.origin is not None:
            self._strangers.tell(head.origin, area, head.method)
        return area is not Area.PAGES or head.method not in SAFE

    def _token_refusal(self, head: Head, area: Area) -> Problem | None:
        """Judge by the control token, where one is asked for."""
        token = self._exposure.control_token
        if area in (Area.PAGES, Area.BROWSER) or self._has_token(head) or (token is None and not self._exposure.shared):
            return None
        if area is Area.CONTROL or FAULT_HEADER in head.headers:
            return ControlOff(OFF) if token is None else ControlTokenRequired(TOKEN_MISSING)
        keys = [] if self._stripe.keys_are_open else self._stripe.secret_keys(head)
        if token is None:
            return ControlOff(KEYS_OFF) if keys else None
        good = all(_equal(key, KEY_PREFIX + token) for key in keys)
        return None if good else ControlTokenRequired(KEY_MISSING)

    def _has_token(self, head: Head) -> bool:
        given, token = head.first(TOKEN_HEADER), self._exposure.control_token
        return given is not None and token is not None and _equal(given, token)


def _cors(head: Head, area: Area, readers: str | None) -> HeaderList:
    """Return what lets a page read the answer, where a page sent the request and may."""
    if head.origin is None or readers is None:
        return []
    return reading_headers(readers, EXPOSED_BY_STRIPE if area is Area.STRIPE else EXPOSED)


def _body_refusal(head: Head, area: Area) -> Problem | None:
    if area is not Area.CONTROL or not head.has_body or head.media_type in SENT_AS:
        return None
    return UnsupportedMediaType(NOT_JSON)


def _equal(given: str, token: str) -> bool:
    """Compare in a time that does not depend on where they differ."""
    return compare_digest(given.encode(), token.encode())


def _preflight_headers(head: Head) -> HeaderList:
    names = head.first("access-control-request-headers")
    return preflight_headers(head.wanted_method.encode("latin-1"), None if names is None else names.encode("latin-1"))


def _not_our_name(head: Head) -> Problem:
    sent = head.first("host") or ""
    name = f"Host is {sent[:100]!r}" if sent else "The request has no Host"
    return HostNotAllowed(
        f"{name}, which is not a name of this server: it answers to localhost and to the address it listens on. If it "
        f"is its name here, start it with --allow-host {head.host or 'NAME'}."[:600]
    )
