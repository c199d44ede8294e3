"""Another contract with other names is served without a change to the package."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.contract.conftest import SETTINGS, Server, served
from tests.contract.seen import intents
from tollbridge.compose import CANNOT_START, Options, compose
from tollbridge.server.handlers import HandlerError

SECOND = Path(__file__).parent.parent / "second"
PATH = "/v2/gates/12/fees"
HANDLER = "async def charge_gate_fee(body, gate, caller, payments):\n    return 201, {'token': 'x'}\n"


def options(handlers: Path = SECOND / "handlers") -> Options:
    return Options(contract=SECOND / "openapi.yaml", handlers=handlers, calls=SETTINGS)


@pytest.fixture
def second() -> Iterator[Server]:
    """The second contract with its own handlers."""
    yield from served(options())


def test_the_second_contract_is_served(second: Server) -> None:
    """Its own path, members, status and answer, on the same use case."""
    answer = second.http.post(PATH, json={"price": 4200, "unit": "eur", "note": None})
    assert answer.status_code == 201
    assert list(answer.json()) == ["token"]
    [intent] = intents(second)
    assert (intent["amount"], intent["currency"], intent["description"]) == (4200, "eur", "Gate 12")


def test_each_path_has_its_own_parameters(second: Server) -> None:
    """A second request to an operation, with another value in its path, is not served with the first one's."""
    for gate in (12, 13, 12):
        assert second.http.post(f"/v2/gates/{gate}/fees", json={"price": 4200, "unit": "eur"}).status_code == 201
    assert [intent["description"] for intent in intents(second)] == ["Gate 12", "Gate 13", "Gate 12"]


@pytest.mark.parametrize(
    ("path", "body", "places"),
    [
        (PATH, {}, ["#/price", "#/unit"]),
        (PATH, {"price": 1, "unit": "gbp"}, ["#/price", "#/unit"]),
        (PATH, {"amount": 4200, "currency": "usd"}, ["#/price", "#/unit", "#/amount", "#/currency"]),
        ("/v2/gates/07/fees", {"price": 4200, "unit": "usd"}, ["gate"]),
        ("/v2/gates/0/fees", {"price": 1, "unit": "usd"}, ["#/price", "gate"]),
    ],
)
def test_the_second_contract_is_enforced(second: Server, path: str, body: dict[str, object], places: list[str]) -> None:
    """Its own rules are what a request is held against, all at once."""
    answer = second.http.post(path, json=body)
    assert answer.status_code == 400
    assert [error.get("pointer") or error["parameter"] for error in answer.json()["errors"]] == places


def test_a_parameter_is_told_by_its_name(second: Server) -> None:
    """What is wrong with a parameter is not said of the body."""
    answer = second.http.post("/v2/gates/0/fees", json={"price": 4200, "unit": "eur"})
    assert [error["detail"] for error in answer.json()["errors"]] == ["gate is 0; the minimum is 1. Send at least 1."]


def test_the_first_contract_is_not_there(second: Server) -> None:
    """Nothing of the bundled contract is served beside another."""
    assert second.http.post("/api/payment/intent", json={"amount": 4200, "currency": "usd"}).status_code == 404


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (None, "there is no file"),
        ("x = 1\n", "has no such function"),
        (HANDLER + HANDLER, "defines charge_gate_fee 2 times"),
        (HANDLER.removeprefix("async "), "`async def`"),
        (HANDLER.replace("gate,", "gateway,"), "asks for gateway"),
        ("def broken(:\n", "invalid syntax"),
        ("import nowhere_to_be_found\n" + HANDLER, "cannot be imported: ModuleNotFoundError"),
    ],
)
def test_a_handler_that_cannot_serve_stops_the_start(tmp_path: Path, source: str | None, told: str) -> None:
    """A missing, doubled or misshapen function is a sentence, before the first request."""
    if source is not None:
        (tmp_path / "fees.py").write_text(source)
    with pytest.raises(HandlerError, match=told) as caught:
        compose(replace(options(tmp_path), mock="none"), lambda _exchange: None)
    assert isinstance(caught.value, CANNOT_START)


@pytest.mark.parametrize(
    ("answered", "named"),
    [
        ("201, {'token': 7, 'x': 'pi_1_secret_canary'}", "#/token"),
        ("201, {'key': 'pi_1_secret_canary'}", "#/token"),
        ("200, {'token': 'pi_1_secret_canary'}", "200"),
    ],
)
def test_an_answer_that_breaks_the_contract_is_withheld(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, answered: str, named: str
) -> None:
    """The client gets a 500 problem that names the rule's place, and never the value."""
    (tmp_path / "fees.py").write_text(HANDLER.replace("201, {'token': 'x'}", answered))
    for server in served(options(tmp_path)):
        answer = server.http.post(PATH, json={"price": 4200, "unit": "eur"})
        assert (answer.status_code, answer.json()["error_code"]) == (500, "contract-breach")
        assert named in answer.json()["detail"]
        assert named in caplog.text
        assert "canary" not in answer.text + caplog.text


def test_a_handler_that_fails_is_a_500_problem(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The reason is in the log under the request's id; the client learns nothing of it."""
    (tmp_path / "fees.py").write_text(HANDLER.replace("return 201, {'token': 'x'}", "raise KeyError('inner')"))
    for server in served(options(tmp_path)):
        answer = server.http.post(PATH, json={"price": 4200, "unit": "eur"})
        assert (answer.status_code, answer.json()["error_code"]) == (500, "internal-error")
        assert "inner" not in answer.text
        assert answer.json()["instance"] in caplog.text
        assert "KeyError: 'inner'" in caplog.text
