"""Evidence of one exchange, as plain JSON all the way: the call, the answer, what Stripe was told and what it has.

Stripe's objects and the calls that it was told are documents, as Stripe's API and the control API show them. Scripts of
findings carry parts of this module, so it imports the standard library only and runs on Python 3.9.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

Document = dict[str, Any]
Headers = list[list[str]]

NO_TOKEN_OF_ANYBODY = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmVkLWJ5LW5vYm9keS1hdC1hbGwtMDAwMDAwMDA"  # noqa: S105
"""A token that was never issued; it may be shown."""

TOKEN, API_KEY = "a token", "an API key"
"""The kinds of canaries that are secrets."""

NOT_SIMULATED = 501
"""The status with which the simulator says that it lacks what it was asked for."""

MAX_SECRET = 500
"""Characters of what is taken for a client secret, and remembered of an id."""

MAX_WORDS = 300
"""Characters of what a call asks of Stripe, in words."""

MAX_DEPTH = 100
"""Levels of an answer's JSON; no documented one has more than a few."""


@dataclass(frozen=True)
class Sent:
    """The request.

    Args:
        method: the HTTP method.
        target: the path, with a query where it has one.
        headers: names and values, without Authorization.
        text: the body.
        document: the body's JSON; None also where the body was written by hand.
        account: whose token it carries; None for no token.
        token: which token: `own`, `expired`, `unknown`, …
        note: what is special about it, in words.
    """

    method: str
    target: str
    headers: Headers
    text: str = ""
    document: Any = None
    account: int | None = None
    token: str = "own"  # noqa: S105 - the name of a kind
    note: str = ""

    @property
    def everything(self) -> str:
        """All that its client chose: path, values of headers, body."""
        return "\n".join([self.target, "\n".join(value for _, value in self.headers), self.text])


@dataclass(frozen=True)
class Answer:
    """The answer.

    Args:
        status: the HTTP status.
        headers: names and values, in order, as they came.
        text: the body; what is not UTF-8 in it is replaced.
        unicode: whether all of the body is UTF-8.
    """

    status: int
    headers: Headers
    text: str
    unicode: bool = True

    def header(self, name: str) -> str | None:
        """Return the first header of a name; None without one."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @cached_property
    def document(self) -> Any:
        """The body's JSON; None where the body is something else, or cannot be worked with."""
        try:
            found = json.loads(self.text) if self.unicode else None
            json.dumps(found, ensure_ascii=False).encode()  # fails on a lone surrogate, which no text may hold
        except (ValueError, RecursionError):
            return None
        return found if depth(found) <= MAX_DEPTH else None


