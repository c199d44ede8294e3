"""Parameters of a session of Checkout that are more than one value."""

import re
from typing import Any

from tollbridge.simulator.model.errors import exclusive, invalid, missing, not_simulated, within
from tollbridge.simulator.model.rows import COMPLETIONS, SESSION_MODES, CheckoutSession
from tollbridge.simulator.protocol.forms import Form, boolean, integer, nested, one_of, text, texts
from tollbridge.simulator.resources.confirmation import URL
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.parameters import OPTIONS, card_options, email, require_cards
from tollbridge.simulator.serializers import CARD_OPTIONS

HALF_AN_HOUR, DAY = 1_800, 24 * 3600
TOO_SOON = "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
TOO_LATE = "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
RENAMED_IN = "2026-03-25"
"""The version that has `hosted_page`, `embedded_page` and `elements` for what older ones call `hosted`, `embedded` and
`custom` (as far as the public code of both shows)."""

OLDER_NAMES = {"hosted": "hosted_page", "embedded": "embedded_page", "custom": "elements"}
RUNS_CODE = re.compile(r"(?:javascript|data|vbscript):", re.IGNORECASE)
LOCALE = re.compile(r"auto|[a-z]{2,3}(?:-[A-Z]{2}|-419)?")
WORDS = {
    "billing_address_collection": ("auto", "required"),
    "customer_creation": ("always", "if_required"),
    "payment_method_collection": ("always", "if_required"),
    "submit_type": ("auto", "book", "donate", "pay", "subscribe"),
}
"""Parameters that are shown as they were sent, each with its values."""


CREATES = {"payment": "if_required", "subscription": "always"}
"""When a customer is made for a session without one, by its mode."""


def mode_of(form: Form) -> str:
    """Return what a session is for.

    Raises:
        StripeFailure: 400.
    """
    mode = one_of(form, "mode", SESSION_MODES)
    if mode is None:
        raise missing("mode")  # unverified
    return mode


def ui_mode(form: Form, version: str) -> str:
    """Return where a session is paid, in the words of the pinned version.

    Args:
        form: the parameters.
        version: of the API that the call asks for; before `RENAMED_IN`, the older names count, and without one all.

    Raises:
        StripeFailure: 400, for another; 501 for pages of the shop's own elements.
    """
    sent = text(form, "ui_mode")
    names = () if version and version < RENAMED_IN else tuple(OLDER_NAMES.values())
    older = () if version >= RENAMED_IN else tuple(OLDER_NAMES)
    mode = one_of(form, "ui_mode", (*names, *older)) if sent is not None else "hosted_page"
    mode = OLDER_NAMES.get(str(mode), str(mode))
    if mode == "elements":
        raise not_simulated(f"Checkout Sessions with the ui_mode {sent}")
    return mode


def addresses(form: Form, mode: str) -> dict[str, Any]:
    """Return where the browser goes after a session, as fields of the session's row.

    Raises:
        StripeFailure: 400, for what is missing, is no URL, or is for another mode (most wordings are unverified).
    """
    completion = one_of(form, "redirect_on_completion", COMPLETIONS)
    given = {name: _url(form, name) for name in ("cancel_url", "return_url", "success_url")}
    if mode == "hosted_page":
        if given["success_url"] is None:
            raise missing("success_url")
        _require_absent(form, ("redirect_on_completion", "return_url"), mode)
        return given
    _require_absent(form, ("cancel_url", "success_url"), mode)
    if completion == "never":
        _require_absent(form, ("return_url",), mode)
    elif given["return_url"] is None:
        raise missing("return_url")
    return given | {"completion": completion or "always"}


def _require_absent(form: Form, names: tuple[str, ...], mode: str) -> None:
    for name in names:
        if name in form:
            raise invalid(f"`{name}` is not supported when `ui_mode` is set to `{mode}`.", param=name)


def _url(form: Form, name: str) -> str | None:
    url = text(form, name)
    if url is not None and (not URL.fullmatch(url) or RUNS_CODE.match(url)):
        raise invalid("Not a valid URL", param=name, code="url_invalid")
    return url


def expiry(context: Context, form: Form) -> int:
    """Return when a session ends, in seconds since the epoch: within a day.

    Raises:
        StripeFailure: 400.
    """
    sent = integer(form, "expires_at")
    if sent is None:
        return context.now + DAY
    if sent < context.now + HALF_AN_HOUR:
        raise invalid(TOO_SOON, param="expires_at")
    if sent > context.now + DAY:
        raise invalid(TOO_LATE, param="expires_at")
    return sent


def customer_email(form: Form) -> str | None:
    """Return the address that the page begins with.

    Raises:
        StripeFailure: 400, for a bad one, and for one beside a customer.
    """
    if "customer" in form and "customer_email" in form:
        raise exclusive("customer", "customer_email")
    return email(form, "customer_email")


def shown_as_sent(form: Form, mode: str) -> dict[str, Any] | None:
    """Return the members that are shown as they were sent."""
    more: dict[str, Any] = {name: one_of(form, name, words) for name, words in WORDS.items() if name in form}
    if "customer_creation" in more and (mode != "payment" or "customer" in form):
        # Wording unverified.
        raise invalid("`customer_creation` can only be used in `payment` mode.", param="customer_creation")
    if "customer" not in form and mode in CREATES:
        more.setdefault("customer_creation", CREATES[mode])
    if "allow_promotion_codes" in form:
        more["allow_promotion_codes"] = boolean(form, "allow_promotion_codes")
    if "client_reference_id" in form:
        more["client_reference_id"] = text(form, "client_reference_id", most=200)
    if "locale" in form:
        more["locale"] = _locale(form)
    types = texts(form, "payment_method_types")
    if types is not None:
        require_cards(types)
        more["payment_method_types"] = types
    options = card_options(form, CARD_OPTIONS)
    if options:
        more[OPTIONS] = {"card": {"request_three_d_secure": options["card"]["request_three_d_secure"]}}
    return more or None


def _locale(form: Form) -> str | None:
    locale = text(form, "locale")
    if locale is not None and not LOCALE.fullmatch(locale):
        raise invalid("Invalid locale", param="locale")  # wording unverified
    return locale


DATA = {"payment": "payment_intent_data", "setup": "setup_intent_data", "subscription": "subscription_data"}
"""The parameter that says what is made, by the mode of a session."""


def made_of(form: Form, mode: str) -> dict[str, Any]:
    """Return what is said of the object that a session makes.

    Raises:
        StripeFailure: 400, for what is said of an object of another mode.
    """
    for other, name in DATA.items():
        if other != mode and name in form:
            raise invalid(f"You can not pass `{name}` in `{mode}` mode.", param=name)
    data = nested(form, DATA[mode])
    return {DATA[mode]: data} if data else {}


def form_of(row: CheckoutSession) -> Form:
    """Return the parameters of the object that a session makes, as they were sent with the session."""
    return dict(row.made_of.get(DATA[row.mode]) or {})


def within_data(mode: str) -> Any:
    """Name parameters that are refused by where they stand in the parameters of a session."""
    return within(DATA[mode])
