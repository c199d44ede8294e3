"""Every problem that the server can give, against the contract and against its page."""

import re
from html import unescape
from typing import Any

import pytest

from tests.contract.conftest import PATH, Server
from tollbridge.compose import Options
from tollbridge.contract import load_contract
from tollbridge.problems import CardRefused, Entry, Problem, ProviderRefused, SurfaceProblem, catalogue

OPERATION = load_contract(Options().contract).operations[0]


def every_class(cls: type[Problem] = Problem) -> list[type[Problem]]:
    return [cls, *(found for child in cls.__subclasses__() for found in every_class(child))]


def occurrence(cls: type[Problem]) -> Problem:
    """One occurrence of a problem, by whatever its constructor asks for."""
    if cls is CardRefused:
        return CardRefused("No.", code="expired_card", decline_code="expired_card")
    if cls is ProviderRefused:
        return ProviderRefused("No.", code="amount_too_small", param="amount")
    errors: Any = [{"pointer": "#/amount", "detail": "No."}]
    try:
        return cls("No.", errors)  # type: ignore[call-arg]
    except TypeError:
        return cls("No.")


CONCRETE = [cls for cls in every_class() if hasattr(cls, "error_code")]


IN_CONTRACT = [cls for cls in CONCRETE if not issubclass(cls, SurfaceProblem)]


@pytest.mark.parametrize("cls", IN_CONTRACT, ids=lambda cls: cls.__name__)
def test_every_problem_fits_the_contract(cls: type[Problem]) -> None:
    """The contract documents its status, its code and its members."""
    problem = occurrence(cls)
    response = OPERATION.responses[str(problem.status)]
    document = problem.document("req-1")
    assert response.media["application/problem+json"].violations(document) == []
    assert set(problem.headers) <= set(response.headers)
    assert "Cache-Control" in response.headers


def test_the_contract_refuses_a_problem_with_another_code() -> None:
    """The check above can fail: a code of another status does not fit."""
    document = occurrence(CardRefused).document("req-1") | {"error_code": "not-found"}
    assert not OPERATION.responses["402"].media["application/problem+json"].is_valid(document)


def test_the_catalogue_is_complete() -> None:
    """Every concrete class is an entry, and cards have one for each code."""
    assert len(CONCRETE) > 25
    codes = {(entry.status, entry.error_code) for entry in catalogue()}
    assert {(cls.status, cls.error_code) for cls in CONCRETE} <= codes
    assert (402, "incorrect-cvc") in codes
    assert len(catalogue()) == len(codes)


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: f"{entry.status}-{entry.error_code}")
def test_every_problem_has_a_page_at_its_type(module_server: Server, entry: Entry) -> None:
    """`type` leads to a page that says what the problem means."""
    page = module_server.http.get(f"/_tollbridge/problems/{entry.error_code}")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    text = unescape(re.sub(r"<[^>]+>", "", page.text))
    assert entry.title in text
    assert entry.meaning.replace("`", "") in text


def test_an_unknown_problem_has_no_page(module_server: Server) -> None:
    """A code that nobody gives is a 404 problem itself."""
    answer = module_server.http.get("/_tollbridge/problems/none")
    assert (answer.status_code, answer.json()["error_code"]) == (404, "not-found")


def test_the_list_of_problems_has_them_all(module_server: Server) -> None:
    """The index links every page."""
    page = module_server.http.get("/_tollbridge/problems").text
    assert all(f"/_tollbridge/problems/{entry.error_code}" in page for entry in catalogue())


def test_a_problem_of_the_wire_is_complete(module_server: Server) -> None:
    """An answered problem has all members, and the request's id twice."""
    answer = module_server.http.post(PATH, json={"amount": 1, "currency": "usd"})
    assert list(answer.json()) == ["type", "title", "status", "detail", "instance", "error_code", "errors"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["type"] == "/_tollbridge/problems/invalid-request"
    assert answer.json()["instance"] == answer.headers["x-request-id"]
