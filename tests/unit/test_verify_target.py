"""A target as the run sees it: how long it takes to set it back, its end, and its log without secrets."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.judged import SDK_WARNS, UNCLOSED, bench
from tollbridge import verify as verify_room
from tollbridge.launch import free_port
from tollbridge.verify.errors import VerifyError
from tollbridge.verify.model.evidence import TOKEN, Known
from tollbridge.verify.model.steps import Case
from tollbridge.verify.run import in_words
from tollbridge.verify.target.connection import CLOSED
from tollbridge.verify.target.started import OwnServer, Program, Start, StartedTarget, own_target, started_target
from tollbridge.verify.target.stripe_double import StripeDouble
from tollbridge.verify.target.target import Target

SECRET = "tok-of-somebody-0001"
SERVER = """
import pathlib, socketserver, sys, time
again = pathlib.Path(sys.argv[2])
if again.exists():
    sys.exit('shown: ' + sys.argv[3])
again.touch()

class Answer(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b'HTTP/1.1 204 No Content\\r\\nConnection: close\\r\\n\\r\\n')

socketserver.TCPServer.allow_reuse_address = True
socketserver.TCPServer(('127.0.0.1', int(sys.argv[1])), Answer).serve_forever()
"""


@contextmanager
def server(folder: Path, **more: Any) -> Iterator[StartedTarget]:
    """Run a server that starts once, and then ends with a secret on its lips."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-c", SERVER, str(port), str(folder / "again"), SECRET]
    with StartedTarget(url, Program(command, dict(os.environ), url, 60.0, **more)).running() as target:
        yield target


def test_a_target_that_does_not_start_again_tells_its_log_once_and_masked(tmp_path: Path) -> None:
    """Its last words are said one time, without a secret of the run's, and the end of another process is not told."""
    known = Known({SECRET: TOKEN})
    with server(tmp_path) as target:
        with pytest.raises(VerifyError) as raised:
            target.reset()
        said = "\n".join(in_words(raised.value, known, target.words()))
    assert said.count("shown: ***") == 1
    assert "ended with code 1." in said
    assert "ended with code -" not in said
    assert SECRET not in said + str(raised.value)


def test_an_error_is_told_without_secrets() -> None:
    """The sentence is masked as the log is, and the target's own log stands where the error brings none."""
    said = in_words(VerifyError(f"It asked for /{SECRET}."), Known({SECRET: TOKEN}), [f"with {SECRET}\x1b[2J"])
    assert said == ["It asked for /***.", "The end of the log:", r"with ***\x1b[2J"]


def test_a_reset_that_fails_is_told_without_secrets() -> None:
    """What the user's command prints is its log."""
    with pytest.raises(VerifyError) as raised:
        Target("http://127.0.0.1:1", f"echo {SECRET}; exit 3").reset()
    assert SECRET not in str(raised.value).replace(f"echo {SECRET}", "")
    assert in_words(raised.value, Known({SECRET: TOKEN}))[-1] == "***"


def test_setting_back_takes_the_end_the_command_and_the_start(tmp_path: Path) -> None:
    """The time that is kept for scripts knows all three, and not the start alone."""
    with server(tmp_path, reset=f"rm {tmp_path / 'again'}; sleep 0.3") as target:
        started_in = target.set_back_in
        target.reset()
    assert started_in > 0
    assert target.set_back_in > 0.3


@pytest.mark.filterwarnings(SDK_WARNS)
@pytest.mark.filterwarnings(UNCLOSED)
def test_whoever_plays_a_case_waits_for_the_process_that_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables, replays, calls alone and the search play by one function, which waits where a connection was closed."""
    waited: list[str] = []
    with bench() as target:
        run = target.run
        monkeypatch.setattr(run.target, "await_end", lambda: waited.append("here"))
        case = Case("x", (target.context.call(),))
        [answered] = run.play(target.context, case)
        assert waited == []
        closed = replace(answered, evidence=replace(answered.evidence, answer=None, broken=CLOSED))
        monkeypatch.setattr(run.runner, "play", lambda *_: [closed])
        run.play(target.context, case)
    assert waited == ["here"]


def test_no_other_place_plays_by_the_runner() -> None:
    """Only the first looks at a target, when nothing can be brought back yet, do without that wait."""
    verify = Path(verify_room.__file__).parent
    plain = [path.name for path in verify.rglob("*.py") if "runner.play(" in path.read_text("utf-8")]
    assert sorted(plain) == ["probe.py", "run.py"]


def test_tokens_of_one_start_are_good_after_the_next() -> None:
    """A Tollbridge server that is started anew signs as before; a variable of the user's own comes first."""
    double = cast("StripeDouble", SimpleNamespace(url="http://127.0.0.1:1", host="127.0.0.1", port=1))
    ours = started_target(Start("x", {}, token_secret=SECRET), None, double)
    assert ours._program.environment["TOLLBRIDGE_TOKEN_SECRET"] == SECRET
    theirs = started_target(Start("x", {"TOLLBRIDGE_TOKEN_SECRET": "y"}, token_secret=SECRET), None, double)
    assert theirs._program.environment["TOLLBRIDGE_TOKEN_SECRET"] == "y"
    own = own_target(OwnServer(Path("c"), Path("h"), Path("w"), token_secret=SECRET), "http://127.0.0.1:1")
    assert own._program.environment["TOLLBRIDGE_TOKEN_SECRET"] == SECRET
