"""Sessions of Checkout: create, retrieve, update, expire, list; their lines. `checkout_payment.py` is their page."""

from tollbridge.simulator.model.errors import invalid, not_found
from tollbridge.simulator.model.ids import token
from tollbridge.simulator.model.pages import payment_page_of
from tollbridge.simulator.model.rows import SESSION_STATUSES, CheckoutSession, Customer, SetupIntent
from tollbridge.simulator.protocol.answer import Answer, shown
from tollbridge.simulator.protocol.forms import Form, nested, one_of, text
from tollbridge.simulator.protocol.routing import route
from tollbridge.simulator.resources import setup_intents
from tollbridge.simulator.resources.checkout_lines import lines_of
from tollbridge.simulator.resources.checkout_parameters import (
    addresses,
    customer_email,
    expiry,
    form_of,
    made_of,
    mode_of,
    shown_as_sent,
    ui_mode,
    within_data,
)
from tollbridge.simulator.resources.checkout_states import expired
from tollbridge.simulator.resources.context import Context
from tollbridge.simulator.resources.ownership import customer_named
from tollbridge.simulator.resources.pagination import CURSORS, list_answer, made_when, page, page_bounds, part
from tollbridge.simulator.resources.parameters import OPTIONS, merged, metadata
from tollbridge.simulator.resources.payment_intents import new_intent
from tollbridge.simulator.resources.subscription_parameters import LONGEST_DESCRIPTION, trial_end
from tollbridge.simulator.resources.turns import up_to_now
from tollbridge.simulator.state.unit_of_work import EVERYBODY, Owner

NOT_OPEN = (
    'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of `{}`.'
)


def create(context: Context, form: Form) -> Answer:
    """`POST /v1/checkout/sessions`; the order of checks: mode → addresses → time → customer → lines → the rest."""
    mode, where = mode_of(form), ui_mode(form, context.version)
    after, expires = addresses(form, where), expiry(context, form)
    address, customer = customer_email(form), customer_named(context, form)
    lines = [] if mode == "setup" else lines_of(context, form, mode)
    identity, hosted = context.new_id("cs_test"), where == "hosted_page"
    known = address or (customer.email if customer else None)
    row = CheckoutSession(
        id=identity,
        mode=mode,
        status="open",
        created=context.now,
        expires_at=expires,
        ui_mode=where,
        lines=lines,
        metadata=metadata(form),
        made_of=made_of(form, mode),
        currency=lines[0]["currency"] if lines else None,
        amount=sum(line["amount_total"] for line in lines) if lines else None,
        payment_status="no_payment_required" if mode == "setup" else "unpaid",
        customer=customer.id if customer else None,
        email=address,
        entered={"email": known} if known else None,
        url=payment_page_of(context.base, identity) if hosted else None,
        secret=None if hosted else f"{identity}_secret_{token(context.randomness, 64)}",
        more=shown_as_sent(form, mode),
        **after,
    )
    row = _begun(context, row, customer)
    context.work.put(row)
    context.did("checkout.session.created", row.id)
    return shown(up_to_now(context, row))


def _begun(context: Context, row: CheckoutSession, customer: Customer | None) -> CheckoutSession:
    """Hold what is said of the object that a session makes against its rules; a setup intent is made at once."""
    form, owner = form_of(row), {"customer": customer.id} if customer else {}
    with within_data(row.mode):
        if row.mode == "payment":
            new_intent(context, form | payment_of(row))
            return row
        if row.mode == "subscription":
            metadata(form)
            text(form, "description", most=LONGEST_DESCRIPTION)
            trial_end(context, form)
            return row
        made = setup_intents.create(context, form | owner | {"payment_method_types": ["card"]}).row
    assert isinstance(made, SetupIntent)  # one that is not confirmed is shown
    context.work.put(made._replace(session=row.id))
    return row._replace(setup_intent=made.id)


def payment_of(row: CheckoutSession) -> Form:
    """Return the parameters of the intent of a session that the session itself says."""
    form: Form = {"amount": str(row.amount), "currency": str(row.currency), "payment_method_types": ["card"]}
    if row.customer:
        form["customer"] = row.customer
    options = (row.more or {}).get(OPTIONS)
    return form | {OPTIONS: options} if options else form


def retrieve(context: Context, _form: Form, session: str) -> Answer:
    """`GET /v1/checkout/sessions/{session}`."""
    return shown(existing(context, session))


