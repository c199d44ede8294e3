"""Whether an answer tells what is not for its reader."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

from tollbridge.verify.checks.causes import place_in, status_and_code
from tollbridge.verify.checks.conditions import answered, in_any, not_accepted, value
from tollbridge.verify.model.check import CRITICAL, HIGH, MEDIUM, Wrong, check
from tollbridge.verify.model.evidence import API_KEY, TOKEN, Evidence, secret_of, texts_of
from tollbridge.verify.model.expectation import Expectation

SECRET_NAME = re.compile("secret|key|token", re.I)
"""In the name of a member whose value is a secret."""

FREE_TEXTS = ("a description", "an e-mail address", "the value of an unknown member")
SECRETS = (TOKEN, API_KEY)
EXAMPLES = ("yard@example.com",)
"""Addresses that an answer may give as an example."""

# A target writes what these are looked for in: each repetition within a pattern is bounded, so that none takes long.
CLIENT_SECRET = re.compile(r"(?:pi|seti)_[A-Za-z0-9]{1,200}_secret_[A-Za-z0-9]+")
KEY_OF_STRIPE = re.compile(r"\b(?:[sr]k_(?:test|live)|whsec)_[A-Za-z0-9]{4,}")
INTERNAL_ID = re.compile(r"\b(?:cus|pm|sub|acct|ch)_[A-Za-z0-9]{8,}")
INTENT_ID = re.compile(r"\bpi_[A-Za-z0-9]{8,}")
INSIDE = {
    "a stack": re.compile(
        r"Traceback \(most recent call last\)|File \"[^\"]{1,300}\", line \d+|\bline \d{1,9}, in \w+"  # Python
        r"|\bat [\w.$<>\[\] ]{1,200}\([^()\n]{0,200}:\d{1,9}(?::\d{1,9})?\)"  # Node, Java
        r"|\bat (?:file:|node:|/)\S{1,300}:\d{1,9}:\d+"  # Node
        r"|\bat [\w.`<>+]{1,200}\([^()\n]{0,200}\) in \S{1,300}:line \d+"  # .NET
        r"|\bgoroutine \d{1,9} \[|\bpanic: |\.go:\d+"  # Go
        r"|\.php(?::\d+|\(\d{1,9}\)| on line \d+)|\.rb:\d{1,9}:in\b"  # PHP, Ruby
    ),
    "SQL": re.compile(  # in capitals: in small letters it may be English
        r"\bSELECT\s.{1,600}?\sFROM\b|\bINSERT\s{1,9}INTO\b|\bUPDATE\s{1,9}\S{1,99}\s{1,9}SET\b|\bDELETE\s{1,9}FROM\b"
        r"|SQLSTATE|ORA-\d{5}"
        r"|(?i:sqlite3?\.|psycopg|violates \S{1,99}(?: \S{1,99})? constraint|duplicate key value)",
        re.S,
    ),
    "a path of the machine": re.compile(
        r"(?<![\w:/.])/(?:home|usr|var|etc|root|srv|tmp|Users)/[\w./-]+|[A-Z]:\\{1,4}\w"
    ),
    "an exception": re.compile(
        r"\b(?:(?:Key|Type|Value|Attribute|Reference|Runtime)Error|NullPointerException"
        r"|(?:java|javax|org|com|System)\.[\w.]{1,200}Exception)\b"
    ),
    "the environment": re.compile(r"\b(?:STRIPE|DATABASE|DB|PG|REDIS|AWS|SECRET)_[A-Z0-9_]{1,100}=\S|\bPATH=/"),
    "what is asked of Stripe": re.compile(r"api\.stripe\.com|/v1/(?:payment_intents|payment_methods|customers|subscr)"),
}


def shown(x: Evidence, e: Expectation) -> str:
    """Return all of an answer that a client sees, as it came and as JSON reads it, but the secret at its place."""
    if x.answer is None:
        return ""
    secret, text = secret_of(x, e.terms.secret), x.answer.text
    texts = [text, *texts_of(x.document)]
    if secret:
        texts = [text.replace(secret, "", 1), *(one for one in texts_of(x.document) if one != secret)]
    return "\n".join([*(f"{name}: {value}" for name, value in x.answer.headers), *texts])


@check(
    "secret-in-its-place",
    "A client secret, key or token is in no answer but the client secret at its place in the success.",
    severity=CRITICAL,
    sample="A 402 carries the intent's client secret.",
    rules=in_any("secret.once"),
    when=(answered,),
    ordinary=True,
)
def secret_in_its_place(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge any answer."""
    return [
        Wrong(f"{kind} in {status_and_code(x)} at {place_in(x, text)}", f"The {x.status} shows {said}.", "none")
        for kind, text, said in _secrets_shown(x, e)
    ]


