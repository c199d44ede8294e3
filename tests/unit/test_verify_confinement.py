"""Scripts of findings run confined: what they are given, where they are, and what they may take."""

import json
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tollbridge.verify.findings.confinement import FILES, INHERITED, exit_code

PYTHON = (sys.executable, "-I")


def told(script: str, file: Path, **environment: str) -> object:
    """Run a Python script that writes JSON to a file; what it wrote."""
    code = exit_code(f"import json, os, sys\nopen({str(file)!r}, 'w').write(json.dumps({script}))", PYTHON, environment)
    assert code == 0
    return json.loads(file.read_text())


def test_it_is_given_nothing_that_is_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of our environment it sees a few names, and besides them what it is given."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("STRIPE_API_KEY", "sk_live_1")
    monkeypatch.setenv("https_proxy", "http://proxy.example")
    monkeypatch.setenv("SSL_CERT_FILE", "ca.pem")
    seen = told("dict(os.environ)", tmp_path / "told", TOKEN_1="token")
    assert isinstance(seen, dict)
    ours = {"HOME", "TMPDIR", "MALLOC_ARENA_MAX", "TOKEN_1", "LC_CTYPE"}  # LC_CTYPE is Python's own doing (PEP 538)
    assert seen.keys() <= {*INHERITED, *FILES, *ours}
    assert (seen["TOKEN_1"], seen["SSL_CERT_FILE"]) == ("token", str(Path("ca.pem").absolute()))


def test_it_runs_in_a_folder_of_its_own_which_is_gone_afterwards(tmp_path: Path) -> None:
    """Home, temporary files and the working folder are there, with nothing in it but the script."""
    seen = told("[os.getcwd(), os.listdir(), os.environ['HOME'], os.environ['TMPDIR']]", tmp_path / "told")
    assert isinstance(seen, list)
    folder, files, home, temporary = seen
    assert files == ["script"]
    assert folder == home == temporary
    assert not Path(folder).exists()
    assert Path(folder) != Path.cwd()


@pytest.mark.parametrize(
    "takes",
    [
        "bytearray(2 * 1024 ** 3)",
        "open('file', 'wb').write(b'x' * 64_000_000)",
        "[open('/dev/null') for _ in range(1_000)]",
    ],
    ids=["memory", "file size", "files"],
)
def test_what_it_may_take_is_bounded(takes: str) -> None:
    """More than a finding's script needs is not to be had."""
    assert exit_code(takes, PYTHON, {}) not in (0, None)
    assert exit_code("pass", PYTHON, {}) == 0


def test_its_limits_cannot_be_raised(tmp_path: Path) -> None:
    """Time of the processor, and all the others, are bounded for good; processes too, where that can be told."""
    names = ("RLIMIT_CPU", "RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE")
    script = f"[__import__('resource').getrlimit(getattr(__import__('resource'), name)) for name in {names!r}]"
    limits = told(script, tmp_path / "told")
    assert isinstance(limits, list)
    assert all(soft == hard != -1 for soft, hard in limits)
    soft, hard = told("__import__('resource').getrlimit(__import__('resource').RLIMIT_NPROC)", tmp_path / "told")  # type: ignore[misc]
    assert soft == hard


def assert_gone(process: int) -> None:
    """Assert that a process ends soon."""
    until = time.monotonic() + 10
    with suppress(OSError):  # it is gone
        while Path(f"/proc/{process}/stat").read_text().split()[2] != "Z":
            assert time.monotonic() < until
            time.sleep(0.02)


def test_one_that_does_not_end_is_stopped_with_all_that_it_began(tmp_path: Path) -> None:
    """Its children too, which would otherwise go on."""
    file = tmp_path / "pid"
    script = f"sleep 300 & echo $! >{file}; wait"
    assert exit_code(script, ("sh",), {}, within=2) is None
    assert_gone(int(file.read_text()))


def test_what_it_leaves_running_is_stopped(tmp_path: Path) -> None:
    """A script that has ended has no process any more."""
    file = tmp_path / "pid"
    assert exit_code(f"sleep 300 >/dev/null 2>&1 & echo $! >{file}", ("sh",), {}) == 0
    assert_gone(int(file.read_text()))


def test_what_it_prints_is_not_kept() -> None:
    """A flood of output goes nowhere, and hangs nobody."""
    assert exit_code("print('x' * 30_000_000)", PYTHON, {}) == 0
