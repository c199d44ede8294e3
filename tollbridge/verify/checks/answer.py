"""Whether there is an answer, and whether it has the form that the contract documents."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from tollbridge.verify.checks.causes import answered_with, of_stripe, status_and_code, told_by_stripe, word
from tollbridge.verify.checks.conditions import (
    answered,
    expects_success,
    in_any,
    no_fault,
    no_fault_before,
    refused,
)
from tollbridge.verify.model.check import CRITICAL, HIGH, MEDIUM, Wrong, check
from tollbridge.verify.model.evidence import PROBLEM, Evidence, media_type
from tollbridge.verify.model.expectation import Expectation

CHARSET = re.compile(r"charset=\"?([^\s;\"]{1,100})", re.I)
FRAGMENT = "/~!$&'()*+,;=:@-._?"
"""Characters that the fragment of a URI holds unescaped (RFC 3986, section 3.5)."""


def refused_by_http(x: Evidence, e: Expectation) -> bool:
    """Tell whether HTTP itself was right to refuse the request: what serves HTTP knows no contract and no problems."""
    return e.by_http and x.status in e.statuses


def documented(x: Evidence, e: Expectation) -> dict[str, Any] | None:
    """Return what the contract says of the answer's status; None where it says nothing."""
    if refused_by_http(x, e):
        return None
    known = e.terms.responses
    return known.get(str(x.status)) or known.get(f"{x.status // 100}XX") or known.get("default")


