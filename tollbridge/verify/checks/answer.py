"""Whether there is an answer, and whether it has the form that the contract documents."""

import re
from typing import Any

from tollbridge.contract import Response, SchemaCheck
from tollbridge.verify.checks.check import CRITICAL, HIGH, MEDIUM, Wrong, check
from tollbridge.verify.exchange import Exchange

PROBLEM = "application/problem+json"
CHARSET = re.compile(r"charset=\"?([^\s;\"]+)", re.I)


def media_type(value: str | None) -> str:
    """Return a Content-Type without its parameters, in lower case."""
    return (value or "").partition(";")[0].strip().lower()


def documented(x: Exchange) -> Response | None:
    """Return what the contract says of the answer's status; None where it says nothing."""
    if x.refused_by_http:
        return None
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
    if x.status < 500 or x.refused_by_http:
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
    if x.reply is None or not x.held.choice or x.refused_by_http:
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
