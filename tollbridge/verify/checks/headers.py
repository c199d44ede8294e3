"""Whether the headers of an answer are there, say what they are for, and name what is its own."""

from __future__ import annotations

import re

from tollbridge.verify.checks.answer import documented, has_documented_form
from tollbridge.verify.checks.conditions import answered, in_any, problems_held, refused, when_decided
from tollbridge.verify.model.check import LOW, Wrong, check
from tollbridge.verify.model.evidence import Evidence, identified, own_ids
from tollbridge.verify.model.expectation import Expectation

CACHE_CONTROL = "cache-control"


def header_chosen(name: str, e: Expectation) -> bool:
    """Tell whether a choice of ours on a documented header is held."""
    return e.terms.chosen("cache.none" if name.lower() == CACHE_CONTROL else "refusal.problem")


def headers_held(_x: Evidence, e: Expectation) -> bool:
    """Tell whether any documented header is held: of an ordinary operation, each."""
    return e.terms.ordinary or e.terms.chosen("cache.none", "refusal.problem")


@check(
    "documented-headers",
    "The answer has the headers that the contract requires for its status.",
    severity=LOW,
    sample="A 401 has no WWW-Authenticate.",
    rules=in_any("cache.none"),
    when=(answered, headers_held),
    needs=("form", "cache.none", "refusal.problem", "headers"),
    ordinary=True,
)
def headers(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge answers whose documented response has headers."""
    response = documented(x, e)
    if x.answer is None or response is None or not response["headers"] or not has_documented_form(x, e):
        return None
    wrong = []
    held = [name for name in response["headers"] if e.terms.ordinary or header_chosen(name, e)]
    for name in held:
        if x.answer.header(name) is None:
            said = f"The {x.status} has no {name}."
            wrong.append(Wrong(f"{name} of {x.status}", said, f"the header {name}", _rules(name)))
    sent = {name.lower(): value for name, value in x.answer.headers}
    for name in held:
        value, right = sent.get(name.lower()), RIGHT.get(name.lower()) if header_chosen(name, e) else None
        if value is not None and right and not re.search(right, value, re.I):
            said = f"{name} of the {x.status} is {value!r}."
            wrong.append(Wrong(f"value of {name}", said, WORDS[name.lower()], _rules(name)))
    return wrong


def _rules(name: str) -> tuple[str, ...]:
    return ("cache.none",) if name.lower() == CACHE_CONTROL else ()


RIGHT = {
    "cache-control": r"\bno-store\b",
    "www-authenticate": r"^bearer\b",
    "retry-after": r"^([1-9][0-9]{0,99}|[a-z]{3}, .{1,99} GMT)$",
    "x-request-id": r"\S",
    "allow": r"^[A-Z]{1,99}( {0,9}, {0,9}[A-Z]{1,99}){0,99}$",
}
"""Forms of header values; Stripe, RFC 9110 and RFC 9111 agree on all of them."""

WORDS = {
    "cache-control": "no-store",
    "www-authenticate": "Bearer, with or without more",
    "retry-after": "seconds from 1 on, or a date",
    "x-request-id": "an id",
    "allow": "methods",
}


def methods_held(_x: Evidence, e: Expectation) -> bool:
    """Tell whether it is held how another method is refused."""
    return e.terms.chosen("path.methods")


@check(
    "allows-what-it-takes",
    "A 405 names in Allow the methods that the path takes, and no others.",
    severity=LOW,
    sample="A 405 for GET says Allow: GET, PUT.",
    rules=when_decided("path.methods"),
    when=(answered, methods_held),
    needs=("path.methods", "headers", "wire"),
)
def allows(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge 405s of another method on the operation's own path; with our choices only."""
    if x.answer is None or x.status != 405:
        return None
    allowed, right = x.answer.header("allow"), {e.terms.method, *e.terms.methods}
    named = {method.strip() for method in (allowed or "").upper().split(",")}
    offered = {"OPTIONS", *(["HEAD"] if "GET" in right else [])}
    if right <= named <= right | offered and x.sent.method not in named:
        return []
    return [Wrong("other methods", f"Allow is {allowed!r}.", ", ".join(sorted(right)))]


@check(
    "answers-have-their-own-ids",
    "Every answer has an X-Request-Id, and every problem an instance, that no other has.",
    severity=LOW,
    sample="Every problem has the instance req-1.",
    rules={"refusal.problem": refused},
    when=(answered, problems_held),
    needs=("refusal.problem", "headers"),
    ordinary=True,
)
def ids_of_their_own(x: Evidence, _e: Expectation) -> list[Wrong]:
    """Judge answers with such an id; with our choices only."""
    wrong = []
    for name, value in own_ids(x).items():
        if not isinstance(value, str) or not value.strip():
            wrong.append(Wrong(f"empty {name}", f"The {name} is empty.", "an id"))
        elif identified(name, value) in x.known.ids:
            said = f"The {name} {value!r} was an earlier answer's."
            wrong.append(Wrong(f"one {name}", said, "another one"))
    return wrong
