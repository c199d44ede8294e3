"""A target as a process: the operation in a few lines of the standard library, with one fault by name.

STRIPE_API_BASE=http://127.0.0.1:12111 PORT=8000 python tests/small_target.py remembers
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

FAULT = sys.argv[1]
CUSTOMERS = {1: "cus_QuayOne0000001", 7: "cus_QuaySeven00007", 9: "cus_InlandNine0009"}
KEY = "sk_test_ofasmalltarget"
AMOUNTS: dict[str, int] = {}
SEEN: list[int] = []
PATIENCE = 120
"""Calls after which a target that tires charges a unit more."""


def log(text: str) -> None:
    """Write a line of the log."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def intent(body: dict[str, Any], organization: int) -> bytes:
    """Make a PaymentIntent, and return what Stripe answers."""
    amount = body["amount"]
    if FAULT == "remembers":
        amount = AMOUNTS.setdefault(body["currency"], amount)
    SEEN.append(amount)
    if FAULT == "tires" and len(SEEN) > PATIENCE:
        amount += 1
    form = {
        "amount": amount,
        "currency": body["currency"],
        "customer": CUSTOMERS[organization],
        "payment_method_types[]": "card",
    }
    form |= {name: body[name] for name in ("description", "receipt_email") if name in body}
    form |= {"payment_method": f"pm_QuayOne{body['payment_method']:017}"} if "payment_method" in body else {}
    form |= {"confirm": "true", "error_on_requires_action": "true"} if body.get("error_on_requires_action") else {}
    headers = {"Authorization": f"Bearer {KEY}"}
    asked = Request(f"{os.environ['STRIPE_API_BASE']}/v1/payment_intents", urlencode(form).encode(), headers)
    with urlopen(asked, timeout=20) as answer:
        made = bytes(answer.read())
    if FAULT == "asks for refunds and prices":
        at_stripe("/v1/prices?limit=1")
        at_stripe("/v1/refunds", {"payment_intent": json.loads(made)["id"]})
    return made


def at_stripe(path: str, form: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ask Stripe; what it answers, a refusal too."""
    body = None if form is None else urlencode(form).encode()
    asked = Request(f"{os.environ['STRIPE_API_BASE']}{path}", body, {"Authorization": f"Bearer {KEY}"})
    try:
        with urlopen(asked, timeout=20) as answer:
            return dict(json.load(answer))
    except HTTPError as refusal:
        return dict(json.load(refusal))


class Target(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer the operation; a webhook is taken for whatever it says it is."""
        if self.path == "/webhook":
            self.rfile.read(int(self.headers["Content-Length"]))
            return self.answer(200, {})
        try:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        except ValueError:
            return self.answer(400, {"error_code": "malformed-json"})
        if not isinstance(body, dict):
            return self.answer(400, {"error_code": "invalid-request"})
        log(f"asked for {body.get('amount')} with {KEY} of {os.environ.get('WHO')}")
        if FAULT == "dies" and "description" in body:
            log("cannot bear descriptions")
            os._exit(7)
        if FAULT == "knows no token" and "Authorization" in self.headers:
            return self.answer(401, {"error_code": "invalid-token"})
        if FAULT == "asks another Stripe":
            return self.answer(200, {"client_secret": "pi_another_secret_another"})
        try:
            organization = int(self.headers.get("Organization-Id", 1)) if FAULT == "spells otherwise" else 1
            self.answer(200, {"client_secret": json.loads(intent(body, organization))["client_secret"]})
        except (HTTPError, LookupError, TypeError, ValueError):
            self.answer(400, {"error_code": "invalid-request"})

    def answer(self, status: int, document: dict[str, str]) -> None:
        """Send JSON."""
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Log nothing of its own."""


if __name__ == "__main__":
    if FAULT == "cannot start":
        sys.exit("no database at db.example")
    if FAULT == "consumes webhooks":
        HERE = f"http://127.0.0.1:{os.environ['PORT']}/webhook"
        at_stripe("/v1/webhook_endpoints", {"url": HERE, "enabled_events[]": "payment_intent.succeeded"})
    HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Target).serve_forever()
