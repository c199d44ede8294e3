"""Our checks for plain Schemathesis: `SCHEMATHESIS_HOOKS=tollbridge.schemathesis_hooks st run openapi.yaml --url …`.

Each of our checks that needs no view of Stripe is a check of `st run`, named `tollbridge_…` after ours:
`--checks tollbridge_answer_schema`. The variables `TOLLBRIDGE_CONTRACT` and `TOLLBRIDGE_WORLD` name
the files that the target was started with (the bundled ones where they are not set), `TOLLBRIDGE_HOLD` which rules
bind, as `--hold` takes them (`provider`, `documented,wire`, `choice`).

**What can be judged.** `st run` is a client and nothing else, so these see one exchange at a time, and not what Stripe
was told: whether an answer is there, has a documented form, says what was asked for; who is served, and what is refused
and why; what leaks. Not judged are money that went wrong on the way, doubled intents, the subscription, faults of
Stripe's, calls under way together, and pairs of answers: that is `tollbridge verify`. A call that Schemathesis made and
that we cannot read without doubt (another path, a body that is no plain JSON, a token that is not of the world) is not
judged either.
"""

import json
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import schemathesis

from tollbridge import quoting
from tollbridge.compose import Options
from tollbridge.contract import load_contract
from tollbridge.verify.cases import CaseContext
from tollbridge.verify.checks import CHECKS
from tollbridge.verify.coverage.applicable import not_applicable
from tollbridge.verify.evaluator import broken_rules, held_against
from tollbridge.verify.model.check import Check
from tollbridge.verify.model.evidence import Evidence, Known, answer_of
from tollbridge.verify.model.exchange import Exchange
from tollbridge.verify.model.hold import held_to
from tollbridge.verify.model.oracle import Oracle
from tollbridge.verify.model.steps import Call
from tollbridge.verify.model.subject import subjects
from tollbridge.verify.model.tokens import world_tokens
from tollbridge.verify.target.runner import sent_by
from tollbridge.verify.target.stripe_double import charged_alone
from tollbridge.world import load_world

NAMED_BY_HTTP = frozenset({"authorization", "content-type", "content-length", "host", "accept", "accept-encoding"})
NAMED_BY_HTTP |= {"connection", "user-agent", "x-schemathesis-testcaseid"}
JSON = "application/json"


class Unreadable(Exception):
    """A call that cannot be read without doubt."""


@cache
def contexts() -> dict[tuple[str, str], CaseContext]:
    """Return what is known of each operation, by method and path."""
    ours = Options()
    contract = load_contract(Path(os.environ.get("TOLLBRIDGE_CONTRACT") or ours.contract))
    world = load_world(Path(os.environ.get("TOLLBRIDGE_WORLD") or ours.world))
    held = held_to([name for name in os.environ.get("TOLLBRIDGE_HOLD", "").split(",") if name], contract)
    # Whether the target reads the contract's header cannot be looked at first: it counts where that choice does.
    held = replace(held, names_organization=held.chosen("organization.header"))
    cards = charged_alone(world)
    return {
        (subject.operation.method.upper(), subject.operation.path): CaseContext(
            subject, world, world_tokens(world), held, cards, two_sided=False
        )
        for subject in subjects(contract)
        if not subject.ordinary  # of these Schemathesis's own checks judge as much
    }


class Judge:
    """Judges each response once, whichever check asks first, and remembers what earlier ones showed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known = Known()
        self._last = threading.local()
        self._count = 0

    def verdicts(self, case: Any, response: Any) -> dict[str, str]:
        """Return what is wrong, by check."""
        if getattr(self._last, "response", None) is not response:
            self._last.verdicts = self._judged(case, response)
            self._last.response = response
        found: dict[str, str] = self._last.verdicts
        return found

    def _judged(self, case: Any, response: Any) -> dict[str, str]:
        context = contexts().get((case.method.upper(), case.operation.path))
        if context is None:
            return {}
        try:
            call = call_of(case, response, context)
        except Unreadable:
            return {}
        held = replace(context.held, anonymous=response.status_code != 401)
        oracle = Oracle(context.subject, context.world, held, context.cards)
        with self._lock:
            self._count += 1
            answer = answer_of(response.status_code, _headers(response), response.content)
            x = Exchange(Evidence(self._count, sent_by(call), answer, None, known=self._known), oracle.expected(call))
            self._known = x.known
        return dict(_verdicts(x, context))


def _verdicts(x: Exchange, context: CaseContext) -> Iterator[tuple[str, str]]:
    applicable = (check for check in CHECKS.values() if not not_applicable(check, context))
    for check, wrong in held_against(applicable, x):
        if wrong:
            rules = ", ".join(broken_rules(check, wrong[0], x)) or "none of the ledger's"
            said = f"{wrong[0].said}\nexpected: {wrong[0].expected}\n{check.asserts}\nrules: {rules}"
            yield check.name, quoting.terminal_lines(said)


def call_of(case: Any, response: Any, context: CaseContext) -> Call:
    """Return a call of Schemathesis's as one of ours.

    Raises:
        Unreadable: it is not one that our oracle knows the answer to.
    """
    sent = response.request
    headers = {name.lower(): value for name, value in sent.headers.items()}
    if headers.get("content-type") != JSON:
        raise Unreadable
    path = sent.url.partition("://")[2].partition("/")[2]
    # Of all that a path may be, only the operation's own is known to lead to it.
    if not f"/{path}".endswith(case.operation.path) or any(isinstance(one, bytes) for one in headers.values()):
        raise Unreadable
    more = tuple((name, value) for name, value in headers.items() if name not in NAMED_BY_HTTP)
    account = _account(headers.get("authorization"), context)
    return Call(context.subject.operation, _document(sent.body), account, headers=more)


def _document(body: Any) -> Any:
    """Return the JSON of a body whose every reader reads the same."""
    raw = body.encode() if isinstance(body, str) else body
    try:
        document = json.loads(raw, object_pairs_hook=_once, parse_constant=_refused)
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, TypeError, RecursionError):
        raise Unreadable from None
    if not isinstance(document, dict):
        raise Unreadable
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("A name stands twice.")
    return dict(pairs)


def _refused(_constant: str) -> None:
    raise ValueError("NaN and Infinity are not JSON.")


def _account(authorization: str | None, context: CaseContext) -> int | None:
    """Return whose token a call carries; None for no token."""
    if authorization is None:
        return None
    scheme, _, token = authorization.partition(" ")
    account = next((one for one, good in context.tokens.good.items() if good == token), None)
    if account is None or scheme != "Bearer":
        raise Unreadable
    return account


def _headers(response: Any) -> list[tuple[str, str]]:
    return [(name, value) for name, values in response.headers.items() for value in values]


JUDGE = Judge()


def _check(check: Check) -> Callable[[Any, Any, Any], None]:
    def judging(_context: Any, response: Any, case: Any) -> None:
        if said := JUDGE.verdicts(case, response).get(check.name):
            raise AssertionError(f"{check.name}: {said}")

    judging.__name__ = judging.__qualname__ = f"tollbridge_{check.name.replace('-', '_')}"
    judging.__doc__ = check.asserts
    return judging


for _one in CHECKS.values():
    if "stripe" not in _one.needs:
        schemathesis.check(_check(_one))
