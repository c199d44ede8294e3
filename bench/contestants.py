"""The servers that take part: how each is started, the requests it gets, and the answers it has to give."""

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
PRISM = ROOT / "bench/node_modules/.bin/prism"
STRIPE_MOCK = ROOT / ".tools/bin/stripe-mock"

CREATE: dict[str, object] = {
    "amount": 4200,
    "currency": "usd",
    "description": "Dock 4",
    "receipt_email": "a@example.com",
}
ATTACH: dict[str, object] = {**CREATE, "payment_method": 4242}
FORM = urlencode({**CREATE, "payment_method_types[0]": "card"})
PAID = {"amount": 4200, "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true"}
CONFIRM = urlencode({**PAID, "payment_method_types[0]": "card"})
"""The request that localstripe takes too."""


@dataclass(frozen=True)
class Question:
    """The request that is repeated.

    Args:
        path: of the POST.
        body: what is sent.
        member: the member that a right answer has.
        wrong: a body that has to be refused with 400 or 422; None where the server checks no bodies of ours.
        content_type: of `body`.
        authorization: the header's value; empty for none.
    """

    path: str
    body: str
    member: str
    wrong: str | None
    content_type: str = "application/json"
    authorization: str = ""


@dataclass(frozen=True)
class Contestant:
    """A server that is measured.

    Args:
        name: as `--only` and the table say it.
        says: one line about it.
        command: from two free ports (the second for a server that insists on it) to the program.
        question: what it is asked.
        needs: the programs without which it cannot take part, and how to get them.
    """

    name: str
    says: str
    command: Callable[[int, int], list[str]]
    question: Question
    needs: tuple[tuple[Path, str], ...] = ()

    def missing(self) -> str | None:
        """Say what is not here; None when all is."""
        absent = [f"{path.name} ({how})" for path, how in self.needs if not shutil.which(path)]
        return ", ".join(absent) or None


def contestants(contract: Path) -> tuple[Contestant, ...]:
    """List everybody, the two that are compared most first.

    Args:
        contract: the OpenAPI document that all but stripe-mock serve.
    """
    create, attach = _ours(CREATE), _ours(ATTACH)
    form, key = "application/x-www-form-urlencoded", "Bearer sk_test_1"
    stripe = Question("/v1/payment_intents", FORM, "client_secret", None, form, key)

    def tollbridge(port: int, _: int) -> list[str]:
        program = [str(Path(sys.executable).with_name("tollbridge")), "serve", "--quiet"]
        return [*program, "--contract", str(contract), "--host", "127.0.0.1", "--port", str(port)]

    def connexion(port: int, _: int) -> list[str]:
        return [sys.executable, str(ROOT / "bench/plain_connexion.py"), str(contract), str(port)]

    def prism(port: int, _: int) -> list[str]:
        address = ["-h", "127.0.0.1", "-p", str(port)]
        return [str(PRISM), "mock", "-m", "false", "-v", "error", *address, str(contract)]

    def stripe_mock(port: int, spare: int) -> list[str]:
        addresses = ["-http-addr", f"127.0.0.1:{port}", "-https-addr", f"127.0.0.1:{spare}"]
        return [str(STRIPE_MOCK), *addresses]

    return (
        Contestant("create", "tollbridge, no payment_method: one Stripe call", tollbridge, create),
        Contestant("prism", "Prism 5.14.2, -m false -v error", prism, create, ((PRISM, "npm ci --prefix bench"),)),
        Contestant("attach", "tollbridge, payment_method 4242: three Stripe calls", tollbridge, attach),
        Contestant("connexion", "stock Connexion 3.3.0, its own validators, the same gateway", connexion, create),
        Contestant(
            "stripe-mock",
            "stripe-mock v0.203.0, its own POST /v1/payment_intents",
            stripe_mock,
            stripe,
            ((STRIPE_MOCK, "scripts/stripe-mock --install-only"),),
        ),
    )


def _ours(body: dict[str, object]) -> Question:
    wrong = json.dumps({**body, "amount": "4200"})
    return Question("/api/payment/intent", json.dumps(body), "client_secret", wrong)
