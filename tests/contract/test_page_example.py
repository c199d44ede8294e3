"""The documented page's own example, and the member that its texts mention and its body lacks."""

from tests.contract.conftest import PATH, Server

EXAMPLE = {
    "amount": 42,
    "currency": "string",
    "description": "string",
    "error_on_requires_action": False,
    "payment_method": 42,
    "receipt_email": "string",
}


def test_the_pages_example_is_refused_with_each_of_its_faults(server: Server) -> None:
    """The placeholder currency and e-mail address are named; with a real currency the amount is too."""
    answer = server.http.post(PATH, json=EXAMPLE)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/currency", "#/receipt_email"]
    answer = server.http.post(PATH, json={**EXAMPLE, "currency": "usd"})
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/amount", "#/receipt_email"]
    assert "the minimum for usd is 50" in answer.json()["errors"][0]["detail"]


def test_the_pages_example_works_once_its_faults_are_mended(server: Server) -> None:
    """Its payment method, 42, is a plain Visa of the default organization."""
    mended = {**EXAMPLE, "amount": 50, "currency": "usd", "receipt_email": "yard@example.com"}
    assert server.http.post(PATH, json=mended).status_code == 200


def test_a_body_with_confirm_is_told_what_the_page_leaves_out(server: Server) -> None:
    """The refusal says which member does what `confirm` would."""
    [error] = server.http.post(PATH, json={"amount": 4200, "currency": "usd", "confirm": True}).json()["errors"]
    assert error["pointer"] == "#/confirm"
    assert error["rule"] == "body.members"
    assert "error_on_requires_action: true" in error["detail"]
    assert "client_secret" in error["detail"]
