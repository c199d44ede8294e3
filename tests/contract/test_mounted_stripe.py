"""The server's own Stripe, reached by a browser or a script: one state with what the API did."""

from typing import Any

from tests.contract.conftest import PATH, Server

STRIPE = "/_tollbridge/stripe/v1"
SECRET_KEY = {"Authorization": "Bearer sk_test_0123456789"}
PUBLISHABLE_KEY = {"Authorization": "Bearer pk_test_0123456789"}
BODY: dict[str, Any] = {"amount": 4200, "currency": "usd", "payment_method": 4242}


def made(server: Server) -> tuple[str, str]:
    """Have the API make an intent; return its address and its client secret."""
    secret = server.http.post(PATH, json=BODY).json()["client_secret"]
    return f"{STRIPE}/payment_intents/{secret.partition('_secret_')[0]}", secret


def test_what_the_api_made_is_there(server: Server) -> None:
    """With a secret key the intent is retrieved and listed."""
    url, secret = made(server)
    intent = server.http.get(url, headers=SECRET_KEY).json()
    assert (intent["client_secret"], intent["amount"], intent["status"]) == (secret, 4200, "requires_confirmation")
    listed = server.http.get(f"{STRIPE}/payment_intents", headers=SECRET_KEY, params={"limit": 1}).json()
    assert listed["data"] == [intent]


def test_a_browser_confirms_with_the_client_secret(server: Server) -> None:
    """What the browser does to the intent is what the server sees afterwards."""
    url, secret = made(server)
    form = {"client_secret": secret, "return_url": "https://shop.example"}
    paid = server.http.post(f"{url}/confirm", data=form, headers=PUBLISHABLE_KEY)
    assert (paid.status_code, paid.json()["status"]) == (200, "succeeded")
    assert server.http.get(url, headers=SECRET_KEY).json()["amount_received"] == 4200
    assert [row.status for row in server.stripe.intents()] == ["succeeded"]


def test_a_wrong_key_or_secret_is_refused_as_stripe_does(server: Server) -> None:
    """401 without a key, 400 with somebody else's secret; the intent stays as it is."""
    url, _ = made(server)
    assert server.http.post(f"{url}/confirm").status_code == 401
    refused = server.http.post(f"{url}/confirm", data={"client_secret": "pi_x_secret_y"}, headers=PUBLISHABLE_KEY)
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "client_secret")
    assert [row.status for row in server.stripe.intents()] == ["requires_confirmation"]


def test_the_control_api_makes_the_apis_stripe_fail_and_tells_what_it_was_told(server: Server) -> None:
    """A fault injected there is the API's 503; the record has the calls; a challenge ends as its cardholder says."""
    control = "/_tollbridge/simulator"
    fault = {"kind": "429", "method": "POST", "path": "/v1/payment_intents"}
    assert server.http.post(f"{control}/faults", json=fault).status_code == 201
    assert server.http.post(PATH, json=BODY).status_code == 503
    assert server.http.get(f"{control}/record").json()["data"][-1]["fault"] == "429 before"
    secret = server.http.post(PATH, json=BODY | {"payment_method": 3184}).json()["client_secret"]
    identity = secret.partition("_secret_")[0]
    form = {"client_secret": secret, "return_url": "https://shop.example"}
    asked = server.http.post(f"{STRIPE}/payment_intents/{identity}/confirm", data=form, headers=PUBLISHABLE_KEY)
    assert asked.json()["status"] == "requires_action"
    url = f"{control}/payment_intents/{identity}/authenticate"
    assert server.http.post(url, json={"outcome": "succeed"}).json()["status"] == "succeeded"
