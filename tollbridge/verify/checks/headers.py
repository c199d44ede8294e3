"""Whether the headers of an answer are there, say what they are for, and name what is its own."""

import re

from tollbridge.verify.checks.answer import PROBLEM, documented, media_type
from tollbridge.verify.checks.check import LOW, UNPROVABLE, Wrong, check
from tollbridge.verify.exchange import Exchange


@check(
    "documented-headers",
    "The answer has the headers that the contract requires for its status.",
    "cache.none",
    severity=LOW,
    sample="A 401 has no WWW-Authenticate.",
    needs=("choice", "headers"),
)
def headers(x: Exchange) -> list[Wrong] | None:
    """Judge answers whose documented response has headers; with our choices only."""
    response = documented(x)
    if not x.held.choice or x.reply is None or response is None or not response.headers:
        return None
    wrong = [
        Wrong(
            f"{name} of {x.status}",
            f"The {x.status} has no {name}.",
            f"the header {name}",
            f"{name.lower()!r} in headers",
            _rules(name),
        )
        for name in response.headers
        if x.reply.header(name) is None
    ]
    sent = {name.lower(): value for name, value in x.reply.headers}
    for name in response.headers:
        value, right = sent.get(name.lower()), RIGHT.get(name.lower())
        if value is not None and right and not re.search(right, value, re.I):
            proof = f"re.search({right!r}, headers[{name.lower()!r}], re.I) is not None"
            said = f"{name} of the {x.status} is {value!r}."
            wrong.append(Wrong(f"value of {name}", said, WORDS[name.lower()], proof, _rules(name)))
    return wrong


def _rules(name: str) -> tuple[str, ...]:
    return ("cache.none",) if name.lower() == "cache-control" else ()


RIGHT = {
    "cache-control": r"\bno-store\b",
    "www-authenticate": r"^bearer\b",
    "retry-after": r"^([1-9][0-9]*|[a-z]{3}, .* GMT)$",
    "x-request-id": r"\S",
    "allow": r"^[A-Z]+( *, *[A-Z]+)*$",
}
"""What the value of a header has to look like; Stripe, RFC 9110 and RFC 9111 say the same of all of them."""

WORDS = {
    "cache-control": "no-store",
    "www-authenticate": "Bearer, with or without more",
    "retry-after": "seconds from 1 on, or a date",
    "x-request-id": "an id",
    "allow": "methods",
}


@check(
    "allows-what-it-takes",
    "A 405 names in Allow the methods that the path takes, and no others.",
    "path.methods",
    severity=LOW,
    sample="A 405 for GET says Allow: GET, PUT.",
    needs=("choice", "headers", "wire"),
)
def allows(x: Exchange) -> list[Wrong] | None:
    """Judge 405s of another method on the operation's own path; with our choices only."""
    if not x.held.choice or x.reply is None or x.status != 405:
        return None
    named = {method.strip() for method in (x.reply.header("allow") or "").upper().split(",")}
    right = x.subject.operation.method.upper()
    if right in named and x.call.verb not in named and named <= {right, "OPTIONS"}:
        return []
    said = f"Allow is {x.reply.header('allow')!r}."
    return [
        Wrong(
            "other methods", said, right, f"{right!r} in headers['allow'] and {x.call.verb!r} not in headers['allow']"
        )
    ]


@check(
    "answers-have-their-own-ids",
    "Every answer has an X-Request-Id, and every problem an instance, that no other has.",
    "refusal.problem",
    severity=LOW,
    sample="Every problem has the instance req-1.",
    needs=("choice", "headers"),
)
def own_ids(x: Exchange) -> list[Wrong] | None:
    """Judge answers with such an id; with our choices only."""
    if not x.held.choice or x.reply is None:
        return None
    document = x.reply.document
    ids = {"X-Request-Id": x.reply.header("x-request-id")}
    if media_type(x.reply.header("content-type")) == PROBLEM and isinstance(document, dict):
        ids["instance"] = document.get("instance")
    wrong = []
    for name, value in ids.items():
        if value is None:
            continue
        if not isinstance(value, str) or not value.strip():
            place = f"headers.get({name.lower()!r})" if name != "instance" else "body['instance']"
            wrong.append(Wrong(f"empty {name}", f"The {name} is empty.", "an id", f"bool(str({place}).strip())"))
        elif x.memory.ids.setdefault(f"{name} {value}", x.number) != x.number:
            wrong.append(
                Wrong(f"one {name}", f"The {name} {value!r} was an earlier answer's.", "another one", UNPROVABLE)
            )
    return wrong
