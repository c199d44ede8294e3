"""A finding: one cause, with everything that a person needs to act on it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from tollbridge.verify.calls import AtStripe, Break, Call, Case, Mend, Step, Together
from tollbridge.verify.checks import Check, Wrong
from tollbridge.verify.exchange import Exchange
from tollbridge.verify.model.evidence import API_KEY, NO_TOKEN_OF_ANYBODY, TOKEN, Document, Known

SECRETS = re.compile(
    r"(_secret_)[A-Za-z0-9]+|([sr]k_(?:test|live)_)(?!script\b)\w+|(whsec_)\w+"
    rf"|(Bearer |Basic )(?!sk_test_script\b|{re.escape(NO_TOKEN_OF_ANYBODY)}|\w+=\")[\w.~+/=-]+"
)
"""What has the form of a secret; the key that the scripts show, and the token that nobody issued, are none."""

LEAST_SECRET = 6
"""Characters of a token or key that is masked wherever it stands; a shorter one would take words away."""

MOST_SHOWN = 600


def masked(text: str, known: Known | None = None) -> str:
    """Return a text without client secrets, keys and tokens.

    Args:
        text: of a report.
        known: from the run, whose secrets are masked whatever form they have; None for the form alone.
    """
    for secret in _secrets(known) if known else ():
        text = text.replace(secret, "***")
    return printable(SECRETS.sub(lambda found: next(filter(None, found.groups())) + "***", text))


def _secrets(known: Known) -> list[str]:
    """Return the secrets that a run knows, the longest first; of client secrets the part that is secret."""
    named = [text for text, what in known.canaries.items() if what in (TOKEN, API_KEY) and text != NO_TOKEN_OF_ANYBODY]
    tails = [secret.rpartition("_secret_")[2] for secret in known.secrets]
    return sorted((one for one in (*named, *tails) if len(one) >= LEAST_SECRET), key=len, reverse=True)


def fingerprint(subject: str, check: str, cause: str) -> str:
    """Return what names a cause, the same in every run."""
    return sha256(f"{subject}|{check}|{cause}".encode()).hexdigest()[:12]


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
            "found": masked(self.wrong.said, known),
            "expected": masked(self.wrong.expected, known),
            "case": self.case.name,
            "steps": [masked(step_line(step), known) for step in self.case.steps],
            "seen_in": self.seen,
            "count": self.count,
            "seconds_to_find": round(self.after, 3),
            "reproduced": self.reproduced,
            "replay": None if self.scripts else self.replay,
            "sent": sent(x),
            "stripe_was_told": [told_line(call, known) for call in x.evidence.calls or ()],
            "came_back": came_back(x),
            "scripts": {kind: masked(script, known) for kind, script in self.scripts.items()},
        }


def sent(x: Exchange) -> str:
    """Return what was sent, as one line and the body."""
    sent = x.evidence.sent
    who = "" if sent.account is None else f"   (as account {sent.account}, token {sent.token})"
    headers = "".join(f"\n{name}: {value[:200]}" for name, value in sent.headers)
    return masked(f"{sent.method} {sent.target}{who}{headers}\n\n{_cut(sent.text)}", x.known)


def came_back(x: Exchange) -> str:
    """Return what came back, as status, headers and body."""
    answer = x.evidence.answer
    if answer is None:
        return f"no answer: {x.evidence.broken}"
    headers = "".join(f"\n{printable(name)}: {printable(value)}" for name, value in answer.headers)
    return masked(f"{answer.status}{headers}\n\n{_cut(printable(answer.text))}", x.known)


def told_line(call: Document, known: Known | None = None) -> str:
    """Return a call of Stripe's record as one line."""
    parameters = ", ".join(_flat(call["parameters"]))
    effects = ", ".join(effect["what"] for effect in call["effects"])
    key = f" key {call['idempotency_key']}" if call["idempotency_key"] else ""
    fault = f" (fault: {call['fault']})" if call["fault"] else ""
    line = f"{call['method']} {call['path']} {{{parameters}}}{key} → {call['status'] or 'nothing'}{fault}"
    return masked(line + (f"; {effects}" if effects else ""), known)


def step_line(step: Step) -> str:
    """Return a step of a case as one line."""
    match step:
        case Call():
            who = "" if step.account is None else f" as account {step.account}, token {step.token}"
            return f"{step.verb} {step.target}{who} {_cut(step.body.decode('utf-8', 'replace'))}"
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


def printable(text: str) -> str:
    """Return a text without control characters: what a target answers must not move a terminal's cursor."""
    return "".join(c if c.isprintable() or c in "\n\t" else f"\\x{ord(c):02x}" for c in text)


def _cut(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}… ({len(text)} characters)"
