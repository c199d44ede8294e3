"""The documented endpoint once more: another team's server, in Flask, with the plain Stripe SDK.

Written from the documented page and openapi.yaml alone, it shares no code with Tollbridge, and differs from it where the
page leaves things open: its problems have other words, it reads the customer before it charges a default source, and it
leaves an unconfirmed intent behind where the subscription cannot be updated.

    STRIPE_API_BASE=http://127.0.0.1:12111 python examples/flask_server/server.py 8000 examples/world.yaml
"""

import json
import os
import re
import sys
import uuid
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import jsonschema
import stripe
import yaml
from flask import Flask, request
from werkzeug.exceptions import HTTPException

CONTRACT = yaml.safe_load((Path(__file__).resolve().parents[2] / "openapi.yaml").read_text())
BODY = jsonschema.Draft4Validator({"$ref": "#/components/schemas/PaymentIntentRequest", **CONTRACT})
WORLD = yaml.safe_load(Path(sys.argv[2]).read_text())
ORGANIZATIONS = {o["id"]: o for o in WORLD["organizations"]}
TOKENS = {a["token"]: a for a in WORLD["accounts"]}
GROUPS = {g["id"]: g["organizations"] for g in WORLD["groups"]}
STRIPE = stripe.StripeClient(
    "sk_test_example",
    base_addresses={"api": os.environ["STRIPE_API_BASE"]},
    http_client=stripe.RequestsClient(timeout=3),
    max_network_retries=1,
)
app = Flask(__name__)


class Refusal(Exception):
    def __init__(self, status, code, detail, **members):
        self.status, self.code, self.detail, self.members = status, code, detail, members


@app.errorhandler(Refusal)
def refused(refusal):
    document = {"type": "about:blank", "title": refusal.code, "status": refusal.status, "detail": refusal.detail}
    document |= {"instance": str(uuid.uuid4()), "error_code": refusal.code, **refusal.members}
    headers = {"Content-Type": "application/problem+json"}
    headers |= {"Retry-After": "2"} if refusal.status == 503 else {}
    headers |= {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}
    return document, refusal.status, headers


@app.errorhandler(HTTPException)
def not_routed(error):
    return refused(Refusal(error.code, error.name.lower().replace(" ", "-"), error.description))


def the_account():
    sent = request.headers.get("Authorization")
    if sent is None:
        return next(a for a in WORLD["accounts"] if a["id"] == WORLD["default_account"])
    scheme, _, token = sent.partition(" ")
    account = TOKENS.get(token) if scheme.lower() == "bearer" else None
    if account is None:
        raise Refusal(401, "invalid-token", "This is none of our tokens.")
    if not account.get("active", True):
        raise Refusal(401, "inactive-account", "The account is disabled.")
    return account


def the_organization(account):
    named, own = request.headers.get("organization_id"), account.get("organization")
    if named is not None and not re.fullmatch("[1-9][0-9]{0,17}", named):
        raise Refusal(400, "invalid-request", "organization_id is no id.")
    wanted = int(named) if named and account["role"] in ("ADMIN", "ORG_GROUP_ADMIN") else own
    managed = (*GROUPS.get(account.get("group"), ()), own)
    if wanted is None or (account["role"] == "ORG_GROUP_ADMIN" and wanted not in managed):
        raise Refusal(403, "organization-forbidden", "Not an organization that you may act for.")
    if wanted not in ORGANIZATIONS:
        raise Refusal(404, "organization-not-found", "There is no such organization.")
    return ORGANIZATIONS[wanted]


def the_body():
    try:
        body = json.loads(request.get_data())
        json.dumps(body, ensure_ascii=False).encode()  # a lone surrogate is no text
    except (ValueError, RecursionError):
        raise Refusal(400, "malformed-json", "Send a JSON object in UTF-8.") from None
    return body


@app.post("/api/payment/intent")
def create():
    account = the_account()
    if request.mimetype != "application/json":
        raise Refusal(415, "unsupported-media-type", "Send application/json.")
    body = the_body()
    broken = sorted({"/".join(map(str, ["#", *error.path])) for error in BODY.iter_errors(body)})
    if broken:
        errors = [{"pointer": place, "detail": "is not as the contract says"} for place in broken]
        raise Refusal(400, "invalid-request", "The request breaks the contract.", errors=errors)
    organization = the_organization(account)
    if "customer" not in organization:
        raise Refusal(409, "customer-missing", "The organization has no customer.")
    return {"client_secret": pay(organization, organization["customer"]["id"], body).client_secret}


def pay(organization, customer, body):
    charges, method = body.get("error_on_requires_action", False), None
    params = {name: body[name] for name in ("amount", "currency", "description", "receipt_email") if name in body}
    params |= {"customer": customer, "payment_method_types": ["card"]}
    params |= {"confirm": True, "error_on_requires_action": True} if charges else {}
    try:
        if "payment_method" in body:
            method = params["payment_method"] = the_method(organization, customer, body["payment_method"])
        elif charges and not STRIPE.v1.customers.retrieve(customer).default_source:
            raise Refusal(409, "default-payment-method-missing", "There is no default source.")
    except stripe.StripeError as error:
        raise Refusal(503, "provider-unavailable", "Stripe is away. Nothing was charged.") from error
    intent = the_intent(params, charges)
    if method:
        try:
            STRIPE.v1.subscriptions.update(organization["subscription"]["id"], {"default_payment_method": method})
        except stripe.StripeError as error:
            if charges:
                raise Refusal(502, "subscription-not-updated", "The card was charged. Do not repeat this.") from error
            raise Refusal(503, "provider-unavailable", "Stripe is away. Nothing was charged.") from error
    return intent


def the_intent(params, charges):
    try:
        return STRIPE.v1.payment_intents.create(params)
    except stripe.CardError as error:
        code = error.code.replace("_", "-")
        raise Refusal(402, code, "The card was refused.", decline_code=str(error.error.decline_code)) from error
    except stripe.InvalidRequestError as error:
        raise Refusal(409, "provider-refused", "Stripe refused it.", provider_code=str(error.code)) from error
    except stripe.StripeError as error:
        refusals = stripe.RateLimitError | stripe.AuthenticationError | stripe.PermissionError
        if charges and not isinstance(error, refusals):
            raise Refusal(
                502, "payment-outcome-unknown", "Perhaps the card was charged. Do not repeat this."
            ) from error
        raise Refusal(503, "provider-unavailable", "Stripe is away. Nothing was charged.") from error


def the_method(organization, customer, identity):
    if "subscription" not in organization:
        raise Refusal(409, "subscription-missing", "There is no subscription.")
    method = next((m for m in organization.get("payment_methods", ()) if m["id"] == identity), None)
    if method is None:
        raise Refusal(404, "payment-method-not-found", "There is no such payment method.")
    try:
        STRIPE.v1.customers.payment_methods.retrieve(customer, method["stripe"])
    except stripe.InvalidRequestError as error:
        raise Refusal(409, "payment-method-not-attached", "It is not attached to the customer.") from error
    return method["stripe"]


class Server(ThreadingMixIn, WSGIServer):
    # Werkzeug's own server drops headers with an underscore, such as organization_id.
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args):
        pass


if __name__ == "__main__":
    make_server("127.0.0.1", int(sys.argv[1]), app, Server, Quiet).serve_forever()
