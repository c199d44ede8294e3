"""A finding: one cause, with everything that a person needs to act on it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from tollbridge.simulator import Told
from tollbridge.verify.calls import Case
from tollbridge.verify.checks import Check, Wrong
from tollbridge.verify.exchange import Exchange

SECRETS = re.compile(r"(_secret_)[A-Za-z0-9]+|\b([sr]k_(?:test|live)_)[A-Za-z0-9]+|(Bearer |Basic )[\w.~+/=-]+")
MOST_SHOWN = 600


def masked(text: str) -> str:
    """Return a text without client secrets, keys and tokens."""
    return SECRETS.sub(lambda found: (found[1] or found[2] or found[3]) + "***", text)


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

    def document(self) -> dict[str, Any]:
        """Return it for the JSON report, secrets masked."""
        x = self.exchange
        return {
            "fingerprint": self.fingerprint,
            "check": self.check.name,
            "severity": self.check.severity,
            "operation": x.subject.operation.operation_id,
            "asserts": self.check.asserts,
            "rules": list(self.rules),
            "found": masked(self.wrong.said),
            "expected": masked(self.wrong.expected),
            "case": self.case.name,
            "seen_in": self.seen,
            "count": self.count,
            "seconds_to_find": round(self.after, 3),
            "reproduced": self.reproduced,
            "sent": sent(x),
            "stripe_was_told": [told_line(told) for told in x.told or ()],
            "came_back": came_back(x),
            "scripts": {kind: masked(script) for kind, script in self.scripts.items()},
        }


def sent(x: Exchange) -> str:
    """Return what was sent, as one line and the body."""
    call = x.call
    who = "" if call.account is None else f"   (as account {call.account}, token {call.token})"
    headers = "".join(f"\n{name}: {value[:200]}" for name, value in (*call.content, *call.headers))
    body = call.body.decode("utf-8", "replace")
    return masked(f"{call.verb} {call.target}{who}{headers}\n\n{_cut(body)}")


def came_back(x: Exchange) -> str:
    """Return what came back, as status, headers and body."""
    if x.reply is None:
        return f"no answer: {x.broken}"
    headers = "".join(f"\n{name}: {value}" for name, value in x.reply.headers)
    return masked(f"{x.reply.status}{headers}\n\n{_cut(x.reply.text)}")


def told_line(told: Told) -> str:
    """Return a call of Stripe's record as one line."""
    parameters = ", ".join(_flat(told.parameters))
    effects = ", ".join(what for what, _ in told.effects)
    key = f" key {told.idempotency_key}" if told.idempotency_key else ""
    fault = f" (fault: {told.fault})" if told.fault else ""
    line = f"{told.method} {told.path} {{{parameters}}}{key} → {told.status or 'nothing'}{fault}"
    return masked(line + (f"; {effects}" if effects else ""))


def _flat(parameters: Mapping[str, Any], around: str = "") -> Iterator[str]:
    """Yield parameters as a form spells them: `payment_method_types[0]=card`."""
    for name, value in parameters.items():
        spelt = f"{around}[{name}]" if around else name
        if isinstance(value, Mapping):
            yield from _flat(value, spelt)
        else:
            yield f"{spelt}={value}"


def _cut(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}… ({len(text)} characters)"
