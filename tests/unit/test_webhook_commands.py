"""The commands that go with Stripe's CLI: what an address is, and the calls that cause each event."""

import time
from itertools import islice
from typing import Any

import click
import pytest
from click.testing import CliRunner

from tests.unit.stripe_calls import call, simulator
from tollbridge.cli import main
from tollbridge.cli.listen import _lines
from tollbridge.cli.server import Answer, complaint, server_at
from tollbridge.cli.trigger import TRIGGERS, caused
from tollbridge.cli.webhooks import Target, forward_url, target_of, with_webhooks
from tollbridge.compose import Options


@pytest.mark.parametrize("event", TRIGGERS)
def test_a_trigger_causes_its_event(event: str) -> None:
    """Each name of the table, by calls that a simulator takes."""
    stripe = simulator()

    def calling(method: str, path: str, form: dict[str, Any]) -> Answer:
        answered = call(stripe, method, path, form)
        return Answer(answered.status, answered.document)

    lines = list(caused(event, calling))
    assert lines[0].startswith("Setting up fixture for: ")
    assert len(lines) == 2 * len(TRIGGERS[event])
    found = call(stripe, "GET", "/v1/events", {"type": event}).document["data"]
    assert len(found) == 1


def test_a_trigger_that_is_refused_says_why() -> None:
    """Stripe's own sentence."""
    refused = Answer(400, {"error": {"message": "No such customer"}})
    with pytest.raises(click.ClickException, match="No such customer"):
        list(caused("customer.created", lambda *_call: refused))


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("4242", "http://localhost:4242"),
        ("/hook", "http://localhost/hook"),
        ("localhost:4242/hook", "http://localhost:4242/hook"),
        ("https://shop.example/hook?a=b", "https://shop.example/hook?a=b"),
    ],
)
def test_an_address_is_read_as_stripes_cli_reads_it(text: str, url: str) -> None:
    """A port, a path, or one without a scheme."""
    assert forward_url(text) == url


@pytest.mark.parametrize("text", ["", "ftp://a.example", "a b", "http://:1/", "4242,nothing.happened", "4242,"])
def test_what_is_no_address_or_no_type_is_refused(text: str) -> None:
    """With exit code 2 and a sentence, before a server starts."""
    with pytest.raises(ValueError, match="is not"):
        target_of(text)
    done = CliRunner().invoke(main, ["stripe", "--webhook-to", text])
    assert (done.exit_code, "is not" in done.output) == (2, True)


def test_a_secret_of_webhooks_begins_as_stripes_do() -> None:
    """Another one is refused, and not repeated."""
    done = CliRunner().invoke(main, ["stripe", "--webhook-secret", "mysecret"])
    assert (done.exit_code, "whsec_" in done.output, "mysecret" in done.output) == (2, True, False)


def test_a_server_that_starts_again_has_the_same_endpoints() -> None:
    """Their ids depend on address and types; the secret is the one that was given, else a new one."""
    targets = (Target("http://a.example", ("*",)), Target("http://a.example", ("charge.failed",)))
    first, second = (with_webhooks(Options(), targets, None, 1).webhooks for _ in range(2))
    assert [one["id"] for one in first] == [one["id"] for one in second]
    assert len({one["id"] for one in first}) == 2
    assert first[0]["secret"] == first[1]["secret"] != second[0]["secret"]
    assert with_webhooks(Options(), targets, "whsec_mine", 1).webhooks[0]["secret"] == "whsec_mine"
    with pytest.raises(click.UsageError, match="built-in"):
        with_webhooks(Options(stripe="live-test"), targets, None, 1)


def test_nobody_there_is_a_sentence() -> None:
    """For listen and trigger alike; another scheme is wrong usage."""
    with pytest.raises(click.ClickException, match=r"No server answers at http://127\.0\.0\.1:1 "):
        server_at("http://127.0.0.1:1", None)
    with pytest.raises(click.UsageError, match="http://"):
        server_at("localhost", None)


class Listed:
    """A server whose list of deliveries is another one each time."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = iter(answers)
        self.asked: list[int] = []

    def control(self, _method: str, path: str) -> Answer:
        """Answer the next one, with as many deliveries as are asked for."""
        self.asked.append(int(path.rpartition("=")[2]))
        answer = next(self.answers)
        shown = answer.document.get("data")
        return Answer(answer.status, {"data": shown[: self.asked[-1]]}) if shown else answer


def test_listening_tells_each_event_and_each_try_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery that is listed again without a new try is not told again; other endpoints' are not told."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    wrong, right = {"status": 500, "error": None}, {"status": 200, "error": None}
    first = {"id": "1", "endpoint": "we_1", "type": "charge.failed", "event": "evt_1", "url": "http://a.example"}
    first["status"] = "waiting"
    other = first | {"id": "2", "endpoint": "we_2", "tries": 1, "attempts": [right]}
    lists = [
        [first | {"tries": 1, "attempts": [wrong]}, other],
        [first | {"tries": 1, "attempts": [wrong]}],
        [first | {"tries": 2, "attempts": [wrong, right]}],
    ]
    server = Listed(*(Answer(200, {"data": one}) for one in lists), Answer(503, {"detail": "The database is away."}))
    lines = _lines(server, "we_1")  # type: ignore[arg-type]
    told = [line[19:].split() for line in islice(lines, 3)]
    assert told == [
        ["-->", "charge.failed", "[evt_1]"],
        ["<--", "[500]", "POST", "http://a.example", "[evt_1]"],
        ["<--", "[200]", "POST", "http://a.example", "[evt_1]"],
    ]
    with pytest.raises(click.ClickException, match="The database is away"):
        next(lines)


def test_listening_asks_for_what_may_be_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty deliveries where nothing waits, all down to the last that waits, and a thousand where more came at once."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)

    def delivery(number: int, status: str) -> dict[str, Any]:
        one = {
            "id": str(number),
            "endpoint": "we_1",
            "type": "charge.failed",
            "event": "evt_1",
            "url": "http://a.example",
        }
        return one | {"status": status, "tries": 1, "attempts": [{"status": 200, "error": None}]}

    many = [delivery(number, "delivered") for number in reversed(range(120))]
    late = [*many[:30], many[30] | {"status": "waiting"}, *many[31:]]
    lists = [many[-1:], many, many, late, many]
    server = Listed(*(Answer(200, {"data": one}) for one in lists), Answer(503, {"detail": "It is over."}))
    lines = _lines(server, "we_1")  # type: ignore[arg-type]
    assert len([*islice(lines, 2 * 120)]) == 2 * 120
    with pytest.raises(click.ClickException, match="It is over"):
        next(lines)
    assert server.asked == [50, 50, 1000, 50, 80, 50]


def test_listening_for_what_is_not_an_event_is_refused() -> None:
    """In the words of --webhook-to, before anybody is asked; one wrong name among right ones too."""
    for names in ("nothing.happened", "charge.failed,nothing.happened", ""):
        done = CliRunner().invoke(main, ["listen", "-f", "4242", "--events", names, "--server", "http://127.0.0.1:1"])
        assert (done.exit_code, "is not a type of event" in done.output) == (2, True), done.output


def test_a_refusal_is_told_in_the_servers_words() -> None:
    """Stripe's error, the control API's problem, else the status."""
    assert complaint(Answer(400, {"error": {"message": "No such customer"}})) == "No such customer"
    assert complaint(Answer(503, {"detail": "The database is away."})) == "The database is away."
    assert complaint(Answer(502, None)) == "The server answered 502."
