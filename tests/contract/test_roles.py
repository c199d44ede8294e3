"""Who may act for whom, over HTTP: each cell of the table that `tollbridge world roles` prints."""

from collections.abc import Iterator

import pytest

from tests.contract.conftest import PATH, SETTINGS, Server, served
from tollbridge.compose import Options
from tollbridge.worlds.roles import HEADERS, MALFORMED, ROLES, role_table

WORLD = """
default_account: 1
groups: [{id: 1, organizations: [1, 2]}, {id: 2, organizations: [2]}]
organizations:
- {id: 1, customer: {id: cus_OwnOwnOwnOwn01}}
- {id: 2, customer: {id: cus_Managed0000002}}
- {id: 3, customer: {id: cus_Foreign0000003}}
accounts:
- {id: 1, role: ADMIN, organization: 1}
- {id: 2, role: ADMIN}
- {id: 3, role: ORG_GROUP_ADMIN, organization: 1, group: 1}
- {id: 4, role: ORG_GROUP_ADMIN, group: 2}
- {id: 5, role: ORG_ADMIN, organization: 1}
- {id: 6, role: ORG_ADMIN}
- {id: 7, role: DRIVER, organization: 1}
- {id: 8, role: DRIVER}
- {id: 9, role: GUARD, organization: 1}
- {id: 10, role: GUARD}
- {id: 11, role: CARRIER_ADMIN, organization: 1}
- {id: 12, role: CARRIER_ADMIN}
"""
SENT = {name: value if value is None else str(value) for name, value in HEADERS} | {MALFORMED: "01"}
CUSTOMERS = {
    "own": "cus_OwnOwnOwnOwn01",
    "the managed one": "cus_Managed0000002",
    "the foreign one": "cus_Foreign0000003",
}
EXPECTED = {
    "ADMIN yes": ["own", "own", "the managed one", "the foreign one", "404 organization-not-found"],
    "ADMIN none": [
        "403 organization-required",
        "-",
        "the managed one",
        "the foreign one",
        "404 organization-not-found",
    ],
    "ORG_GROUP_ADMIN yes": ["own", "own", "the managed one", *["403 organization-forbidden"] * 2],
    "ORG_GROUP_ADMIN none": ["403 organization-required", "-", "the managed one", *["403 organization-forbidden"] * 2],
    **{f"{role} yes": ["own"] * 5 for role in ROLES[2:]},
    **{f"{role} none": ["403 organization-required", "-", *["403 organization-required"] * 3] for role in ROLES[2:]},
}
"""Written down by hand from the documented header: what the printed table is held to."""

CELLS = [
    (2 * ROLES.index(role) + (1 if own == "yes" else 2), header, cell)
    for row in EXPECTED
    for role, own in [row.split()]
    for header, cell in zip(SENT, [*EXPECTED[row], "400 invalid-request"], strict=True)
    if cell != "-"
]


