"""Where several things are wrong, the earlier refusal wins, and nothing is written at Stripe."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.contract.conftest import PATH, SETTINGS, Server, served
from tests.contract.seen import effects, intents
from tests.contract.worlds import changed_world, organization
from tollbridge.compose import Options, compose
from tollbridge.world import WorldError

BODY = {"amount": 4200, "currency": "usd"}
BAD_TOKEN = {"Authorization": "Bearer x"}
BAD_ACCEPT = {"Accept": "text/html"}


@contextmanager
def server_in(folder: Path, change: Callable[[dict[str, Any]], None]) -> Iterator[Server]:
    yield from served(Options(calls=SETTINGS, world=changed_world(folder, change)))


def no_customer(document: dict[str, Any]) -> None:
    for name in ("customer", "subscription", "default_source"):
        del organization(document, 1)[name]


def no_subscription(document: dict[str, Any]) -> None:
    del organization(document, 1)["subscription"]


def no_default_source(document: dict[str, Any]) -> None:
    del organization(document, 1)["default_source"]


def admin(document: dict[str, Any]) -> None:
    document["default_account"] = 1


def admin_without_customer(document: dict[str, Any]) -> None:
    no_customer(document)
    document["default_account"] = 1


def unchanged(document: dict[str, Any]) -> None:
    assert document


CASES: list[tuple[str, Callable[[dict[str, Any]], None], dict[str, Any], dict[str, str], tuple[int, str]]] = [
    ("token before violations", unchanged, {"amount": 1}, BAD_TOKEN, (401, "invalid-token")),
    ("token before organization", admin, BODY, BAD_TOKEN | {"organization_id": "8"}, (401, "invalid-token")),
    ("token before customer", no_customer, BODY, BAD_TOKEN, (401, "invalid-token")),
    ("violations before organization", admin, {"amount": 1}, {"organization_id": "8"}, (400, "invalid-request")),
    ("violations before no organization", admin, {"amount": 1}, {}, (400, "invalid-request")),
    ("a malformed header before no customer", no_customer, BODY, {"organization_id": "x"}, (400, "invalid-request")),
    ("violations before customer", no_customer, {"amount": 1}, {}, (400, "invalid-request")),
    ("violations before method", unchanged, {"amount": 1, "payment_method": 99}, {}, (400, "invalid-request")),
    ("organization required", admin, BODY, {}, (403, "organization-required")),
    ("unknown organization", admin, BODY, {"organization_id": "8"}, (404, "organization-not-found")),
    (
        "organization before customer",
        admin_without_customer,
        BODY,
        {"organization_id": "8"},
        (404, "organization-not-found"),
    ),
    ("no customer", no_customer, BODY, {}, (409, "customer-missing")),
    ("customer before method", no_customer, {**BODY, "payment_method": 99}, {}, (409, "customer-missing")),
    (
        "subscription before method",
        no_subscription,
        {**BODY, "payment_method": 99},
        {},
        (409, "subscription-missing"),
    ),
    ("unknown method", unchanged, {**BODY, "payment_method": 99}, {}, (404, "payment-method-not-found")),
    (
        "unattached method before the card",
        unchanged,
        {**BODY, "payment_method": 8210, "error_on_requires_action": True},
        {},
        (409, "payment-method-not-attached"),
    ),
    ("accept before violations", unchanged, {"amount": 1}, BAD_ACCEPT, (406, "not-acceptable")),
]


@pytest.mark.parametrize(("change", "body", "headers", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_the_earlier_refusal_wins(
    tmp_path: Path,
    change: Callable[[dict[str, Any]], None],
    body: dict[str, Any],
    headers: dict[str, str],
    expected: tuple[int, str],
) -> None:
    """Token, violations, organization, customer and subscription, payment method: in this order."""
    with server_in(tmp_path, change) as server:
        answer = server.http.post(PATH, json=body, headers=headers)
        assert (answer.status_code, answer.json()["error_code"]) == expected
        assert effects(server) == []


def test_an_organization_without_subscription_can_pay_without_a_method(tmp_path: Path) -> None:
    """The subscription is needed only to tie a method to it."""
    with server_in(tmp_path, no_subscription) as server:
        assert server.http.post(PATH, json=BODY).status_code == 200


def test_a_customer_without_default_source_is_told_to_send_a_method(tmp_path: Path) -> None:
    """A confirmation with nothing to charge is a conflict with a code of its own."""
    with server_in(tmp_path, no_default_source) as server:
        answer = server.http.post(PATH, json={**BODY, "error_on_requires_action": True})
        assert (answer.status_code, answer.json()["error_code"]) == (409, "default-payment-method-missing")
        assert [intent["status"] for intent in intents(server) if intent["amount_received"]] == []


def test_a_world_with_a_card_that_nobody_knows_does_not_start(tmp_path: Path) -> None:
    """The simulator's refusal of a card is told as the world file's fault, in a sentence."""

    def unknown_card(document: dict[str, Any]) -> None:
        organization(document, 1)["payment_methods"][0]["card"] = "4111111111111112"

    with pytest.raises(WorldError, match=r"world\.yaml: There is no test card that ends in 1112"):
        compose(Options(world=changed_world(tmp_path, unknown_card)), lambda _exchange: None)


def test_the_header_chooses_the_customer(tmp_path: Path) -> None:
    """An ADMIN who names an organization pays as that one."""
    with server_in(tmp_path, admin) as server:
        answer = server.http.post(PATH, json={**BODY, "payment_method": 74242}, headers={"organization_id": "7"})
        assert answer.status_code == 200
        assert [intent["customer"] for intent in intents(server)] == ["cus_QuaySeven00007"]


def test_the_header_is_ignored_for_other_roles(server: Server) -> None:
    """An ORG_ADMIN who names another organization still pays as the own one."""
    assert server.http.post(PATH, json=BODY, headers={"organization_id": "7"}).status_code == 200
    assert [intent["customer"] for intent in intents(server)] == ["cus_QuayOne0000001"]
