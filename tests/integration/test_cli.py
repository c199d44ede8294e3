"""The command, as a process: what it says, how it ends, what it refuses to start with."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.integration.conftest import ROOT, serve_command
from tests.wire_rows import GOOD, PATH
from tollbridge.launch import answers, free_port, launched

WAIT = 15


def tollbridge(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    command = [sys.executable, "-m", "tollbridge", *arguments]
    env = {**os.environ, **environment}
    return subprocess.run(command, capture_output=True, text=True, timeout=WAIT, cwd=ROOT, env=env, check=False)


def started(*arguments: str) -> tuple["subprocess.Popen[str]", int]:
    """Start a server with its output at hand, and wait until it answers."""
    port = free_port()
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(serve_command(port, *arguments), text=True, cwd=ROOT, **pipes)  # type: ignore[call-overload]
    until = time.monotonic() + WAIT
    while not answers(f"http://127.0.0.1:{port}/_tollbridge/health"):
        assert time.monotonic() < until
        time.sleep(0.02)
    return process, port


def test_help_teaches() -> None:
    """Every option is explained, with examples and exit codes."""
    done = tollbridge("serve", "--help")
    assert done.returncode == 0
    for word in ("--contract", "--handlers", "--world", "--stripe", "live-test", "Examples:", "Exit codes:"):
        assert word in done.stdout


def test_version() -> None:
    """The version is one line."""
    assert tollbridge("--version").stdout == "tollbridge, version 0.1.0\n"


def test_a_wrong_option_is_exit_2() -> None:
    """Wrong usage is told apart from a server that cannot start."""
    assert tollbridge("serve", "--no-such-option").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "environment", "told"),
    [
        (["--stripe", "live-test"], {"STRIPE_API_KEY": ""}, "set STRIPE_API_KEY=sk_test_"),
        (["--stripe", "live-test"], {"STRIPE_API_KEY": "sk_live_canary"}, "has to begin with sk_test_"),
        (["--stripe", "live-test"], {"STRIPE_API_KEY": "rk_test_canary"}, "has to begin with sk_test_"),
        (["--stripe", "live-test"], {"STRIPE_API_KEY": "pk_test_canary"}, "has to begin with sk_test_"),
        (["--stripe", "https://api.stripe.com"], {}, "use --stripe live-test"),
        (["--stripe", "nonsense"], {}, "is neither"),
        ([], {"STRIPE_LOG": "debug"}, "unset it"),
        (["--contract", "pyproject.toml"], {}, "pyproject.toml"),
        (["--world", "openapi.yaml"], {}, "openapi.yaml"),
        (["--handlers", "docs", "--mock", "none"], {}, "there is no file"),
    ],
)
def test_what_cannot_start_says_why(arguments: list[str], environment: dict[str, str], told: str) -> None:
    """One sentence on stderr, exit 1, no traceback, and no key shown."""
    done = tollbridge("serve", "--port", "0", *arguments, **environment)
    assert done.returncode == 1
    assert told in done.stderr
    assert done.stderr.startswith("Error: ")
    assert (done.stderr.count("Error"), done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    assert "canary" not in done.stderr + done.stdout


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_taken_port_is_a_sentence(host: str) -> None:
    """It names the port and the option that chooses another."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = tollbridge("serve", "--host", host, "--port", str(port))
    assert done.returncode == 1
    assert done.stderr == (
        f"Error: Cannot listen on 127.0.0.1 port {port}: Address already in use. Choose another with --port.\n"
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_as_asked(number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM are success, with nothing but the banner said."""
    process, _ = started()
    process.send_signal(number)
    out, said = process.communicate(timeout=WAIT)
    assert (process.returncode, out) == (0, "")
    assert said.rstrip().endswith("Ctrl-C stops it.")


EARLY = """
import gc, os, signal
from tollbridge.server.run import bind, run
gc.freeze = lambda: os.kill(os.getpid(), signal.SIGTERM)

async def app(scope, receive, send):
    while (await receive())["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})

run(app, bind("127.0.0.1", 0))
"""


def test_a_signal_before_the_first_request_ends_it_too() -> None:
    """SIGTERM is not lost while the server starts."""
    done = subprocess.run([sys.executable, "-c", EARLY], capture_output=True, text=True, timeout=WAIT, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_request_under_way_is_answered_before_the_end() -> None:
    """SIGTERM lets a request that has begun end well."""
    process, port = started()
    with socket.create_connection(("127.0.0.1", port), timeout=WAIT) as connection:
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(GOOD)}\r\n"
            "Expect: 100-continue\r\n\r\n"
        )
        connection.sendall(head.encode())
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"  # the request has begun
        connection.sendall(GOOD[:5])
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        connection.sendall(GOOD[5:])
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
    process.communicate(timeout=WAIT)
    assert process.returncode == 0


def test_the_banner_has_what_a_newcomer_needs() -> None:
    """URL, docs, the React example, cards and a curl; without colours where nobody looks at a terminal."""
    process, port = started()
    process.terminate()
    out, said = process.communicate(timeout=WAIT)
    assert out == ""
    url = f"http://localhost:{port}"
    for word in (url, "/_tollbridge/docs", "4242", "341", "curl -X POST", "Ctrl-C"):
        assert word in said
    react = f"VITE_API={url} VITE_STRIPE_JS={url}/endive/stripe.js npm run dev"
    assert f"cd examples/react && npm ci && {react}\n" in said
    assert "\x1b" not in said


def test_the_banner_names_the_react_example_where_it_would_work() -> None:
    """Not where the server has another contract, whose calls the example does not make."""
    second = ROOT / "tests/second"
    process, _ = started("--contract", f"{second}/openapi.yaml", "--handlers", f"{second}/handlers")
    process.terminate()
    _, said = process.communicate(timeout=WAIT)
    assert "curl -X POST" in said
    assert "examples/react" not in said


@pytest.mark.parametrize(("arguments", "lines"), [((), 1), (("--quiet",), 0)])
def test_the_request_log_is_json_where_it_is_piped(arguments: tuple[str, ...], lines: int) -> None:
    """One object a request on stdout; --quiet has neither log nor banner."""
    process, port = started(*arguments)
    request = Request(f"http://127.0.0.1:{port}{PATH}", GOOD, {"Content-Type": "application/json"})
    with urlopen(request, timeout=60) as answer:
        secret = answer.read().decode()
    process.terminate()
    out, said = process.communicate(timeout=WAIT)
    assert len(out.splitlines()) == lines
    assert ("tollbridge 0.1.0" in said) == (not arguments)
    assert secret.split("_secret_")[1][:20] not in out + said


def test_localhost_is_both_loopback_addresses() -> None:
    """A browser that tries ::1 first finds the server too, where the machine has IPv6."""
    process, port = started("--host", "localhost")
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=60):
            pass
        if socket.has_ipv6 and Path("/proc/net/if_inet6").exists() and Path("/proc/net/if_inet6").read_text():
            with socket.create_connection(("::1", port), timeout=60):
                pass
    finally:
        process.terminate()
        process.communicate(timeout=WAIT)


def browser_files(package: Path) -> set[str]:
    """Return the scripts, styles and pages of a package, by their paths in it."""
    kinds = {".js", ".css", ".html"}
    found = {str(path.relative_to(package)) for path in package.rglob("*") if path.suffix in kinds}
    assert {"browser/stripe_js/stripe.js", "browser/pages/challenge.css", "browser/pages/over.html"} <= found
    return found


def test_it_runs_from_a_wheel_in_another_folder(tmp_path: Path) -> None:
    """The wheel holds contract, handlers, world, scripts and pages, and adds no top-level module but its own."""
    wheels, site = tmp_path / "wheels", tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", str(wheels), str(ROOT)], check=True, timeout=120)
    [wheel] = wheels.glob("tollbridge-*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", str(site), str(wheel)], check=True, timeout=120)
    assert {path.name for path in site.iterdir() if not path.name.endswith(".dist-info")} <= {"tollbridge", "bin"}
    assert browser_files(ROOT / "tollbridge") == browser_files(site / "tollbridge")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = {**os.environ, "PYTHONPATH": str(site)}
    with launched(serve_command(port), ready=f"{url}/_tollbridge/health", cwd=tmp_path, env=env):
        with urlopen(f"{url}/_tollbridge/openapi.yaml", timeout=60) as answer:
            assert answer.read() == (ROOT / "openapi.yaml").read_bytes()
        for asset in ("docs.js", "page.css", "swagger-ui/swagger-ui-bundle.js", "swagger-ui/LICENSE"):
            with urlopen(f"{url}/_tollbridge/docs/assets/{asset}", timeout=60) as answer:
                assert answer.status == 200
        request = Request(url + PATH, GOOD, {"Content-Type": "application/json"})
        with urlopen(request, timeout=60) as answer:
            assert answer.status == 200
    found = subprocess.run(
        [sys.executable, "-c", "import tollbridge; print(tollbridge.__file__)"],
        capture_output=True, text=True, cwd=tmp_path, env=env, check=True,
    )  # fmt: skip
    assert found.stdout.startswith(str(site))
