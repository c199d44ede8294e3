"""Whether the target accepts what is right, refuses what is wrong, and says what and where."""

import json
import re
from typing import Any

from tollbridge.verify.checks.check import CRITICAL, HIGH, LOW, MEDIUM, Wrong, check
from tollbridge.verify.exchange import Exchange

VARIES = re.compile(r"[0-9a-fA-F-]{16,}|req[-_][A-Za-z0-9]+")


def _settled(x: Exchange) -> bool:
    """Whether what a right answer is, is known, and the answer is there to compare."""
    return x.reply is not None and not x.faults and not x.after_fault


def _wrong_status(x: Exchange, cause: str) -> list[Wrong]:
    """Return what is wrong with a refusal's status and code."""
    statuses, codes = sorted(x.expected.statuses), sorted(x.expected.codes)
    exact = x.held.choice or x.expected.kind in ("declined", "token")
    if not exact:
        fine, expected, proof = 400 <= x.status < 500, "a refusal (4xx)", "400 <= status < 500"
    else:
        fine = x.status in statuses
        expected, proof = " or ".join(map(str, statuses)), f"status in {statuses}"
    if not fine:
        return [Wrong(f"{cause}: {x.status}", f"The answer is {x.status}{_named(x)}.", expected, proof)]
    if codes and x.code not in codes and _judges_code(x):
        said = f"The error_code is {x.code!r}."
        return [Wrong(f"{cause}: code", said, " or ".join(codes), f"body['error_code'] in {codes}")]
    return []


def _judges_code(x: Exchange) -> bool:
    """Whether the error_code is held: ours is a choice, the card's is the provider's, on problems that have one."""
    return x.held.choice or (x.expected.kind == "declined" and x.code is not None)


def _named(x: Exchange) -> str:
    return f" ({x.code})" if x.code else ""


@check(
    "accepts-valid",
    "A request that fits the contract, of who may act, on what is there, is accepted.",
    "success.status",
    "currency.supported",
    "currency.list",
    "amount.digits",
    "amount.positive",
    "roles.all",
    "path.exact",
    "organization.own",
    "organization.global",
    "method.upsert",
    "token.optional",
    severity=HIGH,
    sample="The target answered 400 to {amount: 50, currency: usd}, the minimum itself.",
    gate=True,
)
def accepts_valid(x: Exchange) -> list[Wrong] | None:
    """Judge calls that are right in every respect."""
    if not _settled(x) or not x.expected.success or (x.expected.kind == "wire" and not x.held.choice):
        return None
    if x.ok and (x.status in x.expected.statuses or not x.held.choice or x.expected.kind == "wire"):
        return []
    blamed = " ".join(sorted(_blamed(x) or ()))
    cause = f"{x.status} {x.code or ''} {blamed}".strip()
    said = f"The answer is {x.status}{_named(x)}."
    return [Wrong(cause, said, str(min(x.expected.statuses)), "200 <= status < 300")]


@check(
    "refuses-invalid",
    "A request that breaks a rule of the contract is refused as such.",
    "currency.case",
    "body.members",
    "body.required",
    "body.null",
    "body.object",
    "organization.header",
    "confirm.absent",
    severity=HIGH,
    sample="The target answered 200 to {amount: 49, currency: usd}.",
    gate=True,
)
def refuses_invalid(x: Exchange) -> list[Wrong] | None:
    """Judge calls that break rules of the contract."""
    if not _settled(x) or x.expected.kind != "violations":
        return None
    return _wrong_status(x, " ".join(sorted(x.expected.rules or x.expected.places)))


@check(
    "wire-verdict",
    "What is no JSON, no plain media type, no path or no method of the operation gets its documented refusal.",
    "body.json",
    "body.media",
    "body.size",
    "body.integers",
    "accept.quality",
    "path.exact",
    "path.methods",
    "page.request",
    severity=MEDIUM,
    sample="The target answered 200 to a body in which amount is given twice.",
    gate=True,
    needs=("choice",),
)
def wire_verdict(x: Exchange) -> list[Wrong] | None:
    """Judge rows of the strict-wire table that are refused; with our choices only."""
    if not _settled(x) or x.expected.kind != "wire" or x.expected.success or not x.held.choice:
        return None
    return _wrong_status(x, f"{min(x.expected.statuses)} {' '.join(x.expected.codes)}")


@check(
    "judges-tokens",
    "A call whose token is missing where one is needed, expired, unknown or of a disabled account is 401.",
    "refusal.codes",
    "token.optional",
    "refusal.order",
    severity=CRITICAL,
    sample="The target answered 200 to an expired token.",
    gate=True,
    needs=("bad token",),
)
def judges_tokens(x: Exchange) -> list[Wrong] | None:
    """Judge calls with a token that is not good, whatever else is wrong with them."""
    if not _settled(x) or x.expected.kind != "token":
        return None
    return _wrong_status(x, x.call.token if x.call.account else "no token")