def answer_of(status: int, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
    """Return an answer as it came off the wire."""
    text = body.decode("utf-8", "replace")
    # White space around a value is no part of it (RFC 9110, section 5.5).
    return Answer(status, [[name, value.strip(" \t")] for name, value in headers], text, text.encode() == body)


def depth(document: Any) -> int:
    """Return how deep a document is nested."""
    found, level = 0, [document]
    while level:
        found += 1
        nested = [one for one in level if isinstance(one, (dict, list))]
        level = [child for one in nested for child in (one.values() if isinstance(one, dict) else one)]
    return found


@dataclass(frozen=True)
class Known:
    """Facts that earlier exchanges of the run have shown.

    Args:
        canaries: texts that belong into no answer, or only into their own request's, with the kind of each.
        secrets: the client secrets that the target has answered.
        idempotency_keys: those that Stripe was shown, each with the first write that carried it, in words.
        ids: request ids and instances that were answered, each with its name before it.
        served: which tokens were served with a success, each with its account.
    """

    canaries: dict[str, str] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    idempotency_keys: dict[str, str] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    served: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Evidence:
    """The evidence of one exchange.

    Args:
        number: of the exchange in its run.
        sent: the request.
        answer: None where no usable one came.
        broken: how the exchange ended without an answer; None with one.
        calls: what Stripe was told meanwhile, as its record shows it; None where Stripe cannot be seen.
        intents: the payment intents that these calls made, as they are afterwards.
        before: every subscription before the call, by id.
        after: the same afterwards.
        api_keys: the keys that the target has shown to Stripe in these calls.
        faults: what Stripe was told to do wrong, as its control API takes it.
        after_fault: whether a fault of Stripe's was mended just before.
        previous: the exchange before, where the two are compared; None otherwise.
        same: whether the two answers have to be alike.
        equal: whether the two requests are equal.
        together: whether others were under way, so that Stripe's calls cannot be told apart.
        parallel: at the last of requests that were under way together, all of them; empty at others.
        known: from earlier exchanges.
    """

    number: int
    sent: Sent
    answer: Answer | None = None
    broken: str | None = None
    calls: list[Document] | None = None
    intents: list[Document] = field(default_factory=list)
    before: dict[str, Document] = field(default_factory=dict)
    after: dict[str, Document] = field(default_factory=dict)
    api_keys: list[str] = field(default_factory=list)
    faults: list[Document] = field(default_factory=list)
    after_fault: bool = False
    previous: Evidence | None = None
    same: bool = False
    equal: bool = False
    together: bool = False
    parallel: list[Evidence] = field(default_factory=list)
    known: Known = field(default_factory=Known)

    @property
    def status(self) -> int:
        """The HTTP status; 0 without an answer."""
        return self.answer.status if self.answer else 0

    @property
    def ok(self) -> bool:
        """Whether the target says that it did what was asked."""
        return 200 <= self.status < 300

    @property
    def document(self) -> Any:
        """The JSON of the answer; None without any."""
        return self.answer.document if self.answer else None

    @property
    def code(self) -> str | None:
        """The problem's `error_code`; None without one."""
        found = self.document.get("error_code") if isinstance(self.document, dict) else None
        return found if isinstance(found, str) else None

    @property
    def named(self) -> str:
        """The problem's `error_code` in brackets; empty without one."""
        return f" ({self.code})" if self.code else ""

    @property
    def blamed(self) -> set[str]:
        """The places that a problem blames in the contract's way."""
        errors = self.document.get("errors") if isinstance(self.document, dict) else None
        if not isinstance(errors, list) or not all(isinstance(error, dict) for error in errors):
            return set()
        return {str(e.get("pointer") or e.get("header") or e.get("parameter")) for e in errors}

    @property
    def writes(self) -> list[Document]:
        """The calls that were to change something at Stripe."""
        return [call for call in self.calls or () if call["method"] != "GET"]

    @property
    def effects(self) -> list[Document]:
        """The changes that these calls made, in order: `what` happened, and the object's `id`."""
        return [effect for call in self.writes for effect in call["effects"]]

    @property
    def struck(self) -> bool:
        """Whether a fault hit a call of this exchange; one that found no call excuses nothing."""
        return bool(self.faults) and any(call["fault"] for call in self.calls or ())

    @property
    def settled(self) -> bool:
        """Whether there is an answer and Stripe was well: then it is known what a right one is."""
        return self.answer is not None and not self.faults and not self.after_fault

    @property
    def judged(self) -> bool:
        """Whether Stripe's side of this exchange alone is seen."""
        return self.calls is not None and not self.together

    @property
    def plain(self) -> bool:
        """Whether Stripe's side of this exchange alone is seen, and Stripe was well."""
        return self.judged and not self.faults

    @property
    def unsimulated(self) -> bool:
        """Whether Stripe was asked for something that the simulator lacks: nothing else can be judged then."""
        return any(call["status"] == NOT_SIMULATED for call in self.calls or ())

    @property
    def steered(self) -> bool:
        """Whether the target says that it followed a `Prefer` of ours, as a sandbox may: then nothing is judged."""
        asked = any(name.lower() == "prefer" for name, _ in self.sent.headers)
        told = self.answer.headers if self.answer else ()
        return asked and any(name.lower() == "preference-applied" for name, _ in told)


def made_by(calls: list[Document]) -> list[str]:
    """Return the ids of the payment intents that some calls made."""
    effects = [effect for call in calls for effect in call["effects"]]
    return [effect["id"] for effect in effects if effect["what"] == "payment_intent.created"]


def in_words(call: Document) -> str:
    """Return what a call asks of Stripe, as a report shows it."""
    parameters = json.dumps(call["parameters"], sort_keys=True, ensure_ascii=False)
    return f"{call['method']} {call['path']} {parameters}"[:MAX_WORDS]


def texts_of(document: Any) -> Iterator[str]:
    """Yield every text of a document, its escapes read; the names of members too."""
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict):
        for name, value in document.items():
            yield str(name)
            yield from texts_of(value)
    elif isinstance(document, list):
        for item in document:
            yield from texts_of(item)


def own_ids(x: Evidence) -> dict[str, Any]:
    """Return the ids of an answer that no other one may have, by name."""
    if x.answer is None:
        return {}
    ids: dict[str, Any] = {"X-Request-Id": x.answer.header("x-request-id")}
    if media_type(x.answer) == PROBLEM and isinstance(x.document, dict):
        ids["instance"] = x.document.get("instance")
    return {name: value for name, value in ids.items() if value is not None}


def identified(name: str, value: Any) -> str:
    """Return what an id is remembered by: a long one by its hash, as a target says how long it is."""
    text = f"{name} {value}"
    return text if len(text) <= MAX_SECRET else hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


PROBLEM = "application/problem+json"


def media_type(answer: Answer) -> str:
    """Return the Content-Type of an answer without its parameters, in lower case."""
    return (answer.header("content-type") or "").partition(";")[0].strip().lower()


def secret_of(x: Evidence, member: str | None) -> str | None:
    """Return the client secret at its place in a success; None without one.

    Args:
        x: the exchange.
        member: of the answer, that holds it; None where the operation answers none.
    """
    document = x.document if x.ok else None
    found = document.get(member) if isinstance(document, dict) and member else None
    return found if isinstance(found, str) and len(found) <= MAX_SECRET else None


def shown_token(sent: Sent) -> str:
    """Return which token a request shows, in words; empty for none."""
    return "" if sent.account is None else f"{sent.token} of {sent.account}"


def remembered(x: Evidence, member: str | None) -> Known:
    """Return what the run knows after an exchange.

    Args:
        x: the exchange.
        member: of the answer, that holds the client secret; None where the operation answers none.
    """
    known, secret = x.known, secret_of(x, member)
    ids = [identified(name, value) for name, value in own_ids(x).items()]
    keys = {call["idempotency_key"]: f"{in_words(call)} (call {x.number})" for call in x.writes}
    token = shown_token(x.sent) if x.ok else ""
    return replace(
        known,
        canaries={**known.canaries, **dict.fromkeys(x.api_keys, API_KEY)},
        secrets=[*known.secrets, *([secret] if secret else [])],
        idempotency_keys={**{key: told for key, told in keys.items() if key}, **known.idempotency_keys},
        ids=[*known.ids, *ids],
        served=[*known.served, *([token] if token and token not in known.served else [])],
    )