@check(
    "answers",
    "Every request gets one whole HTTP answer, within the bound.",
    severity=CRITICAL,
    sample="The target closed the connection without an answer.",
    when=(no_fault,),
    gate=True,
    ordinary=True,
)
def answers(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge any exchange without a fault."""
    if x.broken is None:
        return []
    said = f"There was no answer: {x.broken}.{told_by_stripe(x)}"
    return [Wrong(f"{row_or_kind(e)}{of_stripe(x)}", said, "an HTTP answer")]


def row_or_kind(e: Expectation) -> str:
    """Return the kind of what is right; of a row of the strict-wire table with the code that it has to get."""
    return f"wire {' '.join(e.codes)}" if e.kind == "wire" else e.kind


@check(
    "no-server-error",
    "Nothing that a client sends, while Stripe is well, is answered with a 5xx.",
    severity=CRITICAL,
    sample="The target answered 500 to a body that is not UTF-8.",
    when=(no_fault, no_fault_before),  # the exchange after a fault is judged by `recovers`
    gate=True,
    ordinary=True,
)
def no_server_error(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge any exchange without a fault in it or before it."""
    if x.status < 500 or refused_by_http(x, e):
        return []
    cause = f"{row_or_kind(e)}: {status_and_code(x)}{of_stripe(x)}"
    return [Wrong(cause, f"{answered_with(x, e)}{told_by_stripe(x)}", "a status below 500")]


def has_documented_form(x: Evidence, e: Expectation) -> bool:
    """Tell whether the answer's form is held: a success's always; a refusal's where the contract's word on it is."""
    return x.answer is not None and (x.ok or e.terms.refusals) and not is_elsewhere(e)


def is_elsewhere(e: Expectation) -> bool:
    """Tell whether the request may never reach its ordinary operation, so that its form says nothing of the answer."""
    return e.terms.ordinary and e.by_http


def has_documented_status(x: Evidence, e: Expectation) -> bool:
    """Tell whether it is held which statuses there are: of what does something at Stripe, that is a choice of ours."""
    return e.terms.ordinary or e.terms.chosen("success.status" if x.ok else "refusal.problem")


def response_of(x: Evidence, e: Expectation) -> dict[str, Any] | None:
    """Return the documented response; for an undocumented 2xx that of the documented success."""
    response = documented(x, e)
    return e.terms.responses.get(e.terms.success) if x.ok and response is None else response


@check(
    "documented-status",
    "The status is one that the contract documents for the operation.",
    severity=HIGH,
    sample="The target answered 418, which the contract does not document.",
    rules={"success.status": expects_success},
    when=(answered, has_documented_status),
    gate=True,
    needs=("form", "success.status", "refusal.problem"),
    ordinary=True,
)
def documented_status(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge any answer but what HTTP itself refuses, and what else may refuse a call of an ordinary operation."""
    if refused_by_http(x, e) or is_elsewhere(e):
        return None
    if documented(x, e):
        return []
    if e.terms.ordinary and 400 <= x.status < 500 and x.status in e.statuses:
        return None  # few contracts document each refusal, and those that every server has least of all
    known = ", ".join(sorted(e.terms.responses)) or "none: the contract documents no response"
    cause = f"{row_or_kind(e)}: {status_and_code(x)}{of_stripe(x)}"
    return [Wrong(cause, f"{answered_with(x, e)}{told_by_stripe(x)}", f"one of {known}")]


@check(
    "media-type",
    "The body has the media type that the contract documents for its status.",
    severity=MEDIUM,
    sample="A 400 came as text/html; application/problem+json is documented.",
    rules={"refusal.problem": refused},
    when=(has_documented_form,),
    gate=True,
    ordinary=True,
)
def media(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge any answer whose documented response has a body."""
    response = response_of(x, e)
    if response is None or not response["media"] or x.answer is None or x.sent.method == "HEAD":
        return None
    came, known = media_type(x.answer), sorted(response["media"])
    if documented_media(response, came) is not None:
        charset = CHARSET.search(x.answer.header("content-type") or "")
        if charset is None or charset[1].lower() in ("utf-8", "utf8") or not came.endswith("json"):
            return []
        return [
            Wrong(
                f"charset of {x.status}", f"The {x.status} says charset={charset[1]}.", "UTF-8 (RFC 8259, section 8.1)"
            )
        ]
    kind = " ".join(map(word, came.split("/")))
    return [Wrong(f"{x.status} {kind}", f"The {x.status} came as {came or 'nothing'}.", " or ".join(known))]


def documented_media(response: dict[str, Any], came: str) -> Any:
    """Return the schema for the media type of an answer, of the key that fits it best; None where none does."""
    known = {name.partition(";")[0].strip().lower(): found for name, found in response["media"].items()}
    wide = [came, f"{came.partition('/')[0]}/*", "*/*"]
    return next((known[name] for name in wide if name in known), None) if came else None


@check(
    "problem-status",
    "A problem's `status` is the status of the HTTP answer (RFC 9457, section 3.1.2).",
    severity=MEDIUM,
    sample="An HTTP 404 carries a problem with status 400.",
    when=(answered,),
    optional=True,
    ordinary=True,
)
def problem_status(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge any answer that is a problem."""
    if x.answer is None or x.sent.method == "HEAD" or media_type(x.answer) != PROBLEM:
        return None
    if not isinstance(x.document, dict):
        return [Wrong(f"{x.status} no object", "The problem is no JSON object.", "an object")]
    said = x.document.get("status")
    if said is None and not e.terms.chosen("refusal.problem"):
        return []
    if said == x.status and not isinstance(said, bool):
        return []
    return [Wrong(str(x.status), f"HTTP says {x.status}, the problem {said!r}.", "the same")]


@check(
    "answer-schema",
    "The body fits the schema that the contract documents for its status.",
    severity=HIGH,
    sample="The 200 has no client_secret.",
    rules={**in_any("secret.form"), "refusal.problem": refused},
    when=(has_documented_form,),
    gate=True,
    ordinary=True,
)
def schema(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge answers whose documented response has a schema for their media type."""
    response = response_of(x, e)
    if response is None or x.answer is None or not x.answer.text:
        return None
    found = documented_media(response, media_type(x.answer))
    if found is None or not media_type(x.answer).endswith("json"):
        return None
    wrong = []
    for place in violated(json.dumps(found), x.document)[:3]:
        said = f"{place} of the {x.status} breaks the contract ({_members(x.document)})."
        anywhere = re.sub(r"/\d+", "/*", place)
        wrong.append(Wrong(f"{x.status} {anywhere}", said, "a body that fits the contract"))
    return wrong


def violated(written: str, document: Any) -> list[str]:
    """Return the places of a document that break a JSON Schema, each once."""
    places: dict[str, None] = {}
    for error in validator(written).iter_errors(document):
        names = getattr(error.kind, "unexpected", None) or [getattr(error.kind, "property", None)]
        for name in names:
            steps = [*error.instance_path, *([] if name is None else [name])]
            places[pointer(steps)] = None
    return sorted(places)


@lru_cache(maxsize=64)
def validator(written: str) -> Any:
    """Return a compiled JSON Schema, of Draft 4 where it does not say another dialect."""
    import jsonschema_rs  # only this check needs it

    schema = json.loads(written)
    validators = jsonschema_rs.Draft4Validator, jsonschema_rs.Draft202012Validator
    return validators["$schema" in schema](schema, offline=True)  # evidence may be somebody else's


def pointer(steps: list[Any]) -> str:
    """Return the JSON Pointer to a place, as the fragment of a URI (RFC 6901, section 6)."""
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return "#" + "".join("/" + quote(step, safe=FRAGMENT, errors="surrogatepass") for step in escaped)


def _members(document: Any) -> str:
    if not isinstance(document, dict):
        return "it is not an object"
    return f"members: {', '.join(sorted(document)) or 'none'}"
