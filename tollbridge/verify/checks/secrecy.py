"""Whether an answer tells what is not for its reader."""

import re

from tollbridge.verify.calls import NO_TOKEN_OF_ANYBODY
from tollbridge.verify.checks.check import CRITICAL, HIGH, MEDIUM, Wrong, check
from tollbridge.verify.exchange import Exchange

FREE_TEXTS = ("a description", "an e-mail address", "the value of an unknown member")
SECRETS = ("a token", "an API key")
UNPROVABLE = "False"
SECRET = re.compile(r"(?:pi|seti)_[A-Za-z0-9]+_secret_[A-Za-z0-9]+")
API_KEY = re.compile(r"\b[sr]k_(?:test|live)_[A-Za-z0-9]{4,}")
INTERNAL_ID = re.compile(r"\b(?:cus|pm|sub|acct|ch|req)_[A-Za-z0-9]{8,}")
INSIDE = {
    "a stack": re.compile(
        r"Traceback \(most recent call last\)|\n\s+at [\w.$<>]+ ?\(|File \"[^\"]+\", line \d+|\.go:\d+ \+0x"
    ),
    "SQL": re.compile(
        r"\bSELECT\s.{1,80}\sFROM\b|\bINSERT\s+INTO\b|\bUPDATE\s+\w+\s+SET\b|sqlite3?\.|psycopg|SQLSTATE|ORA-\d{5}",
        re.I,
    ),
    "a path of the machine": re.compile(
        r"(?<![\w:/.])/(?:home|usr|var|opt|etc|root|srv|app|tmp|work|Users)/[\w./-]+|[A-Z]:\\\\\w"
    ),
    "an exception": re.compile(r"\b(?:KeyError|TypeError|ValueError|AttributeError|NullPointerException|TypeError)\b"),
}


def _absent(pattern: re.Pattern[str]) -> str:
    """Return what is true of an answer in which a pattern is not found."""
    return f"re.search({pattern.pattern!r}, everything{', re.I' if pattern.flags & re.I else ''}) is None"


def _shown(x: Exchange) -> str:
    """Return everything of an answer that a client sees, without the secret at its place."""
    if x.reply is None:
        return ""
    text = x.reply.text
    if x.secret:
        text = text.replace(x.secret, "", 1)
    return "\n".join([*(f"{name}: {value}" for name, value in x.reply.headers), text])


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
    shown = _shown(x)
    wrong = []
    if SECRET.search(shown):
        proof = f"shows_none_besides(everything, body if status < 300 else None, {x.subject.secret!r})"
        wrong.append(Wrong(f"client secret in {_where(x)}", f"The {x.status} shows a client secret.", "none", proof))
    if API_KEY.search(shown):
        proof = _absent(API_KEY)
        wrong.append(Wrong("API key", f"The {x.status} shows an API key of Stripe's.", "none", proof))
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
    shown = _shown(x)
    sent = x.call.body.decode("utf-8", "replace")
    wrong = []
    for what, pattern in INSIDE.items():
        found = pattern.search(shown)
        if found and found.group() not in sent:
            proof = _absent(pattern)
            wrong.append(Wrong(what, f"The {x.status} shows {what}: {found.group()[:60]!r}.", "none", proof))
    internal = INTERNAL_ID.search(shown)
    if internal and internal.group() not in sent and not internal.group().startswith("req_"):
        proof = _absent(INTERNAL_ID)
        said = f"The {x.status} shows an id of Stripe's ({internal.group().partition('_')[0]}_…)."
        wrong.append(Wrong(f"id {internal.group()[:3]} in {_where(x)}", said, "none", proof))
    return wrong


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
    canaries = [text for text, what in x.memory.canaries.items() if what in FREE_TEXTS and text in _sent(x)]
    if not canaries:
        return None
    shown = _shown(x)
    return [
        Wrong(
            x.memory.canaries[text],
            f"The {x.status} repeats {x.memory.canaries[text]}.",
            "no echo",
            f"{text!r} not in everything",
        )
        for text in canaries
        if text in shown
    ]


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
    shown, sent = _shown(x), _sent(x)
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
