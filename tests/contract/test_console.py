"""What the console asks for: exchanges from both sides without a secret, and who there is in the world."""

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.conftest import PATH, SETTINGS, Server, in_this_process, served
from tests.waiting import wait_until
from tollbridge.compose import Options
from tollbridge.server import console, journal
from tollbridge.server.builtin_routes import ASSETS
from tollbridge.server.exposure import Exposure
from tollbridge.simulator.state.unit_of_work import Unavailable

pytestmark = in_this_process

BELOW = "/_tollbridge/console"
BODY = {"amount": 4200, "currency": "usd", "payment_method": 4242}
SECRET = re.compile(r"_secret_\w")


@pytest.fixture
def server() -> Iterator[Server]:
    """A server whose list of exchanges is empty, and may be ended."""
    yield from served(Options(calls=SETTINGS))


def followed(server: Server, after: int | str = 0, of: str = "") -> tuple[str, list[dict[str, Any]]]:
    """What a page sees that follows the exchanges until the server ends: the journal's id, and the exchanges."""
    server.sandbox.journal.close()
    answer = server.http.get(f"{BELOW}/events", params={"after": after, "journal": of})
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    first, *rest = [block for block in answer.text.split("\n\n") if block]
    assert first.startswith("event: journal\ndata: ")
    listed: list[dict[str, Any]] = []
    for block in rest:
        numbered, data = block.split("\n")
        listed += json.loads(data.removeprefix("data: "))
        assert numbered == f"id: {max(one['number'] for one in listed)}"
    return json.loads(first.partition("data: ")[2]), listed


def opened(server: Server, number: int) -> dict[str, Any]:
    """An exchange as it is opened."""
    document: dict[str, Any] = server.http.get(f"{BELOW}/exchanges/{number}").json()
    return document


def test_an_exchange_is_listed_with_what_stripe_was_asked(server: Server) -> None:
    """Status, path and operation of the request, and each call to Stripe with its status, in their order."""
    answer = server.http.post(PATH, json=BODY)
    _, [one] = followed(server)
    assert (one["number"], one["status"], one["method"], one["path"]) == (1, 200, "POST", PATH)
    assert (one["operation"], one["id"]) == ("create_payment_intent", answer.headers["x-request-id"])
    assert [asked.split(" ")[0] + asked[-4:] for asked in one["asked"]] == ["GET 200", "POST 200", "POST 200"]


def test_an_exchange_opens_with_both_sides(server: Server) -> None:
    """What the client sent and got, and what Stripe was sent and answered, with its idempotency key."""
    server.http.post(PATH, json=BODY | {"description": "<b>Dock</b>"})
    one = opened(server, 1)
    assert json.loads(one["sent"]["body"]) == BODY | {"description": "<b>Dock</b>"}
    assert ["content-type", "application/json"] in one["sent"]["headers"]
    assert one["repeatable"] is True
    looks, creates, updates = one["calls"]
    assert (looks["method"], looks["status"]) == ("GET", 200)
    assert "description=%3Cb%3EDock%3C%2Fb%3E" in creates["form"]
    assert json.loads(creates["answer"])["object"] == "payment_intent"
    assert creates["idempotency_key"]
    assert creates["idempotency_key"] != updates["idempotency_key"]
    assert updates["path"].startswith("/v1/subscriptions/")


def test_a_call_that_stripe_never_answered_is_shown(server: Server) -> None:
    """Each try of a call whose answer is lost has status 0."""
    server.http.post("/_tollbridge/simulator/faults", json={"kind": "reset", "path": "/v1/payment_intents",
                                                            "method": "POST", "times": 1})  # fmt: skip
    assert server.http.post(PATH, json={"amount": 4200, "currency": "usd"}).status_code == 200
    assert [call["status"] for call in opened(server, 1)["calls"]] == [0, 200]


def test_calls_at_stripes_door_are_listed_too(server: Server) -> None:
    """A call of Stripe's own API is an exchange of its own, with its query; it is not sent again."""
    server.http.get("/_tollbridge/stripe/v1/customers?limit=1", headers={"Authorization": "Bearer sk_test_1"})
    _, [one] = followed(server)
    assert (one["area"], one["path"], one["status"]) == ("stripe", "/v1/customers", 200)
    whole = opened(server, 1)
    assert (whole["query"], whole["repeatable"]) == ("limit=1", False)


