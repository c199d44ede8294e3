"""The documented endpoint once more: another team's server, in Flask, with the plain Stripe SDK.

Written from the documented page and openapi.yaml alone. It shares no code with Tollbridge, and differs from it where
the page leaves things open: it answers 401 before 404, reads the customer before it charges the default source, and
shows its violations in an order of its own.

    STRIPE_API_BASE=http://127.0.0.1:12111 python examples/flask_server/server.py 8000 examples/world.yaml
"""

import os
import sys
import uuid
from pathlib import Path

import jsonschema
import stripe
import yaml
from flask import Flask, request
from werkzeug.exceptions import HTTPException

HERE = Path(__file__).resolve().parent
CONTRACT = yaml.safe_load((HERE.parent.parent / "openapi.yaml").read_text())
BODY = jsonschema.Draft4Validator({"$ref": "#/components/schemas/PaymentIntentRequest", **CONTRACT})
WORLD = yaml.safe_load(Path(sys.argv[2]).read_text())
ORGANIZATIONS = {o["id"]: o for o in WORLD["organizations"]}
ACCOUNTS = {a["id"]: a for a in WORLD["accounts"]}
TOKENS = {a["token"]: a for a in ACCOUNTS.values() if "token" in a}
GROUPS = {g["id"]: g["organizations"] for g in WORLD["groups"]}
HTTP = stripe.RequestsClient(timeout=4)
STRIPE = stripe.StripeClient(
    "sk_test_example",
    base_addresses={"api": os.environ["STRIPE_API_BASE"]},
    http_client=HTTP,
    max_network_retries=1,
)
app = Flask(__name__)


class Refusal(Exception):
    def __init__(self, status, code, detail, **members):
        self.status, self.code, self.detail, self.members = status, code, detail, members


@app.errorhandler(Refusal)
def refused(refusal):
    retry = refusal.members.pop("retry", False)
    document = {"type": "about:blank", "title": refusal.code.replace("-", " "), "status": refusal.status,
                "detail": refusal.detail, "instance": str(uuid.uuid4()), "error_code": refusal.code, **refusal.members}
    headers = {"Cache-Control": "no-store", "X-Request-Id": document["instance"], "Content-Type": "application/problem+json"}
    headers |= {"Retry-After": "2"} if retry else {}
    headers |= {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}
    return document, refusal.status, headers


@app.errorhandler(HTTPException)
def not_routed(error):
    answer, status, headers = refused(Refusal(error.code, error.name.lower().replace(" ", "-"), error.description))
    allow = {"Allow": ", ".join(sorted(error.valid_methods))} if error.code == 405 else {}
    return answer, status, headers | allow


def the_account():
    sent = request.headers.getlist("Authorization")
    if not sent:
        return ACCOUNTS[WORLD["default_account"]]
    scheme, _, token = sent[0].partition(" ")
    account = TOKENS.get(token) if scheme.lower() == "bearer" and len(sent) == 1 else None
    if account is None:
        raise Refusal(401, "invalid-token", "This is none of our tokens.")
    if not account.get("active", True):
        raise Refusal(401, "inactive-account", "The account is disabled.")
    return account


def the_organization(account, named):
    own = account.get("organization")
    if account["role"] not in ("ADMIN", "ORG_GROUP_ADMIN") or named is None or named == own:
        wanted = own
    elif account["role"] == "ORG_GROUP_ADMIN" and named not in GROUPS.get(account.get("group"), ()):
        raise Refusal(403, "organization-forbidden", "Not an organization of yours.")
    else:
        wanted = named
    if wanted is None:
        raise Refusal(403, "organization-required", "Name an organization.")
    if wanted not in ORGANIZATIONS:
        raise Refusal(404, "organization-not-found", "There is no such organization.")
    return ORGANIZATIONS[wanted]


