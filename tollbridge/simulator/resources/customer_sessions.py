"""Customer sessions: what a browser may do for one customer. They have no id, and Stripe shows none again."""

from collections.abc import Callable, Mapping
from typing import Any

from tollbridge.simulator.model.errors import invalid, missing, within
from tollbridge.simulator.model.ids import token
from tollbridge.simulator.protocol.answer import Answer
from tollbridge.simulator.protocol.forms import Form, boolean, integer, nested, one_of, texts
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.ownership import customer_named

HALF_AN_HOUR = 1_800
"""How long a session is good for (unverified)."""

REDISPLAY = ("always", "limited", "unspecified")
MOST_SHOWN = 10
Read = Callable[[Form, str], Any]


def _filters(form: Form, name: str) -> list[str]:
    chosen = texts(form, name) or ["always"]
    for word in chosen:
        if word not in REDISPLAY:
            raise invalid(f"Invalid {name}: must be one of {', '.join(REDISPLAY[:-1])}, or {REDISPLAY[-1]}", param=name)
    return chosen


def _switch(form: Form, name: str) -> str:
    return one_of(form, name, ("disabled", "enabled")) or "disabled"


def _on(form: Form, name: str) -> str:
    return one_of(form, name, ("disabled", "enabled")) or "enabled"


def _limit(form: Form, name: str) -> int:
    limit = integer(form, name)
    if limit is not None and not 1 <= limit <= MOST_SHOWN:
        raise invalid(f"{name} has to be between 1 and {MOST_SHOWN}.", param=name)  # wording unverified
    return 3 if limit is None else limit


def _usage(form: Form, name: str) -> str | None:
    return one_of(form, name, ("off_session", "on_session"))


def _override(form: Form, name: str) -> str | None:
    return one_of(form, name, REDISPLAY)


SHEET = {"payment_method_allow_redisplay_filters": _filters, "payment_method_remove": _on}
COMPONENTS: Mapping[str, Mapping[str, Read]] = {
    "active_entitlements": {},
    "buy_button": {},
    "customer_portal": {},
    "customer_sheet": SHEET,
    "mobile_payment_element": SHEET
    | {
        "payment_method_redisplay": _on,
        "payment_method_save": _switch,
        "payment_method_save_allow_redisplay_override": _override,
    },
    "payment_element": SHEET
    | {
        "payment_method_redisplay": _switch,
        "payment_method_redisplay_limit": _limit,
        "payment_method_remove": _switch,
        "payment_method_save": _switch,
        "payment_method_save_usage": _usage,
    },
    "pricing_table": {},
}
"""What a session is for, each with its features and what reads them."""


def create(context: Context, form: Form) -> Answer:
    """`POST /v1/customer_sessions`."""
    components = nested(form, "components")
    if not components:
        raise missing("components")
    customer = customer_named(context, form)
    if customer is None:
        raise missing("customer")
    document = {
        "object": "customer_session",
        "client_secret": f"cuss_secret_{token(context.randomness, 54)}",
        "components": {name: _component(components, name) for name in COMPONENTS},
        "created": context.now,
        "customer": customer.id,
        "customer_account": None,
        "expires_at": context.now + HALF_AN_HOUR,
        "livemode": False,
    }
    return Answer(200, document)


def _component(components: Form, name: str) -> dict[str, Any]:
    sent, readers = nested(components, name), COMPONENTS[name]
    with within("components"), within(name):
        if sent is not None and "enabled" not in sent:
            raise missing("enabled")
        enabled = boolean(sent or {}, "enabled")
        features = nested(sent or {}, "features") or {}
        with within("features"):
            chosen = {feature: read(features, feature) for feature, read in readers.items()}
    if not readers:
        return {"enabled": enabled}
    return {"enabled": enabled, "features": chosen if enabled else None}


ROUTES = (
    route(
        "POST",
        "/v1/customer_sessions",
        create,
        "customer_session",
        "customer",
        *(f"components[{name}][enabled]" for name in COMPONENTS),
        *(f"components[{name}][features][{one}]" for name, features in COMPONENTS.items() for one in features),
    ),
)
