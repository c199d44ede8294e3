"""`GET /v1/elements/sessions`: which payment methods the page of an intent may offer.

Stripe documents none of it. The members are those that Stripe's open-source mobile SDKs read; what they hold says that
cards are all there is.
"""

from typing import Any

from tollbridge.simulator.model.errors import missing, no_such
from tollbridge.simulator.model.rows import PaymentIntent, SetupIntent
from tollbridge.simulator.protocol.answer import Answer
from tollbridge.simulator.protocol.forms import Form, one_of, text
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.payment_intents import require_secret
from tollbridge.simulator.serializers import SHAPES

TYPES = ("deferred_intent", "payment_intent", "setup_intent")
COUNTRY = "US"
INTENTS: dict[str, tuple[type[PaymentIntent] | type[SetupIntent], str]] = {
    "payment_intent": (PaymentIntent, "PaymentIntent"),
    "setup_intent": (SetupIntent, "SetupIntent"),
}


def retrieve(context: Context, form: Form) -> Answer:
    """`GET /v1/elements/sessions`."""
    kind = one_of(form, "type", TYPES)
    if kind is None:
        raise missing("type")
    preference: dict[str, Any] = {
        "object": "payment_method_preference",
        "country_code": COUNTRY,
        "ordered_payment_method_types": ["card"],
        "type": kind,
    }
    if kind in INTENTS:
        preference[kind] = _intent(context, form, kind)
    return Answer(200, _session(preference, text(form, "locale") or "en-US"))


def _intent(context: Context, form: Form, kind: str) -> dict[str, Any]:
    secret = text(form, "client_secret")
    if secret is None:
        raise missing("client_secret")
    cls, what = INTENTS[kind]
    identity = secret.partition("_secret_")[0]
    row = context.work.get(cls, identity)
    if row is None:
        raise no_such(kind, identity, "client_secret")
    require_secret(context, form, row.secret, what)
    return SHAPES[cls](row)


def _session(preference: dict[str, Any], locale: str) -> dict[str, Any]:
    return {
        "object": "elements_session",
        "session_id": "elements_session_tollbridge",
        "apple_pay_preference": "disabled",
        "business_name": "Tollbridge",
        "card_brand_choice": {"eligible": False},
        "customer": None,
        "flags": {},
        "google_pay_preference": "disabled",
        "link_settings": {"link_funding_sources": []},
        "locale": locale,
        "merchant_country": COUNTRY,
        "payment_method_preference": preference,
        "payment_method_specs": [],
        "unactivated_payment_method_types": [],
    }


ROUTES = (
    route(
        "GET",
        "/v1/elements/sessions",
        retrieve,
        "elements_session",
        "client_secret",
        "currency",
        "deferred_intent",
        "locale",
        "type",
        browser=True,
    ),
)
