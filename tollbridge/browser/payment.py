"""The page where a session of Checkout is paid: a form, which works without scripts."""

import re
from collections.abc import Awaitable, Mapping, Sequence
from html import escape
from string import Template
from typing import Protocol
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tollbridge.browser.challenge import FOLDER, NO_STORE
from tollbridge.http1.body import Bounds, read_body
from tollbridge.problems import NotFound

BOUNDS = Bounds(16_384)
EXPIRY = re.compile(r"\s*(\d{1,2})\s*[/ -]?\s*(\d{4}|\d{2})\s*", re.ASCII)
AT_HOME = "US"
COUNTRIES = {
    "AU": "Australia",
    "AT": "Austria",
    "BE": "Belgium",
    "BR": "Brazil",
    "BG": "Bulgaria",
    "CA": "Canada",
    "CN": "China",
    "HR": "Croatia",
    "CZ": "Czechia",
    "DK": "Denmark",
    "EE": "Estonia",
    "FI": "Finland",
    "FR": "France",
    "DE": "Germany",
    "GR": "Greece",
    "HK": "Hong Kong",
    "HU": "Hungary",
    "IN": "India",
    "IE": "Ireland",
    "IT": "Italy",
    "JP": "Japan",
    "LV": "Latvia",
    "LT": "Lithuania",
    "LU": "Luxembourg",
    "MY": "Malaysia",
    "MX": "Mexico",
    "NL": "Netherlands",
    "NZ": "New Zealand",
    "NO": "Norway",
    "PL": "Poland",
    "PT": "Portugal",
    "RO": "Romania",
    "SG": "Singapore",
    "SK": "Slovakia",
    "SI": "Slovenia",
    "ZA": "South Africa",
    "ES": "Spain",
    "SE": "Sweden",
    "CH": "Switzerland",
    "TH": "Thailand",
    "TR": "Türkiye",
    "AE": "United Arab Emirates",
    "GB": "United Kingdom",
    "US": "United States",
}
"""Those that the page offers, by their ISO 3166 codes."""

FIELDS = {
    "cvc": "cardCvc",
    "email": "email",
    "exp_month": "cardExpiry",
    "exp_year": "cardExpiry",
    "number": "cardNumber",
}
"""The field of the page that a refused parameter was entered in."""

INCOMPLETE = {
    "email": "email",
    "number": "card number",
    "exp_month": "card's expiration date",
    "cvc": "card's security code",
}
"""Those that have to be filled, as Stripe.js calls them."""

OVER = {
    "complete": ("Payment complete", "This payment is complete. You can go back to the shop."),
    "expired": ("Session expired", "This session has expired, and nothing can be paid with it any more."),
}


class Page(Protocol):
    """What the page of a session shows; amounts are written out."""

    @property
    def status(self) -> str:
        """`open`, `complete` or `expired`."""

    @property
    def seller(self) -> str:
        """Whom the customer pays."""

    @property
    def lines(self) -> Sequence[tuple[str, int, str]]:
        """What is bought: its name, how many of it, and what it costs."""

    @property
    def total(self) -> str:
        """Of all lines; empty where nothing is paid."""

    @property
    def button(self) -> str:
        """What the button says."""

    @property
    def address(self) -> str:
        """The e-mail address that is known; empty where none is."""

    @property
    def back(self) -> str | None:
        """Where the customer goes who does not want to pay; None for nowhere."""

    @property
    def after(self) -> str | None:
        """Where the browser goes once the session is complete; None where it stays."""

    @property
    def embedded(self) -> bool:
        """Whether the page stands in a page of the shop's."""


class NoSession(Exception):
    """There is no session with the id."""


class Refused(Exception):
    """What was entered is not taken, or the card was declined: in words for the customer."""

    def __init__(self, message: str, param: str | None = None) -> None:
        """Take the words, and the parameter that they are about; None for none of those that are entered."""
        super().__init__(message)
        self.param = param


class Sessions(Protocol):
    """The questions that the page asks the simulator."""

    def page(self, session: str) -> Awaitable[Page]:
        """Return what the page of a session shows.

        Raises:
            NoSession: there is none with the id.
        """

    def last_refusal(self, session: str) -> Awaitable[str | None]:
        """Return why the newest try to pay failed; None where it did not."""

    def pay(self, session: str, entered: Mapping[str, str], here: str) -> Awaitable[str | None]:
        """Pay with what was entered on the page at `here`; return where the browser goes next, None for nowhere.

        Raises:
            NoSession: there is none with the id.
            Refused: nothing was paid.
        """


