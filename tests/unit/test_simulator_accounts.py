"""The account and keys for apps; facts as in docs/stripe-facts.md."""

from tests.unit.stripe_calls import ANN, NOW, SEED, call, simulator

KEYS = "/v1/ephemeral_keys"


def test_j1_the_account() -> None:
    """It settles in its currency, in that currency's country; no other account is reached."""
    stripe = simulator(seed=SEED | {"settlement_currency": "cad"})
    shown = call(stripe, "GET", "/v1/account").document
    assert (shown["object"], shown["country"], shown["default_currency"]) == ("account", "CA", "cad")
    assert (shown["charges_enabled"], shown["payouts_enabled"], shown["details_submitted"]) == (True, True, True)
    assert call(stripe, "GET", f"/v1/accounts/{shown['id']}").document == shown
    other = call(stripe, "GET", "/v1/accounts/acct_nope")
    assert (other.status, other.error["code"]) == (403, "account_invalid")


def test_j2_an_ephemeral_key() -> None:
    """It is of one customer, good for an hour, tells its secret once, and is over when it is deleted."""
    stripe = simulator()
    made = call(stripe, "POST", KEYS, {"customer": ANN}, stripe_version="2020-08-27").document
    assert (made["object"], made["created"], made["expires"]) == ("ephemeral_key", NOW, NOW + 3600)
    assert made["associated_objects"] == [{"id": ANN, "type": "customer"}]
    assert made["secret"].startswith("ek_test_")
    gone = call(stripe, "DELETE", f"{KEYS}/{made['id']}").document
    assert (gone["expires"], "secret" in gone) == (NOW, False)
    assert call(stripe, "DELETE", f"{KEYS}/{made['id']}").status == 404
    assert call(stripe, "POST", KEYS, {"customer": "cus_nope"}).error["param"] == "customer"
    assert call(stripe, "POST", KEYS, {}).status == 400