def _secrets_shown(x: Evidence, e: Expectation) -> Iterator[tuple[str, str, str]]:
    """Yield the kind of each secret that an answer shows, the secret, and what it is in words."""
    visible, secret = shown(x, e), secret_of(x, e.terms.secret)
    for text in documented_secrets(x, e):
        visible = visible.replace(text, "")
    if found := CLIENT_SECRET.search(visible):
        yield "client secret", found.group(), "a client secret"
    if found := KEY_OF_STRIPE.search(visible):
        yield "API key", found.group(), "an API key of Stripe's"
    elif key := next((key for key in [*x.api_keys, *_canaries(x, API_KEY)] if key in visible), None):
        yield "API key", key, "the API key that Stripe was shown"
    if disguise := next((one for one in disguises(secret) if one in visible), None) if secret else None:
        yield "disguised", disguise, "the client secret, or its last part, once more"
    if token := next((token for token in _canaries(x, TOKEN) if token in visible), None):
        yield "token", token, "a bearer token"


def documented_secrets(x: Evidence, e: Expectation) -> list[str]:
    """Return the texts of an ordinary operation's success that stand where the contract documents a secret."""
    if not (e.terms.ordinary and x.ok):
        return []
    response = e.terms.responses.get(str(x.status)) or e.terms.responses.get("2XX") or e.terms.responses.get("default")
    names = {name for name in names_of((response or {}).get("media")) if SECRET_NAME.search(name)}
    return sorted({text for text in texts_at(x.document, names) if text}, key=len, reverse=True)