def test_control_pages_and_preflights_are_not_listed(server: Server) -> None:
    """The list is of what clients of the API and of Stripe do."""
    server.http.get("/_tollbridge/simulator/record")
    server.http.get("/_tollbridge/docs")
    server.http.options(PATH, headers={"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST"})
    assert followed(server)[1] == []


def test_a_refusal_and_a_steered_answer_say_what_they_are(server: Server) -> None:
    """A problem's code, and what was followed of `Prefer`."""
    server.http.post(PATH, json=BODY | {"payment_method": 99})
    server.http.post(PATH, json=BODY, headers={"Prefer": "code=503"})
    _, (refused, steered) = followed(server)
    assert (refused["status"], refused["error_code"]) == (404, "payment-method-not-found")
    assert (steered["status"], steered["steered"], steered["asked"]) == (503, "code=503", [])


CARD = "type=card&card[number]=4242424242424242&card[exp_month]=1&card[exp_year]=2040&card[cvc]=9871"
ENCODED = CARD.replace("[", "%5B").replace("]", "%5D")


@pytest.mark.parametrize("form", [CARD, ENCODED])
def test_no_secret_is_in_an_exchange(server: Server, form: str) -> None:
    """Client secrets, keys, tokens, the control token, cookies, card numbers and security codes are masked."""
    token = server.http.post("/_tollbridge/tokens", json={"account": 3}).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Cookie": "session=abcdef", "Tollbridge-Control-Token": "hidden-one"}
    secret = server.http.post(PATH, json=BODY, headers=headers).json()["client_secret"]
    key = {"Authorization": "Bearer sk_test_abcdefgh", "Content-Type": "application/x-www-form-urlencoded"}
    server.http.post("/_tollbridge/stripe/v1/payment_methods", content=form, headers=key)
    server.http.post(PATH, json={"cvc": "9871", "card": {"number": "4242424242424242"}, "x": secret})
    intent = secret.partition("_secret_")[0]
    server.http.get(f"/_tollbridge/stripe/v1/payment_intents/{intent}?client_secret={secret}")
    server.http.get(f"/{secret}")
    _, listed = followed(server)
    assert len(listed) == 5
    everything = json.dumps([listed, [opened(server, one["number"]) for one in listed]])
    for hidden in (token, secret, "abcdef", "hidden-one", "4242424242424242"):
        assert hidden not in everything
    assert not re.search(r"(?<![0-9.])9871(?![0-9])", everything)  # not a part of an id, a size or a time
    assert not SECRET.search(everything)
    assert opened(server, 1)["account"] == 3
    assert ["authorization", "Bearer ***"] in opened(server, 1)["sent"]["headers"]
    assert [opened(server, number)["repeatable"] for number in (1, 3)] == [True, False]


def test_what_is_not_kept_whole_is_not_sent_again(server: Server) -> None:
    """Long bodies are cut, bytes that are not text are replaced, some are never read; all are marked."""
    for content in (b'{"description":"' + b"x" * 20_000 + b'"}', b'{"a":"\xff\xfe"}'):
        server.http.post(PATH, content=content, headers={"Content-Type": "application/json"})
    server.http.post(PATH, content=b"{}", headers={"Content-Type": "text/plain"})
    long, broken, unread = (opened(server, number) for number in (1, 2, 3))
    assert long["sent"]["size"] == 20_018
    assert len(long["sent"]["body"]) == journal.MAX_BYTES + 1
    assert "\ufffd" in broken["sent"]["body"]
    assert unread["sent"]["body"] == ""
    assert [one["repeatable"] for one in (long, broken, unread)] == [False, False, False]


