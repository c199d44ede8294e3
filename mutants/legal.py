"""Different, and right: a harness that accuses one of these is wrong itself."""

import asyncio
import json
import re
from contextlib import suppress
from typing import Any, NoReturn

from mutants.mutant import LEGAL, Area
from mutants.patches.answers import Answer, always, change_answer, refused, sets_header
from mutants.patches.contract import Document, branches, change_contract
from mutants.patches.creates import change_every_create, confirm_apart, sets
from mutants.patches.requests import Body, change_body, parse_where
from mutants.patches.steps import replace_making
from mutants.patches.stripe import (
    Creation,
    LookUp,
    Update,
    change_retries,
    replace_create,
    replace_look_up,
    replace_update,
)
from tollbridge.gateway import Intent
from tollbridge.problems import CardRefused, DefaultPaymentMethodMissing, MalformedJson, ProviderRefused

area = Area(LEGAL, __file__)

# Answers of another form that the contract allows.

Violations = list[dict[str, Any]]


def with_errors(a: Answer) -> bool:
    """Every problem that lists violations."""
    return "errors" in a.document


def _in_other_words(a: Answer) -> None:
    reworded = [e | {"detail": f"Please mend {e.get('pointer') or e.get('header')}."} for e in _errors(a)]
    a.add(title="No", detail="That did not work.", **({"errors": reworded} if reworded else {}))


def _errors(a: Answer) -> Violations:
    found: Violations = a.document.get("errors", [])
    return found


def _twice(a: Answer) -> None:
    again = [e | {"detail": e["detail"] + " Really."} for e in _errors(a)]
    a.add(errors=[*_errors(a), *again])


def _without_rules(a: Answer) -> None:
    a.add(errors=[{name: value for name, value in e.items() if name != "rule"} for e in _errors(a)])


def _indented(a: Answer) -> None:
    a.body = json.dumps(a.document, indent=2, ensure_ascii=True).encode() + b"\n"


def _token_first(a: Answer) -> None:
    a.status = 401
    a.headers["www-authenticate"] = "Bearer"
    a.add(status=401, error_code="invalid-token")


area.table(
    change_answer,
    ("other_words", "Details and titles have other words.", refused, _in_other_words),
    (
        "more_headers",
        "Answers have further headers.",
        always,
        lambda a: a.headers.update({"x-served-by": "yard-3", "server-timing": "db;dur=4", "vary": "Accept"}),
    ),
    (
        "more_members",
        "Problems have further members.",
        refused,
        lambda a: a.add(timestamp="2026-11-24T12:00:00Z", trace_id="4bf92f3577b34da6"),
    ),
    ("other_order", "Violations come in another order.", with_errors, lambda a: a.add(errors=_errors(a)[::-1])),
    ("violations_reported_twice", "Every violation is reported twice.", with_errors, _twice),
    ("no_rule_ids", "Violations name no rule of the ledger.", with_errors, _without_rules),
    ("pretty", "JSON is indented, and ends with a newline.", lambda a: bool(a.body), _indented),
    (
        "with_charset",
        "Content types have a charset.",
        always,
        lambda a: a.headers.update({"content-type": a.headers["content-type"] + "; charset=utf-8"}),
    ),
    ("about_blank", "Problems have the type about:blank.", refused, lambda a: a.add(type="about:blank")),
    (
        "instance_as_urn",
        "A problem's instance is a URN.",
        refused,
        lambda a: a.add(instance=f"urn:request:{a.headers['x-request-id']}"),
    ),
    (
        "token_before_path",
        "A bad token is 401 before the path is 404.",
        lambda a: a.status == 404 and a.request.headers.get("authorization") == "Bearer x",
        _token_first,
    ),
    ("slower", "Every answer takes 20 ms more.", always, lambda _a: asyncio.sleep(0.02)),
    (
        "blanks_behind_headers",
        "Each header of an answer has a blank at its end.",
        always,
        lambda a: a.headers.update({name: f"{value} " for name, value in a.headers.items()}),
    ),
    ("closes_each_time", "The connection is closed after each answer.", always, sets_header("connection", "close")),
)

# Other readings of what a request may say.


RATED = ("cad", "aud", "jpy", "idr", "isk", "krw")
"""Some of the currencies whose minimum is converted by a rate."""