def the_violations(body):
    """Each broken rule of the body; for money, those of the branch that the currency means."""
    for error in sorted(BODY.iter_errors(body), key=lambda e: e.json_path):
        if error.validator == "anyOf":
            branches = BODY.evolve(schema=CONTRACT["components"]["schemas"]["PaymentIntentRequest"]["anyOf"][0])
            for failed in branches.iter_errors(body):
                of_ours = [e for e in failed.context if body.get("currency") in branch_of(failed, e)["properties"]["currency"]["enum"]]
                yield from (("#/amount", e.message) for e in of_ours if list(e.path) == ["amount"])
        elif error.validator == "required":
            yield "#/" + error.message.split("'")[1], error.message
        elif error.validator == "additionalProperties":
            yield from (("#/" + n.replace("~", "~0").replace("/", "~1"), "unknown") for n in set(body) - set(error.schema["properties"]))
        else:
            yield "#" + "".join(f"/{step}" for step in error.path), "is not as the contract says"


def branch_of(failed, error):
    return failed.schema["oneOf"][error.schema_path[0]]


@app.post("/api/payment/intent")
def create():
    account = the_account()
    if request.mimetype != "application/json":
        raise Refusal(415, "unsupported-media-type", "Send application/json.")
    body = request.get_json(silent=True)
    errors = [{"pointer": place, "detail": said} for place, said in dict(the_violations(body)).items()]
    named = request.headers.getlist("organization_id")
    if named and not (len(named) == 1 and named[0].isascii() and named[0].isdigit() and named[0][0] != "0" and int(named[0]) < 2**63):
        errors.append({"header": "organization_id", "detail": "is not an id"})
    if errors:
        raise Refusal(400, "invalid-request", "The request breaks the contract.", errors=errors)
    organization = the_organization(account, int(named[0]) if named else None)
    customer = organization.get("customer", {}).get("id")
    if customer is None:
        raise Refusal(409, "customer-missing", "The organization has no customer.")
    intent = pay(organization, customer, body)
    return {"client_secret": intent.client_secret}, 200, {"Cache-Control": "no-store", "X-Request-Id": str(uuid.uuid4())}


def pay(organization, customer, body):
    charges = body.get("error_on_requires_action", False)
    params = {name: body[name] for name in ("amount", "currency", "description", "receipt_email") if name in body}
    params |= {"customer": customer, "payment_method_types": ["card"]}
    params |= {"confirm": True, "error_on_requires_action": True} if charges else {}
    method = None
    try:
        if "payment_method" in body:
            method = params["payment_method"] = the_method(organization, customer, body["payment_method"])
        elif charges and not STRIPE.v1.customers.retrieve(customer).default_source:
            raise Refusal(409, "default-payment-method-missing", "There is no default source.")
    except stripe.StripeError as error:
        raise unavailable() from error
    try:
        intent = STRIPE.v1.payment_intents.create(params)
    except stripe.CardError as error:
        raise Refusal(402, error.code.replace("_", "-"), error.user_message or "Refused.", decline_code=str(error.error.decline_code)) from error
    except stripe.InvalidRequestError as error:
        raise Refusal(409, "provider-refused", "Stripe refused it.", provider_code=str(error.code)) from error
    except stripe.StripeError as error:
        known = isinstance(error, stripe.RateLimitError | stripe.AuthenticationError | stripe.PermissionError)
        raise Refusal(502, "payment-outcome-unknown", "It is not known whether the card was charged.") if charges and not known else unavailable() from error
    if method:
        try:
            STRIPE.v1.subscriptions.update(organization["subscription"]["id"], {"default_payment_method": method})
        except stripe.StripeError as error:
            if charges:
                raise Refusal(502, "subscription-not-updated", "Charged, but not tied.", payment_intent=intent.id) from error
            raise unavailable() from error
    return intent


def the_method(organization, customer, identity):
    method = next((m for m in organization.get("payment_methods", ()) if m["id"] == identity), None)
    if "subscription" not in organization:
        raise Refusal(409, "subscription-missing", "There is no subscription.")
    if method is None:
        raise Refusal(404, "payment-method-not-found", "There is no such payment method.")
    try:
        STRIPE.v1.customers.payment_methods.retrieve(customer, method["stripe"])
    except stripe.InvalidRequestError as error:
        raise Refusal(409, "payment-method-not-attached", "It is not attached to the customer.") from error
    return method["stripe"]


def unavailable():
    return Refusal(503, "provider-unavailable", "Stripe cannot be reached. Nothing was charged.", retry=True)


if __name__ == "__main__":
    app.run("127.0.0.1", int(sys.argv[1]), threaded=True)