@pytest.fixture(scope="module")
def roles_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server in a world with an account for each row."""
    path = tmp_path_factory.mktemp("world") / "world.yaml"
    path.write_text(WORLD)
    yield from served(Options(calls=SETTINGS, world=path))


def token(server: Server, account: int, **more: int) -> dict[str, str]:
    """The header of a token of an account, as the server issues it."""
    issued = server.http.post("/_tollbridge/tokens", json={"account": account, **more})
    assert issued.status_code == 201
    return {"Authorization": f"Bearer {issued.json()['access_token']}"}


def test_the_printed_table_is_the_documented_one() -> None:
    """Every cell, and no other."""
    head, *rows = role_table()
    assert head == ("role", "own organization", *SENT)
    assert {f"{role} {own}": [*cells] for role, own, *cells in rows} == {
        row: [*cells, "400 invalid-request"] for row, cells in EXPECTED.items()
    }


@pytest.mark.parametrize(("account", "header", "expected"), CELLS)
def test_each_cell_of_the_role_table(roles_server: Server, account: int, header: str, expected: str) -> None:
    """The intent is for the customer of the stated organization; or the stated problem, and no intent."""
    headers = token(roles_server, account)
    if SENT[header] is not None:
        headers["organization_id"] = str(SENT[header])
    before = len(roles_server.stripe.intents())
    answer = roles_server.http.post(PATH, json={"amount": 4200, "currency": "usd"}, headers=headers)
    made = roles_server.stripe.intents()[before:]
    if expected in CUSTOMERS:
        assert answer.status_code == 200
        assert [row.customer for row in made] == [CUSTOMERS[expected]]
    else:
        assert f"{answer.status_code} {answer.json()['error_code']}" == expected
        assert made == []


@pytest.mark.parametrize("account", range(1, 8))
def test_a_foreign_and_an_unknown_method_are_not_told_apart(server: Server, account: int) -> None:
    """Equal bodies but for the ids, and equal calls at Stripe, for every role."""
    headers = token(server, account) | {"organization_id": "1"}
    bodies, calls = [], []
    for method in (94242, 94243):
        told = len(server.stripe.record)
        sent = {"amount": 4200, "currency": "usd", "payment_method": method}
        answer = server.http.post(PATH, json=sent, headers=headers)
        assert answer.status_code == 404
        document = answer.json()
        bodies.append({**document, "instance": "", "detail": document["detail"].replace(str(method), "ID")})
        calls.append([(call.method, call.path, call.status) for call in server.stripe.record][told:])
    assert bodies[0] == bodies[1]
    assert calls[0] == calls[1]


@pytest.mark.parametrize(
    ("account", "more", "code"), [(3, {"expires_in": -3600}, "token-expired"), (10, {}, "inactive-account")]
)
def test_a_token_that_is_not_good_is_refused_with_the_platforms_code(
    server: Server, account: int, more: dict[str, int], code: str
) -> None:
    """401, with `WWW-Authenticate`, before anything reaches Stripe; the token is nowhere in the answer."""
    headers = token(server, account, **more)
    answer = server.http.post(PATH, json={"amount": 4200, "currency": "usd"}, headers=headers)
    assert (answer.status_code, answer.json()["error_code"]) == (401, code)
    assert answer.headers["www-authenticate"].startswith('Bearer error="invalid_token"')
    assert headers["Authorization"].split()[1] not in answer.text
    assert len(server.stripe.record) == 0


def test_a_server_may_insist_on_tokens() -> None:
    """`--auth required`: 401 `authentication-required` without one, 200 with one."""
    for server in served(Options(calls=SETTINGS, tokens_required=True)):
        refused = server.http.post(PATH, json={"amount": 4200, "currency": "usd"})
        assert (refused.status_code, refused.json()["error_code"]) == (401, "authentication-required")
        assert refused.headers["www-authenticate"] == "Bearer"
        passed = server.http.post(PATH, json={"amount": 4200, "currency": "usd"}, headers=token(server, 3))
        assert passed.status_code == 200


def test_a_secret_of_the_environment_lets_tokens_outlive_the_server() -> None:
    """Another server with the same secret takes them, one with its own does not."""
    shared = Options(calls=SETTINGS, environment={"TOLLBRIDGE_TOKEN_SECRET": "x" * 32})
    statuses = []
    for first in served(shared):
        headers = token(first, 3)
    for options in (shared, Options(calls=SETTINGS)):
        for server in served(options):
            answer = server.http.post(PATH, json={"amount": 4200, "currency": "usd"}, headers=headers)
            statuses.append(answer.status_code)
    assert statuses == [200, 401]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 400),
        ([], 400),
        ({"account": 404}, 400),
        ({"account": "1"}, 400),
        ({"account": True}, 400),
        ({"account": 1.0}, 400),
        ({"account": 1, "expires_in": 10**12}, 400),
        ({"account": 1, "expires_in": None}, 400),
        ({"account": 1, "role": "ADMIN"}, 400),
    ],
)
def test_a_bad_wish_for_a_token_is_a_problem(module_server: Server, sent: object, status: int) -> None:
    """It says what was expected."""
    answer = module_server.http.post("/_tollbridge/tokens", json=sent)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [(b"account=1", "application/x-www-form-urlencoded", 415), (b"{", "application/json", 400)],
)
def test_a_wish_for_a_token_is_json(module_server: Server, content: bytes, media_type: str, status: int) -> None:
    """And says so: a page of another origin cannot ask without a preflight."""
    answer = module_server.http.post("/_tollbridge/tokens", content=content, headers={"Content-Type": media_type})
    assert answer.status_code == status


def test_the_worlds_schema_is_published(module_server: Server) -> None:
    """For editors."""
    answer = module_server.http.get("/_tollbridge/world.schema.json")
    assert answer.json()["title"] == "Tollbridge world"
