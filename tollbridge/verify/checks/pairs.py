"""Whether two answers are alike that have to be: to equal requests, and to what is foreign and what is not there."""

import json
import re
from typing import Any

from tollbridge.verify.checks.check import HIGH, Wrong, check
from tollbridge.verify.exchange import Exchange

VARIES = re.compile(r"[0-9a-fA-F-]{16,}|req[-_][A-Za-z0-9]+|\b[0-9A-HJKMNP-TV-Z]{26}\b|\d+")
"""What differs from answer to answer: ids of many forms, times and numbers."""


OF_ITS_OWN = ("date", "content-length", "x-request-id", "age", "etag", "server-timing", "keep-alive")
"""Headers whose values differ rightly from answer to answer."""


@check(
    "equal-verdicts",
    "Equal requests get equal verdicts, and two intents.",
    "request.independent",
    severity=HIGH,
    sample="The second of two equal requests was answered with the first one's secret.",
)
def equal_verdicts(x: Exchange) -> list[Wrong] | None:
    """Judge the second of two equal calls."""
    if not x.equal or x.previous is None or x.reply is None or x.previous.reply is None:
        return None
    first = (x.previous.status, x.previous.code)
    if (x.status, x.code) != first:
        said = f"The second answer is {x.status}{x.named}, the first was {first[0]}."
        return [Wrong(x.expected.kind, said, "the same", "answers[-1].status == answers[-2].status")]
    return []


@check(
    "indistinguishable",
    "What belongs to somebody else is answered as what does not exist.",
    "method.owner",
    "organization.unknown",
    severity=HIGH,
    sample="A foreign payment method gets 403, an unknown one 404.",
    needs=("foreign", "choice"),
)
def indistinguishable(x: Exchange) -> list[Wrong] | None:
    """Judge the second of two calls, one for what is foreign, one for what is not there; with our choices only."""
    if not x.held.choice or not x.same or x.previous is None or x.reply is None or x.previous.reply is None:
        return None
    if x.expected.kind != "refused" or x.previous.expected.kind != "refused":
        return None
    first, second = _seen(x.previous), _seen(x)
    if first == second:
        return []
    what = "status" if first[0] != second[0] else "headers" if first[1] != second[1] else "body"
    expected = "answers that differ in nothing but the id that was sent, and the request's own id"
    said = f"The {what} tells what is foreign ({x.previous.status}) from what is not there ({x.status})."
    return [Wrong(f"{what} {' '.join(sorted(x.expected.codes))}", said, expected, "alike(answers[-2], answers[-1])")]


def _seen(x: Exchange) -> tuple[int, tuple[str, ...], Any]:
    """Return an answer without what differs rightly: ids that were sent, the request's id, the date."""
    assert x.reply is not None
    text = x.reply.text
    for sent in _sent_ids(x):
        text = re.sub(rf"\b{re.escape(sent)}\b", "…", text)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = text
    if isinstance(document, dict):
        document.pop("instance", None)
    body = VARIES.sub("…", json.dumps(document, sort_keys=True))
    headers = ((name.lower(), VARIES.sub("…", value)) for name, value in x.reply.headers)
    names = sorted(f"{name}: {'' if name in OF_ITS_OWN else value}" for name, value in headers)
    return x.status, tuple(names), body


def _sent_ids(x: Exchange) -> list[str]:
    values = [str(v) for v in (x.call.document or {}).values()] if isinstance(x.call.document, dict) else []
    return [value for value in [*values, *(v for _, v in x.call.headers)] if value.isdigit()]
