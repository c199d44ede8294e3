"""A finding: one cause, with everything that a person needs to act on it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from tollbridge import masking, quoting
from tollbridge.verify.model.check import Check, Wrong
from tollbridge.verify.model.evidence import API_KEY, NO_TOKEN_OF_ANYBODY, TOKEN, Document, Headers, Known
from tollbridge.verify.model.exchange import Exchange
from tollbridge.verify.model.steps import AtStripe, Break, Call, Case, Mend, Step, Together

PUBLIC = re.compile(rf"script|sk_test_script|{re.escape(NO_TOKEN_OF_ANYBODY)}|\w{{1,100}}=")
"""Texts with the form of a secret that stay: the scripts' key, the token that was never issued, a challenge's."""

LEAST_SECRET = 6
"""Characters of a token or key that is masked wherever it stands; a shorter one would take words away."""

MAX_SHOWN, MAX_VALUE, MAX_HEADERS, MAX_CALLS = 600, 200, 60, 40
"""Of what a report shows: characters of a text and of a header, headers of an answer, calls at Stripe."""

MAX_TITLE = 160
"""Characters of a finding's title."""

MAX_MASKED = 4_000
"""Characters of a header in which secrets are looked for, before it is cut."""


def masked(text: str, known: Known | None = None) -> str:
    """Return a text without client secrets, keys and tokens, and without what a terminal would obey but line breaks.

    Args:
        text: of a report.
        known: from the run, whose secrets are masked whatever form they have; None for the form alone.
    """
    for secret in _secrets(known) if known else ():
        text = text.replace(secret, "***")
    return quoting.terminal_lines(masking.masked(text, _mask))


def _mask(kept: str, secret: str) -> str:
    return secret if PUBLIC.fullmatch(secret.removeprefix(kept)) else f"{kept}***"


def brief(text: str, known: Known | None = None, most: int = MAX_SHOWN) -> str:
    """Return the beginning of a text, masked; it is masked first, as half a secret has another form."""
    return _cut(masked(text, known), most)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _secrets(known: Known) -> list[str]:
    """Return the secrets that a run knows, the longest first; of client secrets the part that is secret."""
    named = [text for text, what in known.canaries.items() if what in (TOKEN, API_KEY) and text != NO_TOKEN_OF_ANYBODY]
    tails = [secret.rpartition("_secret_")[2] for secret in known.secrets]
    return sorted((one for one in (*named, *tails) if len(one) >= LEAST_SECRET), key=len, reverse=True)


def fingerprint(subject: str, check: str, cause: str) -> str:
    """Return what names a cause, the same in every run."""
    return sha256(f"{subject}|{check}|{cause}".encode()).hexdigest()[:12]


def title_of(check: str, found: str) -> str:
    """Return a finding in one line: the check's name, and the beginning of what it found."""
    return _cut(" ".join(f"{check}: {found}".split()), MAX_TITLE)


@dataclass
class Finding:
    """One cause.

    Args:
        fingerprint: names it in every run.
        check: what found it.
        wrong: the verdict.
        rules: the ledger's rules that are broken.
        case: the case that shows it; the smallest that was found.
        exchange: the one that is wrong.
        seen: the names of the cases that showed it, without repetition.
        count: how many exchanges showed it.
        after: seconds from the run's beginning to its first sight.
        reproduced: whether the case, played again from the beginning, showed it again.
        scripts: by kind, `sh` and `pytest`; empty where it was not reproduced.
        replay: why there are no scripts, in words.
        log: the last lines of the target's log when it showed; empty where that is not ours to read.
        follows: the fingerprint of the finding that it follows from; None for one of its own.
        remembers: why it depends on calls before its case; None where it does not, as far as that is known.
    """

    fingerprint: str
    check: Check
    wrong: Wrong
    rules: tuple[str, ...]
    case: Case
    exchange: Exchange
    seen: list[str] = field(default_factory=list)
    count: int = 1
    after: float = 0.0
    reproduced: bool = False
    scripts: dict[str, str] = field(default_factory=dict)
    replay: str = "it was not played again"
    log: list[str] = field(default_factory=list)
    remembers: str | None = None
    follows: str | None = None

    @property
    def title(self) -> str:
        """The finding in one line."""
        return title_of(self.check.name, brief(self.wrong.said, self.exchange.known))

    def document(self) -> dict[str, Any]:
        """Return it for the JSON report, secrets masked."""
        x, known = self.exchange, self.exchange.known
        return {
            "fingerprint": self.fingerprint,
            "check": self.check.name,
            "severity": self.check.severity,
            "operation": x.operation,
            "asserts": self.check.asserts,
            "rules": list(self.rules),
            "found": brief(self.wrong.said, known),
            "expected": brief(self.wrong.expected, known),
            "case": self.case.name,
            "steps": [brief(step_line(step), known) for step in self.case.steps],
            "seen_in": self.seen,
            "count": self.count,
            "seconds_to_find": round(self.after, 3),
            "reproduced": self.reproduced,
            "replay": None if self.scripts else self.replay,
            "sent": sent(x),
            "stripe_was_told": None if x.evidence.calls is None else told_lines(x),
            "came_back": came_back(x),
            "target_log": [quoting.terminal(brief(line, known)) for line in self.log],
            "remembers": self.remembers,
            "follows_from": self.follows,
            "scripts": {kind: masked(script, known) for kind, script in self.scripts.items()},
        }


