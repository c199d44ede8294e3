"""`--fallback` with the real stripe-mock behind it."""

import pytest
from starlette.testclient import TestClient

from tollbridge.compose import Options, compose_stripe

pytestmark = pytest.mark.stripe_mock


def test_a_suite_for_stripe_mock_finds_what_it_asks_for(stripe_mock: str) -> None:
    """Objects that nobody made and routes that we lack are stripe-mock's, marked; what we have is ours."""
    headers = {"Authorization": "Bearer sk_test_123"}
    with TestClient(compose_stripe(Options(fallback=stripe_mock)), base_url="http://localhost:12111") as http:
        for path, kind in (
            ("charges/ch_123", "charge"),
            ("coupons/co_123", "coupon"),
            ("accounts/acct_123", "account"),
        ):
            answer = http.get(f"/v1/{path}", headers=headers)
            assert (answer.status_code, answer.json()["object"]) == (200, kind)
            assert answer.headers["tollbridge-fallback"] == stripe_mock
        made = http.post("/v1/customers", data={"name": "Zoe"}, headers=headers)
        assert (made.json()["name"], "tollbridge-fallback" in made.headers) == ("Zoe", False)
        assert made.headers["stripe-mock-version"] == answer.headers["stripe-mock-version"]
