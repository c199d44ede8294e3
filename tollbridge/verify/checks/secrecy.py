"""Whether an answer tells what is not for its reader."""

import base64
import re
from collections.abc import Iterator

from tollbridge.verify.calls import NO_TOKEN_OF_ANYBODY
from tollbridge.verify.checks.check import CRITICAL, HIGH, MEDIUM, UNPROVABLE, Wrong, check
from tollbridge.verify.exchange import Exchange

FREE_TEXTS = ("a description", "an e-mail address", "the value of an unknown member")
SECRETS = ("a token", "an API key")
EXAMPLES = ("yard@example.com",)
"""Addresses that an answer may give as an example."""

SECRET = re.compile(r"(?:pi|seti)_[A-Za-z0-9]+_secret_[A-Za-z0-9]+")
API_KEY = re.compile(r"\b(?:[sr]k_(?:test|live)|whsec)_[A-Za-z0-9]{4,}")
INTERNAL_ID = re.compile(r"\b(?:cus|pm|sub|acct|ch)_[A-Za-z0-9]{8,}")
INTENT_ID = re.compile(r"\bpi_[A-Za-z0-9]{8,}")
INSIDE = {
    "a stack": re.compile(
        r"Traceback \(most recent call last\)|File \"[^\"]+\", line \d+|\bline \d+, in \w+"  # Python
        r"|\bat [\w.$<>\[\] ]+\([^()\n]*:\d+(?::\d+)?\)|\bat (?:file:|node:|/)\S+:\d+:\d+"  # Node, Java
        r"|\bat [\w.`<>+]+\([^()\n]*\) in \S+:line \d+"  # .NET
        r"|\bgoroutine \d+ \[|\bpanic: |\.go:\d+"  # Go
        r"|\.php(?::\d+|\(\d+\)| on line \d+)|\.rb:\d+:in\b"  # PHP, Ruby
    ),
    "SQL": re.compile(  # in capitals: in small letters it may be English
        r"\bSELECT\s.{1,600}?\sFROM\b|\bINSERT\s+INTO\b|\bUPDATE\s+\S+\s+SET\b|\bDELETE\s+FROM\b|SQLSTATE|ORA-\d{5}"
        r"|(?i:sqlite3?\.|psycopg|violates \S+ ?\S* constraint|duplicate key value)",
        re.S,
    ),
    "a path of the machine": re.compile(r"(?<![\w:/.])/(?:home|usr|var|etc|root|srv|tmp|Users)/[\w./-]+|[A-Z]:\\+\w"),
    "an exception": re.compile(
        r"\b(?:(?:Key|Type|Value|Attribute|Reference|Runtime)Error|NullPointerException"
        r"|(?:java|javax|org|com|System)\.[\w.]+Exception)\b"
    ),
    "the environment": re.compile(r"\b(?:STRIPE|DATABASE|DB|PG|REDIS|AWS|SECRET)_[A-Z0-9_]+=\S|\bPATH=/"),
    "what is asked of Stripe": re.compile(r"api\.stripe\.com|/v1/(?:payment_intents|payment_methods|customers|subscr)"),
}


def _absent(pattern: re.Pattern[str]) -> str:
    """Return what is true of an answer in which a pattern is not found."""
    flags = f", {int(pattern.flags & (re.I | re.S))}" if pattern.flags & (re.I | re.S) else ""
    return f"re.search({pattern.pattern!r}, everything{flags}) is None"


@check(
    "secret-in-its-place",
    "A client secret, key or token is in no answer but the client secret at its place in the success.",
    "secret.once",
    severity=CRITICAL,
    sample="A 402 carries the intent's client secret.",
)
def secret_in_its_place(x: Exchange) -> list[Wrong] | None:
    """Judge any answer."""
    if x.reply is None:
        return None
    shown = x.shown
    wrong = []
    if SECRET.search(shown):
        proof = f"shows_none_besides(everything, body if status < 300 else None, {x.subject.secret!r})"
        wrong.append(Wrong(f"client secret in {_where(x)}", f"The {x.status} shows a client secret.", "none", proof))
    if API_KEY.search(shown):
        proof = _absent(API_KEY)
        wrong.append(Wrong("API key", f"The {x.status} shows an API key of Stripe's.", "none", proof))
    if x.secret and any(disguise in shown for disguise in _disguises(x.secret)):
        said = f"The {x.status} shows the client secret, or its last part, once more."
        wrong.append(Wrong("disguised", said, "none", _once(x.subject.secret)))
    for text, what in x.memory.canaries.items():
        if what == "a token" and text in shown:
            proof = "not [t for n, t in os.environ.items() if 'TOKEN_' in n and t in everything]"
            proof = f"{text!r} not in everything" if text == NO_TOKEN_OF_ANYBODY else proof
            wrong.append(Wrong("token", f"The {x.status} shows a bearer token.", "none", proof))
            break
        if what == "an API key" and text in shown and not API_KEY.search(shown):
            said = f"The {x.status} shows the API key that Stripe was shown."
            wrong.append(Wrong("API key", said, "none", UNPROVABLE))
    return wrong


def _disguises(secret: str) -> tuple[str, ...]:
    """Return other ways to show a secret: the part that is secret of it, and all of it in base64."""
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
    return secret.rpartition("_secret_")[2] or secret, encoded[:-1]


