"""Starting servers: those that take their time, those that stand still, and those that die."""

import shlex
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.waiting import wait_until
from tollbridge import launch
from tollbridge.launch import LaunchError, Log, answers, awaited, free_port, launched
from tollbridge.verify import VerifyError
from tollbridge.verify.target.started import OwnServer, own_target

SERVE = """
import http.server, sys, time
class Quiet(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()
{before}
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Quiet).serve_forever()
"""
WORKS = "end = time.process_time() + 4\nwhile time.process_time() < end: pass"
CHILD = f"import subprocess\nsubprocess.run([sys.executable, '-c', {'import time' + chr(10) + WORKS!r}])"


def server(before: str) -> tuple[list[str], str]:
    """Return the command of a server that does something before it listens, and its URL."""
    port = free_port()
    return [sys.executable, "-c", SERVE.format(before=before), str(port)], f"http://127.0.0.1:{port}/"


@pytest.mark.parametrize("before", ["", "time.sleep(0.3)"], ids=["at once", "after a rest"])
def test_a_server_is_waited_for(before: str) -> None:
    """It may take its time, up to the bound."""
    command, url = server(before)
    with launched(command, ready=url, within=60) as process:
        assert process.poll() is None
        assert awaited(url, 0)
    assert process.poll() is not None
    assert not awaited(url, 0)


@pytest.mark.parametrize("before", [WORKS, CHILD], ids=["itself", "a child of it"])
def test_a_server_that_works_is_waited_for_longer(before: str) -> None:
    """What uses the processor is not given up, be it the process or one that it started."""
    command, url = server(before)
    with launched(command, ready=url, within=2, longest=120) as process:
        assert process.poll() is None


def test_a_server_that_works_for_ever_is_given_up() -> None:
    """There is a bound for those too."""
    command, url = server("while True: pass")
    with pytest.raises(LaunchError, match=r"within 1\.5 s"), launched(command, ready=url, within=60, longest=1.5):
        pass


def test_a_server_that_stands_still_is_given_up_with_its_log() -> None:
    """It lives and does nothing: the sentence says so, and shows what it printed."""
    command, url = server("print('waiting for a database', flush=True); time.sleep(60)")
    told = r"did nothing for 2 s:\nwaiting for a database"
    with pytest.raises(LaunchError, match=told), launched(command, ready=url, within=2, longest=60):
        pass


def test_a_server_that_dies_is_told_at_once_with_its_log() -> None:
    """Nobody waits for what has ended."""
    command, url = server("sys.exit('no such contract')")
    begun = time.monotonic()
    told = "ended with code 1:\nno such contract"
    with pytest.raises(LaunchError, match=told), launched(command, ready=url, within=300):
        pass
    assert time.monotonic() - begun < 60


def test_a_proxy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of this machine is looked for at its own address."""
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    command, url = server("")
    with launched(command, ready=url, within=60):
        line = HTTPConnection("127.0.0.1", int(command[-1]), timeout=10)
        line.request("GET", "/")
        assert line.getresponse().status == 204
        line.close()


def test_a_url_is_awaited_for_some_seconds() -> None:
    """Whoever is not there in time is said not to be."""
    begun = time.monotonic()
    assert not awaited(f"http://127.0.0.1:{free_port()}/", 0.3)
    assert time.monotonic() - begun >= 0.3


ENDS = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
FAMILY = f"""
import subprocess, os, signal
if not os.environ.get("CHILD"):
    subprocess.Popen([sys.executable, "-c", SELF, *sys.argv[1:]], env={{**os.environ, "CHILD": "1"}})
    time.sleep(60)
{ENDS}
"""


def family() -> tuple[str, str]:
    """Return the shell's command of a process whose child serves and does not end when it is asked to, and its URL."""
    port = free_port()
    script = SERVE.format(before=FAMILY)
    script = f"SELF = {script!r}\n{script}"
    return f"{shlex.quote(sys.executable)} -c {shlex.quote(script)} {port}; true", f"http://127.0.0.1:{port}/"


def test_what_a_server_has_started_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that ignores the request to end is ended too, though the shell that started it went at once."""
    monkeypatch.setattr(launch, "STOP_SECONDS", 0.5)
    command, url = family()
    with launched(command, ready=url, within=60):
        assert answers(url)
    assert not answers(url)


def test_a_server_ends_with_us_even_where_we_are_killed() -> None:
    """Nobody is left who holds the port when the process that started it gets no time to stop it."""
    command, url = family()
    starts = f"with launched({command!r}, ready={url!r}, within=60): print(flush=True); input()"
    starts = f"from tollbridge.launch import launched\n{starts}"
    with subprocess.Popen([sys.executable, "-c", starts], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as us:
        assert us.stdout
        us.stdout.readline()
        assert answers(url)
        us.kill()
    wait_until(lambda: not answers(url))


def test_the_end_of_a_log_is_kept_however_long_it_is() -> None:
    """A server that prints more than a pipe holds is not kept waiting, and its last lines are there."""
    command, url = server("for n in range(100_000): print('line', n)\nprint('ready', flush=True)")
    log = Log()
    with launched(command, ready=url, within=60, log=log):
        wait_until(lambda: "ready" in log.lines())
        assert [one for one in log.lines() if " - " not in one][-2:] == ["line 99999", "ready"]  # not of the requests
        assert len(log.lines()) == launch.LINES_SHOWN


def test_our_own_server_takes_no_package_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder in which somebody judges may be anybody's: the server ends by what is ours to say."""
    (tmp_path / "json.py").write_text("raise SystemExit('taken')")
    monkeypatch.chdir(tmp_path)
    target = own_target(OwnServer(Path("nowhere.yaml"), tmp_path, Path("nowhere.yaml")), "http://127.0.0.1:1")
    with pytest.raises(VerifyError) as raised, target.running():
        pass
    assert "nowhere.yaml" in "\n".join(raised.value.log)