def _rate_of_another_day(document: Document) -> None:
    """Raise the minimum of currencies that have it by a rate, by half."""
    for code in RATED:
        for branch in branches(document, code):
            step = branch["amount"].get("multipleOf", 1)
            branch["amount"]["minimum"] += branch["amount"]["minimum"] // 2 // step * step


def _short_local_parts(document: Document) -> None:
    address = document["components"]["schemas"]["PaymentIntentRequest"]["properties"]["receipt_email"]
    address["pattern"] = f"^(?=[^@]{{1,64}}@){address['pattern'].removeprefix('^')}"


area.table(
    change_contract,
    ("rate_of_another_day", "Minimums that are converted by a rate are higher by half.", _rate_of_another_day),
    ("short_local_parts", "A local part of an address may have 64 characters (RFC 5321).", _short_local_parts),
)


def _without_empty_description(body: Body) -> Body | None:
    if body.get("description") != "":
        return None
    return {name: value for name, value in body.items() if name != "description"}


area.table(
    change_body,
    ("empty_description_left_out", "An empty description counts as none.", _without_empty_description),
)


HALF = "A string holds half a surrogate pair."


def _is_malformed(_content: bytes) -> NoReturn:
    raise MalformedJson(HALF, [{"pointer": "#", "detail": HALF, "rule": "body.json"}])


area.table(
    parse_where,
    (
        "half_pairs_are_no_json",
        "An escape of half a surrogate pair is no JSON.",
        lambda content: bool(re.search(rb"\\u[dD][89a-fA-F]", content)) and rb"\ud83d\ude00" not in content,
        _is_malformed,
    ),
)

# Other ways to the same state at Stripe.

area.table(
    change_retries,
    ("one_retry_more", "A call to Stripe is tried once more.", 3),
    ("no_retries", "A call to Stripe is tried once.", 0),
)

area.table(confirm_apart, ("create_then_confirm", "A charge is two calls: create, then confirm.", {}))

area.table(
    change_every_create,
    ("with_metadata", "The intent has metadata of the platform's.", sets(metadata={"platform": "gatego", "yard": "4"})),
    ("with_expand", "The intent is asked for with its customer expanded.", sets(expand=["customer"])),
    ("automatic_capture_said", "The intent is made with capture_method=automatic.", sets(capture_method="automatic")),
)


@area.mutant()
def conditional_update() -> None:
    """The subscription is read first, and changed only where its card is another."""

    async def updated(update: Update) -> None:
        now = await update.stripe.ask("get", f"/v1/subscriptions/{update.subscription}")
        if now["default_payment_method"] != update.method:
            await update.send()

    replace_update(updated)


@area.mutant()
def update_twice() -> None:
    """The subscription is changed, and changed to the same card again."""

    async def updated(update: Update) -> None:
        await update.send()
        await update.send()

    replace_update(updated)


@area.mutant()
def default_source_read_first() -> None:
    """The customer's default source is read before it is charged."""

    async def made(creation: Creation) -> Intent:
        if creation.charges and "payment_method" not in creation.params:
            customer = await creation.stripe.ask("get", f"/v1/customers/{creation.params['customer']}")
            if customer["default_source"] is None:
                raise DefaultPaymentMethodMissing("There is no default source.")
        return await creation.send()

    replace_making(made)


@area.mutant()
def declined_intent_cancelled() -> None:
    """The intent of a declined card is cancelled."""

    async def created(creation: Creation) -> Intent:
        try:
            return await creation.send()
        except CardRefused:
            await _cancel_declined(creation)
            raise

    replace_create(created)


async def _cancel_declined(creation: Creation) -> None:
    customer = creation.params["customer"]
    found = await creation.stripe.ask("get", f"/v1/payment_intents?customer={customer}&limit=20")
    declined = [i for i in found["data"] if i["last_payment_error"] and i["status"] != "canceled"]
    for intent in declined[:1]:
        with suppress(ProviderRefused):  # another request may have cancelled it already
            await creation.stripe.ask("post", f"/v1/payment_intents/{intent['id']}/cancel")


@area.mutant()
def looks_in_the_list() -> None:
    """Whether a card is the customer's is looked up in the customer's list."""

    async def found(look_up: LookUp) -> bool:
        try:
            listed = await look_up.stripe.ask("get", f"/v1/customers/{look_up.customer}/payment_methods?limit=100")
        except ProviderRefused:
            return False
        return look_up.method in [one["id"] for one in listed["data"]]

    replace_look_up(found)
