"""Words that tell causes apart. They are the same in every run: nothing that a seed, a clock or a random body chooses.

A baseline lets a finding pass by its cause. So a cause says what a person has to mend: the status and the code that
came, the place in the answer, how Stripe was failing or what it refused; and it has no id, no amount and no text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tollbridge.verify.model.evidence import Evidence
from tollbridge.verify.model.expectation import Expectation

WORD = re.compile(r"[A-Za-z]{1,40}(?:[_-][A-Za-z]{1,40}){0,9}")
"""A name that somebody chose for good: a random one has digits, or signs."""


def word(text: object, instead: str = "…") -> str:
    """Return a name, or what stands for any other text."""
    return text if isinstance(text, str) and WORD.fullmatch(text) else instead


def refusal_by_stripe(x: Evidence) -> dict[str, Any] | None:
    """Return the last call that Stripe refused by itself; None where it refused nothing, or cannot be seen."""
    refused = [call for call in x.calls or () if call["status"] >= 400 and not call["fault"]]
    return refused[-1] if refused else None


def of_stripe(x: Evidence) -> str:
    """Return how Stripe refused by itself, as the end of a cause; empty where it did not."""
    call = refusal_by_stripe(x)
    if call is None:
        return ""
    error = call.get("error") or {}
    named = [word(error[name]) for name in ("code", "decline_code", "param") if error.get(name)]
    return " ".join([f" Stripe: {call['method']} {call['route']} {call['status']}", *named])


def told_by_stripe(x: Evidence) -> str:
    """Return what Stripe said to the call that it refused, as a sentence with a space before it; empty for nothing."""
    call = refusal_by_stripe(x)
    if call is None:
        return ""
    error = call.get("error") or {}
    named = " ".join(str(error[name]) for name in ("code", "param") if error.get(name))
    said = f": {error['message']}" if error.get("message") else ""
    return f" Stripe refused {call['method']} {call['path']} with {call['status']} {named}".rstrip() + said


def answered_with(x: Evidence, e: Expectation) -> str:
    """Return which answer came, as a sentence; at an ordinary operation with what was asked, as there are many."""
    if not e.terms.ordinary:
        return f"The answer is {x.status}{x.named}."
    note = f", {x.sent.note}" if x.sent.note else ""
    return f"{x.sent.method} {x.sent.target.partition('?')[0]}{note}: the answer is {x.status}{x.named}."


def status_and_code(x: Evidence) -> str:
    """Return the status that came, with the problem's code."""
    return f"{x.status} {word(x.code)}" if x.code else str(x.status)


def under(x: Evidence) -> str:
    """Return how Stripe was failing, as the end of a cause; empty where it was well."""
    fault = x.faults[0] if x.faults else None
    if fault is None:
        return ""
    return f" while {fault['kind']} at {fault['method'] or 'any'} {fault['path'] or 'call'}"


def known_places(places: Any, e: Expectation) -> str:
    """Return the places that a problem blames, or has to; a name that the contract does not have is one of many."""
    known = {f"#/{member}" for member in e.terms.members.values()} | {"#", e.terms.header or "#"}
    known |= {place for place in e.places if e.terms.ordinary and not place.startswith("#")}  # parameters
    return " ".join(sorted({place if place in known else "#/…" for place in map(str, places)}))


def place_in(x: Evidence, text: str) -> str:
    """Return where an answer has a text: the header, the member of the body, or somewhere in the body."""
    if x.answer is None:
        return "nowhere"
    for name, value in x.answer.headers:
        if text in f"{name}: {value}":
            return f"header {word(name.lower())}"
    return next((place for place, said in _places(x.document, "#") if text in said), "the body")


def _places(document: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield each text of a document with its place; the items of a list have one place, and so have all odd names."""
    if isinstance(document, str):
        yield place, document
    elif isinstance(document, dict):
        for name, value in document.items():
            yield f"a name in {place}", str(name)
            yield from _places(value, f"{place}/{word(name)}")
    elif isinstance(document, list):
        for item in document:
            yield from _places(item, f"{place}/*")
