"""examples/next_operation: an operation more than the bundled contract has, with a handler that sees an intent."""

from collections.abc import Iterator

import pytest

from tests.contract.conftest import PATH, SETTINGS, Server, served
from tests.next_operation import EXAMPLE, next_contract
from tollbridge.compose import Options
from tollbridge.contracts import checked_contract

GOOD = {"amount": 4200, "currency": "usd"}


@pytest.fixture(scope="module")
def next_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the operation."""
    contract = next_contract(tmp_path_factory.mktemp("next"))
    yield from served(Options(contract=contract, handlers=EXAMPLE / "handlers", calls=SETTINGS))


def made(server: Server) -> str:
    """Create an intent for the default organization; return its id."""
    secret: str = server.http.post(PATH, json=GOOD).json()["client_secret"]
    return secret.partition("_secret_")[0]


def test_an_intent_of_the_organization_is_seen(next_server: Server) -> None:
    """Its status and amount are as Stripe has them."""
    intent = made(next_server)
    answer = next_server.http.get(f"{PATH}/{intent}")
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"id": intent, "status": "requires_payment_method", "amount": 4200, "currency": "usd"}


def test_a_foreign_and_an_unknown_intent_get_the_same_answer(next_server: Server) -> None:
    """A 404 of the contract's own, which documents it by its default."""
    issued = next_server.http.post("/_tollbridge/tokens", json={"account": 1}).json()
    headers = {"Authorization": f"Bearer {issued['access_token']}", "organization_id": "9"}
    foreign = next_server.http.get(f"{PATH}/{(intent := made(next_server))}", headers=headers).json()
    unknown = next_server.http.get(f"{PATH}/pi_None", headers=headers).json()
    assert (foreign["status"], foreign["error_code"]) == (404, "payment-intent-not-found")
    assert {**foreign, "instance": "", "detail": foreign["detail"].replace(intent, "pi_None")} == {
        **unknown,
        "instance": "",
    }


@pytest.mark.parametrize("identity", ["..%2Fcustomers", "pi_1%3Fexpand=x", "nothing", "pi_" + "x" * 101])
def test_an_id_of_another_form_reaches_nobody(next_server: Server, identity: str) -> None:
    """It is refused before Stripe is asked."""
    before = len(next_server.stripe.record)
    assert next_server.http.get(f"{PATH}/{identity}").status_code in (400, 404)
    assert len(next_server.stripe.record) == before


def test_the_contract_of_the_example_is_good(next_server: Server) -> None:
    """`contract check` finds nothing wrong with it, its handlers included."""
    contract = next_server.sandbox.contract.path
    found = checked_contract(contract, EXAMPLE / "handlers", with_lints=False)
    assert [one.said for one in found.complaints if one.severity == "error"] == []
    assert found.operations == 2