def names_of(schema: Any) -> Iterator[str]:
    """Yield the names of the members that a schema documents."""
    if isinstance(schema, dict):
        members = schema.get("properties")
        yield from members if isinstance(members, dict) else ()
        for value in schema.values():
            yield from names_of(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from names_of(value)


def texts_at(document: Any, names: set[str]) -> Iterator[str]:
    """Yield the texts of members of some names, anywhere in a document."""
    if isinstance(document, dict):
        for name, value in document.items():
            if name in names and isinstance(value, str):
                yield value
            yield from texts_at(value, names)
    elif isinstance(document, list):
        for value in document:
            yield from texts_at(value, names)


def _canaries(x: Evidence, wanted: str) -> list[str]:
    return [text for text, what in x.known.canaries.items() if what == wanted]


def disguises(secret: str) -> tuple[str, str]:
    """Return other ways to show a client secret: the part of it that is secret, and all of it in base64."""
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
    return secret.rpartition("_secret_")[2] or secret, encoded[:-1]


@check(
    "nothing-of-the-inside",
    "No stack, SQL, path of the machine or id of Stripe's objects is in an answer.",
    severity=HIGH,
    sample="A 409 tells the customer's id at Stripe.",
    when=(answered,),
    ordinary=True,
)
def nothing_of_the_inside(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge any answer; the id of a charged intent has a place of its own."""
    visible = shown(x, e)
    wrong = []
    # What an ordinary operation answers to a right request is its own: paths, statements and names of errors, too.
    sought = {"a stack": INSIDE["a stack"]} if e.terms.ordinary and x.ok else INSIDE
    for what, pattern in sought.items():
        found = pattern.search(visible)
        if found and found.group() not in x.sent.everything:
            cause = f"{what} in {status_and_code(x)} at {place_in(x, found.group())}"
            wrong.append(Wrong(cause, f"The {x.status} shows {what}: {found.group()[:60]!r}.", "none"))
    for pattern in (INTERNAL_ID, *((INTENT_ID,) if _may_name_no_intent(x, e) else ())):
        if e.terms.ordinary:
            break  # its ids are its own
        told = next((found.group() for found in pattern.finditer(visible) if found.group() not in x.sent.text), None)
        if told:
            said = f"The {x.status} shows an id of Stripe's ({told.partition('_')[0]}_…)."
            wrong.append(Wrong(f"id {told[:3]} in {status_and_code(x)} at {place_in(x, told)}", said, "none"))
    return wrong


def _may_name_no_intent(x: Evidence, e: Expectation) -> bool:
    """Tell whether the intent's id has no place in the answer: in a refusal that is not of an intent once charged."""
    of_a_charge = x.code in ("subscription-not-updated", "payment-outcome-unknown")
    return e.terms.chosen("refusal.echo") and not x.ok and not of_a_charge


def echo_not_allowed(_x: Evidence, e: Expectation) -> bool:
    """Tell whether it is held that a refusal repeats nothing."""
    return e.terms.holds("refusal.echo")


@check(
    "free-text-is-not-echoed",
    "A refusal does not repeat a description, an e-mail address or the value of an unknown member.",
    severity=MEDIUM,
    sample="A 400 repeats the description that was sent.",
    rules=in_any("refusal.echo"),
    when=(answered, not_accepted, echo_not_allowed),
    needs=("refusal.echo", "texts"),
)
def free_text(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge refusals of calls with a text that is found nowhere else; with our choices only."""
    repeatable = {**_free_texts(x, e), **_free_canaries(x)}
    if not repeatable:
        return None
    visible = shown(x, e)
    return [
        Wrong(f"{what} in {status_and_code(x)} at {place_in(x, text)}", f"The {x.status} repeats {what}.", "no echo")
        for text, what in repeatable.items()
        if text in visible
    ]


MIN_ECHO, MAX_ECHO = 10, 24
"""Characters of a text that are looked for: fewer may stand in an answer by chance."""


def _free_texts(x: Evidence, e: Expectation) -> dict[str, str]:
    """Return the beginnings of the texts that a call sent, with what each is."""
    roles = {"description": "a description", "receipt_email": "an e-mail address"}
    texts = {role: value(x, e, role) for role in roles}
    return {
        text[:MAX_ECHO]: roles[role]
        for role, text in texts.items()
        if isinstance(text, str) and len(text) >= MIN_ECHO and not any(text in example for example in EXAMPLES)
    }


def _free_canaries(x: Evidence) -> dict[str, str]:
    sent = x.sent.everything
    return {text: what for text, what in x.known.canaries.items() if what in FREE_TEXTS and text in sent}


@check(
    "nothing-of-another-request",
    "No answer carries a value of an earlier request, or the e-mail address of a customer.",
    severity=CRITICAL,
    sample="A 404 carries the description of the request before it.",
    rules=in_any("answer.own"),
    when=(answered,),
    ordinary=True,
)
def nothing_of_another(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge any answer, by canaries: values that stand in some requests and nowhere else."""
    visible, sent = shown(x, e), x.sent.everything
    foreign = {
        text: what
        for text, what in x.known.canaries.items()
        if what not in SECRETS and text not in sent and re.search(rf"\b{re.escape(text)}\b", visible)
    }
    return [
        Wrong(
            f"{what} in {status_and_code(x)} at {place_in(x, text)}",
            f"The {x.status} shows {what} that this request does not have.",
            "none",
        )
        for text, what in foreign.items()
    ]


@check(
    "secret-is-new",
    "Every accepted request gets a client secret that no other got.",
    severity=CRITICAL,
    sample="Two requests were answered with one client secret.",
    rules=in_any("request.independent", "secret.form"),
    needs=("secret",),
)
def secret_is_new(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge answers that have a client secret."""
    secret = secret_of(x, e.terms.secret)
    if secret is None:
        return None
    if secret in x.known.secrets:
        return [Wrong("again", "The client secret was answered to an earlier request.", "a secret of its own")]
    return []