def update(context: Context, form: Form, session: str) -> Answer:
    """`POST /v1/checkout/sessions/{session}`: its metadata."""
    row = existing(context, session)
    row = row._replace(metadata=merged(row.metadata, metadata(form), form))
    context.work.put(row)
    return shown(row)


def expire(context: Context, _form: Form, session: str) -> Answer:
    """`POST /v1/checkout/sessions/{session}/expire`, which only an open one can be."""
    row = existing(context, session)
    if row.status != "open":
        raise invalid(NOT_OPEN.format(row.status))
    return shown(expired(context, row))


def lines(context: Context, form: Form, session: str) -> Answer:
    """`GET /v1/checkout/sessions/{session}/line_items`."""
    row, bounds = existing(context, session), page_bounds(form)
    found = part(row.lines, bounds, "line item")
    return list_answer(bounds, found, lambda line: line, f"/v1/checkout/sessions/{row.id}/line_items")


def list_(context: Context, form: Form) -> Answer:
    """`GET /v1/checkout/sessions`, the newest first."""
    made, customer, status = made_when(form), customer_named(context, form), one_of(form, "status", SESSION_STATUSES)
    intent, subscription = text(form, "payment_intent"), text(form, "subscription")
    details = nested(form, "customer_details")
    address = text(details, "email") if details else None
    owner: Owner = ("customer", customer.id) if customer else ("payment_intent", intent) if intent else EVERYBODY

    def wanted(row: CheckoutSession) -> bool:
        return (
            made(row.created)
            and status in (None, row.status)
            and intent in (None, row.payment_intent)
            and subscription in (None, row.subscription)
            and address in (None, (row.entered or {}).get("email"))
        )

    what, url = "checkout.session", "/v1/checkout/sessions"
    return page(context, CheckoutSession, form, what=what, url=url, owner=owner, wanted=wanted)


def existing(context: Context, identity: str) -> CheckoutSession:
    """Return a session as it is by now.

    Raises:
        StripeFailure: 404.
    """
    row = context.work.get(CheckoutSession, identity)
    if row is None:
        raise not_found("checkout.session", identity, "session")  # its param is unverified
    return up_to_now(context, row)


SESSIONS, SESSION = "/v1/checkout/sessions", "/v1/checkout/sessions/{session}"
PRICE_DATA = (
    *("[currency]", "[product]", "[tax_behavior]", "[unit_amount]", "[unit_amount_decimal]"),
    *("[recurring][interval]", "[recurring][interval_count]"),
    *(f"[product_data][{name}]" for name in ("description", "images", "metadata", "name", "tax_code", "unit_label")),
)
INTENT_DATA = (
    *("capture_method", "description", "metadata", "receipt_email", "setup_future_usage", "shipping"),
    *("statement_descriptor", "statement_descriptor_suffix", "transfer_group"),
)
ROUTES = (
    route(
        "GET",
        SESSIONS,
        list_,
        "list of checkout.session",
        *("created", "customer", "customer_details[email]", "payment_intent", "status", "subscription", *CURSORS),
    ),
    route(
        "POST",
        SESSIONS,
        create,
        "checkout.session",
        *("allow_promotion_codes", "billing_address_collection", "cancel_url", "client_reference_id", "customer"),
        *("customer_creation", "customer_email", "expires_at", "locale", "metadata", "mode"),
        *("payment_method_collection", "payment_method_options[card][request_three_d_secure]", "payment_method_types"),
        *("redirect_on_completion", "return_url", "submit_type", "success_url", "ui_mode"),
        *("line_items[][price]", "line_items[][quantity]"),
        *(f"line_items[][price_data]{name}" for name in PRICE_DATA),
        *(f"payment_intent_data[{name}]" for name in INTENT_DATA),
        *(f"setup_intent_data[{name}]" for name in ("description", "metadata")),
        *(f"subscription_data[{name}]" for name in ("description", "metadata", "trial_end", "trial_period_days")),
    ),
    route("GET", SESSION, retrieve, "checkout.session"),
    route("POST", SESSION, update, "checkout.session", "metadata"),
    route("POST", f"{SESSION}/expire", expire, "checkout.session"),
    route("GET", f"{SESSION}/line_items", lines, "list of item", *CURSORS),
)