class PaymentPages:
    """The page of every session; its address names the session."""

    def __init__(self, sessions: Sessions) -> None:
        """Take what knows the sessions."""
        self._sessions = sessions

    async def show(self, request: Request) -> Response:
        """Answer with the form; who comes back from being asked is told how that went, or goes on."""
        session = request.path_params["session"]
        page = await self._page(session)
        came_back = "redirect_status" in request.query_params
        if came_back and page.status == "complete" and page.after and not page.embedded:
            return RedirectResponse(page.after, 303, NO_STORE)
        refusal = await self._sessions.last_refusal(session) if came_back else None
        return _answer(page, {}, Refused(refusal) if refusal else None)

    async def pay(self, request: Request) -> Response:
        """Take what the customer entered, and go on: to where the cardholder is asked, or back to the shop."""
        session, here = request.path_params["session"], str(request.url.replace(query=""))
        form = await read_body(request.scope, request.receive, BOUNDS)
        sent = {name: values[-1] for name, values in parse_qs(form.decode("utf-8", "replace")).items()}
        page = await self._page(session)
        if page.status != "open":
            return _answer(page, {}, None)
        try:
            _require_complete(sent, page)
            there = await self._sessions.pay(session, _entered(sent), here)
        except Refused as refusal:
            return _answer(page, sent, refusal)
        stays = page.embedded and there == page.after
        return RedirectResponse(here if there is None or stays else there, 303, NO_STORE)

    async def _page(self, session: str) -> Page:
        try:
            return await self._sessions.page(session)
        except NoSession:
            raise NotFound("There is no Checkout Session at this address.") from None


def _require_complete(sent: Mapping[str, str], page: Page) -> None:
    """Refuse a form with an empty field, in the words of Stripe.js.

    Raises:
        Refused: for the first of them.
    """
    for param, words in INCOMPLETE.items():
        if not sent.get(FIELDS[param], "").strip() and not (param == "email" and page.address):
            raise Refused(f"Your {words} is incomplete.", param)


def _entered(sent: Mapping[str, str]) -> dict[str, str]:
    """Return what was entered, by Stripe's names."""
    expiry = EXPIRY.fullmatch(sent.get("cardExpiry", ""))
    country = sent.get("billingCountry", "")
    return {
        "country": country if country in COUNTRIES else AT_HOME,
        "cvc": sent.get("cardCvc", "").strip(),
        "email": sent.get("email", "").strip(),
        "exp_month": expiry[1] if expiry else "0",
        "exp_year": expiry[2] if expiry else "0",
        "name": sent.get("billingName", "").strip(),
        "number": sent.get("cardNumber", ""),
        "postal_code": sent.get("billingPostalCode", "").strip(),
    }


def _answer(page: Page, sent: Mapping[str, str], refusal: Refused | None) -> Response:
    if page.status != "open":
        title, words = OVER[page.status]
        return _html("paid", 200 if page.status == "complete" else 410, {"title": title, "words": words})
    return _html("payment", 402 if refusal else 200, _parts(page, sent, refusal))


def _html(name: str, status: int, parts: Mapping[str, str]) -> Response:
    template = Template((FOLDER / f"{name}.html").read_text(encoding="utf-8"))
    return HTMLResponse(template.substitute(parts), status, NO_STORE)


def _parts(page: Page, sent: Mapping[str, str], refusal: Refused | None) -> dict[str, str]:
    """Return the parts of the page, as HTML; of the card nothing is shown again."""
    country = _entered(sent)["country"]
    back = '<p><a data-testid="business-link" href="{}">Back</a></p>'
    field = FIELDS.get(refusal.param or "") if refusal else None
    return {
        "seller": escape(page.seller),
        "back": back.format(escape(page.back)) if page.back else "",
        "lines": "".join(map(_line, page.lines)),
        "total": f'<p class="total"><span>Total</span> <span>{escape(page.total)}</span></p>' if page.total else "",
        "refusal": f'<p class="refusal" id="refusal" role="alert">{escape(str(refusal))}</p>' if refusal else "",
        "button": escape(page.button),
        "email": escape(sent.get("email", page.address)),
        "name": escape(sent.get("billingName", "")),
        "postal": escape(sent.get("billingPostalCode", "")),
        "countries": "".join(_option(code, name, country) for code, name in COUNTRIES.items()),
        **{f"of_{name}": INVALID if name == field else "" for name in FIELDS.values()},
    }


INVALID = ' aria-invalid="true" aria-describedby="refusal"'


def _line(line: tuple[str, int, str]) -> str:
    name, quantity, amount = line
    times = f" × {quantity}" if quantity > 1 else ""  # noqa: RUF001 - as Stripe writes it
    return f"<li><span>{escape(name)}{times}</span> <span>{escape(amount)}</span></li>"


def _option(code: str, name: str, chosen: str) -> str:
    return f'<option value="{code}"{" selected" if code == chosen else ""}>{name}</option>'
