"""A consumer of webhooks that is right, the same with one fault each, and others that are right in other ways.

It keeps for each payment whether it was paid and refunded, and shows it at `/orders/{payment_intent}`.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import stripe

from tests.threads import served

SECRET = "whsec_ofTheSampleConsumer0123456789"
PATH = "/webhook"

FAULTS = {
    "takes everything": "webhook-signature",
    "takes what has no signature": "webhook-signature",
    "takes a v0": "webhook-signature",
    "takes any scheme": "webhook-signature",
    "signs the body alone": "webhook-accepts",
    "compares the beginning": "webhook-signature",
    "reads before it verifies": "webhook-signature",
    "verifies what it printed itself": "webhook-accepts",
    "knows one v1 only": "webhook-accepts",
    "takes old ones": "webhook-timestamp",
    "counts each delivery": "webhook-duplicates",
    "refunds each time": "webhook-duplicates",
    "believes the last event": "webhook-order",
    "forgets what came too early": "webhook-order",
    "answers before its work": "webhook-kept",
    "hangs": "webhook-in-time",
    "hangs up": "webhook-in-time",
    "raises on a wrong signature": "webhook-no-server-error",
    "raises on a missing header": "webhook-no-server-error",
    "raises on a duplicate": "webhook-no-server-error",
}
"""Each fault, and the check that finds it."""

LEGAL = (
    "right",
    "answers 202 without a body",
    "answers 401 to what is wrong",
    "answers 422 to what is wrong",
    "refuses what it does not know",
    "asks for a retry of what came too early",
    "asks for it by a 503",
    "refuses duplicates",
    "redirects what is wrong",
    "has a tolerance of a minute",
    "says what it did",
)
"""The same, right in other ways."""

HANDLED = ("payment_intent.succeeded", "charge.refunded")


class Consumer(ThreadingHTTPServer):
    """The server, with a fault or a difference by name."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, kind: str) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.kind = kind
        self.seen: set[str] = set()
        self.orders: dict[str, dict[str, Any]] = {}
        self.late: list[Callable[[], None]] = []
        """Work that is done when somebody has looked."""
        self.released = threading.Event()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_where: object) -> None:
        """Let whoever hangs up hang up."""


class Refused(Exception):
    """What a delivery is answered with in place of a 200."""

    def __init__(self, status: int) -> None:
        """Take the status."""
        super().__init__(status)
        self.status = status


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Consumer

    def do_GET(self) -> None:
        """Show an order."""
        order = self.server.orders.get(self.path.rpartition("/")[2])
        status, body = 404 if order is None else 200, json.dumps(order or {}).encode()
        while self.server.late:
            self.server.late.pop(0)()
        self._answer(status, body)

    def do_POST(self) -> None:
        """Take a delivery."""
        body = self.rfile.read(int(self.headers["content-length"]))
        kind = self.server.kind
        if kind == "hangs":
            self.server.released.wait(30)
            return
        if kind == "hangs up":
            self.close_connection = True
            return
        try:
            event = self._verified(body)
        except Refused as refused:
            self._answer(refused.status)
            return
        try:
            self._work(event)
        except Refused as refused:
            self._answer(refused.status)
            return
        self._answer(202 if kind == "answers 202 without a body" else 200, b"paid" * (kind == "says what it did"))

    def _verified(self, body: bytes) -> dict[str, Any]:
        """Return the event, verified by Stripe's own library but for the fault."""
        kind, header = self.server.kind, self.headers.get("Stripe-Signature")
        wrong = {"answers 401 to what is wrong": 401, "answers 422 to what is wrong": 422}.get(kind, 400)
        wrong = 302 if kind == "redirects what is wrong" else wrong
        if self._lets_through(body, header):
            return dict(json.loads(body))
        if kind == "raises on a missing header" and header is None:
            raise Refused(500)
        if kind == "reads before it verifies":
            self._work(json.loads(body))
        tolerance = {"takes old ones": 10**9, "has a tolerance of a minute": 60}.get(kind, 300)
        if kind == "verifies what it printed itself":
            body = json.dumps(json.loads(body)).encode()
        if kind == "knows one v1 only" and header and header.count("v1=") > 1:
            header = ",".join(header.split(",")[:2])
        try:
            stripe.WebhookSignature.verify_header(body.decode(), header or "", SECRET, tolerance)
        except stripe.SignatureVerificationError:
            raise Refused(500 if kind == "raises on a wrong signature" else wrong) from None
        return dict(json.loads(body))

    def _lets_through(self, body: bytes, header: str | None) -> bool:
        """Tell whether the fault takes a delivery without Stripe's library."""
        match self.server.kind:
            case "takes everything" | "reads before it verifies" if header != "":
                return self.server.kind == "takes everything"
            case "takes what has no signature":
                return not header
            case "takes a v0":
                return self._is_signed(body, header, ("v0",))
            case "takes any scheme":
                return self._is_signed(body, header, ("v2", "v0"))
            case "compares the beginning":
                return self._is_signed(body, header, ("v1",), characters=32)
            case "signs the body alone":
                raise Refused(400)
        return False

    @staticmethod
    def _is_signed(body: bytes, header: str | None, schemes: tuple[str, ...], characters: int = 64) -> bool:
        parts = [part.partition("=") for part in (header or "").split(",")]
        stamps = [value for name, _, value in parts if name == "t"]
        if not stamps:
            return False
        signed = stripe.WebhookSignature._compute_signature(f"{stamps[0]}.{body.decode()}", SECRET)
        given = [value[:characters] for name, _, value in parts if name in schemes]
        return signed[:characters] in given

    def _work(self, event: dict[str, Any]) -> None:
        """Keep what an event says."""
        kind, about = self.server.kind, event["data"]["object"]
        if event["type"] not in HANDLED:
            if kind == "refuses what it does not know":
                raise Refused(400)
            return
        duplicate = event["id"] in self.server.seen
        if duplicate and kind == "raises on a duplicate":
            raise Refused(500)
        if duplicate and kind == "refuses duplicates":
            raise Refused(409)
        keep = partial(self._keep, event, about)
        self.server.late.append(keep) if kind == "answers before its work" else keep()

    def _keep(self, event: dict[str, Any], about: dict[str, Any]) -> None:
        kind = self.server.kind
        intent = about["id"] if about["object"] == "payment_intent" else about["payment_intent"]
        known = self.server.orders.get(intent)
        refunds = event["type"] == "charge.refunded"
        if refunds and known is None and kind in ("asks for a retry of what came too early", "asks for it by a 503"):
            raise Refused(409 if kind.startswith("asks for a retry") else 503)
        if refunds and known is None and kind == "forgets what came too early":
            return
        order = self.server.orders.setdefault(intent, {"paid": False, "refunded": 0, "status": "open"})
        if kind == "counts each delivery":
            order["count"] = order.get("count", 0) + 1
        if kind == "refunds each time" and refunds:
            order["refunded"] += about["amount_refunded"]
        elif refunds:
            order["refunded"] = max(order["refunded"], about["amount_refunded"])
        else:
            order["paid"] = True
        self.server.seen.add(event["id"])
        order["status"] = "refunded" if order["refunded"] else "paid"
        if kind == "believes the last event":
            order["status"] = "refunded" if refunds else "paid"

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


@contextmanager
def running(kind: str) -> Iterator[Consumer]:
    """Run a consumer.

    Args:
        kind: a fault or a difference, by name.
    """
    server = Consumer(kind)
    with served(server):
        try:
            yield server
        finally:
            server.released.set()