def sent(x: Exchange) -> str:
    """Return what was sent, as one line and the body."""
    sent = x.evidence.sent
    who = "" if sent.account is None else f"   (as account {sent.account}, token {sent.token})"
    head = [f"{sent.method} {sent.target}{who}", *_headers(sent.headers, x.known)]
    return "\n".join([*head, "", brief(sent.text, x.known)])


def came_back(x: Exchange) -> str:
    """Return what came back, as status, headers and body."""
    answer = x.evidence.answer
    if answer is None:
        return f"no answer: {x.evidence.broken}"
    return "\n".join([str(answer.status), *_headers(answer.headers, x.known), "", brief(answer.text, x.known)])


def _headers(headers: Headers, known: Known) -> Iterator[str]:
    """Yield headers, each as one line."""
    lines = [quoting.terminal(f"{name}: {value}"[:MAX_MASKED]) for name, value in headers[:MAX_HEADERS]]
    for told in masked("\n".join(lines), known).split("\n") if lines else ():
        yield _cut(told, MAX_VALUE)
    if len(headers) > MAX_HEADERS:
        yield f"… and {len(headers) - MAX_HEADERS} more"


def told_lines(x: Exchange) -> list[str]:
    """Return what Stripe was told, each call as one line."""
    calls = x.evidence.calls or []
    more = ["… and more calls"] if len(calls) > MAX_CALLS else []
    return [*(_told_line(call, x.known) for call in calls[:MAX_CALLS]), *more]


def _told_line(call: Document, known: Known) -> str:
    parameters = ", ".join(_flat(call["parameters"]))
    effects = ", ".join(effect["what"] for effect in call["effects"])
    key = f" key {call['idempotency_key']}" if call["idempotency_key"] else ""
    fault = f" (fault: {call['fault']})" if call["fault"] else ""
    line = (
        f"{call['method']} {call['path']} {{{parameters}}}{key} → {call['status'] or 'nothing'}{_refused(call)}{fault}"
    )
    return quoting.terminal(brief(line + (f"; {effects}" if effects else ""), known))


def _refused(call: Document) -> str:
    """Return how Stripe refused a call: its code, the parameter, and its words; empty where it did not."""
    error = call.get("error") or {}
    named = [str(error[name]) for name in ("code", "decline_code", "param", "message") if error.get(name)]
    return f" {' '.join(named)}" if named else ""


def step_line(step: Step) -> str:
    """Return a step of a case as one line."""
    match step:
        case Call():
            who = "" if step.account is None else f" as account {step.account}, token {step.token}"
            return f"{step.verb} {step.target}{who} {step.body.decode('utf-8', 'replace')}"
        case AtStripe(path, form):
            return f"at Stripe: POST {path} {dict(form)}"
        case Break(fault):
            often = "each time" if fault.times is None else f"{fault.times} times"
            return f"Stripe fails: {fault.kind} {fault.when} {fault.method or 'any'} {fault.path or 'call'}, {often}"
        case Mend():
            return "Stripe fails no more"
        case Together(calls):
            return "together: " + "; ".join(map(step_line, calls))


def _flat(parameters: Mapping[str, Any], around: str = "") -> Iterator[str]:
    """Yield parameters as a form spells them: `payment_method_types[0]=card`."""
    for name, value in parameters.items():
        spelt = f"{around}[{name}]" if around else name
        if isinstance(value, Mapping):
            yield from _flat(value, spelt)
        else:
            yield f"{spelt}={value}"
