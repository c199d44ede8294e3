"""A contract with several operations: what a target was seen to do at one of them says nothing of the others."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.integration.conftest import ROOT
from tests.threads import served
from tollbridge.launch import free_port
from tollbridge.verify import VerifyOptions, verify
from tollbridge.verify.reports.text import text
from tollbridge.world import World, load_world

WORLD = ROOT / "examples" / "world.yaml"
PROVIDER_ORIGINS = frozenset({"documented", "provider"})


def operation(identity: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    """An operation that makes an intent, with some parameters."""
    money = {"amount": {"type": "integer", "minimum": 50, "maximum": 99_999_999}}
    money["currency"] = {"type": "string", "enum": ["usd", "eur"]}
    schema = {"type": "object", "required": ["amount", "currency"], "properties": money}
    secret = {"type": "object", "required": ["secret"], "properties": {"secret": {"type": "string"}}}
    return {
        "post": {
            "operationId": identity,
            "x-openapi-router-controller": "none",
            "x-stripe": {
                "creates": "payment_intent",
                "amount": "#/amount",
                "currency": "#/currency",
                "secret": "#/secret",
                "customer": {"caller": "organization.customer"},
            },
            "parameters": parameters,
            "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
            "responses": {
                "200": {"description": "An intent.", "content": {"application/json": {"schema": secret}}},
                "default": {"description": "A problem."},
            },
        }
    }


HEADER = {"name": "for", "in": "header", "x-effective-organization": True, "schema": {"type": "integer", "minimum": 1}}
CONTRACT = {
    "openapi": "3.0.3",
    "info": {"title": "Two operations", "version": "1"},
    "paths": {"/fees": operation("charge_fee", [HEADER]), "/tips": operation("charge_tip", [])},
}


class Paying(BaseHTTPRequestHandler):
    """A target that charges the organization of whoever asks, whatever a header names."""

    stripe: str
    world: World

    def log_message(self, *_: object) -> None:
        """Write nothing."""

    def do_POST(self) -> None:
        """Make an intent, or tell in a 400 that there is none."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        status, answer = 400, {}
        try:
            sent = json.loads(body)
            form = {"amount": sent["amount"], "currency": sent["currency"], "customer": self._customer()}
            request = urllib.request.Request(
                f"{self.stripe}/v1/payment_intents",
                urlencode(form | {"payment_method_types[]": "card"}).encode(),
                {"Authorization": "Bearer sk_test_two_operations"},
            )
            with urllib.request.urlopen(request, timeout=2) as made:
                status, answer = 200, {"secret": json.loads(made.read())["client_secret"]}
        except (ValueError, LookupError, TypeError, OSError):
            pass
        told = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def _customer(self) -> str:
        token = self.headers.get("authorization", "").rpartition(" ")[2]
        account = next((one for one in self.world.accounts.values() if one.token == token), self.world.default_account)
        customer = self.world.organizations[account.organization or 1].customer
        if not customer:
            raise LookupError("no customer")
        return customer


@contextmanager
def target(stripe: int) -> Iterator[str]:
    """Run it; its URL."""
    handler = type("Here", (Paying,), {"stripe": f"http://127.0.0.1:{stripe}", "world": load_world(WORLD)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    with served(server):
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.mark.long
def test_a_target_that_does_not_read_the_header_is_not_judged_by_it(tmp_path: Path) -> None:
    """What was learned at the first operation holds for it, though the second one has no header to read."""
    contract = tmp_path / "openapi.json"
    contract.write_text(json.dumps(CONTRACT))
    stripe = free_port()
    with target(stripe) as url:
        plan = VerifyOptions(
            contract=contract,
            handlers=tmp_path,
            world=WORLD,
            url=url,
            stripe_listen=("127.0.0.1", stripe),
            hold=PROVIDER_ORIGINS,
            checks=("intent-carries-the-request",),
            max_examples=0,
            fail_fast=True,
        )
        report = verify(plan)
    assert report.findings == [], text(report.document())
    assert report.unfinished is None
    assert report.tally.held["intent-carries-the-request"] > 50
