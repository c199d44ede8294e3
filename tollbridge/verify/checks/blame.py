"""Whether a refusal says what is wrong, all of it, and where."""

from tollbridge.verify.checks.check import LOW, MEDIUM, Wrong, check
from tollbridge.verify.exchange import Exchange

BLAMED = "{e.get('pointer') or e.get('header') or e.get('parameter') for e in body.get('errors', ())}"


MOST_BLAMED = 100
"""Places that a problem has to list; of thousands it may leave out most."""


def _blames(x: Exchange) -> bool:
    return x.settled and x.held.choice and x.status == 400 and bool(x.expected.places)


@check(
    "blames-the-right-field",
    "No field is blamed that is not wrong.",
    "refusal.complete",
    "amount.alone",
    "amount.minimum",
    "amount.step",
    severity=MEDIUM,
    sample="An amount below its currency's minimum is blamed on #/currency.",
    needs=("choice",),
)
def blames_right(x: Exchange) -> list[Wrong] | None:
    """Judge 400s of calls whose faults are known."""
    if not _blames(x):
        return None
    blamed = x.blamed
    right = sorted(x.expected.places)
    return [
        Wrong(
            place,
            f"{place} is blamed.",
            f"only {', '.join(right)}",
            f"{BLAMED} <= set({right})",
        )
        for place in sorted(blamed - x.expected.places)
    ]


@check(
    "reports-all-violations",
    "Every field that is wrong is blamed, in one answer.",
    "refusal.complete",
    severity=MEDIUM,
    sample="Amount and currency are wrong; only #/amount is told.",
    needs=("choice",),
)
def reports_all(x: Exchange) -> list[Wrong] | None:
    """Judge 400s of calls whose faults are known, and not too many."""
    if not _blames(x) or len(x.expected.places) > MOST_BLAMED:
        return None
    missing = sorted(x.expected.places - x.blamed)
    right = sorted(x.expected.places)
    if not missing:
        return []
    cause, said = "one of several" if len(right) > 1 else missing[0], f"{', '.join(missing)}: not blamed."
    return [Wrong(cause, said, ", ".join(right), f"{BLAMED} >= set({right})")]


@check(
    "helps",
    "A problem says in words what is wrong, each violation too, and does not say the same of every fault.",
    "refusal.problem",
    severity=LOW,
    sample="The detail of a violation is empty.",
    needs=("choice",),
)
def helps(x: Exchange) -> list[Wrong] | None:
    """Judge problems; with our choices only."""
    document = x.reply.document if x.reply else None
    if not x.held.choice or x.ok or not isinstance(document, dict) or "detail" not in document:
        return None
    wrong = []
    if not _is_words(document["detail"]):
        proof = "len(str(body.get('detail') or '').split()) > 1"
        wrong.append(Wrong("no words", f"The detail of the {x.status} is {document['detail']!r}.", "a sentence", proof))
    if not str(document.get("type", "x")).strip() or " " in str(document.get("type")):
        wrong.append(Wrong("type", "The type is no URI reference.", "a URI reference", "' ' not in body['type'] != ''"))
    errors = document.get("errors")
    details = [error.get("detail") for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    if not all(map(_is_words, details)):
        proof = "all(len(str(e.get('detail') or '').split()) > 1 for e in body['errors'])"
        wrong.append(Wrong("empty", "A violation has no words.", "a sentence for each", proof))
    if _blames(x) and len(x.expected.places) > 1 and len(details) > 1 and len(set(map(str, details))) == 1:
        proof = "len({e['detail'] for e in body['errors']}) > 1"
        wrong.append(Wrong("one for all", "Each violation says the same.", "a sentence for each", proof))
    return wrong


def _is_words(text: object) -> bool:
    return isinstance(text, str) and len(text.split()) > 1