@check(
    "judges-state",
    "A call for an organization, or with a payment method, that cannot be used is refused.",
    "organization.effective",
    "organization.own",
    "organization.unknown",
    "intent.customer",
    "method.id",
    "method.owner",
    "method.attached",
    "method.subscription",
    "method.default",
    severity=CRITICAL,
    sample="A payment method of another organization was accepted.",
    gate=True,
    needs=("refusable",),
)
def judges_state(x: Exchange) -> list[Wrong] | None:
    """Judge calls that fit the contract and cannot be done."""
    if not _settled(x) or x.expected.kind != "refused":
        return None
    return _wrong_status(x, " ".join(sorted(x.expected.codes)))


@check(
    "tells-declines",
    "A card that is refused, or asks for its holder, on the server is 402 with Stripe's code in kebab case.",
    "charge.refused",
    "confirm.fails",
    severity=HIGH,
    sample="A declined card was answered with 200.",
    gate=True,
    needs=("confirm", "declined"),
)
def tells_declines(x: Exchange) -> list[Wrong] | None:
    """Judge charges on the server that Stripe refuses."""
    if not _settled(x) or x.expected.kind != "declined":
        return None
    wrong = _wrong_status(x, str(x.expected.error.get("code")))
    wanted = x.expected.error.get("decline_code")
    document = x.reply.document if x.reply else None
    if not wrong and wanted and isinstance(document, dict) and x.held.choice and document.get("decline_code") != wanted:
        said = f"decline_code is {document.get('decline_code')!r}."
        wrong = [Wrong("decline_code", said, repr(wanted), f"body.get('decline_code') == {wanted!r}")]
    return wrong


def _blamed(x: Exchange) -> frozenset[str] | None:
    """Return the places that a problem blames; None where it blames none in the contract's way."""
    document = x.reply.document if x.reply else None
    errors = document.get("errors") if isinstance(document, dict) else None
    if not isinstance(errors, list) or not all(isinstance(error, dict) for error in errors):
        return None
    found = (error.get("pointer") or error.get("header") or error.get("parameter") for error in errors)
    return frozenset(str(place) for place in found)


BLAMED = "{e.get('pointer') or e.get('header') or e.get('parameter') for e in body.get('errors', ())}"


def _blames(x: Exchange) -> bool:
    return _settled(x) and x.held.choice and x.status == 400 and bool(x.expected.places)


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
    blamed = _blamed(x) or frozenset()
    right = sorted(x.expected.places)
    return [
        Wrong(
            f"{place} for {' '.join(right)}",
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
    """Judge 400s of calls whose faults are known."""
    if not _blames(x):
        return None
    missing = sorted(x.expected.places - (_blamed(x) or frozenset()))
    right = sorted(x.expected.places)
    return [
        Wrong(f"{place} of {len(right)}", f"{place} is not blamed.", ", ".join(right), f"{BLAMED} >= set({right})")
        for place in missing
    ]


@check(
    "helps",
    "A problem says in words what is wrong, and does not say the same of every fault.",
    "refusal.problem",
    severity=LOW,
    sample="The detail of a violation is empty.",
    needs=("choice",),
)
def helps(x: Exchange) -> list[Wrong] | None:
    """Judge violations; with our choices only."""
    if not _blames(x):
        return None
    document = x.reply.document if x.reply else {}
    details = [error.get("detail") for error in document.get("errors", ()) if isinstance(error, dict)]
    wrong = []
    if any(not isinstance(detail, str) or len(detail.split()) < 2 for detail in details):
        proof = "all(len(str(e.get('detail') or '').split()) > 1 for e in body['errors'])"
        wrong.append(Wrong("empty", "A violation has no words.", "a sentence for each", proof))
    if len(x.expected.places) > 1 and len(details) > 1 and len(set(details)) == 1:
        proof = "len({e['detail'] for e in body['errors']}) > 1"
        wrong.append(Wrong("one for all", "Each violation says the same.", "a sentence for each", proof))
    return wrong


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
        said = f"The second answer is {x.status}{_named(x)}, the first was {first[0]}."
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
    except ValueError:
        document = text
    if isinstance(document, dict):
        document.pop("instance", None)
    body = VARIES.sub("…", json.dumps(document, sort_keys=True))
    names = tuple(sorted(name.lower() for name, _ in x.reply.headers))
    return x.status, names, body


def _sent_ids(x: Exchange) -> list[str]:
    values = [str(v) for v in (x.call.document or {}).values()] if isinstance(x.call.document, dict) else []
    return [value for value in [*values, *(v for _, v in x.call.headers)] if value.isdigit()]


@check(
    "recovers",
    "After a fault of Stripe's has passed, the next request is served.",
    "provider.health",
    severity=CRITICAL,
    sample="After one 500 of Stripe's, the target answers 503 to everything.",
    needs=("stripe",),
)
def recovers(x: Exchange) -> list[Wrong] | None:
    """Judge the call after a fault was mended."""
    if not x.after_fault or not x.expected.success:
        return None
    if x.ok:
        return []
    said = f"The answer is {x.status}{_named(x)}." if x.reply else f"There was no answer: {x.broken}."
    return [Wrong(x.call.note, said, str(min(x.expected.statuses)), "200 <= status < 300")]
