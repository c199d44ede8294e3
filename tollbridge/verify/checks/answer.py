"""Whether there is an answer, and whether it has the form that the contract documents."""

import re
from typing import Any

from tollbridge.contract import Response, SchemaCheck
from tollbridge.verify.checks.check import CRITICAL, HIGH, LOW, MEDIUM, Wrong, check
from tollbridge.verify.exchange import Exchange

PROBLEM = "application/problem+json"
CHARSET = re.compile(r"charset=\"?([^\s;\"]+)", re.I)


def media_type(value: str | None) -> str:
    """Return a Content-Type without its parameters, in lower case."""
    return (value or "").partition(";")[0].strip().lower()


def documented(x: Exchange) -> Response | None:
    """Return what the contract says of the answer's status; None where it says nothing."""
    known = x.subject.operation.responses
    return known.get(str(x.status)) or known.get(f"{x.status // 100}XX") or known.get("default")


@check(
    "answers",
    "Every request gets one whole HTTP answer, within the bound.",
    severity=CRITICAL,
    sample="The target closed the connection without an answer.",
    gate=True,
)
def answers(x: Exchange) -> list[Wrong] | None:
    """Judge any exchange without a fault."""
    if x.faults:
        return None
    if x.broken is None:
        return []
    return [Wrong(_kind(x), f"There was no answer: {x.broken}.", "an HTTP answer", "status > 0")]


def _kind(x: Exchange) -> str:
    return f"wire {' '.join(x.expected.codes)}" if x.expected.kind == "wire" else x.expected.kind


@check(
    "no-server-error",
    "Nothing that a client sends, while Stripe is well, is answered with a 5xx.",
    severity=CRITICAL,
    sample="The target answered 500 to a body that is not UTF-8.",
    gate=True,
)
def no_server_error(x: Exchange) -> list[Wrong] | None:
    """Judge any exchange without a fault; the one after a fault is judged by `recovers`."""
    if x.faults or x.after_fault:
        return None
    if x.status < 500:
        return []
    return [Wrong(_kind(x), f"The answer is {x.status}.", "a status below 500", "status < 500")]


def _meant(x: Exchange) -> Response | None:
    """Return the documented response; that of the documented success for another 2xx."""
    response = documented(x)
    return x.subject.operation.responses.get(x.subject.success) if x.ok and response is None else response


def _judges_form(x: Exchange) -> bool:
    """Whether the answer's form is held: a success's always; a refusal's, and the choice of statuses, with `choice`."""
    if x.reply is None:
        return False
    return x.ok or x.held.choice


@check(
    "documented-status",
    "The status is one that the contract documents for the operation.",
    "success.status",
    severity=HIGH,
    sample="The target answered 418, which the contract does not document.",
    gate=True,
    needs=("choice",),
)
def documented_status(x: Exchange) -> list[Wrong] | None:
    """Judge any answer; with our choices only, as which status tells what is one."""
    if x.reply is None or not x.held.choice:
        return None
    if documented(x):
        return []
    known = sorted(int(s) for s in x.subject.operation.responses if s.isdigit())
    return [Wrong(str(x.status), f"The answer is {x.status}.", f"one of {known}", f"status in {known}")]


