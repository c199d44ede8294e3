"""The line to the target: whole answers, bounds, and what is no answer."""

import time

import pytest

from tests.targets import BROKEN, broken_target
from tollbridge.launch import free_port
from tollbridge.verify.model.evidence import answer_of
from tollbridge.verify.target.connection import Broken, RawConnection

SAID = {
    "closes": "closed the connection",
    "drips": "began, and was not whole within",
    "floods": "longer than",
    "hangs": "no answer came within",
    "stops halfway": "no whole HTTP|not whole|closed",
    "talks garbage": "no whole HTTP",
    "wrong chunks": "no whole HTTP",
}


@pytest.mark.parametrize("kind", sorted(BROKEN))
def test_what_is_no_answer_is_told_within_the_bound(kind: str) -> None:
    """However a target fails to answer, the line says how, in time."""
    begun = time.monotonic()
    with broken_target(kind) as url, RawConnection(url, 0.4) as line, pytest.raises(Broken, match=SAID[kind]):
        line.ask("POST", "/", (), b"{}")
    assert time.monotonic() - begun < 5


def test_interim_answers_are_not_the_answer() -> None:
    """A 100 and a 103 come before the final one, which counts."""
    with broken_target("hints first") as url, RawConnection(url, 2) as line:
        reply = line.ask("POST", "/", (), b"{}")
    assert (reply.status, reply.document) == (201, {})


def test_nobody_there_is_told() -> None:
    """A refused connection is a sentence."""
    with (
        RawConnection(f"http://127.0.0.1:{free_port()}", 1) as line,
        pytest.raises(Broken, match="refuses connections"),
    ):
        line.ask("POST", "/", (), b"")


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":"\\ud800"}',
        b"[" * 300 + b"]" * 300,
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b"[" * 100_000,
        b"9" * 5_000,
    ],
)
def test_what_cannot_be_worked_with_is_no_json(body: bytes) -> None:
    """A lone surrogate, a nest of lists, another encoding, a number that Python does not read."""
    assert answer_of(200, [], body).document is None


def test_plain_json_is_read() -> None:
    """What the contract documents is far from these bounds."""
    assert answer_of(200, [], b'{"a":[{"b":"\\ud83d\\ude00"}]}').document == {"a": [{"b": "\U0001f600"}]}
