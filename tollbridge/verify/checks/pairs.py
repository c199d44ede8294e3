"""Whether two answers are alike that have to be: to equal requests, and to what is foreign and what is not there."""

from __future__ import annotations

import json
import re
from typing import Any

from tollbridge.verify.checks.conditions import answered, deciding_choice_held, in_any, when_decided
from tollbridge.verify.model.check import HIGH, Wrong, check
from tollbridge.verify.model.evidence import Answer, Evidence
from tollbridge.verify.model.expectation import Expectation

VARIES = re.compile(r"[0-9a-fA-F-]{16,}|req[-_][A-Za-z0-9]+|\b[0-9A-HJKMNP-TV-Z]{26}\b|\d+")
"""Texts that differ from answer to answer: ids of many forms, times and numbers."""

OF_ITS_OWN = ("date", "content-length", "x-request-id", "age", "etag", "server-timing", "keep-alive")
"""Headers whose values differ rightly from answer to answer."""


def repeats_held(_x: Evidence, e: Expectation) -> bool:
    """Tell whether it is held that a request which is sent twice is two."""
    return e.terms.chosen("request.independent")


@check(
    "equal-verdicts",
    "Equal requests get equal verdicts, and two intents.",
    severity=HIGH,
    sample="The second of two equal requests was answered with the first one's secret.",
    rules=in_any("request.independent"),
    when=(answered, repeats_held),
    needs=("request.independent",),
)
def equal_verdicts(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge the second of two equal calls."""
    if not x.equal or x.previous is None or x.previous.answer is None:
        return None
    first = (x.previous.status, x.previous.code)
    if (x.status, x.code) == first:
        return []
    cause = f"{e.kind}: {first[0]}, then {x.status}"
    return [Wrong(cause, f"The second answer is {x.status}{x.named}, the first was {first[0]}.", "the same")]


@check(
    "indistinguishable",
    "What belongs to somebody else is answered as what does not exist.",
    severity=HIGH,
    sample="A foreign payment method gets 403, an unknown one 404.",
    rules=when_decided("method.owner", "organization.unknown"),
    when=(answered, deciding_choice_held),
    needs=("foreign", "method.owner", "organization.unknown"),
)
def indistinguishable(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge the second of two calls, one for what is foreign, one for what is not there; with our choices only."""
    if not x.same or x.answer is None or x.previous is None or x.previous.answer is None or e.previous is None:
        return None
    if e.kind != "refused" or e.previous.kind != "refused":
        return None
    first, second = shown_to_anybody(x.previous, x.previous.answer), shown_to_anybody(x, x.answer)
    if first == second:
        return []
    what = "status" if first[0] != second[0] else "headers" if first[1] != second[1] else "body"
    expected = "answers that differ in nothing but the id that was sent, and the request's own id"
    said = f"The {what} tells what is foreign ({x.previous.status}) from what is not there ({x.status})."
    cause = f"{what} {' '.join(e.codes)}: {x.previous.status} and {x.status}"
    return [Wrong(cause, said, expected)]


def shown_to_anybody(x: Evidence, answer: Answer) -> tuple[int, list[str], str]:
    """Return an answer without what differs rightly: ids that were sent, the request's id, the date."""
    text = answer.text
    for sent in _sent_ids(x):
        text = re.sub(rf"\b{re.escape(sent)}\b", "…", text)
    try:
        document: Any = json.loads(text)
        if isinstance(document, dict):
            document.pop("instance", None)
        text = json.dumps(document, sort_keys=True)
    except (ValueError, RecursionError):
        pass  # it is compared as text
    body = VARIES.sub("…", text)
    headers = ((name.lower(), VARIES.sub("…", value)) for name, value in answer.headers)
    return answer.status, sorted(f"{name}: {'' if name in OF_ITS_OWN else value}" for name, value in headers), body


def _sent_ids(x: Evidence) -> list[str]:
    values = [str(v) for v in x.sent.document.values()] if isinstance(x.sent.document, dict) else []
    return [value for value in [*values, *(v for _, v in x.sent.headers)] if value.isdigit()]
