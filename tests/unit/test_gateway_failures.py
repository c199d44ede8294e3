"""Every exception of the SDK becomes one problem, and a charge that may have happened is never denied."""

from collections.abc import Iterator

import pytest
import stripe

from tollbridge.gateway.attempts import Attempts
from tollbridge.gateway.failures import problem_for
from tollbridge.problems import (
    CardRefused,
    PaymentOutcomeUnknown,
    Problem,
    ProviderInvalidResponse,
    ProviderMisconfigured,
    ProviderNotSimulated,
    ProviderRefused,
    ProviderUnavailable,
)


def every_subclass(cls: type[Exception]) -> Iterator[type[Exception]]:
    yield cls
    for child in cls.__subclasses__():
        yield from every_subclass(child)


SDK_ERRORS = sorted(set(every_subclass(stripe.StripeError)), key=lambda cls: cls.__name__)


def made(cls: type[Exception], status: int | None) -> Exception:
    """An instance without the constructor, whose arguments differ from class to class."""
    error = cls.__new__(cls)
    Exception.__init__(error, "text")
    for name, value in {
        "_message": "text",
        "code": None,
        "param": None,
        "error": None,
        "http_status": status,
    }.items():
        setattr(error, name, value)
    return error


@pytest.mark.parametrize("cls", SDK_ERRORS, ids=lambda cls: cls.__name__)
@pytest.mark.parametrize("status", [None, 200, 302, 400, 401, 402, 403, 404, 409, 410, 424, 429, 500, 501, 503])
@pytest.mark.parametrize("charges", [False, True])
def test_every_exception_of_the_installed_sdk_is_a_problem(
    cls: type[Exception], status: int | None, charges: bool
) -> None:
    """No class and no status falls through the table."""
    attempts = Attempts(status=status, arrived=status is not None and status >= 500 and status != 501)
    problem = problem_for(made(cls, status), attempts, charges=charges)
    assert isinstance(problem, Problem)
    assert problem.status in (402, 409, 502, 503)
    assert ("Retry-After" in problem.headers) == (problem.status == 503)


def test_the_sweep_sees_the_sdk() -> None:
    """The walk finds the classes that the table names, so that it cannot pass on an empty list."""
    assert {stripe.CardError, stripe.RateLimitError, stripe.APIConnectionError} <= set(SDK_ERRORS)
    assert len(SDK_ERRORS) > 12


@pytest.mark.parametrize(
    ("cls", "status", "expected"),
    [
        (stripe.CardError, 402, CardRefused),
        (stripe.InvalidRequestError, 400, ProviderRefused),
        (stripe.InvalidRequestError, 404, ProviderRefused),
        (stripe.IdempotencyError, 400, ProviderRefused),
        (stripe.AuthenticationError, 401, ProviderMisconfigured),
        (stripe.PermissionError, 403, ProviderMisconfigured),
        (stripe.RateLimitError, 429, ProviderUnavailable),
        (stripe.RateLimitError, 400, ProviderUnavailable),
        (stripe.APIConnectionError, None, ProviderUnavailable),
        (stripe.APIError, 409, ProviderUnavailable),
        (stripe.APIError, 424, ProviderUnavailable),
        (stripe.APIError, 500, ProviderUnavailable),
        (stripe.APIError, 501, ProviderNotSimulated),
        (stripe.APIError, 200, ProviderInvalidResponse),
        (stripe.APIError, 302, ProviderInvalidResponse),
    ],
)
def test_the_table_for_calls_that_charge_nothing(
    cls: type[Exception], status: int | None, expected: type[Problem]
) -> None:
    """Each row of the table in the module's docstring holds."""
    attempts = Attempts(status=status)
    assert type(problem_for(made(cls, status), attempts, charges=False)) is expected


@pytest.mark.parametrize(
    ("cls", "status"),
    [
        (stripe.APIConnectionError, None),
        (stripe.APIError, 409),
        (stripe.APIError, 500),
        (stripe.RateLimitError, 429),
        (stripe.AuthenticationError, 401),
        (stripe.IdempotencyError, 400),
    ],
)
def test_a_charge_that_may_have_arrived_is_unknown_whatever_came_last(cls: type[Exception], status: int | None) -> None:
    """An earlier lost attempt outweighs a later answer that settles nothing."""
    problem = problem_for(made(cls, status), Attempts(arrived=True, status=status), charges=True)
    assert type(problem) is PaymentOutcomeUnknown
    assert "Retry-After" not in problem.headers


@pytest.mark.parametrize(
    ("cls", "status", "expected"),
    [(stripe.CardError, 402, CardRefused), (stripe.InvalidRequestError, 400, ProviderRefused)],
)
def test_an_answer_that_settles_the_charge_is_taken_at_its_word(
    cls: type[Exception], status: int, expected: type[Problem]
) -> None:
    """A retry that was answered 402 or 400 tells what became of the attempt before it."""
    problem = problem_for(made(cls, status), Attempts(arrived=True, status=status), charges=True)
    assert type(problem) is expected


def test_an_unreadable_success_of_a_charge_is_unknown() -> None:
    """A 2xx whose body cannot be used means that the card was probably charged."""
    assert type(problem_for(None, Attempts(status=200), charges=True)) is PaymentOutcomeUnknown
    assert type(problem_for(None, Attempts(status=200), charges=False)) is ProviderInvalidResponse


def test_a_refused_connection_alone_charges_nothing() -> None:
    """What was never sent may be sent again."""
    attempts = Attempts()
    attempts.sending()
    attempts.lost(arrived=False)
    assert type(problem_for(made(stripe.APIConnectionError, None), attempts, charges=True)) is ProviderUnavailable


def test_time_that_runs_out_between_attempts_does_not_count_as_sent() -> None:
    """Only an attempt under way may have arrived."""
    waiting = Attempts()
    waiting.out_of_time()
    asked = Attempts()
    asked.sending()
    asked.out_of_time()
    assert (waiting.arrived, asked.arrived) == (False, True)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("expired_card", "expired-card"),
        ("card_declined", "card-declined"),
        ("brand_new_code", "card-declined"),
        (None, "card-declined"),
    ],
)
def test_card_codes_are_kebab_case_and_enumerated(code: str | None, expected: str) -> None:
    """A code that the contract does not list is answered as a plain decline."""
    problem = CardRefused("No.", code=code, decline_code="lost_card")
    assert (problem.error_code, problem.members) == (expected, {"decline_code": "lost_card"})


def test_the_sdks_own_log_is_silenced_at_its_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """The functions of stripe 16.1.0 that print whole replies do nothing once a gateway is made."""
    from stripe import _api_requestor, _util

    from tollbridge.gateway import Settings, url_gateway

    monkeypatch.delenv("STRIPE_LOG", raising=False)
    monkeypatch.setattr(_api_requestor, "log_info", _util.log_info)
    monkeypatch.setattr(_api_requestor, "log_debug", _util.log_debug)
    url_gateway("http://127.0.0.1:9", Settings())
    assert _api_requestor.log_info is not _util.log_info
    assert _api_requestor.log_debug is not _util.log_debug
    assert _api_requestor.log_debug("API response body", body="pi_1_secret_2") is None