def test_a_list_goes_on_where_it_was(server: Server) -> None:
    """After a number only newer ones come; another journal's number counts for nothing; a wrong one is a 400."""
    for _ in range(3):
        server.http.post(PATH, json=BODY)
    identity, listed = followed(server)
    assert [one["number"] for one in listed] == [1, 2, 3]
    assert [one["number"] for one in followed(server, 2, identity)[1]] == [3]
    assert [one["number"] for one in followed(server, 2, "another")[1]] == [1, 2, 3]
    assert followed(server, "now")[1] == []
    for after in ("-1", "x", "1" * 16):
        answer = server.http.get(f"{BELOW}/events", params={"after": after, "journal": identity})
        assert answer.status_code == 400


def test_only_the_newest_are_kept(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest go; their numbers are 404, and the list begins with the first that is kept."""
    for _ in range(journal.MAX_KEPT + 5):
        server.http.get("/none")
    _, listed = followed(server)
    assert [one["number"] for one in listed] == [*range(6, journal.MAX_KEPT + 6)]
    gone = server.http.get(f"{BELOW}/exchanges/5")
    assert (gone.status_code, gone.json()["error_code"]) == (404, "not-found")
    assert server.http.get(f"{BELOW}/exchanges/{'9' * 40}").status_code == 404


def test_a_call_to_stripe_that_is_cut_says_so(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Stripe was sent and what it answered end with a mark where not all of it is kept, and only there."""
    monkeypatch.setattr(journal, "MAX_BYTES", 30)
    server.http.post(PATH, json=BODY)
    looked_up, created, _ = opened(server, 1)["calls"]
    assert (looked_up["form"], len(looked_up["answer"]), looked_up["answer"][-1]) == ("", 31, "…")
    assert (len(created["form"]), created["form"][-1]) == (31, "…")


def test_what_is_kept_is_bounded_in_bytes(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large exchanges drop older ones before a thousand are there, and each keeps its number."""
    monkeypatch.setattr(server.sandbox.journal, "_here", journal.Newest(journal.MAX_KEPT, 40_000))
    for _ in range(10):
        server.http.post(PATH, content=b"[" + b"1," * 8_000 + b"1]", headers={"Content-Type": "application/json"})
    _, listed = followed(server)
    assert [one["number"] for one in listed] == list(range(11 - len(listed), 11))
    assert 2 <= len(listed) <= 4
    assert len(server.sandbox.journal._here) == len(listed)


def test_the_list_can_be_cleared(server: Server) -> None:
    """Nothing of it is left, and numbers go on."""
    server.http.post(PATH, json=BODY)
    assert server.http.delete(f"{BELOW}/exchanges").status_code == 204
    assert followed(server)[1] == []
    server.http.post(PATH, json=BODY)
    assert [one["number"] for one in followed(server)[1]] == [2]


def test_followers_are_bounded(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each holds a connection, so that there is a last one; one that ends makes room."""
    monkeypatch.setattr(console, "MAX_FOLLOWERS", 0)
    answer = server.http.get(f"{BELOW}/events")
    assert (answer.status_code, answer.json()["error_code"]) == (503, "too-many-followers")
    monkeypatch.setattr(console, "MAX_FOLLOWERS", 1)
    for _ in range(3):
        followed(server)


def test_the_world_is_shown_without_card_numbers(server: Server) -> None:
    """Accounts, organizations with their cards by what they do, and the problems that a fault leads to."""
    answer = server.http.get(f"{BELOW}/world")
    document = answer.json()
    assert {one["id"] for one in document["accounts"]} == set(server.sandbox.world.accounts)
    [quay] = [one for one in document["organizations"] if one["id"] == 1]
    assert {"id": 8210, "attached": False, "card": "Mastercard, succeeds"} in quay["payment_methods"]
    assert "503 provider-unavailable" in {f"{one['status']} {one['error_code']}" for one in document["problems"]}
    assert "4242424242424242" not in answer.text


def test_each_problem_that_is_offered_comes_by_its_fault(server: Server) -> None:
    """The console's choice, sent to the control API, makes the next charge fail so."""
    for problem in server.http.get(f"{BELOW}/world").json()["problems"]:
        assert server.http.post("/_tollbridge/simulator/faults", json=problem["fault"]).status_code == 201
        answer = server.http.post(PATH, json=BODY | {"error_on_requires_action": True})
        assert answer.status_code >= 400
        server.http.delete("/_tollbridge/simulator/faults")


@pytest.fixture
def shared_state(tmp_path: Path) -> Iterator[tuple[Server, Server, Path]]:
    """Two servers on one SQLite file."""
    file = tmp_path / "state.db"
    options = Options(calls=SETTINGS, state=f"sqlite:///{file}")
    for one in served(options):
        for other in served(options):
            yield one, other, file


def kept_by(server: Server, count: int) -> None:
    """Wait until so many exchanges are kept: they are written beside the requests."""
    kept = server.stripe.shared_journal
    assert kept is not None
    wait_until(lambda: len(kept.noted(0, count)) == count)


def test_servers_of_one_state_show_one_list(
    shared_state: tuple[Server, Server, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What either has answered is in the list of both, opens at both, and holds no secret in the file."""
    monkeypatch.setattr(journal, "FLUSH_SECONDS", 0.0)
    one, other, file = shared_state
    one.http.post(PATH, json=BODY)
    kept_by(one, 1)
    secret = other.http.post(PATH, json=BODY | {"amount": 4300}).json()["client_secret"]
    kept_by(one, 2)
    listed = [followed(server)[1] for server in (one, other)]
    assert listed[0] == listed[1]
    assert [entry["number"] for entry in listed[0]] == [1, 2]
    assert json.loads(opened(one, 2)["sent"]["body"])["amount"] == 4300
    with sqlite3.connect(file) as database:
        kept = [bytes(content).decode() for (content,) in database.execute("SELECT content FROM exchanges")]
    assert len(kept) == 2
    assert secret not in "".join(kept)
    assert not SECRET.search("".join(kept))
    other.http.delete(f"{BELOW}/exchanges")
    assert followed(one)[1] == []


def test_a_list_that_cannot_be_kept_costs_no_request(
    shared_state: tuple[Server, Server, Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The database refuses the exchanges: requests are answered as ever, and the log says so."""
    monkeypatch.setattr(journal, "FLUSH_SECONDS", 0.0)
    one, _, _ = shared_state

    def note(*_given: object) -> None:
        raise Unavailable("the disk is full")

    monkeypatch.setattr(one.stripe.shared_journal, "note", note)
    assert one.http.post(PATH, json=BODY).status_code == 200
    assert followed(one)[1] == []
    wait_until(lambda: "could not be kept for the console" in caplog.text)


def test_only_the_newest_are_kept_in_a_database(shared_state: tuple[Server, Server, Path]) -> None:
    """The bound holds there too, for all servers together."""
    kept = shared_state[0].stripe.shared_journal
    assert kept is not None
    for number in range(6):
        kept.note([b'{"a":%d}' % number], 4)
    assert [number for number, _ in kept.noted(0, 10)] == [3, 4, 5, 6]
    assert [number for number, _ in kept.noted(4, 1)] == [5]
    assert kept.noted_total() == 6


def test_a_memory_has_no_shared_journal(server: Server) -> None:
    """A state that is this process's alone needs none."""
    assert server.stripe.shared_journal is None


def test_with_a_control_token_the_console_is_closed_without_it() -> None:
    """The page is for anybody who reaches the server; what it asks for is control."""
    for server in served(Options(calls=SETTINGS, exposure=Exposure(control_token="the-token"))):
        assert server.http.get("/_tollbridge/").status_code == 200
        for path in ("events", "exchanges/1", "world"):
            assert server.http.get(f"{BELOW}/{path}").json()["error_code"] == "control-token-required"
        token = {"Tollbridge-Control-Token": "the-token"}
        assert server.http.get(f"{BELOW}/world", headers=token).status_code == 200


OURS = [file for file in sorted(ASSETS.iterdir()) if file.suffix in (".html", ".js", ".css")]


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.name)
def test_our_pages_make_no_markup_and_no_code_of_text(file: Path) -> None:
    """No inline script, style or handler, nothing that reads text as HTML or code, and nothing of another origin."""
    text = file.read_text()
    banned = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|eval\(|new Function|setTimeout\(['\"]"
    assert not re.search(banned, text)
    assert not re.search(r"(?:src|href|url\(|from|fetch\()\s*[=(]?\s*[\"']?(?:https?:)?//", text)
    if file.suffix == ".html":
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text)