def _once(member: str | None) -> str:
    """Return what is true of an answer that shows the secret at its place only."""
    return f"everything.count(str(body[{member!r}]).rpartition('_secret_')[2]) == 1"


def _where(x: Exchange) -> str:
    return "a success" if x.ok else "a refusal"


@check(
    "nothing-of-the-inside",
    "No stack, SQL, path of the machine or id of Stripe's objects is in an answer.",
    "refusal.problem",
    severity=HIGH,
    sample="A 409 tells the customer's id at Stripe.",
)
def nothing_of_the_inside(x: Exchange) -> list[Wrong] | None:
    """Judge any answer; the id of a charged intent has a place of its own."""
    if x.reply is None:
        return None
    shown = x.shown
    sent = x.call.body.decode("utf-8", "replace")
    wrong = []
    for what, pattern in INSIDE.items():
        found = pattern.search(shown)
        if found and found.group() not in sent:
            proof = _absent(pattern)
            wrong.append(Wrong(what, f"The {x.status} shows {what}: {found.group()[:60]!r}.", "none", proof))
    for pattern in (INTERNAL_ID, *((INTENT_ID,) if _may_name_no_intent(x) else ())):
        told = next((found.group() for found in pattern.finditer(shown) if found.group() not in sent), None)
        if told:
            said = f"The {x.status} shows an id of Stripe's ({told.partition('_')[0]}_…)."
            wrong.append(Wrong(f"id {told[:3]} in {_where(x)}", said, "none", _absent(pattern)))
    return wrong


def _may_name_no_intent(x: Exchange) -> bool:
    """Whether the intent's id has no place in the answer: in a refusal that is not about an intent that was charged."""
    return x.held.choice and not x.ok and x.code not in ("subscription-not-updated", "payment-outcome-unknown")


@check(
    "free-text-is-not-echoed",
    "A refusal does not repeat a description, an e-mail address or the value of an unknown member.",
    "refusal.echo",
    severity=MEDIUM,
    sample="A 400 repeats the description that was sent.",
    needs=("choice", "texts"),
)
def free_text(x: Exchange) -> list[Wrong] | None:
    """Judge refusals of calls with a text that is found nowhere else; with our choices only."""
    if x.reply is None or x.ok or not x.held.rule("refusal.echo"):
        return None
    repeatable = {**_free_texts(x), **dict(_canaries(x))}
    if not repeatable:
        return None
    shown = x.shown
    return [
        Wrong(what, f"The {x.status} repeats {what}.", "no echo", f"{text!r} not in everything")
        for text, what in repeatable.items()
        if text in shown
    ]


LEAST_ECHO, MOST_ECHO = 10, 24
"""Characters of a text that are looked for: fewer may stand in an answer by chance."""


def _free_texts(x: Exchange) -> dict[str, str]:
    """Return the beginnings of the texts that a call sent, with what each is."""
    roles = {"description": "a description", "receipt_email": "an e-mail address"}
    texts = {role: x.subject.value(x.call.document, role) for role in roles}
    return {
        text[:MOST_ECHO]: roles[role]
        for role, text in texts.items()
        if isinstance(text, str) and len(text) >= LEAST_ECHO and not any(text in example for example in EXAMPLES)
    }


def _canaries(x: Exchange) -> Iterator[tuple[str, str]]:
    sent = _sent(x)
    return ((text, what) for text, what in x.memory.canaries.items() if what in FREE_TEXTS and text in sent)


def _sent(x: Exchange) -> str:
    """Return everything of a request that its client chose."""
    headers = "\n".join(value for _, value in x.call.headers)
    return "\n".join([x.call.target, headers, x.call.body.decode("utf-8", "replace")])


@check(
    "nothing-of-another-request",
    "No answer carries a value of an earlier request, or the e-mail address of a customer.",
    "answer.own",
    severity=CRITICAL,
    sample="A 404 carries the description of the request before it.",
)
def nothing_of_another(x: Exchange) -> list[Wrong] | None:
    """Judge any answer, by canaries: values that stand in some requests and nowhere else."""
    if x.reply is None:
        return None
    shown, sent = x.shown, _sent(x)
    return [
        Wrong(what, f"The {x.status} shows {what} that this request does not have.", "none", _without(text))
        for text, what in x.memory.canaries.items()
        if what not in SECRETS and text not in sent and re.search(_whole(text), shown)
    ]


def _whole(text: str) -> str:
    return rf"\b{re.escape(text)}\b"


def _without(text: str) -> str:
    return f"re.search({_whole(text)!r}, everything) is None"


@check(
    "secret-is-new",
    "Every accepted request gets a client secret that no other got.",
    "request.independent",
    "secret.form",
    severity=CRITICAL,
    sample="Two requests were answered with one client secret.",
    needs=("secret",),
)
def secret_is_new(x: Exchange) -> list[Wrong] | None:
    """Judge answers that have a client secret."""
    if x.secret is None:
        return None
    if x.secret in x.memory.secrets:
        said = "The client secret was answered to an earlier request."
        return [Wrong("again", said, "a secret of its own", "body != answers[-2].body")]
    x.memory.secrets.add(x.secret)
    return []
