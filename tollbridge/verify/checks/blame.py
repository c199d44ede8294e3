"""Whether a refusal says what is wrong, all of it, and where."""

from __future__ import annotations

from tollbridge.verify.checks.causes import known_places, status_and_code
from tollbridge.verify.checks.conditions import (
    always,
    answered,
    blames_both,
    in_any,
    not_accepted,
    problems_held,
    refused,
    when_decided,
)
from tollbridge.verify.model.check import LOW, MEDIUM, Wrong, check
from tollbridge.verify.model.evidence import Evidence
from tollbridge.verify.model.expectation import Expectation

MAX_BLAMED = 100
"""Places that a problem has to list; of thousands it may leave out most."""


def blames(x: Evidence, e: Expectation) -> bool:
    """Tell whether a 400 answers a request whose faults are known."""
    return x.settled and e.terms.chosen("refusal.complete") and x.status == 400 and bool(e.places)


@check(
    "blames-the-right-field",
    "No field is blamed that is not wrong.",
    severity=MEDIUM,
    sample="An amount below its currency's minimum is blamed on #/currency.",
    rules={
        **in_any("refusal.complete"),
        "amount.alone": blames_both,
        **when_decided("amount.minimum", "amount.step"),
    },
    when=(blames,),
    needs=("refusal.complete",),
    decided=always,
    ordinary=True,
)
def blames_right(x: Evidence, e: Expectation) -> list[Wrong]:
    """Judge 400s of calls whose faults are known."""
    right = ", ".join(e.places)
    wrong = f" for {known_places(e.places, e)}"
    return [
        Wrong(known_places([place], e) + wrong, f"{place} is blamed.", f"only {right}")
        for place in sorted(x.blamed - set(e.places))
    ]


@check(
    "reports-all-violations",
    "Every field that is wrong is blamed, in one answer.",
    severity=MEDIUM,
    sample="Amount and currency are wrong; only #/amount is told.",
    rules=in_any("refusal.complete"),
    when=(blames,),
    needs=("refusal.complete",),
    ordinary=True,
)
def reports_all(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge 400s of calls whose faults are known, and not too many."""
    if len(e.places) > MAX_BLAMED:
        return None
    missing = sorted(set(e.places) - x.blamed)
    if not missing:
        return []
    several = " of several" if len(e.places) > 1 else ""
    return [Wrong(f"{known_places(missing, e)}{several}", f"{', '.join(missing)}: not blamed.", ", ".join(e.places))]


@check(
    "helps",
    "A problem says in words what is wrong, each violation too, and does not say the same of every fault.",
    severity=LOW,
    sample="The detail of a violation is empty.",
    rules={"refusal.problem": refused},
    when=(answered, problems_held, not_accepted),
    needs=("refusal.problem",),
    ordinary=True,
)
def helps(x: Evidence, e: Expectation) -> list[Wrong] | None:
    """Judge problems; with our choices only."""
    document = x.document
    if not isinstance(document, dict) or "detail" not in document:
        return None
    wrong = []
    if not _is_words(document["detail"]):
        said = f"The detail of the {x.status} is {document['detail']!r}."
        wrong.append(Wrong(f"no words in {status_and_code(x)}", said, "a sentence"))
    if not str(document.get("type", "x")).strip() or " " in str(document.get("type")):
        wrong.append(Wrong(f"type of {status_and_code(x)}", "The type is no URI reference.", "a URI reference"))
    errors = document.get("errors")
    details = [error.get("detail") for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    if not all(map(_is_words, details)):
        wrong.append(Wrong("empty", "A violation has no words.", "a sentence for each"))
    if blames(x, e) and len(e.places) > 1 and len(details) > 1 and len(set(map(str, details))) == 1:
        wrong.append(Wrong("one for all", "Each violation says the same.", "a sentence for each"))
    return wrong


def _is_words(text: object) -> bool:
    return isinstance(text, str) and len(text.split()) > 1