@check(
    "media-type",
    "The body has the media type that the contract documents for its status.",
    "refusal.problem",
    severity=MEDIUM,
    sample="A 400 came as text/html; application/problem+json is documented.",
    gate=True,
)
def media(x: Exchange) -> list[Wrong] | None:
    """Judge any answer whose documented response has a body; another 2xx as the documented one."""
    response = _meant(x)
    if not _judges_form(x) or response is None or not response.media:
        return None
    sent = (x.reply.header("content-type") if x.reply else None) or ""
    came, known = media_type(sent), sorted(response.media)
    if came in known:
        charset = CHARSET.search(sent)
        if charset is None or charset[1].lower() in ("utf-8", "utf8"):
            return []
        proof = "'utf-8' in headers['content-type'].lower()"
        return [Wrong("charset", f"The {x.status} says charset={charset[1]}.", "UTF-8 (RFC 8259, section 8.1)", proof)]
    proof = f"headers.get('content-type', '').split(';')[0].strip().lower() in {known}"
    kind = "a success" if x.ok else "a refusal"
    return [Wrong(kind, f"The {x.status} came as {came or 'nothing'}.", " or ".join(known), proof)]


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
        )
        for name in response.headers
        if x.reply.header(name) is None
    ]
    sent = {name.lower(): value for name, value in x.reply.headers}
    for name in response.headers:
        value, right = sent.get(name.lower()), RIGHT.get(name.lower())
        if value is not None and right and not re.search(right, value, re.I):
            proof = f"re.search({right!r}, headers[{name.lower()!r}], re.I) is not None"
            wrong.append(
                Wrong(f"value of {name}", f"{name} of the {x.status} is {value!r}.", WORDS[name.lower()], proof)
            )
    return wrong


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
            wrong.append(Wrong(f"one {name}", f"The {name} {value!r} was an earlier answer's.", "another one", "False"))
    return wrong


@check(
    "problem-status",
    "A problem's `status` is the status of the HTTP answer (RFC 9457, section 3.1.2).",
    "refusal.problem",
    severity=MEDIUM,
    sample="An HTTP 404 carries a problem with status 400.",
    optional=True,
)
def problem_status(x: Exchange) -> list[Wrong] | None:
    """Judge any answer that is a problem."""
    if x.reply is None or x.call.verb == "HEAD" or media_type(x.reply.header("content-type")) != PROBLEM:
        return None
    document = x.reply.document
    if not isinstance(document, dict):
        return [Wrong("no object", "The problem is no JSON object.", "an object", "isinstance(body, dict)")]
    said = document.get("status")
    if said is None and not x.held.choice:
        return []
    if said == x.status and not isinstance(said, bool):
        return []
    return [
        Wrong(str(x.status), f"HTTP says {x.status}, the problem {said!r}.", "the same", "body['status'] == status")
    ]


@check(
    "answer-schema",
    "The body fits the schema that the contract documents for its status.",
    "secret.form",
    "refusal.problem",
    severity=HIGH,
    sample="The 200 has no client_secret.",
    gate=True,
)
def schema(x: Exchange) -> list[Wrong] | None:
    """Judge answers whose documented response has a schema for their media type."""
    response = _meant(x)
    if not _judges_form(x) or response is None or x.reply is None or not x.reply.body:
        return None
    found = response.media.get(media_type(x.reply.header("content-type")))
    if found is None:
        return None
    broken = found.violations(x.reply.document)
    wrong = []
    for violation in broken[:3]:
        place = violation.pointer or "#"
        said = f"{place} of the {x.status} breaks the contract ({_members(x.reply.document)})."
        wrong.append(Wrong(f"{x.status} {place}", said, "a body that fits the contract", proof_of(found)))
    return wrong


def _members(document: Any) -> str:
    if not isinstance(document, dict):
        return "it is not an object"
    return f"members: {', '.join(sorted(document)) or 'none'}"


KEYWORDS = (
    "type",
    "enum",
    "pattern",
    "minLength",
    "required",
    "additionalProperties",
    "properties",
    "minItems",
    "items",
    "allOf",
    "anyOf",
)
"""Of JSON Schema, those that a script can judge without a validator."""


def proof_of(found: SchemaCheck) -> str:
    """Return what is true of a body that fits a schema."""
    return f"fits({_bare(found.schema)!r}, body)"


def _bare(schema: Any) -> Any:
    """Return a schema with nothing but what a script judges."""
    if isinstance(schema, list):
        return [_bare(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = [name for name in schema if name in KEYWORDS and name not in ("properties", "enum", "required")]
    bare = {name: _bare(schema[name]) for name in kept}
    bare |= {name: schema[name] for name in ("enum", "required") if name in schema}
    if "properties" in schema:
        bare["properties"] = {name: _bare(member) for name, member in schema["properties"].items()}
    return bare
